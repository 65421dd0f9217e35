//! One run: a story, and a blow at one of its requests.

use std::fmt;

use crate::blow::Blow;
use crate::field::Field;
use crate::kit::{Operator, Passed};
use crate::story::Story;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The story.
    pub story: Story,
    /// Which request is struck, and how; `None`: the story is left in peace.
    pub blow: Option<(usize, Blow)>,
}

/// How it ended.
pub struct Outcome {
    /// The requests of the story.
    pub passed: Vec<Passed>,
    /// The one that was struck.
    pub struck: Option<Passed>,
    /// What did not hold afterwards.
    pub wrongs: Vec<String>,
}

impl Run {
    /// Plays it, with an application of this name, and leaves the field as it was.
    pub async fn play(self, field: &Field<'_>, name: &str) -> Outcome {
        self.story.prepare(field, name).await;
        field.is_prepared().await;
        field.gate.order(self.blow.map(|(number, blow)| (number, blow.deed())));
        self.story.act(field, name).await;
        let mut wrongs = vec![];
        let first = self.strikes(field).await;
        self.story.turn(field, name).await;
        let struck = first || (self.story.turns() && self.strikes(field).await);
        let second = match self.blow.filter(|_| struck) {
            Some((_, blow)) => self.aftermath(blow, field, name, &mut wrongs).await,
            None => None,
        };
        wrongs.extend(self.settles(field, name).await);
        let (passed, struck) = (field.gate.passed(), field.gate.met());
        self.story.clear(field, name).await;
        wrongs.extend(field.is_left().await);
        if let Some(second) = second {
            let ended = second.stop();
            wrongs.extend((!ended).then(|| "the second operator did not end with 0".to_owned()));
        }
        Outcome { passed, struck, wrongs }
    }
}

impl Run {
    async fn settles(self, field: &Field<'_>, name: &str) -> Vec<String> {
        let more = async || self.story.wrongs(field, name).await;
        field.settles(&self.story.live(name), more).await
    }

    /// Waits for the request and strikes; false when the operator came to rest without it.
    async fn strikes(self, field: &Field<'_>) -> bool {
        let is_due = || self.blow.is_some_and(|(_, blow)| blow.is_due(field));
        if self.blow.is_some() || self.story.turns() {
            field.until_or_quiet(&is_due).await;
        }
        match self.blow.filter(|_| is_due()) {
            Some((_, blow)) => {
                blow.strike(field).await;
                true
            }
            None => false,
        }
    }

    /// What follows a blow until the operator may go on; a second operator that runs from then on.
    async fn aftermath(self, blow: Blow, field: &Field<'_>, name: &str, wrongs: &mut Vec<String>) -> Option<Operator> {
        match blow {
            Blow::FreezeAfter | Blow::FreezeBefore => {
                let second = field.twin();
                second.start();
                let found = self.settles(field, name).await;
                wrongs.extend(found.into_iter().map(|what| format!("before it woke, {what}")));
                field.operator.resume();
                Some(second)
            }
            Blow::StaleView => {
                field.until_or_quiet(&|| false).await;
                field.gate.release_watches();
                None
            }
            _ => None,
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.blow {
            Some((number, blow)) => write!(f, "{:?}, request {number} {blow}", self.story),
            None => write!(f, "{:?}, left in peace", self.story),
        }
    }
}
