//! The workspace's test programs: compiled once, run under guard, their results read.

pub(crate) mod build;
pub(crate) mod job;
pub(crate) mod libtest;
