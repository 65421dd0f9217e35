//! The campaign of the model: lives drawn from numbers, in which everything that can go wrong does, and pairs of blows at
//! every two requests. The reconcile code is the real one; the world around it is `model`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "faults_model/campaign.rs"]
mod campaign;
#[path = "kit/length.rs"]
mod length;
mod model;
#[path = "faults_model/pairs.rs"]
mod pairs;
#[path = "kit/score.rs"]
mod score;
#[path = "faults_model/seeds.rs"]
mod seeds;
#[path = "faults_model/shrinking.rs"]
mod shrinking;
#[path = "faults_model/switches.rs"]
mod switches;
