//! Wishes that are refused: what is said, that nothing is done, and that it goes on by itself.

use serde_json::Value;

use super::objects::{Objects, condition};
use super::space::TestSpace;
use super::wait::until;

impl TestSpace<'_> {
    /// Applies an application named `refused`, which is refused before anything is registered.
    pub async fn is_refused(&self, object: Value, reason: &str, words: &[&str]) {
        self.apply(object).await;
        self.refuses("OAuthApplication", "refused", reason, words).await;
        assert_eq!(self.platform.applications().await, Vec::<Value>::new());
        assert!(self.secret("refused").await.is_empty());
    }

    /// What was refused becomes Ready with one client.
    pub async fn becomes_ready(&self) {
        self.ready("OAuthApplication", "refused").await;
        self.platform.only_application().await;
        self.token("refused", None).await;
    }

    /// Waits for `Ready=False` with this reason, whose message holds these words and which one Event tells; fails if a
    /// busy loop follows.
    pub async fn refuses(&self, kind: &str, name: &str, reason: &str, words: &[&str]) -> String {
        let message = self.says(kind, name, "Ready", "False", reason).await;
        for word in words {
            assert!(
                message.contains(word),
                "{kind} {name}: {word:?} is missing in {message:?}"
            );
        }
        // Events about what has no namespace are kept in `default`.
        let cluster_wide = kind == "ClusterOAuthPlatform";
        let told = Objects::new(self.client(), if cluster_wide { "default" } else { &self.name });
        let telling = |events: &Vec<String>| {
            let prefix = format!("{reason}: ");
            events.iter().filter(|event| event.starts_with(&prefix)).count()
        };
        let what = format!("an Event {reason} about {kind} {name}");
        until(&what, async || told.events(name).await, |events| telling(events) > 0).await;
        self.stays_calm().await;
        let events = told.events(name).await;
        assert_eq!(telling(&events), 1, "one Event for one story: {events:#?}");
        let object = self.get(kind, name).await;
        assert_eq!(condition(&object, "Ready")["message"], message, "the message stays");
        message
    }
}
