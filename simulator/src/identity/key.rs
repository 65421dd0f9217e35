//! The RSA key that signs tokens. It is made at run time and never written anywhere.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A key pair with the names under which it is published.
pub struct SigningKey {
    pair: KeyPair,
    /// Its id in tokens and in the key set.
    pub id: String,
    /// The public half as base64 DER without armour.
    pub public_der: String,
}

/// Making a key takes up to a second in a debug build, so all simulators of a process share one.
static SHARED: Mutex<Option<Arc<SigningKey>>> = Mutex::new(None);

impl SigningKey {
    /// The key of this process, made at the first call.
    pub fn shared() -> io::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*shared {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(Self::generate().map_err(|_| io::Error::other("cannot make an RSA key"))?);
        *shared = Some(Arc::clone(&key));
        Ok(key)
    }

    /// A key that nobody else has.
    pub fn generate() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
        let id = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, der.as_ref()));
        let public_der = BASE64_STANDARD.encode(der.as_ref());
        Ok(Self { pair, id, public_der })
    }

    /// The public half as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        let encode = |number: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(number);
        json!({
            "kid": self.id, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": encode(public.modulus().big_endian_without_leading_zero()),
            "e": encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// A signed JWT with these claims.
    pub fn sign(&self, claims: &Value) -> Result<String, aws_lc_rs::error::Unspecified> {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.id});
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let content = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            content.as_bytes(),
            &mut signature,
        )?;
        Ok(format!("{content}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}
