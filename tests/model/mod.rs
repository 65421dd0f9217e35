//! The world in which the real reconcile code is attacked: an in-memory API server and an in-memory platform, where each
//! request is a scheduling point, and processes that can be cut, frozen and left without an answer at any of them.

#![allow(dead_code, reason = "each test program uses a part of the model")]

pub mod api_server;
pub mod blow;
pub mod broken;
pub mod by_hand;
pub mod canonical;
pub mod classes;
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
pub mod seeded;
pub mod snapshot;
pub mod wall_clock;
pub mod world;
