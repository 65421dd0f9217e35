//! An in-memory platform behind the port: clients by name and marker, one living secret each.

mod line;
mod store;
#[cfg(test)]
mod tests;

pub use line::Line;
pub use store::{Client, Store};
