//! Opening a case: from the resource, its platform and our memory to the first snapshot. Reads caches only.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kube::{Api, ResourceExt};

use super::place;
use super::validate::{self, Against};
use crate::api::OAuthApplication;
use crate::api::application::{ApplicationStatus, DeletionPolicy, InstallationCount, Outcome};
use crate::api::conditions::{ConditionType, is_true};
use crate::api::well_known::{CLAIM, DEREGISTER, RETRY};
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::platform::grants::Granted;
use crate::controller::platform::kind::PlatformKey;
use crate::controller::platform::missing::{platform_missing, platform_not_ready};
use crate::controller::waiting::{Waiter, has_waited};
use crate::domain::claim::Found;
use crate::domain::decide::Trouble;
use crate::domain::observed::{Known, Object, PlatformSeen, Published, Seen, Told};
use crate::domain::orphan::Bound;
use crate::domain::port::Identity;
use crate::domain::registration::TenantId;
use crate::domain::step::SecretSeen;
use crate::domain::wish::{Farewell, Output, Wish};

/// One application under the hand of one reconcile.
pub struct Case {
    /// The resource as it was handed in.
    pub object: Arc<OAuthApplication>,
    /// Its API.
    pub api: Api<OAuthApplication>,
    /// Its UID.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// The version that the next write tests.
    pub version: Option<String>,
    /// The Secret that it wants.
    pub output: Output,
    /// The platform, if it is Ready.
    pub connection: Option<Arc<Connection>>,
    /// The number of the suspicion against it, if there is one.
    pub suspicion: Option<u64>,
    /// Its installations.
    pub installations: Option<InstallationCount>,
}

impl Case {
    /// Opens the case of a resource.
    pub fn open(object: Arc<OAuthApplication>, ctx: &Context) -> Result<Self, Error> {
        let (Some(uid), Some(namespace)) = (object.uid(), object.namespace()) else {
            return Err(Error::Incomplete);
        };
        Ok(Self {
            api: Api::namespaced(ctx.client.clone(), &namespace),
            version: object.resource_version(),
            output: validate::output(object.spec.secret.as_ref(), &object.name_any()),
            connection: ctx.connections.find(&PlatformKey::of(&object)),
            suspicion: ctx.suspicions.against(&uid),
            installations: ctx.view.installation_count(&namespace, &object.name_any()),
            uid,
            namespace,
            object,
        })
    }

    /// Among those that wait for the platform.
    #[must_use]
    pub fn waiter(&self) -> Waiter {
        Waiter {
            installation: false,
            namespace: self.namespace.clone(),
            name: self.object.name_any(),
        }
    }

    /// How long to leave it alone, since it waited for the platform before this process began and nobody asks for it.
    #[must_use]
    pub fn left_alone(&self, ctx: &Context) -> Option<Duration> {
        let conditions = self.object.status.as_ref().map(|s| s.conditions.as_slice());
        let waited = has_waited(conditions.unwrap_or_default(), self.object.metadata.generation);
        if !waited || self.retry_asked() {
            return None;
        }
        ctx.left_alone(&PlatformKey::of(&self.object), &self.waiter(), &self.uid)
    }

    /// A person asks to try again what was given up, and that was not done yet.
    fn retry_asked(&self) -> bool {
        let served = self.object.status.as_ref().and_then(|s| s.retried.as_ref());
        let asked = self.object.annotations().get(RETRY);
        asked.is_some() && asked != served
    }

    /// Our finalizer was on it when it was handed in.
    #[must_use]
    pub fn had_finalizer(&self) -> bool {
        self.object.finalizers().iter().any(|f| f == DEREGISTER)
    }

    /// Whether the resource is being deleted.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.object.metadata.deletion_timestamp.is_some()
    }

    /// What is wanted, or the first thing in the spec or the platform that stands in the way.
    pub fn wish(&self, ctx: &Context) -> Result<Wish, Trouble> {
        if self.is_leaving() {
            return Ok(Wish::Absent(self.farewell(ctx)));
        }
        let platform = &PlatformKey::of(&self.object);
        let Some(found) = ctx.view.platform(platform) else {
            return Err(platform_missing(platform));
        };
        let Some(connection) = &self.connection else {
            return Err(platform_not_ready(platform, found.as_ref()));
        };
        let labels = ctx.view.namespace_labels(&self.namespace);
        let granted = Granted::by(found.as_ref(), &self.namespace, &labels, &connection.permissions);
        let against = Against {
            namespace: &self.namespace,
            name: &self.object.name_any(),
            platform,
            granted: granted.clone(),
            permissions: &connection.permissions,
            installed_tenants: self.installed_tenants(ctx),
        };
        match validate::wanted(&self.object.spec, against) {
            Ok(mut wanted) => {
                wanted.crowded = place::refusal(self, platform, &granted, ctx);
                Ok(Wish::Present(Box::new(wanted)))
            }
            Err(trouble) => {
                place::give_back(self, platform, ctx);
                Err(trouble)
            }
        }
    }

    fn installed_tenants(&self, ctx: &Context) -> Vec<TenantId> {
        let all = ctx.view.installations_of(&self.namespace, &self.object.name_any());
        let live = all.iter().filter(|i| i.metadata.deletion_timestamp.is_none());
        live.map(|i| TenantId(i.spec.tenant_id.clone())).collect()
    }

    fn farewell(&self, ctx: &Context) -> Farewell {
        let all = ctx.view.installations_of(&self.namespace, &self.object.name_any());
        let (leaving, remaining): (Vec<_>, Vec<_>) = all.iter().partition(|i| i.metadata.deletion_timestamp.is_some());
        let mut remaining: Vec<String> = remaining.iter().map(|i| i.name_any()).collect();
        remaining.sort();
        Farewell {
            orphan: self.object.spec.deletion.policy == DeletionPolicy::Orphan,
            secret_name: self.output.name.clone(),
            leaving: leaving.len(),
            remaining,
        }
    }

    /// The first snapshot.
    #[must_use]
    pub fn seen(&self, ctx: &Context, connection: &Connection) -> Seen {
        let claim = self.claim(ctx);
        let mut told = self.told(&claim);
        told.disputed =
            !connection.platform.capabilities().marks && is_disputed(&self.object, &connection.identity, ctx);
        let mut seen = Seen {
            now: ctx.now(),
            jitter: ctx.chance.fraction(),
            fresh_id: ctx.chance.id(),
            rules: ctx.settings.rules,
            holder: ctx.settings.holder.clone(),
            object: self.itself(),
            claim,
            memory: ctx.memories.of(&self.uid),
            platform: PlatformSeen {
                capabilities: connection.platform.capabilities(),
                identity: connection.identity.clone(),
                timeout: connection.timeout,
                settle: ctx.settings.settle,
            },
            secret_hint: ctx.view.secret_version(&self.namespace, &self.output.name),
            secret: SecretSeen::Unread,
            secret_read_at: ctx.now(),
            authority: None,
            claim_is_fresh: false,
            scan: None,
            clients: BTreeMap::new(),
            allowed: None,
            proof: None,
            known: told.known.clone(),
            applied: self.suspicion.is_none()
                && told.applied_generation == self.object.metadata.generation
                && told.applied_generation.is_some(),
            updated: false,
            rows_sent: std::collections::BTreeSet::new(),
            allowed_by_us: told.allowed_by_us.clone(),
            published: Published::default(),
            suspected: self.suspicion.is_some(),
            retry_asked: self.retry_asked(),
            store_refused: None,
            superseded: false,
            stale: false,
            bound: Bound::Unread,
            secret_hidden: false,
            recorded: None,
            released: false,
            disowned: false,
            failure: None,
            told,
        };
        seen.note_claim();
        seen.recall();
        seen
    }

    /// The claim on the resource as it was handed in.
    #[must_use]
    pub fn claim(&self, ctx: &Context) -> Found {
        self.claim_in(self.object.annotations(), ctx)
    }

    /// The claim in these annotations of the resource.
    #[must_use]
    pub fn claim_in(&self, annotations: &BTreeMap<String, String>, ctx: &Context) -> Found {
        let text = annotations.get(CLAIM).map(String::as_str);
        Found::parse(text, &self.uid, &ctx.settings.holder.instance)
    }

    fn itself(&self) -> Object {
        Object {
            uid: self.uid.clone(),
            namespace: self.namespace.clone(),
            name: self.object.name_any(),
            generation: self.object.metadata.generation.unwrap_or_default(),
            has_finalizer: self.had_finalizer(),
        }
    }

    /// What status tells of this resource. One that came along with the claim of another resource tells about that one.
    fn told(&self, claim: &Found) -> Told {
        let mut told = told(self.object.status.as_ref());
        if self.retry_asked() {
            told.replaced = 0;
        }
        match claim {
            Found::Carried(_) => Told {
                identity: told.identity,
                ..Told::default()
            },
            _ => told,
        }
    }

    /// Stored facts alone say that all is true; used while the platform is not Ready.
    #[must_use]
    pub fn is_at_rest(&self, ctx: &Context) -> bool {
        let Some(status) = &self.object.status else {
            return false;
        };
        let version = status.secret.as_ref().map(|s| s.resource_version.clone());
        is_true(&status.conditions, ConditionType::Ready)
            && status.observed_generation == self.object.metadata.generation
            && version.is_some()
            && ctx.view.secret_version(&self.namespace, &self.output.name) == version
    }
}

/// The status of another resource names the same client at this platform, as far as the caches show.
#[must_use]
pub fn is_disputed(application: &OAuthApplication, here: &Identity, ctx: &Context) -> bool {
    let named = |a: &OAuthApplication| a.status.as_ref().and_then(|s| s.application_id.clone());
    let Some(id) = named(application) else { return false };
    let platform = PlatformKey::of(application);
    let is_here = |other: &OAuthApplication| {
        let at = other.status.as_ref().and_then(|s| s.platform_identity.clone());
        let same = at.map(|at| (at.issuer, at.owner)) == here.issuer_and_owner();
        same || PlatformKey::of(other) == platform
    };
    let read = || ctx.view.applications_read_at(&platform);
    let all = ctx.view.applications().unwrap_or_else(read);
    let others = all.iter().filter(|other| other.uid() != application.uid());
    others
        .into_iter()
        .any(|other| named(other).as_ref() == Some(&id) && is_here(other))
}

fn told(status: Option<&ApplicationStatus>) -> Told {
    let Some(status) = status else { return Told::default() };
    let registration = status.registration.clone().unwrap_or_default();
    let olt = status.olt.clone().unwrap_or_default();
    let known = match (&status.application_id, &status.client_id) {
        (Some(application), Some(client)) => Some(Known {
            application_id: application.as_str().into(),
            client_id: client.as_str().into(),
            public_client_id: olt.public_client_id.as_deref().map(Into::into),
        }),
        _ => None,
    };
    let a_day_ago = k8s_openapi::jiff::Timestamp::now().as_second() - 24 * 3600;
    let secret = status.secret.as_ref();
    let replaced = secret
        .and_then(|s| s.replaced.as_ref())
        .filter(|r| r.since.0.as_second() > a_day_ago);
    Told {
        registration_id: Some(registration.id).filter(|id| !id.is_empty()),
        attempt: if registration.outcome == Outcome::Unknown {
            0
        } else {
            registration.attempt
        },
        settled: registration.outcome == Outcome::Registered,
        known,
        applied_generation: registration.applied_generation,
        secret_version: secret.map(|s| s.resource_version.clone()).filter(|v| !v.is_empty()),
        verified: is_true(&status.conditions, ConditionType::CredentialsVerified),
        identity: status
            .platform_identity
            .as_ref()
            .map(|i| (i.issuer.clone(), i.owner.clone())),
        replaced: replaced.map_or(0, |r| r.count),
        allowed_by_us: olt.allowed_tenants.into_iter().map(TenantId).collect(),
        lost: registration
            .lost
            .map_or(0, |lost| u32::try_from(lost).unwrap_or_default()),
        disputed: false,
    }
}
