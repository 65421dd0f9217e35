//! `docs/demo.txt`: what the demonstration told when somebody last looked at it and found it right.

use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};

use crate::paths;

const FILE: &str = "docs/demo.txt";
const CURE: &str = "when it is right as it is now, run `cargo xtask demo --once --accept`";
const HEAD: &str = "What `cargo xtask demo --once` tells, its times, ids, ports and folders masked. Written by \
                    `cargo xtask demo --once\n--accept`; every other run of `--once` compares.\n\n";

/// What is done with a transcript.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// It is compared with the file.
    Compared,
    /// It becomes the file.
    Replaced,
}

/// Compares or replaces. A difference fails with its lines and the cure.
pub(super) fn settle(told: &str, kept: Kept) -> Result<()> {
    let path = paths::workspace().join(FILE);
    let told = format!("{HEAD}{told}");
    if let Kept::Replaced = kept {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        return folder
            .and_then(|()| fs::write(&path, told))
            .with_context(|| format!("cannot write {FILE}"));
    }
    let known = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("{FILE} is missing; {CURE}"),
        read => read.with_context(|| format!("cannot read {FILE}"))?,
    };
    if known != told {
        bail!(
            "this is another story than in {FILE}; {CURE}\n{}",
            difference(&known, &told)
        );
    }
    Ok(())
}

/// The lines between the equal beginning and the equal end, `-` before the old ones and `+` before the new.
fn difference(old: &str, new: &str) -> String {
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    while old.last() == new.last() && old.pop().is_some() {
        new.pop();
    }
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[same..], &new[same..]);
    let signed = |sign: &'static str, lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| format!("{sign} {line}")).collect()
    };
    let place = vec![format!("@ line {}", same + 1)];
    [place, signed("-", old), signed("+", new)].concat().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_only_what_changed() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\nc\n"), "@ line 2\n- b\n+ x\n+ y");
        assert_eq!(difference("a\n", "a\nb\n"), "@ line 2\n+ b");
        assert_eq!(difference("a\na\n", "a\n"), "@ line 1\n- a");
    }
}
