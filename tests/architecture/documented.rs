//! `docs/guides/what-is-tested.md` names tests; each of them exists.

use std::fs;
use std::path::Path;

/// The file and the test that a row of a table names.
fn named(row: &str) -> Option<(&str, &str)> {
    let mut cells = row.strip_prefix('|')?.strip_suffix('|')?.split('|').skip(1);
    let mut code = || cells.next()?.trim().strip_prefix('`')?.strip_suffix('`');
    Some((code()?, code()?))
}

/// What is named and does not exist, in the files that `read` gives.
fn missing(page: &str, read: impl Fn(&str) -> String) -> Vec<String> {
    let exists = |file: &str, test: &str| read(file).contains(&format!("fn {test}("));
    page.lines()
        .filter_map(named)
        .filter(|(file, test)| !exists(file, test))
        .map(|(file, test)| format!("{file}: {test}"))
        .collect()
}

#[test]
fn every_test_that_the_guide_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap_or_default();
    let page = read("docs/guides/what-is-tested.md");
    assert!(page.lines().filter_map(named).count() > 50, "the tables were not read");
    assert_eq!(missing(&page, read), Vec::<String>::new(), "correct the guide");
}

#[test]
fn a_test_that_was_renamed_is_noticed() {
    let page = "| what | file | test |\n|---|---|---|\n| a | `x.rs` | `here` |\n| b | `x.rs` | `gone` |\n";
    let read = |_: &str| "fn here() {}\nfn goner() {}".to_owned();
    assert_eq!(missing(page, read), ["x.rs: gone"]);
}
