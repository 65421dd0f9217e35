//! Kubeconfig files.

use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::state::write_private;

/// Writes a kubeconfig with one context. The authority is inside, so that the file may be copied elsewhere.
pub(super) fn write(path: &Path, server: &str, ca_pem: &str, user_name: &str, token: &str) -> Result<()> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": "cluster",
            "cluster": { "server": server, "certificate-authority-data": STANDARD.encode(ca_pem) },
        }],
        "users": [{ "name": user_name, "user": { "token": token } }],
        "contexts": [{ "name": "cluster", "context": { "cluster": "cluster", "user": user_name } }],
        "current-context": "cluster",
    });
    let text = serde_saphyr::to_string(&config).context("cannot write a kubeconfig")?;
    write_private(path, &text)
}

/// The line for a POSIX shell that makes kubectl use the file.
pub(crate) fn export(path: &Path) -> String {
    format!(
        "export KUBECONFIG='{}'",
        path.display().to_string().replace('\'', r"'\''")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn export_survives_any_path() {
        assert_eq!(export(Path::new("/a b/it's")), r"export KUBECONFIG='/a b/it'\''s'");
    }
}
