//! The simulator against its contract, by HTTP alone. Conformance cases carry their number in their name; the rest
//! tests the control API. Kept out: what needs no server, which is tested beside the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod allowed;
mod answers;
mod binary;
mod control;
mod create;
mod developer;
mod faults;
mod identity;
mod installation;
mod kit;
mod lifecycle;
mod listening;
mod older;
mod people;
mod records;
mod sequences;
mod switches;
mod token;
mod untouched;
