//! The walls between the rooms: reads the sources and lists every line that imports what its room must not know, with
//! the cure. `CONTRIBUTING.md` has the map. Full paths, renamed imports and the bodies of macros count as well as `use`
//! lines; comments and texts do not. `planted.rs` plants an offence against each rule and sees it found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

#[path = "architecture/check.rs"]
mod check;
#[path = "architecture/documented.rs"]
mod documented;
#[path = "architecture/planted.rs"]
mod planted;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/scan.rs"]
mod scan;
#[path = "architecture/sources.rs"]
mod sources;

#[test]
fn no_room_imports_what_the_design_forbids() {
    let sources = sources::all();
    // `runtime` may be empty: nothing of it is needed yet.
    for room in rules::ROOMS.iter().filter(|room| **room != "runtime") {
        let folder = format!("src/{room}/");
        assert!(
            sources.iter().any(|source| source.path.starts_with(&folder)),
            "{folder} was not read"
        );
    }
    let offences = check::offences(&sources);
    let listed: Vec<String> = offences.iter().map(ToString::to_string).collect();
    assert!(listed.is_empty(), "{} offences:\n{}", listed.len(), listed.join("\n"));
}
