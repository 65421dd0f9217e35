//! Clients without a resource: put on record when a deletion cannot wait any longer, worked off when their platform can be
//! used again, and found by passes over its list. Each record is a `ConfigMap` in the operator's namespace; none
//! holds a secret.

pub mod bound;
pub mod left;
pub mod record;
pub mod store;
pub mod sweep;
pub mod table;
pub mod work_off;
