//! Events: one for each new story. Best effort; an Event that cannot be written never holds up the work.

use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource};

use super::context::CLUSTER_TIMEOUT;
use crate::api::conditions::Milestone;
use crate::api::well_known::MANAGER;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Something a person should look at.
    pub warning: bool,
    /// One word, the same as in conditions where there is one.
    pub reason: String,
    /// What was being done, one word.
    pub action: String,
    /// A sentence; cut at 1,024 bytes.
    pub note: String,
}

impl Story {
    /// A milestone.
    #[must_use]
    pub fn milestone(reached: Milestone, note: String) -> Self {
        Self {
            warning: false,
            reason: reached.to_string(),
            action: reached.to_string(),
            note,
        }
    }
}

/// Tells a story about an object.
pub async fn tell<K: Resource<DynamicType = ()>>(client: &Client, object: &K, story: Story) {
    // A fresh recorder: the cache of a shared one would keep the first note of a repeated reason.
    let recorder = Recorder::new(
        client.clone(),
        Reporter {
            controller: MANAGER.into(),
            instance: None,
        },
    );
    let event = Event {
        type_: if story.warning {
            EventType::Warning
        } else {
            EventType::Normal
        },
        reason: story.reason,
        note: Some(cut(&story.note)),
        action: story.action,
        secondary: None,
    };
    let reference = object.object_ref(&());
    match tokio::time::timeout(CLUSTER_TIMEOUT, recorder.publish(&event, &reference)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, reason = event.reason, "event not written"),
        Err(_) => tracing::warn!(reason = event.reason, "event not written in time"),
    }
}

fn cut(note: &str) -> String {
    let end = (0..=note.len().min(1024))
        .rev()
        .find(|at| note.is_char_boundary(*at))
        .unwrap_or(0);
    note[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_note_is_cut_on_a_character_boundary() {
        assert_eq!(cut(&"ü".repeat(600)).len(), 1024);
        assert_eq!(cut(&format!("x{}", "ü".repeat(600))).len(), 1023);
        assert_eq!(cut("short"), "short");
    }
}
