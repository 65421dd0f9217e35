//! From the credentials that a spec names to what the operator gets in with.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use sha2::{Digest, Sha256};

use super::context::Context;
use super::credentials;
use super::error::Error;
use crate::api::secret_ref::ApiCredentials;
use crate::domain::access::Access;
use crate::domain::credentials::{AuthMethod, Credentials, SecretText};

/// Keys of a Secret with client credentials.
const CLIENT_KEYS: [&str; 2] = ["client_id", "client_secret"];

const NO_WAY: &str =
    "The credentials must name one way to authenticate: set one of apiToken, refreshToken and clientCredentials.";

/// Whose credentials they are, and where they lie.
pub struct Whose<'a> {
    /// The namespace of the user's Secret, and of the state Secret beside it.
    pub namespace: &'a str,
    /// The platform or installation, which owns the state Secret.
    pub owner: OwnerReference,
    /// It is being deleted: what was read before is still good when its Secret is gone.
    pub leaving: bool,
}

impl Whose<'_> {
    fn place(&self, secret: &str) -> String {
        format!("Secret {}/{secret}", self.namespace)
    }
}

/// What was read.
pub struct Found {
    /// To get in with.
    pub access: Access,
    /// Tells one credential from another without keeping it.
    pub digest: String,
}

/// Reads what `named` names. The inner `Err` is the message for a person.
pub async fn read(ctx: &Context, named: &ApiCredentials, whose: Whose<'_>) -> Result<Result<Found, String>, Error> {
    if let Some(way) = &named.api_token {
        let [token] = match values(ctx, &way.secret_ref.name, [&way.secret_ref.key], &whose).await? {
            Ok(values) => values,
            Err(message) => return Ok(Err(message)),
        };
        let digest = digest(&[&token]);
        let access = Access::ApiToken(token);
        return Ok(Ok(Found { access, digest }));
    }
    if let Some(way) = &named.client_credentials {
        let [client_id, client_secret] = match values(ctx, &way.secret_ref.name, CLIENT_KEYS, &whose).await? {
            Ok(values) => values,
            Err(message) => return Ok(Err(message)),
        };
        let digest = digest(&[&client_id, &client_secret]);
        let client = Credentials {
            client_id: client_id.expose().to_owned(),
            client_secret,
            method: AuthMethod::ClientSecretPost,
        };
        let place = whose.place(&way.secret_ref.name);
        let access = Access::ClientCredentials { place, client };
        return Ok(Ok(Found { access, digest }));
    }
    let Some(way) = &named.refresh_token else {
        return Ok(Err(NO_WAY.into()));
    };
    let [token] = match values(ctx, &way.secret_ref.name, [&way.secret_ref.key], &whose).await? {
        Ok(values) => values,
        Err(message) => return Ok(Err(message)),
    };
    let client = SecretText::new(way.client_id.clone().unwrap_or_default());
    let digest = digest(&[&token, &client]);
    let access = Access::RefreshToken {
        place: whose.place(&way.secret_ref.name),
        client_id: way.client_id.clone(),
        store: ctx
            .state_secrets
            .of(ctx.client.clone(), whose.namespace, whose.owner, token),
    };
    Ok(Ok(Found { access, digest }))
}

async fn values<const N: usize>(
    ctx: &Context,
    secret: &str,
    keys: [&str; N],
    whose: &Whose<'_>,
) -> Result<Result<[SecretText; N], String>, Error> {
    credentials::read(ctx, &whose.owner.uid, whose.namespace, secret, keys, whose.leaving).await
}

fn digest(values: &[&SecretText]) -> String {
    let mut all = Sha256::new();
    for value in values {
        all.update(value.expose());
        all.update([0]);
    }
    format!("{:x}", all.finalize())
}
