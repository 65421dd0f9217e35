//! The name of a cache folder: everything that the built programs depend on, hashed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use ring::digest::{Context as Digest, SHA256};

use super::recipe::{LINK_FLAGS, Set};

/// The key of the set's pins in `tools/cluster`, for the Go toolchain that would build them.
pub(super) fn key(set: &Set, pins: &Path) -> Result<String> {
    let mut parts = vec![go_version(set, pins)?];
    for folder in set.pins() {
        for name in ["go.mod", "go.sum"] {
            let path = pins.join(folder).join(name);
            parts.push(fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    parts.push(format!("{LINK_FLAGS} {:?}", set.recipes));
    Ok(hash(&parts))
}

/// What `go version` says for the set's modules, for example `go version go1.26.0 linux/amd64`.
/// Fails with what to install when there is no Go or one that cannot build these modules.
pub(super) fn go_version(set: &Set, pins: &Path) -> Result<String> {
    let dir = pins.join(set.pins().last().copied().unwrap_or_default());
    let output = match Command::new("go").arg("version").current_dir(dir).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("Go is missing; {}", how_to_install(set)),
        Err(error) => return Err(error).context("cannot run `go version`"),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}\n{}", said.trim(), how_to_install(set));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn how_to_install(set: &Set) -> String {
    format!(
        "building {} needs Go 1.26 or later: install it from https://go.dev/dl/ and put its bin folder into PATH, or \
         set KUBEBUILDER_ASSETS to a folder that holds {}",
        set.title,
        set.names()
    )
}

/// Hex, 32 characters. Each part's length is hashed too, so that text cannot move between parts unseen.
fn hash(parts: &[String]) -> String {
    let mut digest = Digest::new(&SHA256);
    for part in parts {
        digest.update(&part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    hex(&digest.finish().as_ref()[..16])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn key_changes_with_every_part() {
        let base = hash(&parts(&["go1.26.0", "mod", "sum"]));
        assert_eq!(base, hash(&parts(&["go1.26.0", "mod", "sum"])));
        assert_eq!(base.len(), 32);
        for other in [
            ["go1.26.1", "mod", "sum"],
            ["go1.26.0", "mod2", "sum"],
            ["go1.26.0", "mod", "sum2"],
        ] {
            assert_ne!(base, hash(&parts(&other)));
        }
    }

    #[test]
    fn key_changes_when_text_moves_between_parts() {
        assert_ne!(hash(&parts(&["ab", "c"])), hash(&parts(&["a", "bc"])));
    }
}
