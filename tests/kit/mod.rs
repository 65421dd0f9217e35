//! The cluster test kit: a real API server, the operator as a process with its own rights, and for each test a
//! namespace, a simulated platform and a `ClusterOAuthPlatform` of its own.
//!
//! ```ignore
//! mod kit;
//! static CLUSTER: kit::Shared = kit::Shared::new("flow_create");
//!
//! #[tokio::test(flavor = "multi_thread")]
//! async fn an_application_becomes_a_secret() {
//!     let space = CLUSTER.space().await;
//!     space.apply(space.application("billing-sync")).await;
//!     space.ready("OAuthApplication", "billing-sync").await;
//!     let token = space.token("billing-sync", None).await;
//! }
//! ```
//!
//! When a space ends, every secret that its platform issued is looked for in logs, Events, resources and the audit log
//! (`canary`); a test that leaves one there fails.
//!
//! Tests that kill or starve the operator live in `recover_*.rs` and call `Cluster::start` themselves.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of the kit")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod audit;
mod canary;
mod cluster;
mod gate;
mod lane;
mod law;
mod length;
mod neighbours;
mod objects;
mod operator;
mod platform;
mod refusal;
mod score;
mod space;
mod stillness;
mod wait;

pub use audit::{Audited, OPERATOR};
pub use canary::{Place, leaks};
pub use cluster::{Cluster, Installation, OPERATOR_NAMESPACE, Pace, Shared, operator_args};
pub use gate::{Deed, Fate, Gate, Passed, Side, Upstream};
pub use lane::{Lane, PLATFORM};
pub use length::is_full;
pub use neighbours::{CROWD, Neighbours};
pub use objects::{Objects, condition, documents, labelled_secret};
pub use operator::Operator;
pub use platform::Platform;
pub use score::Score;
pub use space::TestSpace;
pub use stillness::Footprint;
pub use wait::{LIMIT, until};
