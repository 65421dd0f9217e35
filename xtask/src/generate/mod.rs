//! `cargo xtask generate`: one function writes generated files or compares them.
//!
//! Each entry of the table `PRODUCERS` owns a folder: every file in it is generated, and any other file is surplus.

mod chart;
mod crds;
mod folder;
mod install;
mod rights_page;

use anyhow::{Result, bail};

pub use folder::Checked;
use folder::Folder;

use crate::paths;

/// What is generated. A further kind of file is a further line here.
const PRODUCERS: [fn() -> Result<Folder>; 5] = [
    crds::folder,
    install::folder,
    chart::definitions,
    chart::templates,
    rights_page::folder,
];

const CURE: &str = "run `cargo xtask generate`";

/// Arguments of `cargo xtask generate`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Change nothing; fail when a file is not what would be written.
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Writes all files, or compares them.
    pub fn run(&self) -> Result<()> {
        if !self.check {
            return PRODUCERS
                .iter()
                .try_for_each(|produce| produce()?.write(&paths::workspace()));
        }
        let checked = check()?;
        if checked.differences.is_empty() {
            return Ok(());
        }
        bail!("{}", checked.differences.join("\n"))
    }
}

/// Compares all generated files with what would be written.
pub fn check() -> Result<Checked> {
    let mut sum = Checked::default();
    for produce in PRODUCERS {
        let checked = produce()?.check(&paths::workspace())?;
        sum.equal += checked.equal;
        sum.differences.extend(checked.differences);
    }
    Ok(sum)
}
