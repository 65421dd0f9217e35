//! The project's files, and Markdown as far as the checks need it.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub(crate) struct Page {
    /// From the project's folder.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The word behind the fence, such as `yaml`.
    pub(crate) language: String,
    /// Its lines.
    pub(crate) text: String,
}

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One file of the project.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder of the project with this extension; nothing that was built, fetched or hidden.
pub(crate) fn all(folder: &str, extension: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    collect(&root().join(folder), extension, &mut pages);
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!pages.is_empty(), "no *.{extension} was read in {folder:?}");
    pages
}

fn collect(folder: &Path, extension: &str, pages: &mut Vec<Page>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
                collect(&path, extension, pages);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            pages.push(Page {
                text: fs::read_to_string(&path).unwrap(),
                path: path.strip_prefix(root()).unwrap().to_owned(),
            });
        }
    }
}

/// What stands below the heading `## heading`, up to the next one of its rank.
pub(crate) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let begin = format!("\n## {heading}\n");
    let (_, rest) = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("there is no heading \"## {heading}\""));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The fenced blocks of a text.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(language), None) => {
                open = Some(Block {
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a fenced block is never closed");
    blocks
}

/// A text without its fenced blocks.
pub(crate) fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push(line);
        }
    }
    lines.join("\n")
}
