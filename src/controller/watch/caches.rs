//! The caches that the watches fill, and the view of them.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{self, ObjectRef, Store};

use super::filled::{Filled, Filling, Missing};
use super::namespaces::Namespaces;
use crate::api::{ClusterOAuthPlatform, OAuthApplication, OAuthPlatform, TenantInstallation};
use crate::controller::labels::Labels;
use crate::controller::platform::kind::{PlatformKey, PlatformObject};
use crate::controller::view::View;

/// Metadata of a Secret; its data is never watched.
pub type SecretMeta = PartialObjectMeta<Secret>;

/// What is cached of one namespace, or of all.
pub struct Scope {
    /// The namespace; `None`: all of them.
    pub namespace: Option<String>,
    /// Platforms of namespaces.
    pub platforms: Store<OAuthPlatform>,
    /// Applications.
    pub applications: Store<OAuthApplication>,
    /// Installations.
    pub installations: Store<TenantInstallation>,
    /// Secrets that carry our label.
    pub secrets: Store<SecretMeta>,
    missing: Missing,
    missing_secrets: Missing,
}

impl Scope {
    /// For the watch of one of its three kinds.
    #[must_use]
    pub fn filling(&self) -> Filling {
        Filling::of(&self.missing)
    }

    /// Waits until its three kinds were read once.
    pub async fn kinds_read(&self) {
        self.missing.clone().wait().await;
    }

    /// For the watch of its Secrets.
    #[must_use]
    pub fn secrets_filling(&self) -> Filling {
        Filling::of(&self.missing_secrets)
    }
}

/// Who fills the caches of one scope.
pub struct ScopeWriters {
    /// Platforms of namespaces.
    pub platforms: Writer<OAuthPlatform>,
    /// Applications.
    pub applications: Writer<OAuthApplication>,
    /// Installations.
    pub installations: Writer<TenantInstallation>,
    /// Secrets that carry our label.
    pub secrets: Writer<SecretMeta>,
}

/// All caches.
pub struct Caches {
    /// Cluster-wide platforms.
    pub platforms: Store<ClusterOAuthPlatform>,
    /// One for each namespace that is watched, or one for all.
    pub scopes: Vec<Scope>,
    /// The labels of namespaces.
    pub namespaces: Arc<Namespaces>,
    missing: Missing,
}

/// Who fills all caches.
pub struct Writers {
    /// Cluster-wide platforms.
    pub platforms: Writer<ClusterOAuthPlatform>,
    /// In the order of [`Caches::scopes`].
    pub scopes: Vec<ScopeWriters>,
}

impl Caches {
    /// Empty caches for these namespaces; none means all.
    #[must_use]
    pub fn new(namespaces: &[String]) -> (Self, Writers) {
        let wanted: Vec<Option<String>> = match namespaces {
            [] => vec![None],
            some => some.iter().cloned().map(Some).collect(),
        };
        let (platforms, platform_writer) = reflector::store();
        let (scopes, writers): (Vec<Scope>, _) = wanted.into_iter().map(scope).unzip();
        (
            Self {
                platforms,
                scopes,
                namespaces: Arc::default(),
                missing: Missing::of(1),
            },
            Writers {
                platforms: platform_writer,
                scopes: writers,
            },
        )
    }

    /// For the watch of the platforms.
    #[must_use]
    pub fn platforms_filling(&self) -> Filling {
        Filling::of(&self.missing)
    }

    /// Waits until the platforms are known as the API server had them when it was asked first.
    #[must_use]
    pub fn platforms_filled(&self) -> Filled {
        Filled {
            kinds: [self.missing.clone(), self.missing.clone()],
            secrets: None,
            namespaces: None,
        }
    }

    /// Waits until the platforms and all of one scope are known. A namespace that cannot be read holds up no other one.
    #[must_use]
    pub fn filled_for(&self, scope: usize) -> Filled {
        let scope = &self.scopes[scope];
        Filled {
            kinds: [self.missing.clone(), scope.missing.clone()],
            secrets: Some(scope.missing_secrets.clone()),
            namespaces: Some(Arc::clone(&self.namespaces)),
        }
    }

    /// The application, if it lies in this scope.
    #[must_use]
    pub fn application_in(&self, scope: usize, namespace: &str, name: &str) -> Option<Arc<OAuthApplication>> {
        self.scopes
            .get(scope)?
            .applications
            .get(&ObjectRef::new(name).within(namespace))
    }

    /// The application whose status names this Secret.
    #[must_use]
    pub fn application_of_secret(&self, namespace: &str, secret: &str) -> Option<Arc<OAuthApplication>> {
        self.scope(namespace)?.applications.find(|application| {
            let told = application.status.as_ref().and_then(|s| s.secret.as_ref());
            application.namespace().as_deref() == Some(namespace) && told.is_some_and(|s| s.name == secret)
        })
    }

    /// The installation of this name.
    #[must_use]
    pub fn installation(&self, namespace: &str, name: &str) -> Option<Arc<TenantInstallation>> {
        self.scope(namespace)?
            .installations
            .get(&ObjectRef::new(name).within(namespace))
    }

    /// The installation whose status names this Secret.
    #[must_use]
    pub fn installation_of_secret(&self, namespace: &str, secret: &str) -> Option<Arc<TenantInstallation>> {
        self.scope(namespace)?.installations.find(|installation| {
            let told = installation.status.as_ref().and_then(|s| s.secret.as_ref());
            installation.namespace().as_deref() == Some(namespace) && told.is_some_and(|s| s.name == secret)
        })
    }

    /// The platform of a namespace.
    #[must_use]
    pub fn platform_of_namespace(&self, key: &PlatformKey) -> Option<Arc<OAuthPlatform>> {
        let namespace = key.namespace.as_deref()?;
        let scope = self.scope(namespace)?;
        scope.platforms.get(&ObjectRef::new(&key.name).within(namespace))
    }

    /// Where applications may refer to a platform.
    fn scopes_at<'a>(&'a self, platform: &PlatformKey) -> impl Iterator<Item = &'a Scope> + use<'a> {
        let namespace = platform.namespace.clone();
        let may = move |scope: &&Scope| match (&namespace, &scope.namespace) {
            (Some(own), Some(watched)) => own == watched,
            _ => true,
        };
        self.scopes.iter().filter(may)
    }

    /// The scope that a namespace belongs to, if it is watched.
    #[must_use]
    pub fn scope(&self, namespace: &str) -> Option<&Scope> {
        self.scopes
            .iter()
            .find(|s| s.namespace.as_deref().is_none_or(|n| n == namespace))
    }
}

fn scope(namespace: Option<String>) -> (Scope, ScopeWriters) {
    let (platforms, platform_writer) = reflector::store();
    let (applications, application_writer) = reflector::store();
    let (installations, installation_writer) = reflector::store();
    let (secrets, secret_writer) = reflector::store();
    let scope = Scope {
        namespace,
        platforms,
        applications,
        installations,
        secrets,
        missing: Missing::of(3),
        missing_secrets: Missing::of(1),
    };
    let writers = ScopeWriters {
        platforms: platform_writer,
        applications: application_writer,
        installations: installation_writer,
        secrets: secret_writer,
    };
    (scope, writers)
}

impl View for Caches {
    fn platform(&self, key: &PlatformKey) -> Option<Arc<dyn PlatformObject>> {
        match &key.namespace {
            None => self.platforms.get(&ObjectRef::new(&key.name)).map(|p| p as _),
            Some(_) => self.platform_of_namespace(key).map(|p| p as _),
        }
    }

    fn application(&self, namespace: &str, name: &str) -> Option<Arc<OAuthApplication>> {
        self.scope(namespace)?
            .applications
            .get(&ObjectRef::new(name).within(namespace))
    }

    fn installations_of(&self, namespace: &str, application: &str) -> Vec<Arc<TenantInstallation>> {
        let Some(scope) = self.scope(namespace) else {
            return vec![];
        };
        let mut all = scope.installations.state();
        all.retain(|i| i.spec.application_ref.name == application && i.namespace().as_deref() == Some(namespace));
        all
    }

    fn applications_at(&self, platform: &PlatformKey) -> Option<Vec<Arc<OAuthApplication>>> {
        let read = self.scopes_at(platform).all(|s| s.missing.nothing());
        read.then(|| self.applications_read_at(platform))
    }

    fn applications(&self) -> Option<Vec<Arc<OAuthApplication>>> {
        let read = self.scopes.iter().all(|s| s.missing.nothing());
        read.then(|| self.scopes.iter().flat_map(|s| s.applications.state()).collect())
    }

    fn applications_read_at(&self, platform: &PlatformKey) -> Vec<Arc<OAuthApplication>> {
        let mut all: Vec<_> = self.scopes_at(platform).flat_map(|s| s.applications.state()).collect();
        all.retain(|a| PlatformKey::of(a) == *platform);
        all
    }

    fn namespace_labels(&self, namespace: &str) -> Labels {
        self.namespaces.labels(namespace)
    }

    fn secret_version(&self, namespace: &str, name: &str) -> Option<String> {
        let secret = self
            .scope(namespace)?
            .secrets
            .get(&ObjectRef::new(name).within(namespace))?;
        secret.resource_version()
    }
}
