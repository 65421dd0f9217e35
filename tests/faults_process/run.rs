//! One run: a story, and a blow at one of its requests.

use std::fmt;

use crate::blow::Blow;
use crate::field::Field;
use crate::kit::Passed;
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
        if let Some((_, blow)) = self.blow {
            field.until_or_quiet(&|| blow.is_due(field)).await;
            blow.strike(field).await;
        }
        let mut wrongs = field.settles(self.story, name).await;
        let (passed, struck) = (field.gate.passed(), field.gate.met());
        self.story.clear(field, name).await;
        wrongs.extend(
            field
                .leftovers()
                .await
                .into_iter()
                .map(|what| format!("afterwards, {what}")),
        );
        Outcome { passed, struck, wrongs }
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
