//! Links from page to page.

use std::path::Path;

use crate::pages::{Page, all, prose, root};

/// The targets of `[text](target)`; code in backticks holds none.
fn targets(text: &str) -> Vec<String> {
    let prose = prose(text);
    let outside: Vec<&str> = prose.split('`').step_by(2).collect();
    let linked = outside.join("").replace("]()", "");
    let ends = linked.split("](").skip(1);
    ends.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// A heading as GitHub makes an anchor of it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn has_anchor(text: &str, wanted: &str) -> bool {
    let text = prose(text);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .any(|found| found == wanted)
}

/// What is wrong with a link, if anything.
fn broken(page: &Page, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, wanted) = target
        .split_once('#')
        .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let here = root().join(&page.path);
    let there = if file.is_empty() {
        here
    } else {
        here.parent().unwrap_or(Path::new("")).join(file)
    };
    if !there.exists() {
        return Some(format!("{}: nothing is at {target}", page.path.display()));
    }
    let wanted = wanted?;
    let text = std::fs::read_to_string(&there).unwrap_or_default();
    (!has_anchor(&text, wanted)).then(|| format!("{}: no heading is called {target}", page.path.display()))
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let pages = all("", "md");
    let links: Vec<(&Page, String)> = pages
        .iter()
        .flat_map(|page| targets(&page.text).into_iter().map(move |target| (page, target)))
        .collect();
    assert!(links.len() > 20, "only {} links were found", links.len());
    let broken: Vec<String> = links.iter().filter_map(|(page, target)| broken(page, target)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = Page {
        path: "docs/page.md".into(),
        text: "# Page\n\n## What it is\n\n[a](../README.md) [b](#what-it-is) [c](gone.md) [d](#gone) `[e](code)`"
            .into(),
    };
    let wrong: Vec<String> = targets(&page.text)
        .into_iter()
        .filter(|target| {
            let own = target.starts_with('#');
            if own {
                !has_anchor(&page.text, target.trim_start_matches('#'))
            } else {
                broken(&page, target).is_some()
            }
        })
        .collect();
    assert_eq!(wrong, ["gone.md", "#gone"]);
}
