//! Opening the case of an installation: the application, the platform, the grant and the tenant's credential.

use std::sync::Arc;
use std::time::Duration;

use kube::{Api, ResourceExt};

use super::{consent, secret, tenancy};
use crate::api::application::{DeletionPolicy, SecretStatus};
use crate::api::conditions::{ConditionType, Reason, find, is_true};
use crate::api::installation::InstallationStatus;
use crate::api::olt::OltState;
use crate::api::well_known::{CONSENT, DEREGISTER};
use crate::api::{OAuthApplication, TenantInstallation};
use crate::controller::connections::Connection;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::controller::platform::grants::Granted;
use crate::controller::platform::kind::{PlatformKey, PlatformObject};
use crate::controller::platform::missing::{platform_missing, platform_not_ready};
use crate::controller::waiting::{Waiter, has_waited};
use crate::domain::decide::{Stage, Trouble, identity_changed};
use crate::domain::installation::{Copied, Farewell, SecretSeen, Seen, Told, Wanted, WantedSecret, Wish};
use crate::domain::port::TenantSide;
use crate::domain::registration::{AllowedTenant, ApplicationId, TenantId};
use crate::domain::render;

/// One installation under the hand of one reconcile.
pub struct Case {
    /// The resource as it was handed in.
    pub object: Arc<TenantInstallation>,
    /// Its API.
    pub api: Api<TenantInstallation>,
    /// Its UID.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// The version that the next write tests.
    pub version: Option<String>,
    /// The application, if it exists.
    pub application: Option<Arc<OAuthApplication>>,
    /// The number of the suspicion against it, if there is one.
    pub suspicion: Option<u64>,
}

/// The platform as this installation may use it.
pub struct Use {
    /// Which platform.
    pub platform: PlatformKey,
    /// The owner's side.
    pub connection: Arc<Connection>,
    /// The tenant's side.
    pub tenant: Arc<dyn TenantSide>,
    /// What the namespace may do.
    pub granted: Granted,
}

impl Case {
    /// Opens the case of a resource.
    pub fn open(object: Arc<TenantInstallation>, ctx: &Context) -> Result<Self, Error> {
        let (Some(uid), Some(namespace)) = (object.uid(), object.namespace()) else {
            return Err(Error::Incomplete);
        };
        Ok(Self {
            api: Api::namespaced(ctx.client.clone(), &namespace),
            version: object.resource_version(),
            suspicion: ctx.suspicions.against(&uid),
            application: ctx.view.application(&namespace, &object.spec.application_ref.name),
            uid,
            namespace,
            object,
        })
    }

    /// Whether the resource is being deleted.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.object.metadata.deletion_timestamp.is_some()
    }

    /// Among those that wait for the platform.
    #[must_use]
    pub fn waiter(&self) -> Waiter {
        Waiter {
            installation: true,
            namespace: self.namespace.clone(),
            name: self.object.name_any(),
        }
    }

    /// How long to leave it alone, since it waited for the platform before this process began.
    #[must_use]
    pub fn left_alone(&self, ctx: &Context) -> Option<Duration> {
        let conditions = self.object.status.as_ref().map(|s| s.conditions.as_slice());
        let waited = has_waited(conditions.unwrap_or_default(), self.object.metadata.generation);
        let platform = PlatformKey::of(self.application.as_ref().filter(|_| waited)?);
        ctx.left_alone(&platform, &self.waiter(), &self.uid)
    }

    /// Asks whether the application goes, too, and how, before anything is undone: it is another watch that tells of it,
    /// and it may be behind the one that told of us.
    pub async fn ask_for_application(&mut self, ctx: &Context) -> Result<(), Error> {
        let undoes = self.is_leaving() && self.has_finalizer();
        let stays = |a: &Arc<OAuthApplication>| a.metadata.deletion_timestamp.is_none();
        if undoes && self.application.as_ref().is_some_and(stays) {
            let api: Api<OAuthApplication> = Api::namespaced(ctx.client.clone(), &self.namespace);
            let name = &self.object.spec.application_ref.name;
            let asked = call("read the application", CLUSTER_TIMEOUT, api.get_opt(name)).await?;
            self.application = asked.map(Arc::new);
        }
        Ok(())
    }

    fn has_finalizer(&self) -> bool {
        self.object.finalizers().iter().any(|f| f == DEREGISTER)
    }

    /// What is wanted, or what stands in the way. Reads caches only.
    pub fn wish(&self, ctx: &Context) -> Result<Wish, Trouble> {
        if self.is_leaving() {
            return Ok(Wish::Absent(self.farewell(ctx)));
        }
        if let Some(older) = self.older_twin(ctx) {
            let message = format!(
                "TenantInstallation {older} already installs the application for this tenant. Delete one of the two."
            );
            return Err(Trouble::new(Stage::Accepted, Reason::DuplicateInstallation, message));
        }
        let name = &self.object.spec.application_ref.name;
        let Some(application) = &self.application else {
            return Err(not_ready(format!(
                "OAuthApplication {name} does not exist in this namespace. Apply it."
            )));
        };
        self.granted(application, ctx)?;
        if application
            .spec
            .olt
            .as_ref()
            .is_some_and(|olt| olt.state == OltState::Inactive)
        {
            return Err(not_ready(format!(
                "OAuthApplication {name} is suspended: it reaches no tenant's data until its spec.olt.state is Active."
            )));
        }
        let status = application.status.clone().unwrap_or_default();
        let there = is_true(&status.conditions, ConditionType::Registered)
            && is_true(&status.conditions, ConditionType::SecretPublished);
        let Some(id) = status.application_id.filter(|_| there) else {
            let why = find(&status.conditions, ConditionType::Ready).map(|c| format!(" {}: {}", c.reason, c.message));
            if why.is_none() {
                let message = format!("OAuthApplication {name} is being registered.");
                return Err(Trouble::new(Stage::Accepted, Reason::Reconciling, message));
            }
            return Err(not_ready(format!(
                "OAuthApplication {name} is not registered yet.{}",
                why.unwrap_or_default()
            )));
        };
        let spec = &self.object.spec;
        Ok(Wish::Present(Wanted {
            application_id: id.as_str().into(),
            row: AllowedTenant {
                tenant_id: spec.tenant_id.as_str().into(),
                comment: spec.comment.clone(),
            },
            row_of_application: lists(application, &spec.tenant_id),
            declares: consent::declared(application, ctx),
            consent: consent::wanted(&self.object, application, ctx)?,
            consent_request: self.object.annotations().get(CONSENT).cloned(),
            secret: self.secret(status.secret)?,
        }))
    }

    /// The Secret that is wanted, if it can be rendered.
    fn secret(&self, source: Option<SecretStatus>) -> Result<Option<WantedSecret>, Trouble> {
        let Some(output) = secret::wanted(&self.object) else {
            return Ok(None);
        };
        let invalid = |why| Trouble::new(Stage::Accepted, Reason::InvalidSpec, format!("spec.secret.{why}"));
        render::check(&output).map_err(invalid)?;
        let source = source.map(|s| s.resource_version);
        Ok(Some(WantedSecret { source }))
    }

    /// A grant may have been taken away since; looked at also while all else is at rest.
    fn granted(&self, application: &OAuthApplication, ctx: &Context) -> Result<(), Trouble> {
        let key = PlatformKey::of(application);
        let (Some(platform), Some(connection)) = (ctx.view.platform(&key), ctx.connections.find(&key)) else {
            return Ok(());
        };
        let granted = self.granted_by(platform.as_ref(), &connection, ctx);
        granted.permits_tenant(&self.object.spec.tenant_id, "spec.tenantId", &self.namespace, &key)
    }

    fn granted_by(&self, platform: &dyn PlatformObject, connection: &Connection, ctx: &Context) -> Granted {
        let labels = ctx.view.namespace_labels(&self.namespace);
        Granted::by(platform, &self.namespace, &labels, &connection.permissions)
    }

    fn farewell(&self, ctx: &Context) -> Farewell {
        let spec = &self.object.spec;
        let status = self
            .application
            .as_ref()
            .and_then(|a| a.status.clone())
            .unwrap_or_default();
        let listed = self.application.as_ref().is_some_and(|a| lists(a, &spec.tenant_id));
        let twin = self.twins(ctx).any(|other| other.metadata.deletion_timestamp.is_none());
        Farewell {
            application_id: status.application_id.map(ApplicationId),
            tenant_id: TenantId(spec.tenant_id.clone()),
            row_wanted: listed || twin,
            secret: secret::wanted(&self.object).is_some(),
            orphan: self.application.as_ref().is_some_and(|a| {
                a.metadata.deletion_timestamp.is_some() && a.spec.deletion.policy == DeletionPolicy::Orphan
            }),
        }
    }

    fn twins(&self, ctx: &Context) -> impl Iterator<Item = Arc<TenantInstallation>> {
        let spec = self.object.spec.clone();
        let uid = self.uid.clone();
        let all = ctx.view.installations_of(&self.namespace, &spec.application_ref.name);
        all.into_iter()
            .filter(move |i| i.spec.tenant_id == spec.tenant_id && i.uid().as_ref() != Some(&uid))
    }

    fn older_twin(&self, ctx: &Context) -> Option<String> {
        let age = |i: &TenantInstallation| (i.creation_timestamp().map(|t| t.0), i.uid());
        let mine = age(&self.object);
        self.twins(ctx)
            .find(|other| age(other) < mine)
            .map(|other| other.name_any())
    }

    /// The platform and its connection, or what stands in the way.
    pub fn connected(&self, ctx: &Context) -> Result<(Arc<dyn PlatformObject>, Arc<Connection>), Trouble> {
        let Some(application) = &self.application else {
            return Err(not_ready("The OAuthApplication does not exist.".into()));
        };
        let key = PlatformKey::of(application);
        let platform = ctx.view.platform(&key).ok_or_else(|| platform_missing(&key))?;
        let connection = ctx.connections.find(&key);
        let connection = connection.ok_or_else(|| platform_not_ready(&key, platform.as_ref()))?;
        // Another platform's "not found" would pass for "not installed any more".
        let registered_at = application.status.as_ref().and_then(|s| s.platform_identity.as_ref());
        let changed = registered_at.and_then(|at| {
            let at = (at.issuer.clone(), at.owner.clone());
            identity_changed("was registered", &at, &connection.identity)
        });
        match changed {
            Some(trouble) => Err(trouble),
            None => Ok((platform, connection)),
        }
    }

    /// Opens both sides of the platform, or says what stands in the way.
    pub async fn open_platform(&self, ctx: &Context) -> Result<Result<Use, Trouble>, Error> {
        let (platform, connection) = match self.connected(ctx) {
            Ok(connected) => connected,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let granted = self.granted_by(platform.as_ref(), &connection, ctx);
        let tenant = tenancy::open(self, &connection, platform.as_ref(), ctx).await?;
        Ok(tenant.map(|tenant| Use {
            platform: platform.key(),
            connection,
            tenant,
            granted,
        }))
    }

    /// Whether the platform asks for consent, as far as its connection knows.
    fn consents(&self, ctx: &Context) -> Option<bool> {
        let platform = PlatformKey::of(self.application.as_ref()?);
        ctx.connections.find(&platform)?.platform.capabilities().consents
    }

    fn secret_hint(&self, ctx: &Context) -> Option<String> {
        ctx.view
            .secret_version(&self.namespace, &secret::wanted(&self.object)?.name)
    }

    /// The first snapshot.
    #[must_use]
    pub fn seen(&self, ctx: &Context) -> Seen {
        let has_finalizer = self.object.finalizers().iter().any(|f| f == DEREGISTER);
        Seen {
            now: ctx.now(),
            jitter: ctx.chance.fraction(),
            failures: ctx.memories.of(&self.uid).failures,
            has_finalizer,
            begun_before: has_finalizer,
            told: told(self.object.status.as_ref(), self.object.metadata.generation),
            suspected: self.suspicion.is_some(),
            consents: self.consents(ctx),
            row: None,
            allowed_now: false,
            declared: None,
            consented: false,
            installed: None,
            already: false,
            gone: false,
            proof: None,
            availability: None,
            secret: SecretSeen::Unread,
            secret_hint: self.secret_hint(ctx),
            uninstalled: false,
            disallowed: false,
            released: false,
            disowned: false,
            stale: false,
            failure: None,
        }
    }
}

fn told(status: Option<&InstallationStatus>, generation: Option<i64>) -> Told {
    let Some(status) = status else { return Told::default() };
    Told {
        ready: is_true(&status.conditions, ConditionType::Ready) && status.observed_generation == generation,
        application_id: status.application_id.as_deref().map(Into::into),
        installed_by_us: status.installed_by_us,
        allowed_by_us: status.allowed_by_us,
        comment: status.comment.clone(),
        consent: status.consent.as_ref().map(|c| consent::by_id(&c.permissions)),
        consent_request: status.consent.as_ref().and_then(|c| c.request.clone()),
        secret: status.secret.as_ref().map(|s| Copied {
            version: s.resource_version.clone(),
            source: s.application_secret_version.clone(),
        }),
    }
}

fn lists(application: &OAuthApplication, tenant: &str) -> bool {
    let leaving = application.metadata.deletion_timestamp.is_some();
    let rows = application.spec.olt.iter().flat_map(|olt| &olt.allowed_tenants);
    !leaving && rows.into_iter().any(|row| row.tenant_id == tenant)
}

fn not_ready(message: String) -> Trouble {
    Trouble::new(Stage::Accepted, Reason::ApplicationNotReady, message)
}
