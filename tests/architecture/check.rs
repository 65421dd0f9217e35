//! Holds what the files use against the rules.

use std::fmt;

use crate::rules::{ARROWS, BANS, DOOR, EMPTY_NAMES, EXCEPTIONS, MOST_LINES, ROOMS, WORDS};
use crate::scan::{Scan, Used, scan};
use crate::sources::Source;

/// One line that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offence {
    /// The file.
    pub(crate) file: String,
    /// The line in it.
    pub(crate) line: usize,
    /// What stands there.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) cure: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.what, self.cure)
    }
}

/// Every offence in the files.
pub(crate) fn offences(sources: &[Source]) -> Vec<Offence> {
    let test_modules: Vec<Vec<String>> = sources
        .iter()
        .filter_map(|source| scan(&source.text, &module_of(&source.path), false).ok())
        .flat_map(|scan| scan.test_modules)
        .collect();
    let mut offences: Vec<Offence> = sources
        .iter()
        .flat_map(|source| in_file(source, &test_modules))
        .collect();
    offences.sort();
    offences.dedup();
    offences
}

fn in_file(source: &Source, test_modules: &[Vec<String>]) -> Vec<Offence> {
    let module = module_of(&source.path);
    let in_test = test_modules.iter().any(|test| module.starts_with(test)) || is_test_file(&source.path);
    let offence = |line, what: String, cure: &str| Offence {
        file: source.path.clone(),
        line,
        what,
        cure: cure.into(),
    };
    let scan = match scan(&source.text, &module, in_test) {
        Ok(scan) => scan,
        Err(error) => return vec![offence(1, error, "make it Rust that can be read")],
    };
    let mut offences: Vec<Offence> = Vec::new();
    offences.extend(named(&source.path).map(|(what, cure)| offence(1, what, &cure)));
    offences.extend(
        arrows(&source.path, &scan)
            .into_iter()
            .map(|(line, what, cure)| offence(line, what, &cure)),
    );
    offences.extend(bans(&source.path, &scan).map(|(line, what, cure)| offence(line, what, cure)));
    offences.extend(words(&source.path, &scan).map(|(line, what, cure)| offence(line, what, cure)));
    if scan.code_lines.len() > MOST_LINES {
        let what = format!("{} lines of code, more than {MOST_LINES}", scan.code_lines.len());
        let line = scan.code_lines.iter().nth(MOST_LINES).copied().unwrap_or(1);
        offences.push(offence(
            line,
            what,
            "it names two things: give it a folder of the same name",
        ));
    }
    offences
}

/// The path of modules of a file in `src`; of other files none is needed.
fn module_of(path: &str) -> Vec<String> {
    let Some(inside) = path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")) else {
        return vec![];
    };
    let names = inside.split('/').map(str::to_owned);
    names
        .filter(|name| !["mod", "lib", "main"].contains(&name.as_str()))
        .collect()
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/")
}

fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    inside.split_once('/').map(|(room, _)| room)
}

fn named(path: &str) -> Option<(String, String)> {
    let empty = path
        .split('/')
        .map(|part| part.trim_end_matches(".rs"))
        .find(|part| EMPTY_NAMES.contains(part));
    if let Some(name) = empty {
        return Some((
            format!("`{name}` says nothing"),
            "name the file after the one thing it holds".into(),
        ));
    }
    let inside = path.strip_prefix("src/")?;
    match inside.split_once('/') {
        Some((room, _)) if ROOMS.contains(&room) => None,
        None if DOOR.contains(&inside) => None,
        _ => Some((
            format!("`{inside}` stands in no room"),
            format!(
                "put it into one of {}; a new room is a design decision",
                ROOMS.join(", ")
            ),
        )),
    }
}

fn arrows(path: &str, scan: &Scan) -> Vec<(usize, String, String)> {
    let Some(room) = room_of(path) else { return vec![] };
    let allowed = ARROWS
        .iter()
        .find(|(from, _)| *from == room)
        .map_or(&[][..], |(_, to)| to);
    let excepted = |used: &&Used| {
        EXCEPTIONS
            .iter()
            .any(|(from, prefix)| *from == room && used.names.iter().zip(*prefix).skip(1).all(|(a, b)| a == b))
    };
    let mut found = Vec::new();
    for used in scan
        .paths
        .iter()
        .filter(|used| ["crate", "oauth_registrar"].contains(&used.names[0].as_str()))
    {
        let Some(target) = used.names.get(1).map(String::as_str) else {
            continue;
        };
        let elsewhere = ROOMS.contains(&target) && target != room && !allowed.contains(&target);
        let cure = match (target, allowed) {
            ("*", _) => "name what is imported: a glob of the crate brings in all rooms".to_owned(),
            _ if !elsewhere || (excepted(&used) && used.names.len() > 2) => continue,
            (_, []) => format!("{room} imports no other room: let its caller pass in what it needs"),
            (_, allowed) => format!(
                "{room} imports only {}: go through them, or let main wire it",
                allowed.join(" and ")
            ),
        };
        found.push((used.line, used.names.join("::"), cure));
    }
    found
}

fn bans<'a>(path: &'a str, scan: &'a Scan) -> impl Iterator<Item = (usize, String, &'static str)> + 'a {
    let bans = BANS
        .iter()
        .filter(|ban| path.starts_with(ban.files) && path.ends_with(ban.ending));
    bans.flat_map(|ban| {
        let used = scan
            .paths
            .iter()
            .filter(|used| (ban.in_tests || !used.in_test) && holds(&used.names, ban.path));
        used.map(|used| (used.line, used.names.join("::"), ban.cure))
    })
}

fn holds(names: &[String], banned: &[&str]) -> bool {
    match banned {
        [first] => names[0] == *first,
        several => names.windows(several.len()).any(|window| window == several),
    }
}

fn words<'a>(path: &'a str, scan: &'a Scan) -> impl Iterator<Item = (usize, String, &'static str)> + 'a {
    let (beginning, ending, words, cure) = WORDS;
    let applies = path.starts_with(beginning) && path.ends_with(ending);
    let found = scan
        .words
        .iter()
        .filter(move |(word, _)| applies && words.contains(&word.as_str()));
    found.map(move |(word, line)| (*line, format!("`{word}`"), cure))
}
