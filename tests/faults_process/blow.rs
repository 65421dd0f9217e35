//! What is done with one request, and to the operator that sent it.

use std::fmt;

use crate::kit::{Deed, Fate, Lane};

/// A blow at one mutating request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// It is carried out, and the operator is killed before it learns so.
    KillAfter,
    /// The operator is killed while the request is on its way, and it arrives.
    KillBefore,
    /// The operator is killed while the request is on its way, and it is lost.
    KillAndLose,
    /// It is carried out, and its answer is lost.
    LoseAnswer,
    /// The connection is cut before it arrives.
    Lose,
}

impl Blow {
    /// Every blow.
    pub const ALL: [Self; 5] = [
        Self::KillAfter,
        Self::KillBefore,
        Self::LoseAnswer,
        Self::KillAndLose,
        Self::Lose,
    ];

    /// What the gate is ordered.
    pub fn deed(self) -> Deed {
        match self {
            Self::KillAfter => Deed::HoldAfter,
            Self::KillBefore | Self::KillAndLose => Deed::HoldBefore,
            Self::LoseAnswer => Deed::DropAnswer,
            Self::Lose => Deed::Cut,
        }
    }

    /// What becomes of the held request when the operator is dead; `None`: the operator lives on, and nothing is held.
    fn fate(self) -> Option<Fate> {
        match self {
            Self::KillBefore => Some(Fate::Pass),
            Self::KillAfter | Self::KillAndLose => Some(Fate::Lose),
            Self::LoseAnswer | Self::Lose => None,
        }
    }

    /// Strikes, if the gate has met the request.
    pub async fn strike(self, lane: &Lane<'_>) {
        let Some(fate) = self.fate() else { return };
        if lane.gate.holds().is_some() {
            lane.operator.kill_now();
            lane.gate.let_go(fate).await;
            lane.operator.start();
        }
    }

    /// Whether the request is met: then it is time to strike.
    pub fn is_due(self, lane: &Lane<'_>) -> bool {
        match self.fate() {
            Some(_) => lane.gate.holds().is_some(),
            None => lane.gate.met().is_some(),
        }
    }
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KillAfter => "carried out, then the operator killed before its answer",
            Self::KillBefore => "the operator killed before it arrived, then it arrived",
            Self::KillAndLose => "the operator killed before it arrived, and it was lost",
            Self::LoseAnswer => "carried out, and its answer lost",
            Self::Lose => "lost before it arrived",
        })
    }
}
