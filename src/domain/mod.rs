//! The rules. Everything here is pure: no clock, no randomness, no network, no cluster.
//!
//! Imports nothing of the other rooms but the reasons of conditions; `tests/architecture.rs` checks that.

pub mod access;
pub mod claim;
pub mod credentials;
pub mod decide;
pub mod drift;
pub mod egress;
pub mod failure;
pub mod installation;
pub mod marker;
pub mod observed;
pub mod orphan;
pub mod pause;
pub mod port;
pub mod registration;
pub mod render;
pub mod rules;
pub mod schedule;
pub mod scrub;
pub mod step;
pub mod stray;
pub mod wish;
