//! The score in `docs/reliability.md`: written here, never typed.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::score::Scores;
use crate::paths;

const PAGE: &str = "docs/reliability.md";
const BEGIN: &str = "<!-- score: written by `cargo xtask faults` -->\n";
const END: &str = "<!-- end of score -->\n";

/// What a score is of, and since when it is run: read when it begins, since hours may pass.
pub(super) struct Began {
    commit: String,
    at: Instant,
}

impl Began {
    pub(super) fn now() -> Result<Self> {
        let (commit, at) = (commit()?, Instant::now());
        Ok(Self { commit, at })
    }
}

/// Writes the score of a run of all campaigns into the page.
pub(super) fn write(scores: &Scores, began: &Began) -> Result<()> {
    let path = paths::workspace().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read {PAGE}"))?;
    let page = with_score(&page, &told(scores, began))?;
    fs::write(&path, page).with_context(|| format!("cannot write {PAGE}"))?;
    eprintln!("wrote the score into {PAGE}");
    Ok(())
}

fn told(scores: &Scores, began: &Began) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Commit {}, {cores} cores: {} runs, {} violations, in {} min. Some cases ran side by side.\n\n{}",
        began.commit,
        scores.runs(),
        scores.violations(),
        began.at.elapsed().as_secs().div_ceil(60),
        scores.table()
    )
}

/// The commit that is checked out, and its day; with a sign when something was changed since.
fn commit() -> Result<String> {
    let git = |args: &[&str]| -> Result<String> {
        let output = Command::new("git").args(args).current_dir(paths::workspace()).output();
        let output = output.context("cannot run git")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    let shown = git(&["show", "--no-patch", "--format=%h of %cs", "HEAD"])?;
    Ok(if changed {
        format!("{shown}, with changes")
    } else {
        shown
    })
}

/// The page with another score.
fn with_score(page: &str, score: &str) -> Result<String> {
    let parts = page
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        bail!("{PAGE} has no place for the score, between {BEGIN:?} and {END:?}");
    };
    Ok(format!("{before}{BEGIN}\n{score}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_score_is_replaced() {
        let page = format!("before\n{BEGIN}old\n{END}after\n");
        let written = with_score(&page, "new\n").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\nnew\n\n{END}after\n"));
        assert_eq!(with_score(&written, "new\n").unwrap(), written);
    }

    #[test]
    fn a_page_without_a_place_is_named() {
        let error = with_score("before\n", "new").unwrap_err();
        assert!(error.to_string().contains(PAGE));
    }
}
