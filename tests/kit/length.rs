//! How long campaigns of faults run.

use std::env;

/// Set to `full`, at full length; else in short form.
const LENGTH: &str = "OAUTH_REGISTRAR_FAULTS";

/// Whether campaigns are wanted at full length.
pub fn is_full() -> bool {
    env::var(LENGTH).is_ok_and(|length| length == "full")
}
