//! Takes out of a transcript what differs from run to run: times, ids, ports, folders.

use simulator::fixture::{T1, T2, T3};
use uuid::Uuid;

/// An id as text: `8-4-4-4-12` hexadecimal digits.
const ID_LENGTH: usize = 36;

/// Ids that are the same in each run.
const FIXED: [&str; 3] = [T1, T2, T3];

/// What is masked besides times, ids and ports.
#[derive(Debug)]
pub(super) struct Mask {
    /// A text and what stands for it, the longest text first.
    names: Vec<(String, &'static str)>,
}

impl Mask {
    /// Masks these texts by their names.
    pub(super) fn new(mut names: Vec<(String, &'static str)>) -> Self {
        names.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { names }
    }

    /// The masked text. Equal ids get equal names, numbered as they come: `<id 1>`.
    pub(super) fn apply(&self, text: &str) -> String {
        let named = self
            .names
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        ports(&seconds(&ids(&named)))
    }
}

fn ids(text: &str) -> String {
    let mut known = vec![];
    let mut masked = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = if let Some(id) = rest.get(..ID_LENGTH).filter(|id| is_id(id)) {
            masked += &name_of(id, &mut known);
            ID_LENGTH
        } else {
            masked.push(next);
            next.len_utf8()
        };
        rest = &rest[taken..];
    }
    masked
}

fn name_of<'a>(id: &'a str, known: &mut Vec<&'a str>) -> String {
    let index = known.iter().position(|seen| *seen == id).unwrap_or_else(|| {
        known.push(id);
        known.len() - 1
    });
    format!("<id {}>", index + 1)
}

fn is_id(text: &str) -> bool {
    !FIXED.contains(&text) && Uuid::try_parse(text).is_ok()
}

/// `(0.4 s)` at the end of a line becomes `(… s)`.
fn seconds(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" (") {
        Some((before, time)) if is_time(time) => format!("{before} (… s)\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn is_time(text: &str) -> bool {
    text.strip_suffix(" s)")
        .is_some_and(|number| number.parse::<f32>().is_ok())
}

/// `127.0.0.1:40123` becomes `127.0.0.1:<port>`.
fn ports(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |masked, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let port = if rest.len() < part.len() { "<port>" } else { "" };
        masked + HOST + port + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Mask::new(vec![("/x".to_owned(), "<x>"), ("/x/y".to_owned(), "<y>")]).apply(text)
    }

    #[test]
    fn times_go_and_other_numbers_stay() {
        assert_eq!(masked("✓ ready (0.4 s)\n(3 s) later\n"), "✓ ready (… s)\n(3 s) later\n");
    }

    #[test]
    fn one_id_has_one_name_and_the_fixture_keeps_its_own() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(
            masked(&format!("{a} {b} \"{a}\" {T2}\n")),
            format!("<id 1> <id 2> \"<id 1>\" {T2}\n")
        );
    }

    #[test]
    fn ports_and_folders_go() {
        assert_eq!(
            masked("http://127.0.0.1:4711/v1 in /x/y/z, /x\n"),
            "http://127.0.0.1:<port>/v1 in <y>/z, <x>\n"
        );
    }
}
