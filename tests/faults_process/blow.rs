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
    /// The operator is frozen when its answer has come, and goes on when a second one has done all the rest.
    FreezeAfter,
    /// The operator is frozen while the request is on its way, it is lost, and a second one does all.
    FreezeBefore,
    /// It is carried out, and all watches break off.
    CutWatches,
    /// From its answer on one watch tells nothing until the operator has come to rest.
    StaleView,
}

/// The watches that are held back, one after the other.
const VIEWS: [&str; 4] = ["oauthapplications", "secrets", "tenantinstallations", "oauthplatforms"];

impl Blow {
    /// Those that every story meets, also in the short campaign.
    pub const KILLS: [Self; 2] = [Self::KillAfter, Self::KillBefore];
    /// All others.
    pub const OTHERS: [Self; 7] = [
        Self::KillAndLose,
        Self::FreezeAfter,
        Self::LoseAnswer,
        Self::StaleView,
        Self::FreezeBefore,
        Self::Lose,
        Self::CutWatches,
    ];

    /// What the gate is ordered.
    pub fn deed(self) -> Deed {
        match self {
            Self::KillAfter | Self::FreezeAfter | Self::CutWatches | Self::StaleView => Deed::HoldAfter,
            Self::KillBefore | Self::KillAndLose | Self::FreezeBefore => Deed::HoldBefore,
            Self::LoseAnswer => Deed::DropAnswer,
            Self::Lose => Deed::Cut,
        }
    }

    /// Whether the request is met, so that it is time to strike.
    pub fn is_due(self, lane: &Lane<'_>) -> bool {
        match self.deed() {
            Deed::HoldBefore | Deed::HoldAfter => lane.gate.holds().is_some(),
            Deed::Cut | Deed::DropAnswer => lane.gate.met().is_some(),
        }
    }

    /// Strikes at the request that is held. What takes longer than the blow itself is left to the run.
    pub async fn strike(self, lane: &Lane<'_>) {
        match self {
            Self::KillAfter | Self::KillAndLose => kill(lane, Fate::Lose).await,
            Self::KillBefore => kill(lane, Fate::Pass).await,
            Self::FreezeAfter => {
                lane.operator.pause();
                lane.gate.let_go(Fate::Pass).await;
            }
            Self::FreezeBefore => {
                lane.operator.pause();
                lane.gate.let_go(Fate::Lose).await;
            }
            Self::CutWatches => {
                lane.gate.cut_watches();
                lane.gate.let_go(Fate::Pass).await;
            }
            Self::StaleView => {
                let number = lane.gate.holds().map_or(0, |request| request.number);
                lane.gate.hold_watches(VIEWS[number % VIEWS.len()]);
                lane.gate.let_go(Fate::Pass).await;
            }
            Self::LoseAnswer | Self::Lose => {}
        }
    }
}

async fn kill(lane: &Lane<'_>, fate: Fate) {
    lane.operator.kill_now();
    lane.gate.let_go(fate).await;
    lane.operator.start();
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KillAfter => "carried out, then the operator killed before its answer",
            Self::KillBefore => "the operator killed before it arrived, then it arrived",
            Self::KillAndLose => "the operator killed before it arrived, and it was lost",
            Self::LoseAnswer => "carried out, and its answer lost",
            Self::Lose => "lost before it arrived",
            Self::FreezeAfter => "the operator frozen at its answer, while a second one went on",
            Self::FreezeBefore => "lost, and the operator frozen, while a second one went on",
            Self::CutWatches => "all watches cut at its answer",
            Self::StaleView => "one watch held back from its answer on",
        })
    }
}
