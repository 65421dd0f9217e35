//! What the watches show of the neighbourhood of a resource. Good enough to wake and to wait, never to act on alone.

use std::sync::Arc;

use super::labels::Labels;
use super::platform::kind::{PlatformKey, PlatformObject};
use crate::api::application::InstallationCount;
use crate::api::conditions::{ConditionType, is_true};
use crate::api::{OAuthApplication, TenantInstallation};

/// The caches.
pub trait View: Send + Sync {
    /// A platform.
    fn platform(&self, key: &PlatformKey) -> Option<Arc<dyn PlatformObject>>;
    /// An application.
    fn application(&self, namespace: &str, name: &str) -> Option<Arc<OAuthApplication>>;
    /// The installations that refer to an application.
    fn installations_of(&self, namespace: &str, application: &str) -> Vec<Arc<TenantInstallation>>;
    /// The applications that refer to a platform, in all namespaces that may; `None` until each was read once.
    fn applications_at(&self, platform: &PlatformKey) -> Option<Vec<Arc<OAuthApplication>>>;
    /// All applications of the namespaces that are watched; `None` until each was read once.
    fn applications(&self) -> Option<Vec<Arc<OAuthApplication>>> {
        None
    }
    /// As [`View::applications_at`], in the namespaces that were read so far.
    fn applications_read_at(&self, platform: &PlatformKey) -> Vec<Arc<OAuthApplication>>;
    /// How many installations an application has, and how many are Ready; `None`: it has none.
    fn installation_count(&self, namespace: &str, application: &str) -> Option<InstallationCount> {
        let all = self.installations_of(namespace, application);
        let living = all.iter().filter(|i| i.metadata.deletion_timestamp.is_none());
        let count = living.fold(InstallationCount::default(), |count, i| InstallationCount {
            desired: count.desired + 1,
            ready: count.ready + i64::from(is_ready(i)),
        });
        (count.desired > 0).then_some(count)
    }
    /// The labels of a namespace.
    fn namespace_labels(&self, _namespace: &str) -> Labels {
        Labels::Unread
    }
    /// The version of a Secret that carries our label.
    fn secret_version(&self, namespace: &str, name: &str) -> Option<String>;
}

fn is_ready(installation: &TenantInstallation) -> bool {
    let status = installation.status.as_ref();
    status.is_some_and(|s| {
        is_true(&s.conditions, ConditionType::Ready) && s.observed_generation == installation.metadata.generation
    })
}
