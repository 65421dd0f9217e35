//! Ids and secrets that depend only on the seed and on how many were drawn before for the same purpose.
//!
//! Each purpose has a row of its own, so that a token more or less does not change the ids of later applications.
//! Signing keys are kept out: they are really random.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::id::Id;

const SECRET_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
/// Observed length of a client secret.
const SECRET_LENGTH: usize = 16;

/// What a value is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Id of an application.
    Application,
    /// Id of a confidential client.
    Client,
    /// Id of a public client.
    PublicClient,
    /// Id of the service account behind a confidential client.
    ServiceAccount,
    /// Id of a user.
    User,
    /// A client secret.
    Secret,
    /// `jti` of a token.
    Token,
    /// `session_state` of a token answer.
    Session,
    /// Whether a fault with a chance fires.
    Chance,
}

/// The source of everything that looks random.
#[derive(Clone, Debug)]
pub struct Random {
    seed: u64,
    drawn: HashMap<Purpose, u64>,
    secrets: Vec<String>,
}

impl Random {
    /// A source that repeats itself for the same seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            drawn: HashMap::new(),
            secrets: Vec::new(),
        }
    }

    /// The next id for `purpose`.
    pub fn id(&mut self, purpose: Purpose) -> Id {
        Id::from_random(self.draw(purpose))
    }

    /// The next client secret, as observed: 16 of `A-Z a-z 0-9 _ -`.
    pub fn secret(&mut self) -> String {
        let bytes: [u8; SECRET_LENGTH] = self.draw(Purpose::Secret);
        let letters = bytes
            .iter()
            .map(|byte| char::from(SECRET_ALPHABET[usize::from(byte & 63)]));
        let secret: String = letters.collect();
        self.secrets.push(secret.clone());
        secret
    }

    /// All client secrets so far, for tests that look for them where they do not belong.
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// True with probability `p`.
    pub fn happens(&mut self, p: f64) -> bool {
        f64::from(u32::from_be_bytes(self.draw(Purpose::Chance))) < p * (f64::from(u32::MAX) + 1.0)
    }

    fn draw<const N: usize>(&mut self, purpose: Purpose) -> [u8; N] {
        let count = self.drawn.entry(purpose).or_default();
        *count += 1;
        let hash = digest(&SHA256, format!("{} {purpose:?} {count}", self.seed).as_bytes());
        std::array::from_fn(|index| hash.as_ref()[index])
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Random};

    #[test]
    fn the_seed_alone_decides_and_purposes_do_not_disturb_each_other() {
        let (mut one, mut same, mut other) = (Random::new(1), Random::new(1), Random::new(2));
        let first = one.id(Purpose::Application);
        same.id(Purpose::Token);
        assert_eq!(first, same.id(Purpose::Application));
        assert_ne!(first, other.id(Purpose::Application));
        assert_ne!(first, one.id(Purpose::Application));
    }

    #[test]
    fn chances_of_nought_and_one_are_certain() {
        let mut random = Random::new(7);
        assert!((0..100).all(|_| random.happens(1.0) && !random.happens(0.0)));
        let hits = (0..1000).filter(|_| random.happens(0.5)).count();
        assert!((400..600).contains(&hits), "{hits}");
    }
}
