//! The files that are checked.

use std::fs;
use std::path::Path;

/// One Rust file of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// From the workspace's folder, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// Every Rust file of the operator, the simulator, `xtask` and the tests.
pub(crate) fn all() -> Vec<Source> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "simulator", "xtask", "tests"] {
        read(workspace, &workspace.join(folder), &mut sources);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn read(workspace: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(workspace, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path
                .strip_prefix(workspace)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
}
