//! Which of its two installation contracts the platform speaks: tenants consent to permissions (December 2019), or
//! install without a word about them (May 2019).

use std::sync::{Mutex, PoisonError};

use crate::domain::failure::{Class, Failure};
use crate::domain::port::Consents;

/// The contract as far as it is known; shared by both sides of a connection.
#[derive(Debug)]
pub struct Contract(Mutex<Consents>);

impl Contract {
    /// As it was set, or what was found out so far.
    #[must_use]
    pub fn new(consents: Consents) -> Self {
        Self(Mutex::new(consents))
    }

    /// Whether tenants consent; `None`: not found out yet.
    #[must_use]
    pub fn consents(&self) -> Option<bool> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Consents::Set(consents) => Some(consents),
            Consents::Found(found) => found,
        }
    }

    /// Remembers what was found out.
    pub fn found(&self, consents: bool) {
        self.learn(Some(consents));
    }

    /// A platform that refuses to install as found out may speak the other contract by now: it is found out anew.
    pub fn doubt<T>(&self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(&outcome, Err(failure) if failure.class == Class::Invalid) {
            self.learn(None);
        }
        outcome
    }

    /// What an administrator has set is never overwritten.
    fn learn(&self, consents: Option<bool>) {
        if let Consents::Found(found) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            *found = consents;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(class: Class) -> Result<(), Failure> {
        Err(Failure::new(class, "why"))
    }

    #[test]
    fn what_was_found_is_kept_until_the_platform_refuses_it() {
        let contract = Contract::new(Consents::Found(None));
        assert_eq!(contract.consents(), None);
        contract.found(false);
        assert!(contract.doubt(refused(Class::Transient)).is_err());
        assert_eq!(contract.consents(), Some(false));
        assert!(contract.doubt(refused(Class::Invalid)).is_err());
        assert_eq!(contract.consents(), None);
    }

    #[test]
    fn what_is_set_stays_whatever_the_platform_says() {
        let contract = Contract::new(Consents::Set(false));
        contract.found(true);
        assert!(contract.doubt(refused(Class::Invalid)).is_err());
        assert_eq!(contract.consents(), Some(false));
    }
}
