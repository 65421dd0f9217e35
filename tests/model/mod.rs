//! The world in which the real reconcile code is attacked: an in-memory API server and an in-memory platform, where each
//! request is a scheduling point, and processes that can be cut, frozen and left without an answer at any of them.

pub mod api_server;
pub mod blow;
pub mod by_hand;
pub mod canonical;
pub mod counterexamples;
pub mod door;
pub mod explore;
pub mod gate;
pub mod harm;
pub mod independence;
pub mod knowledge;
pub mod platform;
pub mod process;
pub mod run;
pub mod snapshot;
pub mod world;
