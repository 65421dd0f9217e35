//! Where the records are kept: written, listed, marked and removed in one namespace.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, Client, ResourceExt};
use serde_json::json;

use super::record::{Record, State};
use crate::api::well_known::{MANAGER, ORPHAN};
use crate::controller::context::CLUSTER_TIMEOUT;
use crate::controller::error::{Error, call};

/// Records read at a time.
const PAGE: u32 = 500;

/// A record as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What it says.
    pub record: Record,
    /// Its name.
    pub name: String,
    uid: Option<String>,
}

impl Stored {
    /// A record under the name that it would be stored.
    #[cfg(test)]
    pub(super) fn new(record: Record) -> Self {
        let name = record.name();
        Self {
            record,
            name,
            uid: None,
        }
    }
}

/// The records of one namespace.
pub struct Records(Api<ConfigMap>);

impl Records {
    /// Those in the operator's namespace.
    #[must_use]
    pub fn new(client: Client, namespace: &str) -> Self {
        Self(Api::namespaced(client, namespace))
    }

    /// Writes a record; `false`: it was there already.
    pub async fn write(&self, record: &Record) -> Result<bool, Error> {
        let params = PostParams {
            field_manager: Some(MANAGER.into()),
            ..PostParams::default()
        };
        let map = record.config_map();
        match call("write the orphan record", CLUSTER_TIMEOUT, self.0.create(&params, &map)).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(409) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// All of them; a ConfigMap with the label that is no record is passed over.
    pub async fn list(&self) -> Result<Vec<Stored>, Error> {
        let mut all = vec![];
        let mut params = ListParams::default().labels(ORPHAN).limit(PAGE);
        loop {
            let page = call("list the orphan records", CLUSTER_TIMEOUT, self.0.list(&params)).await?;
            all.extend(page.items.iter().filter_map(|map| {
                Some(Stored {
                    record: Record::parse(map)?,
                    name: map.name_any(),
                    uid: map.uid(),
                })
            }));
            match page.metadata.continue_ {
                Some(next) if !next.is_empty() => params = params.continue_token(&next),
                _ => return Ok(all),
            }
        }
    }

    /// Says how a record stands.
    pub async fn mark(&self, stored: &Stored, state: State) -> Result<(), Error> {
        if stored.record.state == state {
            return Ok(());
        }
        let body = json!({"metadata": {"uid": stored.uid, "labels": {ORPHAN: state.to_string()}}});
        let params = PatchParams {
            field_manager: Some(MANAGER.into()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(body);
        let patched = self.0.patch_metadata(&stored.name, &params, &patch);
        done(call("mark the orphan record", CLUSTER_TIMEOUT, patched).await)
    }

    /// Removes a record, unless it is another one by now.
    pub async fn remove(&self, stored: &Stored) -> Result<(), Error> {
        let params = DeleteParams {
            preconditions: Some(Preconditions {
                uid: stored.uid.clone(),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        let removed = self.0.delete(&stored.name, &params);
        done(call("remove the orphan record", CLUSTER_TIMEOUT, removed).await)
    }
}

/// Somebody else who was first is as good.
fn done<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(()),
        Err(error) => Err(error),
    }
}
