//! How often each operation took effect, so that a test can tell "once" from "twice with the same outcome".

use std::collections::BTreeMap;

use serde::Serialize;

/// Something that changes the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// An application was created.
    Create,
    /// An application was changed.
    Change,
    /// An application was deleted.
    Delete,
    /// A secret was rotated.
    Rotate,
    /// A tenant was allowed, or its row was written again.
    Allow,
    /// A tenant's row was removed.
    Disallow,
    /// A tenant installed.
    Install,
    /// A tenant consented anew.
    Consent,
    /// A tenant uninstalled.
    Uninstall,
    /// A token was issued.
    Token,
}

const ALL: [Operation; 10] = [
    Operation::Create,
    Operation::Change,
    Operation::Delete,
    Operation::Rotate,
    Operation::Allow,
    Operation::Disallow,
    Operation::Install,
    Operation::Consent,
    Operation::Uninstall,
    Operation::Token,
];

/// Counts per operation, all present from the start. What the control API does is not counted.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Commits(BTreeMap<Operation, u64>);

impl Default for Commits {
    fn default() -> Self {
        Self(ALL.into_iter().map(|operation| (operation, 0)).collect())
    }
}

impl Commits {
    /// Counts one more.
    pub fn count(&mut self, operation: Operation) {
        *self.0.entry(operation).or_default() += 1;
    }

    /// The sum over all operations.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
