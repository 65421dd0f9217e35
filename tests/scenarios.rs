//! Exact calls: the real reconcile against an API server and a platform that answer and write down what they were asked.
//! Number and order of requests, their bytes, silence when all is true, and no secret anywhere but in the Secret.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

#[path = "model/api_server/mod.rs"]
#[allow(dead_code, reason = "the model uses more of it")]
mod api_server;
#[path = "scenarios/bytes.rs"]
mod bytes;
#[path = "scenarios/canary.rs"]
mod canary;
#[path = "scenarios/creation.rs"]
mod creation;
#[path = "scenarios/deletion.rs"]
mod deletion;
#[path = "scenarios/recorder.rs"]
mod recorder;
#[path = "scenarios/repair.rs"]
mod repair;
#[path = "contract_olt/script.rs"]
#[allow(dead_code, reason = "the contract uses more of it")]
mod script;
#[path = "scenarios/stage.rs"]
mod stage;
#[path = "scenarios/state.rs"]
mod state;
#[path = "model/platform/store.rs"]
#[allow(dead_code, reason = "the model uses more of it")]
mod store;
#[path = "scenarios/world.rs"]
mod world;
