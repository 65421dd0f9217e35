//! From a change of one object to the objects that depend on it.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher::Event;
use kube::{Resource, ResourceExt};

use super::caches::{Caches, SecretMeta};
use super::changes;
use crate::api::well_known::{CREDENTIAL, OUTPUT, SECRET_LABEL};
use crate::api::{ClusterOAuthPlatform, OAuthApplication, OAuthPlatform, TenantInstallation};
use crate::controller::context::Context;
use crate::controller::memories::Memories;
use crate::controller::platform::kind::{PlatformKey, PlatformObject};
use crate::controller::suspicions::Suspicions;
use crate::controller::view::View;

/// Sends references to one kind's controller.
#[derive(Clone)]
pub struct Bell<K: kube::Resource>(UnboundedSender<ObjectRef<K>>);

impl<K: kube::Resource<DynamicType = ()>> Bell<K> {
    /// A bell, and the stream on which it is heard.
    #[must_use]
    pub fn new() -> (Self, UnboundedReceiver<ObjectRef<K>>) {
        let (sender, receiver) = unbounded();
        (Self(sender), receiver)
    }

    /// Wakes an object. After shutdown nobody listens, and nobody needs to.
    pub fn ring(&self, object: &K) {
        self.ring_at(ObjectRef::from_obj(object));
    }

    /// Wakes what is there.
    pub fn ring_at(&self, place: ObjectRef<K>) {
        let _ = self.0.unbounded_send(place);
    }
}

/// The bells of one scope, and the platforms' bell.
#[derive(Clone)]
pub struct Bells {
    /// Applications of the scope.
    pub applications: Bell<OAuthApplication>,
    /// Installations of the scope.
    pub installations: Bell<TenantInstallation>,
    /// Cluster-wide platforms.
    pub platforms: Bell<ClusterOAuthPlatform>,
    /// Platforms of the scope.
    pub own_platforms: Bell<OAuthPlatform>,
    /// Secrets of the scope that are to be read by their name, where they are not watched.
    pub secrets: Bell<SecretMeta>,
    /// Applications that will be rung when they have counted their installations long enough ago.
    pub counting: Counting,
}

/// Applications by namespace and name.
pub type Counting = Arc<Mutex<HashSet<(String, String)>>>;

/// Applications with many installations count them no more often than this.
const COUNT_AT_MOST_EVERY: Duration = Duration::from_secs(1);

impl Bells {
    /// A changed application wakes its installations; one that is gone is forgotten, with the secret that may be held
    /// for it, and wakes a platform that waits for it, and the applications that wait for its place.
    pub fn application(&self, event: &Event<OAuthApplication>, caches: &Caches, ctx: &Context) {
        let memories = &ctx.memories;
        let (Event::Apply(object) | Event::Delete(object)) = event else {
            return;
        };
        let namespace = object.namespace().unwrap_or_default();
        let news = object
            .uid()
            .is_none_or(|uid| memories.is_news(&uid, changes::for_installations(object)));
        if news || matches!(event, Event::Delete(_)) {
            for installation in caches.installations_of(&namespace, &object.name_any()) {
                self.installations.ring(&installation);
            }
        }
        if matches!(event, Event::Delete(_)) {
            // It may wait for its last application to go.
            self.platform(&PlatformKey::of(object), caches, |p| p.is_leaving());
        }
        if let (Event::Delete(_), Some(uid)) = (event, object.uid()) {
            memories.forget(&uid);
            ctx.proven.forget(&uid);
            for waiting in ctx.places.leave(&PlatformKey::of(object), &namespace, &uid) {
                let waiting = caches.application(&namespace, &waiting);
                waiting.inspect(|application| self.applications.ring(application));
            }
        }
    }

    /// An installation that is gone, or is going, wakes an application that waits for it, and its twins; one that becomes
    /// Ready, or no longer is, is counted by its application.
    pub fn installation(&self, event: &Event<TenantInstallation>, caches: &Arc<Caches>) {
        let (Event::Apply(object) | Event::Delete(object)) = event else {
            return;
        };
        let namespace = object.namespace().unwrap_or_default();
        let name = &object.spec.application_ref.name;
        if let Some(application) = caches.application(&namespace, name) {
            let told = application.status.as_ref().and_then(|s| s.installations);
            if application.metadata.deletion_timestamp.is_some() {
                self.applications.ring(&application);
            } else if told != caches.installation_count(&namespace, name) {
                self.count_later((namespace.clone(), name.clone()), caches);
            }
        }
        self.contract(object, caches);
        if matches!(event, Event::Delete(_)) {
            caches
                .installations_of(&namespace, name)
                .iter()
                .for_each(|twin| self.installations.ring(twin));
        }
    }

    /// The first installation shows how its platform installs, which the platform's status is to tell.
    fn contract(&self, installation: &TenantInstallation, caches: &Caches) {
        let status = installation.status.as_ref();
        if status.is_none_or(|s| s.installed_by_us.is_none()) {
            return;
        }
        let namespace = installation.namespace().unwrap_or_default();
        if let Some(application) = caches.application(&namespace, &installation.spec.application_ref.name) {
            let untold = |p: &dyn PlatformObject| p.status().is_some_and(|s| s.contract.is_none());
            self.platform(&PlatformKey::of(&application), caches, untold);
        }
    }

    /// Rings a platform that is as told.
    fn platform(&self, key: &PlatformKey, caches: &Caches, right: impl Fn(&dyn PlatformObject) -> bool) {
        if key.namespace.is_none() {
            let platform = caches.platforms.get(&ObjectRef::new(&key.name));
            platform
                .filter(|p| right(p.as_ref()))
                .inspect(|p| self.platforms.ring(p));
        } else {
            let platform = caches.platform_of_namespace(key);
            platform
                .filter(|p| right(p.as_ref()))
                .inspect(|p| self.own_platforms.ring(p));
        }
    }

    fn count_later(&self, application: (String, String), caches: &Arc<Caches>) {
        if !counting(&self.counting).insert(application.clone()) {
            return;
        }
        let (bells, caches) = (self.clone(), Arc::clone(caches));
        tokio::spawn(async move {
            tokio::time::sleep(COUNT_AT_MOST_EVERY).await;
            counting(&bells.counting).remove(&application);
            if let Some(application) = caches.application(&application.0, &application.1) {
                bells.applications.ring(&application);
            }
        });
    }

    /// A changed output Secret wakes its owner; a changed credential wakes the
    /// installations and platforms that name it.
    pub fn secret(&self, event: &Event<SecretMeta>, caches: &Caches, memories: &Memories) {
        let (Event::Apply(secret) | Event::Delete(secret) | Event::InitApply(secret)) = event else {
            return;
        };
        let deleted = matches!(event, Event::Delete(_));
        match secret.labels().get(SECRET_LABEL).map(String::as_str) {
            // After a gap every application is looked at again anyway.
            Some(OUTPUT) if matches!(event, Event::InitApply(_)) => {}
            Some(OUTPUT) => self.output(secret, deleted, caches, memories),
            Some(CREDENTIAL) => self.credential(secret, deleted, caches, memories),
            _ => {}
        }
    }

    fn output(&self, secret: &SecretMeta, deleted: bool, caches: &Caches, memories: &Memories) {
        let namespace = secret.namespace().unwrap_or_default();
        let owner = secret.owner_references().iter().find(|o| o.controller == Some(true));
        let Some(owner) = owner else {
            // Somebody took our owner reference off; status still tells whose Secret it was.
            if let Some(application) = caches.application_of_secret(&namespace, &secret.name_any()) {
                self.applications.ring(&application);
            }
            if let Some(installation) = caches.installation_of_secret(&namespace, &secret.name_any()) {
                self.installations.ring(&installation);
            }
            return;
        };
        let echo = memories.is_own_secret(&owner.uid, &secret.resource_version().unwrap_or_default());
        if echo && !deleted {
            return;
        }
        if owner.kind == TenantInstallation::kind(&()) {
            if let Some(installation) = caches.installation(&namespace, &owner.name) {
                self.installations.ring(&installation);
            }
        } else if let Some(application) = caches.application(&namespace, &owner.name) {
            self.applications.ring(&application);
        }
    }

    fn credential(&self, secret: &SecretMeta, deleted: bool, caches: &Caches, memories: &Memories) {
        let namespace = secret.namespace();
        let read = |uid: Option<String>| !deleted && uid.is_some_and(|uid| has_read(&uid, secret, memories));
        let names = |i: &TenantInstallation| {
            let named = i.spec.credentials.as_ref().and_then(|c| c.secret());
            named == Some(secret.name_any().as_str())
        };
        let Some(scope) = caches.scope(namespace.as_deref().unwrap_or_default()) else {
            return;
        };
        let installations = scope.installations.state().into_iter();
        installations
            .filter(|i| i.namespace() == namespace && names(i) && !read(i.uid()))
            .for_each(|i| self.installations.ring(&i));
        let platforms = scope.platforms.state().into_iter();
        platforms
            .filter(|p| p.namespace() == namespace && is_news(p.as_ref(), secret, deleted, memories))
            .for_each(|p| self.own_platforms.ring(&p));
    }
}

/// Whether this version of the Secret is the one that was read for this resource last.
fn has_read(uid: &str, secret: &SecretMeta, memories: &Memories) -> bool {
    let version = memories.credential(uid);
    version.is_some() && version == secret.resource_version()
}

/// Whether a platform is opened with this Secret and has not read this version of it, or it is gone.
fn is_news(platform: &dyn PlatformObject, secret: &SecretMeta, deleted: bool, memories: &Memories) -> bool {
    let name = secret.name_any();
    let mut named = platform.secrets().into_iter().filter(|(_, named)| **named == name);
    named.any(|(reader, _)| deleted || !has_read(&reader, secret, memories))
}

fn counting(counting: &Counting) -> MutexGuard<'_, HashSet<(String, String)>> {
    counting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cluster-wide platforms that are opened with this Secret of the operator's namespace and have not read this version of it,
/// or that it is gone.
#[must_use]
pub fn platforms_of(
    secret: &SecretMeta,
    deleted: bool,
    caches: &Caches,
    memories: &Memories,
) -> Vec<Arc<ClusterOAuthPlatform>> {
    let mut all = caches.platforms.state();
    all.retain(|p| is_news(p.as_ref(), secret, deleted, memories));
    all
}

/// Platforms that have read something which is not among these Secrets.
#[must_use]
pub fn platforms_without(
    listed: &BTreeSet<String>,
    caches: &Caches,
    memories: &Memories,
) -> Vec<Arc<ClusterOAuthPlatform>> {
    let lacks = |(reader, name): &(String, &str)| memories.credential(reader).is_some() && !listed.contains(*name);
    let mut all = caches.platforms.state();
    all.retain(|p| p.secrets().iter().any(lacks));
    all
}

/// Everything of one scope that depends on a platform; `None`: on any.
pub fn dependents(platform: Option<&PlatformKey>, scope: usize, caches: &Caches, bells: &Bells) {
    let Some(scope) = caches.scopes.get(scope) else { return };
    for application in scope.applications.state() {
        if platform.is_none_or(|key| PlatformKey::of(&application) == *key) {
            with_installations(&application, caches, bells);
        }
    }
}

/// Every application of one scope that lies in one of these namespaces, and its installations.
pub fn in_namespaces(names: &[String], scope: usize, caches: &Caches, bells: &Bells) {
    let Some(scope) = caches.scopes.get(scope) else { return };
    for application in scope.applications.state() {
        if application
            .namespace()
            .is_some_and(|namespace| names.contains(&namespace))
        {
            with_installations(&application, caches, bells);
        }
    }
}

fn with_installations(application: &OAuthApplication, caches: &Caches, bells: &Bells) {
    bells.applications.ring(application);
    let namespace = application.namespace().unwrap_or_default();
    for installation in &caches.installations_of(&namespace, &application.name_any()) {
        bells.installations.ring(installation);
    }
}

/// Every application of one scope that is under suspicion.
pub fn suspected(scope: usize, caches: &Caches, bells: &Bells, suspicions: &Suspicions) {
    let Some(scope) = caches.scopes.get(scope) else { return };
    for application in scope.applications.state() {
        if application.uid().is_some_and(|uid| suspicions.against(&uid).is_some()) {
            bells.applications.ring(&application);
        }
    }
}

#[cfg(test)]
mod tests;
