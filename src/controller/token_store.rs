//! The state Secret: the newest refresh token of the operator's own, so that a restart goes on where it was.
//!
//! It lies beside the user's Secret, which is never written, and belongs to the platform or installation that the token is
//! for, so that it goes with it. It holds one token, and a digest of the user's token that the chain began with: when the
//! user supplies another one, that one goes first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex as AsyncMutex;

use super::context::CLUSTER_TIMEOUT;
use super::error::{Error, call};
use crate::api::well_known::{BEGAN_WITH, MANAGED_BY_LABEL, MANAGER, SECRET_LABEL, STATE, TENANT_ID};
use crate::domain::access::{Link, TokenStore};
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::Answer;
use crate::domain::scrub::Scrub;

/// The key that holds the token.
const KEY: &str = "refresh_token";

/// How often a write is repeated when somebody else touched the Secret and left its token alone.
const TRIES: usize = 3;

/// Keeps the newest refresh token in a Secret.
pub struct StateSecret {
    api: Api<Secret>,
    namespace: String,
    name: String,
    owner: OwnerReference,
    /// The token that the user supplied.
    users: SecretText,
    /// What was stored last by this process: it goes on when somebody deletes the Secret.
    last: Mutex<Option<Link>>,
    /// A link that could not be stored yet, and the one that it follows.
    unstored: AsyncMutex<Option<(Link, Link)>>,
}

/// The state Secrets that this process writes, by the UID of their owner. A token that could not be stored yet outlives
/// the connection that it was obtained for.
#[derive(Default)]
pub struct StateSecrets(Mutex<HashMap<String, Arc<StateSecret>>>);

impl StateSecrets {
    /// The one of this owner, for the chain that begins with this token.
    #[must_use]
    pub fn of(&self, client: Client, namespace: &str, owner: OwnerReference, users: SecretText) -> Arc<StateSecret> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&owner.uid).filter(|one| one.users.expose() == users.expose());
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let uid = owner.uid.clone();
        let new = Arc::new(StateSecret::new(client, namespace, owner, users));
        all.insert(uid, Arc::clone(&new));
        new
    }

    /// The owner is gone.
    pub fn forget(&self, uid: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

impl StateSecret {
    fn new(client: Client, namespace: &str, owner: OwnerReference, users: SecretText) -> Self {
        Self {
            api: Api::namespaced(client, namespace),
            namespace: namespace.to_owned(),
            name: name_for(&owner),
            owner: OwnerReference {
                // It would need the right to update finalizers of our kinds.
                block_owner_deletion: None,
                ..owner
            },
            users,
            last: Mutex::default(),
            unstored: AsyncMutex::default(),
        }
    }

    async fn current(&self) -> Result<Link, Failure> {
        let found = call("read the state Secret", CLUSTER_TIMEOUT, self.api.get_opt(&self.name)).await;
        let Some(secret) = found.map_err(|error| self.unreachable("read", &error, None))? else {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return Ok(last.map_or_else(|| self.beginning(None), |last| Link { version: None, ..last }));
        };
        if !self.owns(&secret) {
            let detail = format!(
                "Secret {}/{} exists and was not made for this {}: delete it",
                self.namespace, self.name, self.owner.kind
            );
            return Err(Failure::new(Class::Invalid, detail));
        }
        Ok(self.link(&secret))
    }

    fn link(&self, secret: &Secret) -> Link {
        let version = secret.resource_version();
        let ours = secret.annotations().get(BEGAN_WITH) == Some(&self.digest());
        let bytes = secret.data.as_ref().and_then(|data| data.get(KEY));
        let token = bytes.and_then(|bytes| String::from_utf8(bytes.0.clone()).ok());
        match token.filter(|token| ours && !token.is_empty()) {
            Some(token) => Link {
                token: SecretText::new(token),
                home: secret.annotations().get(TENANT_ID).map(|id| id.as_str().into()),
                version,
            },
            None => self.beginning(version),
        }
    }

    fn beginning(&self, version: Option<String>) -> Link {
        Link {
            token: self.users.clone(),
            home: None,
            version,
        }
    }

    /// Writes `next` over the version that was seen; `false`: there is another version.
    async fn write(&self, next: &Link, version: Option<&str>) -> Result<bool, Failure> {
        let secret = self.secret(next);
        let result = if let Some(version) = version {
            let operations = json!([
                {"op": "test", "path": "/metadata/ownerReferences/0/uid", "value": self.owner.uid},
                {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
                {"op": "add", "path": "/metadata/annotations", "value": secret.metadata.annotations},
                {"op": "add", "path": "/data", "value": secret.data},
            ]);
            let patch: Patch<()> = Patch::Json(serde_json::from_value(operations).unwrap_or_default());
            let params = PatchParams {
                field_manager: Some(MANAGER.into()),
                ..PatchParams::default()
            };
            call(
                "write the state Secret",
                CLUSTER_TIMEOUT,
                self.api.patch(&self.name, &params, &patch),
            )
            .await
        } else {
            let params = PostParams {
                field_manager: Some(MANAGER.into()),
                ..PostParams::default()
            };
            call(
                "write the state Secret",
                CLUSTER_TIMEOUT,
                self.api.create(&params, &secret),
            )
            .await
        };
        match result {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.code(), Some(404 | 409 | 422)) => Ok(false),
            Err(error) => Err(self.unreachable("written", &error, Some(&next.token))),
        }
    }

    async fn replace(&self, next: &Link, over: &Link) -> Result<bool, Failure> {
        let mut version = over.version.clone();
        for _ in 0..TRIES {
            if self.write(next, version.as_deref()).await? {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(next.clone());
                return Ok(true);
            }
            let there = self.current().await?;
            if there.token.expose() == next.token.expose() {
                // The answer to our own write was lost.
                return Ok(true);
            }
            if there.token.expose() != over.token.expose() {
                return Ok(false);
            }
            version = there.version;
        }
        Err(Failure::new(
            Class::Transient,
            format!(
                "the newer refresh token could not be stored in Secret {}/{}: somebody else keeps writing it",
                self.namespace, self.name
            ),
        ))
    }

    fn secret(&self, link: &Link) -> Secret {
        let mut annotations = BTreeMap::from([(BEGAN_WITH.to_owned(), self.digest())]);
        annotations.extend(link.home.as_ref().map(|home| (TENANT_ID.to_owned(), home.0.clone())));
        Secret {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                labels: Some(BTreeMap::from([
                    (SECRET_LABEL.to_owned(), STATE.to_owned()),
                    (MANAGED_BY_LABEL.to_owned(), MANAGER.to_owned()),
                ])),
                annotations: Some(annotations),
                owner_references: Some(vec![self.owner.clone()]),
                ..ObjectMeta::default()
            },
            data: Some(BTreeMap::from([(
                KEY.to_owned(),
                ByteString(link.token.expose().into()),
            )])),
            type_: Some("Opaque".into()),
            ..Secret::default()
        }
    }

    fn owns(&self, secret: &Secret) -> bool {
        let labelled = secret.labels().get(SECRET_LABEL).is_some_and(|value| value == STATE);
        labelled
            && secret
                .owner_references()
                .first()
                .is_some_and(|owner| owner.uid == self.owner.uid)
    }

    /// Of the user's token; the owner's UID is the salt, so that equal tokens of two owners do not show.
    fn digest(&self) -> String {
        let digest = Sha256::new()
            .chain_update(self.owner.uid.as_bytes())
            .chain_update([0])
            .chain_update(self.users.expose())
            .finalize();
        format!("{digest:x}")
    }

    fn unreachable(&self, done: &str, error: &Error, next: Option<&SecretText>) -> Failure {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tokens = last.iter().map(|link| &link.token).chain(next).chain([&self.users]);
        let detail = format!(
            "the state Secret {}/{} cannot be {done}: {}",
            self.namespace,
            self.name,
            Scrub::of_values(tokens).clean(&error.said())
        );
        Failure::new(Class::Transient, detail)
    }
}

impl TokenStore for StateSecret {
    fn read(&self) -> Answer<'_, Link> {
        async {
            let mut unstored = self.unstored.lock().await;
            if let Some((next, over)) = &*unstored {
                self.replace(next, over).await?;
                *unstored = None;
            }
            self.current().await
        }
        .boxed()
    }

    fn store(&self, next: Link, over: Link) -> Answer<'_, bool> {
        async {
            let mut unstored = self.unstored.lock().await;
            let (next, over) = unstored.insert((next, over));
            let stored = self.replace(next, over).await?;
            *unstored = None;
            Ok(stored)
        }
        .boxed()
    }
}

/// The name of the state Secret of this owner: no two owners share one, whatever they are called.
#[must_use]
pub fn name_for(owner: &OwnerReference) -> String {
    format!("oauth-registrar-state-{}", owner.uid)
}
