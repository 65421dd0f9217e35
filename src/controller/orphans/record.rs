//! A record: a ConfigMap in the operator's namespace, one for each client, under a name that follows from the resource and
//! the client. So whoever writes it again after a crash writes the same one.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::ObjectMeta;
use sha2::{Digest, Sha256};

use crate::api::well_known::{MANAGED_BY_LABEL, MANAGER, ORPHAN};
use crate::controller::platform::kind::PlatformKey;
use crate::domain::marker::Marker;
use crate::domain::orphan::{LeftClient, Orphan};

/// What is known of a client without a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How it stands.
    pub state: State,
    /// The platform that it is at.
    pub platform: PlatformKey,
    /// UID of the platform's resource at that time, if there was one.
    pub platform_uid: Option<String>,
    /// The installation of the operator that wrote it.
    pub instance: String,
    /// The resource that it was made for; `None`: nobody knows.
    pub resource: Option<Origin>,
    /// The tenants that had an installation of it.
    pub tenants: Vec<String>,
    /// Since when, RFC 3339: by the clock of the API server for a client left behind, of the platform for a stray one.
    pub since: String,
    /// The client.
    pub orphan: Orphan,
}

/// A resource that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// How a record stands; the value of its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The client is removed as soon as its platform can be used.
    Waiting,
    /// The platform knows the client, but does not prove it to be the one on record. It is not touched.
    NotOurs,
    /// So many clients may exist, and nothing can find them.
    Possible,
    /// Found by a pass over the platform's list; nobody asked for its removal.
    Stray,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::NotOurs, Self::Possible, Self::Stray];
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Record {
    /// Its name: the same for the same client of the same resource.
    #[must_use]
    pub fn name(&self) -> String {
        let orphan = &self.orphan;
        let client = orphan.client.as_ref().map(|client| client.application_id.0.as_str());
        let kind = match (&orphan.client, orphan.possible) {
            (Some(_), _) => "client",
            (None, 0) => "marker",
            _ => "possible",
        };
        let of = match &self.resource {
            Some(resource) => resource.uid.as_str(),
            None => self.platform_uid.as_deref().unwrap_or_default(),
        };
        let digest = Sha256::digest(format!("{of}\0{kind}\0{}", client.unwrap_or_default()));
        format!("oauth-registrar-orphan-{}", &format!("{digest:x}")[..20])
    }

    /// As it is stored.
    pub(super) fn config_map(&self) -> ConfigMap {
        let labels = [(ORPHAN, self.state.to_string()), (MANAGED_BY_LABEL, MANAGER.to_owned())];
        ConfigMap {
            metadata: ObjectMeta {
                name: Some(self.name()),
                labels: Some(labels.map(|(key, value)| (key.to_owned(), value)).into()),
                ..ObjectMeta::default()
            },
            data: Some(self.data()),
            ..ConfigMap::default()
        }
    }

    fn data(&self) -> BTreeMap<String, String> {
        let orphan = &self.orphan;
        let client = orphan.client.as_ref();
        let resource = self.resource.as_ref();
        let (issuer, owner) = orphan.identity.clone().unzip();
        let flag = |set: bool| set.then(|| "true".to_owned());
        let number = |number: u32| (number > 0).then(|| number.to_string());
        let members = [
            ("platformNamespace", self.platform.namespace.clone()),
            ("platformName", Some(self.platform.name.clone())),
            ("platformUid", self.platform_uid.clone()),
            ("issuer", issuer),
            ("owner", owner),
            ("instance", Some(self.instance.clone())),
            ("applicationId", client.map(|client| client.application_id.0.clone())),
            (
                "clientId",
                client
                    .and_then(|client| client.client_id.as_ref())
                    .map(|id| id.0.clone()),
            ),
            ("told", flag(client.is_some_and(|client| client.told))),
            (
                "marker",
                orphan.marker.as_ref().map(|marker| marker.as_str().to_owned()),
            ),
            ("scan", flag(orphan.scan)),
            ("possible", number(orphan.possible)),
            ("namespace", resource.map(|resource| resource.namespace.clone())),
            ("name", resource.map(|resource| resource.name.clone())),
            ("uid", resource.map(|resource| resource.uid.clone())),
            (
                "tenants",
                Some(self.tenants.join(" ")).filter(|tenants| !tenants.is_empty()),
            ),
            ("since", Some(self.since.clone())),
            ("why", Some(orphan.why.clone())),
        ];
        let members = members
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        members.collect()
    }

    /// As it was stored; `None`: it is no record.
    pub(super) fn parse(map: &ConfigMap) -> Option<Self> {
        let label = map.labels().get(ORPHAN)?;
        let state = State::ALL.into_iter().find(|state| state.to_string() == *label)?;
        let data = map.data.as_ref()?;
        let text = |key: &str| data.get(key).cloned();
        let client = text("applicationId").map(|id| LeftClient {
            application_id: id.as_str().into(),
            client_id: text("clientId").map(|id| id.as_str().into()),
            told: data.contains_key("told"),
        });
        let resource = text("uid").map(|uid| Origin {
            namespace: text("namespace").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            uid,
        });
        Some(Self {
            state,
            platform: PlatformKey {
                namespace: text("platformNamespace"),
                name: text("platformName")?,
            },
            platform_uid: text("platformUid"),
            instance: text("instance")?,
            resource,
            tenants: text("tenants")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            since: text("since").unwrap_or_default(),
            orphan: Orphan {
                client,
                marker: text("marker").and_then(|marker| Marker::parse(&marker)),
                scan: data.contains_key("scan"),
                possible: text("possible")
                    .and_then(|number| number.parse().ok())
                    .unwrap_or_default(),
                identity: text("issuer").zip(text("owner")),
                why: text("why").unwrap_or_default(),
            },
        })
    }
}

#[cfg(test)]
mod tests;
