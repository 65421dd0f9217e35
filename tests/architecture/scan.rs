//! Finds all paths in a Rust file by its tokens: `use` trees are unfolded, names that a `use` brought in are replaced by
//! what they stand for, `self` and `super` are resolved. Comments and texts are no tokens, bodies of macros are.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// What a file uses.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Every path, in the order of the file.
    pub(crate) paths: Vec<Used>,
    /// Every word outside `#[cfg(test)]`, with its line.
    pub(crate) words: Vec<(String, usize)>,
    /// Lines that hold code outside `#[cfg(test)]`.
    pub(crate) code_lines: BTreeSet<usize>,
    /// Modules in other files that are declared under `#[cfg(test)]`.
    pub(crate) test_modules: Vec<Vec<String>>,
    imports: BTreeMap<String, Vec<String>>,
}

/// One use of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    /// Its names; one of this crate begins with `crate`.
    pub(crate) names: Vec<String>,
    /// Where it stands.
    pub(crate) line: usize,
    /// Whether it stands under `#[cfg(test)]`.
    pub(crate) in_test: bool,
}

/// Reads a file. `module` is its path of modules in the crate; `in_test`: the whole file is under `#[cfg(test)]`.
pub(crate) fn scan(text: &str, module: &[String], in_test: bool) -> Result<Scan, String> {
    let tokens = TokenStream::from_str(text).map_err(|error| error.to_string())?;
    let mut scan = Scan::default();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    scan.imports(&tokens, module);
    scan.tokens(&tokens, module, in_test);
    Ok(scan)
}

impl Scan {
    /// First pass: what the `use` lines bring in.
    fn imports(&mut self, tokens: &[TokenTree], module: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            if is_word(&tokens[at], "use") {
                for (path, alias, _) in use_tree(&tokens[at + 1..], vec![]) {
                    self.imports.insert(alias, resolve(path, module));
                }
            }
            if let Some((name, body)) = inline_module(&tokens[at..]) {
                self.imports(&trees(body), &child(module, &name));
                at += 2;
            } else if let TokenTree::Group(group) = &tokens[at] {
                self.imports(&trees(group), module);
            }
            at += 1;
        }
    }

    /// Second pass: all paths.
    fn tokens(&mut self, tokens: &[TokenTree], module: &[String], in_test: bool) {
        let mut at = 0;
        let mut test_item = false;
        while at < tokens.len() {
            let here = in_test || test_item;
            if let Some((attribute, length)) = attribute(&tokens[at..]) {
                if is_cfg_test(attribute) {
                    test_item = true;
                } else if !is_doc(attribute) {
                    self.line(attribute.span_open(), here);
                    self.tokens(&trees(attribute), module, here);
                    self.line(attribute.span_close(), here);
                }
                at += length;
                continue;
            }
            if is_word(&tokens[at], "use") {
                let end = tokens[at..]
                    .iter()
                    .position(|token| is_punct(token, ';'))
                    .map_or(tokens.len(), |n| at + n);
                self.lines(&tokens[at..end], here);
                for (path, _, line) in use_tree(&tokens[at + 1..end], vec![]) {
                    self.paths.push(Used {
                        names: resolve(path, module),
                        line,
                        in_test: here,
                    });
                }
                (at, test_item) = (end, false);
                continue;
            }
            if let Some((name, body)) = inline_module(&tokens[at..]) {
                self.line(tokens[at].span(), here);
                self.tokens(&trees(body), &child(module, &name), here);
                (at, test_item) = (at + 3, false);
                continue;
            }
            if here && is_word(&tokens[at], "mod") && tokens.get(at + 2).is_some_and(|token| is_punct(token, ';')) {
                self.test_modules.push(child(module, &tokens[at + 1].to_string()));
            }
            at += self.token(&tokens[at..], module, here);
            let ends_item = matches!(&tokens[at - 1], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            if ends_item || is_punct(&tokens[at - 1], ';') {
                test_item = false;
            }
        }
    }

    /// One path, group or other token; tells how many tokens that were.
    fn token(&mut self, tokens: &[TokenTree], module: &[String], in_test: bool) -> usize {
        match &tokens[0] {
            TokenTree::Group(group) => {
                self.line(group.span_open(), in_test);
                self.tokens(&trees(group), module, in_test);
                self.line(group.span_close(), in_test);
                1
            }
            TokenTree::Ident(first) => {
                let (names, length) = path(tokens);
                self.lines(&tokens[..length], in_test);
                if !in_test {
                    self.words
                        .extend(names.iter().map(|name| (name.clone(), first.span().start().line)));
                }
                if names.len() > 1 {
                    let names = resolve(self.expand(names), module);
                    self.paths.push(Used {
                        names,
                        line: first.span().start().line,
                        in_test,
                    });
                }
                length
            }
            other => {
                self.line(other.span(), in_test);
                1
            }
        }
    }

    /// Replaces a first name that a `use` brought in by what it stands for.
    fn expand(&self, names: Vec<String>) -> Vec<String> {
        match self.imports.get(&names[0]) {
            Some(import) => import.iter().cloned().chain(names.into_iter().skip(1)).collect(),
            None => names,
        }
    }

    fn lines(&mut self, tokens: &[TokenTree], in_test: bool) {
        for token in tokens {
            self.line(token.span(), in_test);
        }
    }

    fn line(&mut self, span: Span, in_test: bool) {
        if !in_test {
            self.code_lines.extend(span.start().line..=span.end().line);
        }
    }
}

/// Unfolds what follows `use`: path, the name it gets here, line.
fn use_tree(tokens: &[TokenTree], prefix: Vec<String>) -> Vec<(Vec<String>, String, usize)> {
    let mut names = prefix;
    let mut line = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if *word == "as" => {
                let alias = tokens.get(at + 1).map(ToString::to_string).unwrap_or_default();
                return vec![(names, alias, line)];
            }
            TokenTree::Ident(word) => {
                line = word.span().start().line;
                // `use a::{self}` is `a`.
                if *word != "self" || names.is_empty() {
                    names.push(word.to_string());
                }
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inside = trees(group);
                let branches = inside
                    .split(|token| is_punct(token, ','))
                    .filter(|branch| !branch.is_empty());
                return branches.flat_map(|branch| use_tree(branch, names.clone())).collect();
            }
            TokenTree::Punct(mark) if mark.as_char() == '*' => {
                line = mark.span().start().line;
                names.push("*".to_owned());
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => break,
            _ => {}
        }
    }
    let alias = names.last().cloned().unwrap_or_default();
    vec![(names, alias, line)]
}

/// `a::b::c` at the beginning of the tokens, and how many tokens it takes.
fn path(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut names = vec![tokens[0].to_string()];
    let mut at = 1;
    while let [
        TokenTree::Punct(first),
        TokenTree::Punct(second),
        TokenTree::Ident(name),
        ..,
    ] = &tokens[at..]
    {
        if first.as_char() != ':' || second.as_char() != ':' {
            break;
        }
        names.push(name.to_string());
        at += 3;
    }
    (names, at)
}

/// Turns `self` and `super` into `crate`.
fn resolve(names: Vec<String>, module: &[String]) -> Vec<String> {
    let mut here: Vec<String> = module.to_vec();
    let mut rest = names.as_slice();
    match rest.first().map(String::as_str) {
        Some("self") => rest = &rest[1..],
        Some("super") => {}
        _ => return names,
    }
    while rest.first().is_some_and(|name| name == "super") {
        here.pop();
        rest = &rest[1..];
    }
    std::iter::once("crate".to_owned())
        .chain(here)
        .chain(rest.iter().cloned())
        .collect()
}

/// `#[…]` or `#![…]` at the beginning of the tokens, and how many tokens it takes.
fn attribute(tokens: &[TokenTree]) -> Option<(&Group, usize)> {
    let inner = usize::from(tokens.get(1).is_some_and(|token| is_punct(token, '!')));
    match (is_punct(&tokens[0], '#'), tokens.get(1 + inner)) {
        (true, Some(TokenTree::Group(group))) if group.delimiter() == Delimiter::Bracket => Some((group, 2 + inner)),
        _ => None,
    }
}

/// `mod name { … }` at the beginning of the tokens.
fn inline_module(tokens: &[TokenTree]) -> Option<(String, &Group)> {
    match tokens {
        [keyword, TokenTree::Ident(name), TokenTree::Group(body), ..]
            if is_word(keyword, "mod") && body.delimiter() == Delimiter::Brace =>
        {
            Some((name.to_string(), body))
        }
        _ => None,
    }
}

fn is_cfg_test(attribute: &Group) -> bool {
    matches!(
        attribute.stream().to_string().replace(' ', "").as_str(),
        "cfg(test)" | "test" | "tokio::test"
    )
}

fn is_doc(attribute: &Group) -> bool {
    attribute
        .stream()
        .into_iter()
        .next()
        .is_some_and(|token| is_word(&token, "doc"))
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if *ident == word)
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn trees(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn child(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain(std::iter::once(name.to_owned())).collect()
}
