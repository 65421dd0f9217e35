//! What any process of this kind needs, whatever it does: which replica works, telemetry and an orderly end. Imports no other room.

pub mod leadership;
pub mod shutdown;
pub mod telemetry;
