//! The watch and the controller of the cluster-wide platforms, and the watch of their credentials.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::reflector::store::Writer;
use kube::runtime::{PredicateConfig, WatchStreamExt, watcher};
use kube::{Api, ResourceExt};

use super::caches::{Caches, SecretMeta};
use super::wakes::{self, Bell};
use super::{Stop, changes, controller, labelled, logged, watch};
use crate::api::ClusterOAuthPlatform;
use crate::controller::context::Context;
use crate::controller::platform;

/// Runs until told to stop.
pub(super) async fn run(
    writer: Writer<ClusterOAuthPlatform>,
    bell: Bell<ClusterOAuthPlatform>,
    rung: UnboundedReceiver<ObjectRef<ClusterOAuthPlatform>>,
    ctx: Arc<Context>,
    caches: Arc<Caches>,
    stop: Stop,
) {
    let platforms = Api::<ClusterOAuthPlatform>::all(ctx.client.clone());
    let changed = watch(platforms, writer, caches.platforms_filling(), |_| {});
    let platforms = controller(
        changed.predicate_filter(changes::of_platform, PredicateConfig::default()),
        caches.platforms.clone(),
        rung,
        platform::reconcile::<ClusterOAuthPlatform>,
        Arc::clone(&ctx),
        caches.platforms_filled(),
        stop,
    );
    tokio::select! {
        () = platforms => {}
        () = credentials(&bell, &ctx, &caches), if ctx.settings.watch_secrets => {}
    }
}

/// Without this watch a new credential is noticed when its platform is looked at the next time, which reads it.
///
/// A credential that is another one than was read wakes the platforms that name it; after a gap in the watch, so does one
/// that is gone.
async fn credentials(bell: &Bell<ClusterOAuthPlatform>, ctx: &Context, caches: &Caches) {
    let secrets: Api<SecretMeta> = Api::namespaced(ctx.client.clone(), &ctx.settings.namespace);
    let mut listed = BTreeSet::new();
    watcher(secrets, labelled())
        .default_backoff()
        .for_each(|event| {
            let concerned = match logged(event) {
                Ok(watcher::Event::Init) => {
                    listed.clear();
                    vec![]
                }
                Ok(watcher::Event::InitApply(secret)) => {
                    listed.insert(secret.name_any());
                    wakes::platforms_of(&secret, false, caches, &ctx.memories)
                }
                Ok(watcher::Event::Apply(secret)) => wakes::platforms_of(&secret, false, caches, &ctx.memories),
                Ok(watcher::Event::Delete(secret)) => wakes::platforms_of(&secret, true, caches, &ctx.memories),
                Ok(watcher::Event::InitDone) => wakes::platforms_without(&listed, caches, &ctx.memories),
                Err(_) => vec![],
            };
            for platform in &concerned {
                bell.ring(platform);
            }
            std::future::ready(())
        })
        .await;
}
