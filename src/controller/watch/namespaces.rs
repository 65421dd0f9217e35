//! The labels of the namespaces, by which grants choose: one watch of metadata for the whole cluster, read and never acted on.
//!
//! Its first list is waited for like that of every cache. But an operator that may not list namespaces is to serve the
//! grants by name all the same: a refusal is an answer, too, and is told to whom only a label could help.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::{Error, Event};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, ResourceExt};
use tokio::sync::watch;

use super::caches::Caches;
use super::wakes::{self, Bells};
use super::{Stop, logged};
use crate::controller::context::Context;
use crate::controller::labels::Labels;

type Meta = PartialObjectMeta<Namespace>;
type ByName = HashMap<String, Arc<BTreeMap<String, String>>>;

/// The labels of all namespaces, as far as they are known.
pub struct Namespaces {
    known: Mutex<Known>,
    answered: watch::Sender<bool>,
}

#[derive(Default)]
struct Known {
    labels: ByName,
    /// A list that is being read.
    incoming: ByName,
    /// A list was read to its end.
    filled: bool,
    /// The API server refuses the list.
    refused: Option<String>,
}

/// For whom an event is news.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// For what lies in these namespaces.
    Of(Vec<String>),
    /// For everything.
    All,
}

impl Default for Namespaces {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            answered: watch::Sender::new(false),
        }
    }
}

impl Namespaces {
    /// What is known of this namespace's labels. Once the list is refused, what was known before counts no more.
    #[must_use]
    pub fn labels(&self, namespace: &str) -> Labels {
        let known = self.lock();
        match (&known.refused, known.labels.get(namespace)) {
            (Some(why), _) => Labels::Refused(why.clone()),
            (None, Some(labels)) if known.filled => Labels::Known(Arc::clone(labels)),
            _ => Labels::Unread,
        }
    }

    /// Waits until the API server has answered the first list, or refused it.
    pub async fn answered(&self) {
        let mut answered = self.answered.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = answered.wait_for(|answered| *answered).await;
    }

    /// Takes in what the watch says.
    pub fn hear(&self, event: Result<Event<Meta>, &Error>) -> News {
        let mut known = self.lock();
        let news = match event {
            Ok(event) => known.event(event),
            Err(error) => match refusal(error).map(|why| known.refused.replace(why.to_owned())) {
                Some(None) => News::All,
                Some(Some(_)) | None => News::Of(vec![]),
            },
        };
        if known.filled || known.refused.is_some() {
            self.answered.send_replace(true);
        }
        news
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the API server said, if it refuses the list or the watch and will do so again; not that a list has become too old, or
/// that it wishes for a pause.
fn refusal(error: &Error) -> Option<&str> {
    let (Error::InitialListFailed(kube::Error::Api(status))
    | Error::WatchStartFailed(kube::Error::Api(status))
    | Error::WatchFailed(kube::Error::Api(status))
    | Error::WatchError(status)) = error
    else {
        return None;
    };
    let lasts = (400..500).contains(&status.code) && ![408, 410, 429].contains(&status.code);
    lasts.then_some(status.message.as_str())
}

impl Known {
    fn event(&mut self, event: Event<Meta>) -> News {
        match event {
            Event::Init => self.incoming.clear(),
            Event::InitApply(namespace) => {
                self.incoming.insert(namespace.name_any(), labels_of(namespace));
            }
            Event::InitDone => return self.listed(),
            Event::Apply(namespace) => {
                let (name, labels) = (namespace.name_any(), labels_of(namespace));
                let before = self.labels.insert(name.clone(), Arc::clone(&labels));
                let same = before.is_some_and(|before| before == labels);
                return News::Of(if same { vec![] } else { vec![name] });
            }
            Event::Delete(namespace) => {
                self.labels.remove(&namespace.name_any());
            }
        }
        News::Of(vec![])
    }

    /// Whoever waits for the first list needs not be woken; after a gap, those whose labels changed in it do.
    fn listed(&mut self) -> News {
        let before = std::mem::replace(&mut self.labels, std::mem::take(&mut self.incoming));
        if self.refused.take().is_some() {
            self.filled = true;
            return News::All;
        }
        if !std::mem::replace(&mut self.filled, true) {
            return News::Of(vec![]);
        }
        let other = |(name, labels): &(&String, &Arc<BTreeMap<_, _>>)| before.get(*name) != Some(*labels);
        let changed = self.labels.iter().filter(other).map(|(name, _)| name.clone());
        News::Of(changed.collect())
    }
}

fn labels_of(namespace: Meta) -> Arc<BTreeMap<String, String>> {
    Arc::new(namespace.metadata.labels.unwrap_or_default())
}

/// Watches until told to stop. Another label wakes what lies in its namespace.
pub(super) async fn run(ctx: Arc<Context>, caches: Arc<Caches>, scopes: Vec<Bells>, stop: Stop) {
    let watched = async {
        loop {
            until_refused(&ctx, &caches, &scopes).await;
            // A right that is missing is not there a second later. Then a list tells what is true; a watch alone could go on
            // from what was known before.
            tokio::time::sleep(ctx.recheck()).await;
        }
    };
    tokio::select! {
        () = watched => {}
        () = stop => {}
    }
}

async fn until_refused(ctx: &Context, caches: &Arc<Caches>, scopes: &[Bells]) {
    let api: Api<Meta> = Api::all(ctx.client.clone());
    let mut events = watcher(api, watcher::Config::default()).default_backoff().boxed();
    while let Some(event) = events.next().await {
        let event = logged(event);
        let news = caches.namespaces.hear(event.as_ref().map(Clone::clone));
        for (scope, bells) in scopes.iter().enumerate() {
            match &news {
                News::All => wakes::dependents(None, scope, caches, bells),
                News::Of(names) if names.is_empty() => {}
                News::Of(names) => wakes::in_namespaces(names, scope, caches, bells),
            }
        }
        if event.is_err_and(|error| refusal(&error).is_some()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use kube::core::Status;
    use serde_json::json;

    use super::*;

    fn namespace(name: &str, team: &str) -> Meta {
        serde_json::from_value(json!({ "metadata": { "name": name, "labels": { "team": team } } })).unwrap()
    }

    fn refused(code: u16) -> Error {
        let status = Status {
            code,
            message: "namespaces is forbidden".into(),
            ..Status::default()
        };
        Error::InitialListFailed(kube::Error::Api(Box::new(status)))
    }

    /// Of a watch whose list was read before: the only way in which a right that is taken away later shows.
    fn refused_later(code: u16) -> Error {
        let Error::InitialListFailed(why) = refused(code) else {
            unreachable!()
        };
        Error::WatchStartFailed(why)
    }

    /// The team that is known.
    fn team(all: &Namespaces, name: &str) -> Option<String> {
        match all.labels(name) {
            Labels::Known(labels) => labels.get("team").cloned(),
            _ => None,
        }
    }

    fn list(all: &Namespaces, list: &[(&str, &str)]) -> News {
        all.hear(Ok(Event::Init));
        for (name, team) in list {
            assert_eq!(all.hear(Ok(Event::InitApply(namespace(name, team)))), News::Of(vec![]));
        }
        all.hear(Ok(Event::InitDone))
    }

    #[test]
    fn nothing_is_known_before_the_first_list_is_complete() {
        let all = Namespaces::default();
        all.hear(Ok(Event::Init));
        all.hear(Ok(Event::InitApply(namespace("billing", "a"))));
        assert_eq!(all.labels("billing"), Labels::Unread);
        assert!(all.answered().now_or_never().is_none());
        assert_eq!(all.hear(Ok(Event::InitDone)), News::Of(vec![]));
        assert_eq!(team(&all, "billing").as_deref(), Some("a"));
        assert!(all.answered().now_or_never().is_some());
        assert_eq!(
            all.labels("new"),
            Labels::Unread,
            "a namespace may be older than the event that tells of it"
        );
    }

    #[test]
    fn only_another_label_is_news() {
        let all = Namespaces::default();
        list(&all, &[("billing", "a")]);
        let told = |team| all.hear(Ok(Event::Apply(namespace("billing", team))));
        assert_eq!(
            (told("a"), told("b"), told("b")),
            (News::Of(vec![]), News::Of(vec!["billing".into()]), News::Of(vec![]))
        );
        assert_eq!(team(&all, "billing").as_deref(), Some("b"));
        all.hear(Ok(Event::Delete(namespace("billing", "b"))));
        assert_eq!(all.labels("billing"), Labels::Unread);
    }

    #[test]
    fn after_a_gap_those_that_changed_in_it_are_told() {
        let all = Namespaces::default();
        list(&all, &[("billing", "a"), ("shipping", "a"), ("gone", "a")]);
        assert_eq!(
            list(&all, &[("billing", "b"), ("shipping", "a")]),
            News::Of(vec!["billing".into()])
        );
        assert_eq!(all.labels("gone"), Labels::Unread);
    }

    #[test]
    fn a_refusal_is_an_answer_and_ends_with_the_next_list() {
        let all = Namespaces::default();
        assert_eq!(all.hear(Err(&refused(503))), News::Of(vec![]));
        assert!(all.answered().now_or_never().is_none(), "it is tried again");
        assert_eq!(
            (all.hear(Err(&refused(403))), all.hear(Err(&refused(403)))),
            (News::All, News::Of(vec![]))
        );
        assert!(all.answered().now_or_never().is_some());
        assert_eq!(all.labels("billing"), Labels::Refused("namespaces is forbidden".into()));
        assert_eq!(list(&all, &[("billing", "a")]), News::All);
        assert_eq!(team(&all, "billing").as_deref(), Some("a"));
        assert_eq!(all.hear(Err(&refused_later(403))), News::All);
        assert_eq!(
            team(&all, "billing"),
            None,
            "what may not be read any more permits nothing"
        );
    }
}
