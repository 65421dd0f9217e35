//! What `oauth-registrar check` finds: rights that are missing, rights that nobody needs, platforms that cannot be reached.
//! Changes nothing, and reads no Secret.

pub mod needs;
pub mod rights;
pub mod text;

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Whose rights they are, as the API server names them.
    pub who: String,
    /// What the operator needs and may not do.
    pub missing: Vec<needs::Need>,
    /// What it may do and never does.
    pub beyond: Vec<rights::Beyond>,
}

impl Findings {
    /// Whether the operator can do its work. Rights beyond are no reason that it cannot.
    #[must_use]
    pub fn are_well(&self) -> bool {
        self.missing.is_empty()
    }
}
