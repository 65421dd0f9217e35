//! What any process of this kind needs, whatever it does: telemetry and an orderly end. Imports no other room.

pub mod shutdown;
pub mod telemetry;
