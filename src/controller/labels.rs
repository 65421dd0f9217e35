//! What is known of the labels of a namespace, by which grants may choose it.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The labels of one namespace. What is not known matches no selector, and is no reason to say that nothing does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// As the API server told them last.
    Known(Arc<BTreeMap<String, String>>),
    /// Not told yet: by the first list, or of a namespace that is a moment old.
    Unread,
    /// The operator may not list namespaces; what the API server said.
    Refused(String),
}
