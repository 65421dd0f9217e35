//! The decision table. Pure and total: one snapshot in, one decision out. No second place decides.

pub mod application;
mod failed;
pub mod farewell;
pub mod installation;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::port::Identity;
use super::step::{Look, Step};
use crate::api::conditions::Reason;

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// All of it is true.
    Converged,
    /// Look again at this time of our clock; nothing is wrong for good.
    Wait(Duration, Trouble),
    /// Wait for a change; a person can do something, and the message says what.
    Refuse(Trouble, Recheck),
    /// Our view is stale or somebody else was first: look again soon, say nothing.
    Stale,
    /// Read this, then decide again.
    Look(Look),
    /// Do this, then decide again.
    Act(Step),
}

/// What stands in the way, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The first thing that is not true because of it.
    pub stage: Stage,
    /// One word.
    pub reason: Reason,
    /// A sentence that says what a person can do, if anything.
    pub message: String,
    /// Nothing will happen until a person acts.
    pub stalled: bool,
}

/// The things that become true one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The spec is valid, supported and granted.
    Accepted,
    /// The platform has the client as wanted.
    Registered,
    /// The Secret is written.
    SecretPublished,
    /// The credentials were proved.
    CredentialsVerified,
    /// The tenant's own Secret is written.
    TenantSecret,
}

/// Whether a refusal is looked at again without a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// No: a watch tells us.
    OnChange,
    /// Yes, every few minutes: nothing can tell us.
    Later,
    /// Yes, every few minutes, and at this time of our clock at the latest.
    By(Duration),
}

impl Trouble {
    /// Trouble that goes away by itself, or when its cause does.
    #[must_use]
    pub fn new(stage: Stage, reason: Reason, message: impl Into<String>) -> Self {
        Self {
            stage,
            reason,
            message: message.into(),
            stalled: false,
        }
    }
}

/// Refuses until something changes that a watch shows.
fn refuse(stage: Stage, reason: Reason, message: impl Into<String>) -> Decision {
    Decision::Refuse(Trouble::new(stage, reason, message), Recheck::OnChange)
}

/// Refuses, and looks again from time to time.
fn refuse_for_now(stage: Stage, reason: Reason, message: impl Into<String>) -> Decision {
    Decision::Refuse(Trouble::new(stage, reason, message), Recheck::Later)
}

/// The platform is not the one where the application "was registered" or "may be registered", in the words that people are
/// told: what it says of the client means nothing. One that cannot say who we are is away, and says nothing at all.
#[must_use]
pub fn identity_changed(registered: &str, at: &(String, String), now: &Identity) -> Option<Trouble> {
    now.issuer_and_owner().filter(|now| now != at)?;
    let (issuer, owner) = at;
    let message = format!(
        "The application {registered} at {issuer} for owner {owner}, but the platform is now {} for owner {}. Restore the platform's issuerUrl and credential, or create a new OAuthApplication.",
        now.issuer, now.owner
    );
    Some(Trouble::new(
        Stage::Registered,
        Reason::PlatformIdentityChanged,
        message,
    ))
}
