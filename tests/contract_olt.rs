//! The OLT adapter against its simulator over real HTTP: every verb, every failure class, every fault. What the
//! simulator cannot provoke comes from a listener with scripted bytes.
//!
//! Each test has a platform of its own, and looks at both sides: what the port answered, and what the platform holds.

// Clippy knows a test by its attribute only, and the helpers of these files have none.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "contract_olt/access.rs"]
mod access;
#[path = "contract_olt/chains.rs"]
mod chains;
#[path = "contract_olt/faults.rs"]
mod faults;
#[path = "contract_olt/installs.rs"]
mod installs;
#[path = "contract_olt/limits.rs"]
mod limits;
#[path = "contract_olt/owner.rs"]
mod owner;
#[path = "contract_olt/proofs.rs"]
mod proofs;
#[path = "contract_olt/realm.rs"]
mod realm;
#[path = "contract_olt/scans.rs"]
mod scans;
#[path = "contract_olt/script.rs"]
mod script;
#[path = "contract_olt/scripted.rs"]
mod scripted;
#[path = "contract_olt/tenants.rs"]
mod tenants;
#[path = "contract_olt/tokens.rs"]
mod tokens;
#[path = "contract_olt/world.rs"]
mod world;
