//! Secrets without the right to list or watch them: each that a status or a spec names is read by its name, metadata alone,
//! with every resync, and at once when a status tells of a version that was not seen. What is found fills the same cache and
//! rings the same bells as a watch would, only later.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use futures::stream::iter;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::Event;
use kube::{Api, ResourceExt};

use super::caches::{Scope, SecretMeta};
use super::scope::Watched;
use crate::api::well_known::SECRET_LABEL;
use crate::controller::context::CLUSTER_TIMEOUT;
use crate::controller::error::call;
use crate::controller::platform::kind::PlatformObject;

/// Reads under way.
const AT_A_TIME: usize = 8;

/// Namespace and name.
type Place = (String, String);

/// What a read showed: a Secret that concerns us, or none. Nothing: it failed, and what was known goes on.
type Shown = Option<Result<SecretMeta, Place>>;

/// Reads the Secrets of a scope until its controllers end. `asked`: those to be read at once.
pub(super) async fn run(
    watched: &Watched,
    mut writer: Writer<SecretMeta>,
    mut asked: UnboundedReceiver<ObjectRef<SecretMeta>>,
) {
    let scope = watched.scope();
    let mut filling = scope.secrets_filling();
    let mut learn = |event: Event<SecretMeta>| {
        filling.hear(&event);
        writer.apply_watcher_event(&event);
        watched.bells.secret(&event, &watched.caches, &watched.ctx.memories);
    };
    scope.kinds_read().await;
    learn(Event::Init);
    for secret in round(watched).await.into_iter().flatten().flatten() {
        learn(Event::InitApply(secret));
    }
    learn(Event::InitDone);
    loop {
        let pause = tokio::time::sleep(watched.ctx.settings.resync);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                place = asked.next() => match place {
                    Some(place) => news(scope, read(watched, place_of(&place)).await).into_iter().for_each(&mut learn),
                    None => return,
                },
            }
        }
        for shown in round(watched).await {
            news(scope, shown).into_iter().for_each(&mut learn);
        }
    }
}

/// Reads each Secret that is named in the scope, and those that the cache holds.
async fn round(watched: &Watched) -> Vec<Shown> {
    let reads = named(watched.scope()).into_iter().map(|place| read(watched, place));
    iter(reads).buffer_unordered(AT_A_TIME).collect().await
}

async fn read(watched: &Watched, place: Place) -> Shown {
    let api: Api<Secret> = Api::namespaced(watched.ctx.client.clone(), &place.0);
    let found = call("read the Secret", CLUSTER_TIMEOUT, api.get_metadata_opt(&place.1)).await;
    match found {
        Ok(found) => Some(
            found
                .filter(|secret| secret.labels().contains_key(SECRET_LABEL))
                .ok_or(place),
        ),
        Err(error) => {
            let (namespace, name) = place;
            tracing::warn!(
                namespace,
                secret = name,
                error = &error as &dyn std::error::Error,
                "a Secret cannot be read"
            );
            None
        }
    }
}

/// What is new to the cache.
fn news(scope: &Scope, shown: Shown) -> Option<Event<SecretMeta>> {
    let cached = |(namespace, name): &Place| scope.secrets.get(&ObjectRef::new(name).within(namespace));
    match shown? {
        Ok(secret) => {
            let place = (secret.namespace().unwrap_or_default(), secret.name_any());
            let known = cached(&place).is_some_and(|cached| cached.resource_version() == secret.resource_version());
            (!known).then_some(Event::Apply(secret))
        }
        Err(place) => cached(&place).map(|gone| Event::Delete(gone.as_ref().clone())),
    }
}

/// What a status tells of, what a spec names, and what was there before.
fn named(scope: &Scope) -> BTreeSet<Place> {
    let mut named: BTreeSet<Place> = scope
        .secrets
        .state()
        .iter()
        .map(|s| place(s.as_ref(), &s.name_any()))
        .collect();
    for application in scope.applications.state() {
        let told = application.status.as_ref().and_then(|s| s.secret.as_ref());
        named.extend(told.map(|s| place(application.as_ref(), &s.name)));
    }
    for installation in scope.installations.state() {
        let told = installation.status.as_ref().and_then(|s| s.secret.as_ref());
        named.extend(told.map(|s| place(installation.as_ref(), &s.name)));
        let credential = installation.spec.credentials.as_ref().and_then(|c| c.secret());
        named.extend(credential.map(|name| place(installation.as_ref(), name)));
    }
    for platform in scope.platforms.state() {
        named.extend(
            platform
                .secrets()
                .into_iter()
                .map(|(_, name)| place(platform.as_ref(), name)),
        );
    }
    named
}

fn place<K: kube::Resource>(beside: &K, name: &str) -> Place {
    (beside.namespace().unwrap_or_default(), name.to_owned())
}

fn place_of(reference: &ObjectRef<SecretMeta>) -> Place {
    (reference.namespace.clone().unwrap_or_default(), reference.name.clone())
}
