//! `crds/<plural>.yaml`, from the kinds in `oauth_registrar::api`.

use anyhow::Result;

use super::folder::Folder;

/// One file per kind.
pub(super) fn folder() -> Result<Folder> {
    let mut folder = Folder::new("crds");
    for crd in oauth_registrar::api::crds() {
        folder.add_yaml(format!("{}.yaml", crd.spec.names.plural), &crd)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    #[test]
    fn crds_read_back_as_what_they_were() {
        for crd in oauth_registrar::api::crds() {
            let expected = serde_json::to_value(&crd).unwrap();
            let yaml = serde_saphyr::to_string(&crd).unwrap();
            let read: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
            assert_eq!(read, expected);
        }
    }
}
