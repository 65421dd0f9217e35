//! `docs/troubleshooting.md` against `src/api/conditions.rs` and the messages of the code.

use oauth_registrar::api::well_known::{CREDENTIAL, SECRET_LABEL};

use crate::pages::{all, blocks, prose, read, section};

const PAGE: &str = "docs/troubleshooting.md";
const VOCABULARY: &str = "src/api/conditions.rs";

/// The variants of an enum of the vocabulary.
fn variants(name: &str) -> Vec<String> {
    let text = read(VOCABULARY);
    let (_, rest) = text.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = rest.split_once("\n}\n").unwrap();
    let lines = body
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//") && !line.starts_with('#'));
    lines.map(|line| line.trim_end_matches(',').to_owned()).collect()
}

/// The words in backticks that begin the rows of the tables in a section.
fn rows(heading: &str) -> Vec<String> {
    let page = read(PAGE);
    let lines = section(&page, heading).lines();
    let first = lines.filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    first.map(|(word, _)| word.to_owned()).collect()
}

fn compare(what: &str, mut code: Vec<String>, mut page: Vec<String>) {
    code.sort();
    page.sort();
    let lacks = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|name| !those.contains(name)).cloned().collect()
    };
    let (unexplained, unknown) = (lacks(&code, &page), lacks(&page, &code));
    assert!(
        unexplained.is_empty(),
        "{PAGE} does not explain these {what} of {VOCABULARY}: {unexplained:?}. Add what kubectl shows, what it means, what to do"
    );
    assert!(
        unknown.is_empty(),
        "{PAGE} explains these {what}, which {VOCABULARY} does not have: {unknown:?}"
    );
    assert_eq!(code, page, "one entry each");
}

#[test]
fn every_reason_has_one_entry_and_the_entries_can_be_found_by_the_alphabet() {
    let page = read(PAGE);
    let text = prose(section(&page, "Reasons"));
    let entries: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(ToOwned::to_owned)
        .collect();
    let mut sorted = entries.clone();
    sorted.sort();
    assert_eq!(entries, sorted, "the entries are in alphabetical order");
    compare("reasons", variants("Reason"), entries);
}

#[test]
fn every_condition_has_one_row() {
    compare("conditions", variants("ConditionType"), rows("Conditions"));
}

#[test]
fn every_milestone_has_one_row() {
    compare("Events", variants("Milestone"), rows("Events"));
}

/// What a quoted line says between its `…`.
fn fragments(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split('…').map(str::trim);
    parts.filter(|part| part.chars().any(char::is_alphabetic))
}

fn unsaid(quotes: &str, code: &str) -> Vec<String> {
    let said = |part: &&str| code.contains(*part);
    let missing = quotes.lines().filter(|line| !fragments(line).all(|part| said(&part)));
    missing.map(ToOwned::to_owned).collect()
}

#[test]
fn every_quoted_message_is_one_of_the_code() {
    let sources = all("src", "rs");
    let named = |text: &str| {
        text.replace("\\\"", "\"")
            .replace("{SECRET_LABEL}", SECRET_LABEL)
            .replace("{CREDENTIAL}", CREDENTIAL)
    };
    let code: String = sources.iter().map(|source| named(&source.text)).collect();
    let page = read(PAGE);
    let quotes = blocks(section(&page, "Reasons"));
    let quotes: String = quotes
        .into_iter()
        .filter(|block| block.language == "text")
        .map(|block| block.text)
        .collect();
    assert!(quotes.lines().count() > 20, "the quotes were not found");
    assert_eq!(
        unsaid(&quotes, &code),
        Vec::<String>::new(),
        "no source below src says these lines of {PAGE}; … stands for what differs"
    );
}

#[test]
fn a_quote_that_the_code_does_not_say_is_found() {
    let code = r#"format!("Secret {name} has no key {:?} or it is empty.", key)"#;
    assert!(unsaid("Secret … has no key … or it is empty.", code).is_empty());
    let other = "Secret … has no key … and it is empty.";
    assert_eq!(unsaid(other, code), [other]);
}
