//! The project's one front door, as a library: integration tests and the demo start control planes and guarded
//! programs with it. The commands themselves are wired in `main.rs`.
//!
//! - [`binaries`]: the control plane's programs, built once into the user's cache folder.
//! - [`cluster`]: one control plane on loopback, gone when its owner is gone.
//! - [`demo`]: the whole thing at work, told step by step.
//! - [`guard`]: a program that ends when its owner ends, however that happens.
//! - [`generate`]: generated files, written or compared.
//! - [`faults`]: the campaigns of faults at full length, and their score.
//! - [`mod@test`]: the test levels and their table.

pub mod binaries;
mod cargo;
pub mod cluster;
pub mod demo;
pub mod faults;
pub mod generate;
pub mod guard;
pub mod paths;
mod programs;
pub mod test;
