//! The watches and the controllers that they drive: one set for each namespace that is watched, since rights are bound
//! per namespace, and one controller for the platforms.

mod by_name;
pub mod caches;
pub mod changes;
pub mod filled;
pub mod namespaces;
mod platforms;
mod scope;
pub mod wakes;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{BoxFuture, Shared};
use futures::{FutureExt, Stream, StreamExt};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use self::caches::{Caches, Writers};
use self::filled::{Filled, Filling};
use self::scope::{Rung, Watched};
use self::wakes::{Bell, Bells, Counting};
use super::context::Context;
use super::error::Error;
use crate::api::well_known::SECRET_LABEL;
use crate::domain::failure::Class;
use crate::domain::schedule::next_try;

/// Reconciles of one controller at a time: as many as there are. Those of one platform take turns, so that it holds up no
/// other one.
const AT_A_TIME: u16 = 0;

/// Errors of the API server end sooner or later, and what has become of the resource meanwhile is worth a look.
const LONGEST: Duration = Duration::from_mins(1);

/// When to stop starting anything new.
pub type Stop = Shared<BoxFuture<'static, ()>>;

/// Runs every watch and controller until `stop`; ends when the reconciles that were under way have ended.
pub async fn run(ctx: Arc<Context>, caches: Arc<Caches>, writers: Writers, stop: Stop) {
    let turns = Arc::clone(&ctx);
    let stop = stop.inspect(move |()| turns.turns.close()).boxed().shared();
    let (platforms, rung) = Bell::new();
    let mut running: Vec<BoxFuture<'static, ()>> = vec![];
    let mut scopes = vec![];
    for (index, writers) in writers.scopes.into_iter().enumerate() {
        let (applications, applications_rung) = Bell::new();
        let (installations, installations_rung) = Bell::new();
        let (own_platforms, platforms_rung) = Bell::new();
        let (secrets, secrets_rung) = Bell::new();
        let watched = Watched {
            index,
            ctx: Arc::clone(&ctx),
            caches: Arc::clone(&caches),
            bells: Bells {
                applications,
                installations,
                platforms: platforms.clone(),
                own_platforms,
                secrets,
                counting: Counting::default(),
            },
            stop: stop.clone(),
        };
        scopes.push(watched.bells.clone());
        let heard = Rung {
            platforms: platforms_rung,
            applications: applications_rung,
            installations: installations_rung,
            secrets: secrets_rung,
        };
        running.push(watched.run(writers, heard).boxed());
    }
    running.push(namespaces::run(Arc::clone(&ctx), Arc::clone(&caches), scopes, stop.clone()).boxed());
    running.push(platforms::run(writers.platforms, platforms, rung, ctx, caches, stop).boxed());
    let tasks: Vec<_> = running.into_iter().map(tokio::spawn).collect();
    futures::future::join_all(tasks).await;
}

/// A watch that fills its cache and tells of every event.
fn watch<K>(
    api: Api<K>,
    writer: Writer<K>,
    filling: Filling,
    tell: impl Fn(&watcher::Event<K>) + Send + 'static,
) -> impl Stream<Item = Result<K, watcher::Error>> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    let mut filling = filling;
    watcher(api, watcher::Config::default())
        .default_backoff()
        .reflect(writer)
        .inspect(move |event| match event {
            Ok(event) => {
                filling.hear(event);
                tell(event);
            }
            Err(error) => tracing::warn!(error = error as &dyn std::error::Error, "watch interrupted"),
        })
        .touched_objects()
}

fn controller<K, F>(
    changed: impl Stream<Item = Result<K, watcher::Error>> + Send + 'static,
    store: Store<K>,
    rung: UnboundedReceiver<ObjectRef<K>>,
    reconcile: fn(Arc<K>, Arc<Context>) -> F,
    ctx: Arc<Context>,
    filled: Filled,
    stop: Stop,
) -> impl Future<Output = ()> + Send + 'static
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    F: Future<Output = Result<Action, Error>> + Send + 'static,
{
    let newest = store.clone();
    Controller::for_stream(changed, store)
        .with_config(Config::default().concurrency(AT_A_TIME))
        .reconcile_on(rung)
        .graceful_shutdown_on(stop.clone())
        .run(
            move |object, ctx| {
                let (filled, newest, stop) = (filled.clone(), newest.clone(), stop.clone());
                async move {
                    // No decision before the caches are filled: an empty one would say "does not exist".
                    let may_begin = async {
                        filled.wait(object.meta().deletion_timestamp.is_some()).await;
                        ctx.leading.clone().begins().await;
                    };
                    let waited = !ctx.leading.now();
                    tokio::select! {
                        () = may_begin => {}
                        () = stop => return Ok(Action::await_change()),
                    }
                    // What was handed to a replica that only watched may be hours old.
                    let object = match newest.get(&ObjectRef::from_obj(object.as_ref())) {
                        Some(now) if waited => now,
                        None if waited => return Ok(Action::await_change()),
                        _ => object,
                    };
                    let uid = object.meta().uid.clone().unwrap_or_default();
                    // On the heap: thousands may wait above.
                    let ended = reconcile(object, Arc::clone(&ctx)).boxed().await;
                    if ended.is_ok() {
                        ctx.memories.went_well(&uid);
                    }
                    ended
                }
            },
            |object, error, ctx| Action::requeue(after(object.meta(), error, &ctx)),
            ctx,
        )
        .for_each(|_| std::future::ready(()))
}

/// When to look again after an error of the API server: the more of them in a row, the later.
fn after(meta: &ObjectMeta, error: &Error, ctx: &Context) -> Duration {
    let errors = ctx.memories.failed(meta.uid.as_deref().unwrap_or_default());
    let pause = next_try(Class::Transient, errors, ctx.chance.fraction()).min(LONGEST);
    // Somebody wrote first: no failure, and the next look is at what they wrote; the watch usually tells of it before.
    if error.code() == Some(409) {
        tracing::debug!(
            namespace = meta.namespace,
            name = meta.name,
            "written by somebody else meanwhile"
        );
        return pause / 2;
    }
    tracing::warn!(
        namespace = meta.namespace,
        name = meta.name,
        error = error as &dyn std::error::Error,
        "reconcile failed"
    );
    pause
}

fn labelled() -> watcher::Config {
    watcher::Config::default().labels(SECRET_LABEL)
}

fn logged<T>(event: Result<T, watcher::Error>) -> Result<T, watcher::Error> {
    if let Err(error) = &event {
        tracing::warn!(error = error as &dyn std::error::Error, "watch interrupted");
    }
    event
}
