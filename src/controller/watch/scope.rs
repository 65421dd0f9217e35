//! The watches and controllers of one scope: one namespace, or all of them.

use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::reflector::store::Writer;
use kube::runtime::{PredicateConfig, WatchStreamExt, watcher};
use kube::{Api, Resource, ResourceExt};

use super::caches::{Caches, Scope, ScopeWriters, SecretMeta};
use super::wakes::{self, Bells};
use super::{Stop, by_name, changes, controller, labelled, logged, watch};
use crate::api::{OAuthApplication, OAuthPlatform, TenantInstallation};
use crate::controller::context::Context;
use crate::controller::suspicions::{News, Suspect};
use crate::controller::view::View;
use crate::controller::waiting::Waiter;
use crate::controller::{application, installation, platform};

/// Where the bells of a scope are heard.
pub(super) struct Rung {
    pub platforms: UnboundedReceiver<ObjectRef<OAuthPlatform>>,
    pub applications: UnboundedReceiver<ObjectRef<OAuthApplication>>,
    pub installations: UnboundedReceiver<ObjectRef<TenantInstallation>>,
    pub secrets: UnboundedReceiver<ObjectRef<SecretMeta>>,
}

/// One scope under watch.
#[derive(Clone)]
pub(super) struct Watched {
    /// Its place among the caches.
    pub index: usize,
    pub ctx: Arc<Context>,
    pub caches: Arc<Caches>,
    pub bells: Bells,
    pub stop: Stop,
}

impl Watched {
    /// Runs until told to stop. The watch of Secrets and the news end with the controllers that they wake.
    pub(super) async fn run(self, writers: ScopeWriters, rung: Rung) {
        let platforms = self.platforms(writers.platforms, rung.platforms);
        let applications = self.applications(writers.applications, rung.applications);
        let installations = self.installations(writers.installations, rung.installations);
        let controllers = async { futures::join!(platforms, applications, installations) };
        let background = async {
            futures::join!(
                self.secrets(writers.secrets, rung.secrets),
                self.news(),
                self.suspicions(),
                self.waiting()
            )
        };
        tokio::select! {
            _ = controllers => {}
            _ = background => self.stop.clone().await,
        }
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.caches.scopes[self.index]
    }

    fn platforms(
        &self,
        writer: Writer<OAuthPlatform>,
        rung: UnboundedReceiver<ObjectRef<OAuthPlatform>>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let changed = watch(self.api(), writer, self.scope().filling(), |_| {});
        controller(
            changed.predicate_filter(changes::of_platform, PredicateConfig::default()),
            self.scope().platforms.clone(),
            rung,
            platform::reconcile::<OAuthPlatform>,
            Arc::clone(&self.ctx),
            self.caches.filled_for(self.index),
            self.stop.clone(),
        )
    }

    fn applications(
        &self,
        writer: Writer<OAuthApplication>,
        rung: UnboundedReceiver<ObjectRef<OAuthApplication>>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let heard = self.clone();
        let changed = watch(self.api(), writer, self.scope().filling(), move |event| {
            heard.bells.application(event, &heard.caches, &heard.ctx);
            heard.told(event, |a| {
                a.status
                    .as_ref()?
                    .secret
                    .as_ref()
                    .map(|s| (&*s.name, &*s.resource_version))
            });
        });
        controller(
            changed.predicate_filter(changes::of_application, PredicateConfig::default()),
            self.scope().applications.clone(),
            rung,
            application::reconcile,
            Arc::clone(&self.ctx),
            self.caches.filled_for(self.index),
            self.stop.clone(),
        )
    }

    fn installations(
        &self,
        writer: Writer<TenantInstallation>,
        rung: UnboundedReceiver<ObjectRef<TenantInstallation>>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let heard = self.clone();
        let changed = watch(self.api(), writer, self.scope().filling(), move |event| {
            heard.bells.installation(event, &heard.caches);
            heard.told(event, |i| {
                i.status
                    .as_ref()?
                    .secret
                    .as_ref()
                    .map(|s| (&*s.name, &*s.resource_version))
            });
            heard.relisted(event);
        });
        controller(
            changed.predicate_filter(changes::of_installation, PredicateConfig::default()),
            self.scope().installations.clone(),
            rung,
            installation::reconcile,
            Arc::clone(&self.ctx),
            self.caches.filled_for(self.index),
            self.stop.clone(),
        )
    }

    async fn secrets(&self, writer: Writer<SecretMeta>, asked: UnboundedReceiver<ObjectRef<SecretMeta>>) {
        if !self.ctx.settings.watch_secrets {
            return by_name::run(self, writer, asked).await;
        }
        let mut filling = self.scope().secrets_filling();
        watcher(self.api::<SecretMeta>(), labelled())
            .default_backoff()
            .reflect(writer)
            .for_each(|event| {
                if let Ok(event) = logged(event) {
                    filling.hear(&event);
                    self.relisted(&event);
                    self.bells.secret(&event, &self.caches, &self.ctx.memories);
                }
                std::future::ready(())
            })
            .await;
    }

    /// Without a watch of Secrets, one of which a status tells another version than the cache holds is read at once.
    fn told<K: Resource>(&self, event: &watcher::Event<K>, secret: impl Fn(&K) -> Option<(&str, &str)>) {
        let watcher::Event::Apply(object) = event else { return };
        let Some((name, version)) = secret(object).filter(|_| !self.ctx.settings.watch_secrets) else {
            return;
        };
        let namespace = object.namespace().unwrap_or_default();
        if self.caches.secret_version(&namespace, name).as_deref() != Some(version) {
            self.bells.secrets.ring_at(ObjectRef::new(name).within(&namespace));
        }
    }

    /// A platform that connects, or no longer does, concerns all that depends on it.
    async fn news(&self) {
        self.ctx
            .connections
            .news()
            .for_each(|platform| {
                wakes::dependents(Some(&platform), self.index, &self.caches, &self.bells);
                std::future::ready(())
            })
            .await;
    }

    async fn suspicions(&self) {
        self.ctx
            .suspicions
            .news()
            .for_each(|news| {
                match news {
                    News::Application(suspect) => self.ring(&suspect, true),
                    News::Installations(suspect) => self.ring(&suspect, false),
                    News::All => wakes::suspected(self.index, &self.caches, &self.bells, &self.ctx.suspicions),
                }
                std::future::ready(())
            })
            .await;
    }

    async fn waiting(&self) {
        self.ctx
            .waiting
            .news()
            .for_each(|waiters| {
                waiters.iter().for_each(|waiter| self.wake(waiter));
                std::future::ready(())
            })
            .await;
    }

    fn wake(&self, waiter: &Waiter) {
        let Waiter { namespace, name, .. } = waiter;
        if waiter.installation {
            let found = self.scope().installations.get(&ObjectRef::new(name).within(namespace));
            found.inspect(|installation| self.bells.installations.ring(installation));
        } else {
            let found = self.caches.application_in(self.index, namespace, name);
            found.inspect(|application| self.bells.applications.ring(application));
        }
    }

    /// Rings the application, or its installations, if it lies in this scope.
    fn ring(&self, Suspect { namespace, name }: &Suspect, itself: bool) {
        let Some(application) = self.caches.application_in(self.index, namespace, name) else {
            return;
        };
        if itself {
            self.bells.applications.ring(&application);
            return;
        }
        for installation in self.caches.installations_of(namespace, name) {
            self.bells.installations.ring(&installation);
        }
    }

    /// After a gap in a watch nobody tells what went or changed in it: every resource of the scope is looked at again.
    fn relisted<K>(&self, event: &watcher::Event<K>) {
        if matches!(event, watcher::Event::InitDone) {
            wakes::dependents(None, self.index, &self.caches, &self.bells);
        }
    }

    fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        let client = self.ctx.client.clone();
        match &self.scope().namespace {
            Some(namespace) => Api::namespaced(client, namespace),
            None => Api::all(client),
        }
    }
}
