//! The controllers: observe, decide, execute one step, report. Knows a platform only through `domain::port`.

pub mod access;
pub mod application;
pub mod chance;
pub mod check;
pub mod connections;
pub mod context;
pub mod credentials;
pub mod error;
pub mod events;
pub mod installation;
pub mod labels;
pub mod leading;
pub mod memories;
pub mod orphans;
pub mod pause;
pub mod places;
pub mod platform;
pub mod proven;
pub mod secret_store;
pub mod status;
pub mod suspicions;
pub mod token_store;
pub mod turns;
pub mod view;
pub mod waiting;
pub mod watch;
