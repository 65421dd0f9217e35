//! Tokens that were issued. A token is known by the hash of its text: what was not issued here is not in the table,
//! so that a forged or altered token needs no further check.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::clock::Moment;
use crate::id::Id;

/// A token, without its text.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its own id.
    pub jti: Id,
    /// What it is good for.
    pub used_for: TokenUse,
    /// For whom it speaks.
    pub subject: Subject,
    /// The tenant to act on; a refresh token remembers it, though its text does not show it.
    pub tenant: Option<Id>,
    /// When it stops being valid.
    pub expires_at: Moment,
    /// The key that signed it.
    pub key_id: String,
    /// Generation of the client secret that obtained it; absent for users.
    pub secret_generation: Option<u32>,
}

/// The two kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// Calls the API.
    Access,
    /// Obtains access tokens.
    Refresh,
}

/// For whom a token speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A user, by id.
    User(Id),
    /// An application, by application id.
    Application(Id),
}

/// All tokens since the start or the last reset.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    issued: Vec<Token>,
    by_text: HashMap<[u8; 32], usize>,
    texts: Vec<String>,
}

impl Tokens {
    /// Remembers a token under its text.
    pub fn add(&mut self, text: &str, token: Token) {
        self.by_text.insert(hash(text), self.issued.len());
        self.issued.push(token);
        self.texts.push(text.to_owned());
    }

    /// Their texts, for tests that look for them where they do not belong.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The token with this text, expired or not.
    pub fn find(&self, text: &str) -> Option<&Token> {
        self.by_text.get(&hash(text)).and_then(|index| self.issued.get(*index))
    }

    /// Ends all that `which` accepts and that did not end before, and says how many those were.
    pub fn end(&mut self, now: Moment, which: impl Fn(&Token) -> bool) -> usize {
        let mut ended = 0;
        for token in &mut self.issued {
            if token.expires_at > now && which(token) {
                token.expires_at = now;
                ended += 1;
            }
        }
        ended
    }

    /// All tokens in the order of issue.
    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.issued.iter()
    }
}

fn hash(text: &str) -> [u8; 32] {
    let hash = digest(&SHA256, text.as_bytes());
    std::array::from_fn(|index| hash.as_ref()[index])
}
