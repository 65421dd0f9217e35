//! A stateful, strict simulator of the OLT platform's registration and identity API, for tests and demonstrations.
//!
//! One port on loopback serves three things: the business API under `/v1`, the identity realm under
//! `/v1/id/auth/realms/olt`, and under `/_sim/` a control API that shows and changes the state, lists the requests, sets
//! faults and drives the clock. Tests talk to it by HTTP alone. [`Options`] chooses the contract and its switches, HTTPS,
//! and a port of its own for the control API.
//!
//! Kept out: every type of the operator. Shared types would let one misreading of the contract hide another.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let simulator = simulator::Simulator::start(([127, 0, 0, 1], 0).into(), simulator::Options::default()).await?;
//! println!("{}/v1/permissions", simulator.url());
//! # Ok(())
//! # }
//! ```

mod access;
mod actor;
mod answer;
mod application_info;
mod call;
mod carry;
mod clock;
mod connection;
mod control;
mod developer;
mod devices;
mod exchange;
pub mod fixture;
mod id;
mod identity;
mod message;
mod options;
mod paging;
mod random;
mod refusal;
mod route;
mod schema;
mod server;
mod state;
mod switches;
mod tenant;
mod tls;
mod world;

pub use options::{Contract, NotASwitch, Options, Switch, Tls, UnknownContract};
pub use server::Simulator;
