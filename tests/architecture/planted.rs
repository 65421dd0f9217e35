//! The checker proves itself: each rule finds an offence that was planted against it, and leaves its neighbours alone.

use crate::check::{Offence, offences};
use crate::rules::{ARROWS, BANS, MOST_LINES, ROOMS, WORDS};
use crate::sources::Source;

fn in_file(path: &str, text: &str) -> Vec<Offence> {
    offences(&[Source {
        path: path.into(),
        text: text.into(),
    }])
}

fn found(path: &str, text: &str) -> Vec<(usize, String)> {
    in_file(path, text)
        .into_iter()
        .map(|offence| (offence.line, offence.what))
        .collect()
}

fn is_clean(path: &str, text: &str) {
    assert_eq!(in_file(path, text), [], "{text}");
}

#[test]
fn every_ban_finds_its_path_in_a_use_line_and_in_code() {
    for ban in BANS {
        let file = format!(
            "{}planted{}",
            ban.files,
            if ban.ending.is_empty() { ".rs" } else { ban.ending }
        );
        let path = [ban.path, &["planted"]].concat().join("::");
        for text in [
            format!("\nuse {path};"),
            format!("\nfn f() {{ {path}(1) }}"),
            format!("\nfn f(a: &::{path}) {{}}"),
        ] {
            let lines: Vec<usize> = in_file(&file, &text)
                .iter()
                .filter(|o| o.cure == ban.cure)
                .map(|o| o.line)
                .collect();
            assert_eq!(lines, [2], "{ban:?} in {text}");
        }
        let in_tests = in_file(&file, &format!("#[cfg(test)]\nmod tests {{ use {path}; }}"));
        assert_eq!(!in_tests.is_empty(), ban.in_tests, "{ban:?} in a test");
    }
}

#[test]
fn every_pair_of_rooms_without_an_arrow_is_found() {
    let mut forbidden = 0;
    for (room, allowed) in ARROWS {
        for target in ROOMS.iter().filter(|target| *target != room) {
            let offences = in_file(
                &format!("src/{room}/planted.rs"),
                &format!("use crate::{target}::Planted;"),
            );
            assert_eq!(
                offences.is_empty(),
                allowed.contains(target),
                "{room} to {target}: {offences:?}"
            );
            forbidden += offences.len();
        }
    }
    assert_eq!(forbidden, 20 - 3, "of 20 pairs, three have an arrow");
}

#[test]
fn an_offence_names_file_line_and_cure() {
    let offences = in_file("src/controller/a.rs", "//! A.\n\nuse crate::platforms::olt;\n");
    let listed: Vec<String> = offences.iter().map(ToString::to_string).collect();
    let expected = "src/controller/a.rs:3: crate::platforms::olt: controller imports only api and domain: go through \
                    them, or let main wire it";
    assert_eq!(listed, [expected]);
}

#[test]
fn all_offences_are_listed() {
    let text = "use kube::Client;\nuse crate::platforms::olt;\nfn f() { jiff::Timestamp::now(); }\n";
    assert_eq!(in_file("src/domain/a.rs", text).len(), 3);
}

#[test]
fn domain_may_use_the_reasons_that_users_see_and_nothing_else_of_api() {
    is_clean("src/domain/a.rs", "use crate::api::conditions::Reason;");
    assert_eq!(found("src/domain/a.rs", "use crate::api::well_known::GROUP;").len(), 1);
    assert_eq!(found("src/domain/a.rs", "use crate::api;").len(), 1);
}

#[test]
fn comments_texts_and_docs_are_no_imports() {
    is_clean(
        "src/domain/a.rs",
        "//! See [`kube::Client`].\n// use kube::Client;\n/* tokio::spawn */\n/// Not `Timestamp::now`.\n\
         fn f() -> &'static str { \"use crate::platforms::olt; kube::Client\" }\nconst R: &str = r#\"tokio::spawn\"#;\n",
    );
}

#[test]
fn nested_use_trees_are_unfolded() {
    let text = "use crate::{\n    domain::port,\n    platforms::{self, http},\n};\n";
    let expected = [
        (3, "crate::platforms".to_owned()),
        (3, "crate::platforms::http".to_owned()),
    ];
    assert_eq!(found("src/controller/a.rs", text), expected);
}

#[test]
fn a_renamed_import_does_not_hide_a_clock() {
    let names = |text| {
        found("src/domain/a.rs", text)
            .into_iter()
            .map(|(_, what)| what)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("use jiff::Timestamp as Moment;\nfn f() { Moment::now(); }"),
        ["jiff::Timestamp::now"]
    );
    assert_eq!(
        names("use std::time::{self as t};\nfn f() { t::Instant::now(); }"),
        ["std::time::Instant::now"]
    );
}

#[test]
fn super_paths_lead_out_of_a_room_too() {
    let expected = [(1, "crate::platforms::olt".to_owned())];
    assert_eq!(found("src/controller/mod.rs", "use super::platforms::olt;"), expected);
    assert_eq!(
        found(
            "src/controller/application/observe.rs",
            "use super::super::super::platforms::olt;"
        ),
        expected
    );
    let inside = "mod inner { fn f() { super::super::super::platforms::olt(); } }";
    assert_eq!(found("src/controller/a.rs", inside), expected);
    is_clean(
        "src/controller/application/observe.rs",
        "use super::super::platforms::olt;",
    );
}

#[test]
fn the_crates_own_name_is_a_way_in_too() {
    assert_eq!(
        found("src/controller/a.rs", "use oauth_registrar::platforms::olt;").len(),
        1
    );
}

#[test]
fn bodies_of_macros_and_attributes_are_looked_at() {
    assert_eq!(
        found("src/domain/a.rs", "fn f() { vec![kube::Client::new()]; }").len(),
        1
    );
    assert_eq!(
        found("src/domain/a.rs", "#[derive(kube::CustomResource)]\nstruct A;").len(),
        1
    );
    assert_eq!(
        found(
            "src/domain/a.rs",
            "macro_rules! m { () => { $crate::platforms::olt() } }"
        )
        .len(),
        1
    );
}

#[test]
fn a_glob_of_the_crate_is_found() {
    assert_eq!(
        found("src/controller/a.rs", "use crate::*;"),
        [(1, "crate::*".to_owned())]
    );
    assert_eq!(
        found("src/controller/mod.rs", "use super::*;"),
        [(1, "crate::*".to_owned())]
    );
    is_clean("src/controller/a.rs", "use super::*;");
}

#[test]
fn tests_may_use_a_clock_but_no_other_room() {
    is_clean(
        "src/domain/a.rs",
        "#[cfg(test)]\nmod tests { fn f() { jiff::Timestamp::now(); } }",
    );
    is_clean("src/domain/a.rs", "#[test]\nfn f() { jiff::Timestamp::now(); }");
    assert_eq!(
        found(
            "src/domain/a.rs",
            "#[cfg(test)]\nmod tests { use crate::platforms::olt; }"
        )
        .len(),
        1
    );
    let after = "#[cfg(test)]\nmod tests {}\nfn f() { jiff::Timestamp::now(); }";
    assert_eq!(
        found("src/domain/a.rs", after),
        [(3, "jiff::Timestamp::now".to_owned())]
    );
}

#[test]
fn a_file_of_tests_is_known_by_its_declaration() {
    let clock = "fn f() { jiff::Timestamp::now(); }";
    let sources = |declaration: &str| {
        [
            ("src/domain/claim.rs", declaration),
            ("src/domain/claim/cases.rs", clock),
        ]
        .map(|(path, text)| Source {
            path: path.into(),
            text: text.into(),
        })
    };
    assert_eq!(offences(&sources("#[cfg(test)]\nmod cases;")), []);
    assert_eq!(offences(&sources("mod cases;")).len(), 1);
}

#[test]
fn validate_neither_waits_nor_is_async() {
    let (_, _, words, cure) = WORDS;
    let offences = in_file(
        "src/controller/application/validate.rs",
        "async fn f() {\n    g().await\n}",
    );
    assert_eq!(
        offences.iter().map(|o| (o.line, o.what.as_str())).collect::<Vec<_>>(),
        [(1, "`async`"), (2, "`await`")]
    );
    assert!(offences.iter().all(|offence| offence.cure == cure) && words.len() == 2);
    is_clean("src/controller/application/observe.rs", "async fn f() { g().await }");
}

#[test]
fn a_file_that_names_two_things_is_found_and_its_tests_do_not_count() {
    let lines = |count: usize| "const A: u8 = 0;\n".repeat(count);
    let offences = in_file("src/domain/a.rs", &lines(MOST_LINES + 1));
    assert_eq!(
        offences.iter().map(|offence| offence.line).collect::<Vec<_>>(),
        [MOST_LINES + 1]
    );
    is_clean(
        "src/domain/a.rs",
        &format!("{}// a comment\n\n/// A doc.\n", lines(MOST_LINES)),
    );
    let tests = format!(
        "{}/// A.\nfn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}",
        lines(MOST_LINES - 1),
        lines(100)
    );
    is_clean("src/domain/a.rs", &tests);
}

#[test]
fn names_that_say_nothing_and_strange_rooms_are_found() {
    assert_eq!(found("src/domain/helpers.rs", "").len(), 1);
    assert_eq!(found("simulator/src/util/mod.rs", "").len(), 1);
    assert_eq!(found("src/services/a.rs", "").len(), 1);
    assert_eq!(found("src/extra.rs", "").len(), 1);
    is_clean("src/main.rs", "use oauth_registrar::{controller, platforms};");
}

#[test]
fn a_file_that_is_no_rust_is_not_passed_over() {
    assert_eq!(found("src/domain/a.rs", "fn f() {").len(), 1);
}
