//! The two kinds of platforms, as one.

use std::fmt;
use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;

use crate::api::application::{PlatformKind as Kind, PlatformRef};
use crate::api::grant::Grant;
use crate::api::platform::{PlatformSpec, PlatformStatus};
use crate::api::tls::CaBundleKind;
use crate::api::{ClusterOAuthPlatform, OAuthApplication, OAuthPlatform};

/// Which platform: a cluster-wide one, or one of a namespace. Displays as kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlatformKey {
    /// Its namespace; `None`: it is cluster-wide.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl PlatformKey {
    /// A cluster-wide one.
    pub fn cluster_wide(name: impl Into<String>) -> Self {
        Self {
            namespace: None,
            name: name.into(),
        }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.namespace {
            None => "ClusterOAuthPlatform",
            Some(_) => "OAuthPlatform",
        }
    }

    /// The one that an application refers to.
    #[must_use]
    pub fn of(application: &OAuthApplication) -> Self {
        let PlatformRef { kind, name } = &application.spec.platform_ref;
        Self {
            namespace: match kind {
                Kind::ClusterOAuthPlatform => None,
                Kind::OAuthPlatform => Some(application.metadata.namespace.clone().unwrap_or_default()),
            },
            name: name.clone(),
        }
    }
}

impl fmt::Display for PlatformKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name)
    }
}

/// Under whose names the versions of Secrets are remembered that were read for a platform: its credential, the authorities
/// that it trusts, and the certificate that is shown to it.
#[must_use]
pub fn readers(uid: &str) -> [String; 3] {
    [
        uid.to_owned(),
        format!("{uid}/authorities"),
        format!("{uid}/certificate"),
    ]
}

/// A platform's resource of either kind.
pub trait PlatformObject: Send + Sync {
    /// Its metadata.
    fn metadata(&self) -> &ObjectMeta;
    /// Where the platform is and how it is reached.
    fn connection(&self) -> &PlatformSpec;
    /// Who may use it for what; `None`: its own namespace, for everything that its credentials can.
    fn grants(&self) -> Option<&[Grant]>;
    /// What was found out about it.
    fn status(&self) -> Option<&PlatformStatus>;

    /// Which one it is.
    fn key(&self) -> PlatformKey {
        let ObjectMeta { namespace, name, .. } = self.metadata();
        PlatformKey {
            namespace: namespace.clone(),
            name: name.clone().unwrap_or_default(),
        }
    }

    /// Whether it is being deleted.
    fn is_leaving(&self) -> bool {
        self.metadata().deletion_timestamp.is_some()
    }

    /// The Secrets that it is opened with: under whose name the version that was read is remembered, and the Secret's name.
    fn secrets(&self) -> Vec<(String, &str)> {
        let spec = self.connection();
        let tls = spec.tls.as_ref();
        let bundle = tls.and_then(|tls| tls.ca_bundle_ref.as_ref());
        let names = [
            spec.olt.as_ref().and_then(|olt| olt.credentials.secret()),
            bundle
                .filter(|b| b.kind == CaBundleKind::Secret)
                .map(|b| b.name.as_str()),
            tls.and_then(|tls| tls.client_certificate_ref.as_ref())
                .map(|c| c.name.as_str()),
        ];
        let readers = readers(self.metadata().uid.as_deref().unwrap_or_default());
        let named = readers.into_iter().zip(names);
        named.filter_map(|(reader, name)| Some((reader, name?))).collect()
    }

    /// As the owner of what is made for it.
    fn owner(&self) -> Option<OwnerReference>;
}

/// A kind of platform, with its API.
pub trait PlatformKind: PlatformObject + Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned {
    /// The API that this resource is at.
    fn api(&self, client: Client) -> Api<Self>;
}

impl PlatformObject for ClusterOAuthPlatform {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
    fn connection(&self) -> &PlatformSpec {
        &self.spec.connection
    }
    fn grants(&self) -> Option<&[Grant]> {
        Some(&self.spec.grants)
    }
    fn status(&self) -> Option<&PlatformStatus> {
        self.status.as_ref()
    }
    fn owner(&self) -> Option<OwnerReference> {
        self.controller_owner_ref(&())
    }
}

impl PlatformKind for ClusterOAuthPlatform {
    fn api(&self, client: Client) -> Api<Self> {
        Api::all(client)
    }
}

impl PlatformObject for OAuthPlatform {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
    fn connection(&self) -> &PlatformSpec {
        &self.spec.connection
    }
    fn grants(&self) -> Option<&[Grant]> {
        None
    }
    fn status(&self) -> Option<&PlatformStatus> {
        self.status.as_ref()
    }
    fn owner(&self) -> Option<OwnerReference> {
        self.controller_owner_ref(&())
    }
}

impl PlatformKind for OAuthPlatform {
    fn api(&self, client: Client) -> Api<Self> {
        Api::namespaced(client, self.metadata.namespace.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::application::OAuthApplicationSpec;

    #[test]
    fn a_namespaced_platform_is_looked_for_in_the_applications_namespace() {
        let mut application = OAuthApplication::new("sync", OAuthApplicationSpec::default());
        application.metadata.namespace = Some("billing".into());
        application.spec.platform_ref.name = "olt".into();
        assert_eq!(PlatformKey::of(&application), PlatformKey::cluster_wide("olt"));
        application.spec.platform_ref.kind = Kind::OAuthPlatform;
        let key = PlatformKey::of(&application);
        assert_eq!(key.namespace.as_deref(), Some("billing"));
        assert_eq!(key.to_string(), "OAuthPlatform olt");
    }
}
