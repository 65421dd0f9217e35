//! What is known of the claim's outcome: what it is too early to say, and where the client may be meanwhile.

use std::time::Duration;

use super::{Known, Seen};
use crate::domain::claim::{Claim, Found};

impl Seen {
    /// The client that this process knows of and status does not tell yet, unless somebody has claimed since.
    #[must_use]
    pub fn untold(&self) -> Option<&Known> {
        let claim = self.own_claim().filter(|c| c.attempt != self.told.attempt)?;
        let (attempt, known) = self.memory.untold.as_ref()?;
        // The answer to our own next claim may have been lost.
        let next = claim.attempt == attempt + 1 && claim.holder == self.holder.process;
        (claim.attempt == *attempt || next).then_some(known)
    }

    /// The attempt that wrote our Secret; one beyond the claim was written by a user, or by somebody whose claim we have
    /// not seen yet, and says nothing.
    #[must_use]
    pub fn stored_attempt(&self) -> i64 {
        let claimed = self.own_claim().map_or(0, |c| c.attempt);
        self.output()
            .map(|s| s.attempt)
            .filter(|a| *a <= claimed)
            .unwrap_or_default()
    }

    /// The Secret says that it is from beyond the claim: a user wrote that, or our view of the claim is stale.
    #[must_use]
    pub fn beyond_claim(&self) -> bool {
        let claimed = self.own_claim().map_or(0, |c| c.attempt);
        self.output().is_some_and(|s| s.attempt > claimed) && !self.claim_is_fresh
    }

    /// The claim's attempt has an outcome that is stored nowhere and that this process does not know.
    #[must_use]
    pub fn unresolved(&self) -> bool {
        let told = self.told.attempt.max(self.memory.resolved).max(self.stored_attempt());
        self.own_claim().is_some_and(|c| c.attempt > told)
    }

    /// When the current claim has been waited out.
    #[must_use]
    pub fn settles_at(&self) -> Duration {
        self.memory.claim_first_seen + self.platform.settle
    }

    /// How long a call that the claim just written permits may still be sent: while that claim is younger than T.
    #[must_use]
    pub fn may_still_be_sent(&self, now: Duration) -> Duration {
        let claimed_at = self.authority.as_ref().map_or(now, |(_, at)| *at);
        (claimed_at + self.platform.timeout).saturating_sub(now)
    }

    /// The current claim has been waited out on our own clock.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.now >= self.settles_at()
    }

    /// The outcome of the current attempt or of one that it was written over is neither known nor told.
    #[must_use]
    pub fn doubted(&self) -> bool {
        let told = |c: &Claim| self.told.settled && self.told.attempt == c.attempt;
        self.unresolved() || self.own_claim().is_some_and(|c| c.open && !told(c))
    }

    /// A call of an earlier or the current attempt may still reach the platform.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        self.doubted() && !self.settled()
    }

    /// Issuer and owner of the platform where the client is, or may be: as status tells, else as the claim does, unless surely
    /// nothing was registered under it.
    #[must_use]
    pub fn registered_at(&self) -> Option<&(String, String)> {
        let is_there = self.known.is_some() || self.memory.held.is_some();
        let claim = match &self.claim {
            Found::Here(claim) => Some(claim).filter(|c| is_there || c.registers && self.doubted()),
            // Its resource was restored, or copied: who restores it may have registered there.
            Found::Carried(claim) => Some(claim),
            Found::Nothing | Found::Elsewhere(_) => None,
        };
        let claimed = claim.and_then(|c| c.platform.as_ref());
        self.told.identity.as_ref().or(claimed)
    }

    /// The last look for the marker was made when every call of the claim that is there had been waited out.
    #[must_use]
    pub fn looked_after_the_wait(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.at >= self.settles_at())
    }

    /// Issuer and owner of the platform where the client is, or may be, or else is registered next: the platform as it is now.
    #[must_use]
    pub fn claimed_at(&self) -> Option<(String, String)> {
        let now = || self.platform.identity.issuer_and_owner();
        self.registered_at().cloned().or_else(now)
    }
}
