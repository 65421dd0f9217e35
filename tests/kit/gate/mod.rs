//! A gate in front of the API server and the platform: every request of one operator goes through it, and it can be told
//! to hold one, to lose its answer, or to hold back what a watch says.
//!
//! Mutating requests to both sides are counted in one sequence. [`Gate::order`] says what to do with the n-th from then
//! on; [`Gate::holds`] tells when it is held, and [`Gate::let_go`] what becomes of it. A held request goes on when its
//! sender is dead: what is on its way arrives.

mod door;
mod ledger;
mod lines;
mod upstream;

use std::sync::Arc;

pub use ledger::{Deed, Fate, Passed, Side};
pub use upstream::Upstream;

use door::Door;
use ledger::Ledger;
use lines::Watches;

/// Two doors, one for each side, and what is known of the requests that came through them. Dropping it closes both.
pub struct Gate {
    api: Door,
    platform: Door,
    ledger: Arc<Ledger>,
    watches: Arc<Watches>,
}

impl Gate {
    /// Listens; the platform behind it is told later, because it must know the gate's address itself.
    pub async fn open(api: Upstream) -> Self {
        let (ledger, watches) = (Arc::new(Ledger::default()), Arc::new(Watches::default()));
        let door = async |side| Door::open(side, Arc::clone(&ledger), Arc::clone(&watches)).await;
        let gate = Self {
            api: door(Side::Api).await,
            platform: door(Side::Platform).await,
            ledger: Arc::clone(&ledger),
            watches: Arc::clone(&watches),
        };
        gate.api.leads_to(api);
        gate
    }

    /// The address of the API server for the operator.
    pub fn api_url(&self) -> &str {
        self.api.url()
    }

    /// The address of the platform for the operator.
    pub fn platform_url(&self) -> &str {
        self.platform.url()
    }

    /// Where the door of the platform leads.
    pub fn platform_is(&self, upstream: Upstream) {
        self.platform.leads_to(upstream);
    }

    /// Counts from one again, and does this with the request of that number; `None`: only counts.
    pub fn order(&self, order: Option<(usize, Deed)>) {
        self.ledger.order(order);
    }

    /// The request that is held now.
    pub fn holds(&self) -> Option<Passed> {
        self.ledger.holds()
    }

    /// The request with which something was done since the last order.
    pub fn met(&self) -> Option<Passed> {
        self.ledger.met()
    }

    /// Lets the held request go, and returns when it has arrived, or is lost.
    pub async fn let_go(&self, fate: Fate) {
        self.ledger.let_go(fate);
        self.ledger.arrived().await;
    }

    /// The mutating requests since the last order.
    pub fn passed(&self) -> Vec<Passed> {
        self.ledger.passed()
    }

    /// Keeps back what watches of this plural say from now on; their streams stay open.
    pub fn hold_watches(&self, plural: &str) {
        self.watches.hold(plural);
    }

    /// Lets all watches say what was kept back, and what comes.
    pub fn release_watches(&self) {
        self.watches.release();
    }

    /// Cuts the connections of all watches.
    pub fn cut_watches(&self) {
        self.watches.cut();
    }
}
