//! Names that stand in objects of the cluster: group, finalizers, labels, annotations. No behaviour.

/// API group of all kinds.
pub const GROUP: &str = "oauthregistrar.io";

/// Finalizer of applications and installations: deregister or uninstall first.
pub const DEREGISTER: &str = "oauthregistrar.io/deregister";
/// Finalizer of platforms: something still refers to it.
pub const IN_USE: &str = "oauthregistrar.io/in-use";

/// Annotation on an application: the claim (JSON), written before any call that cannot be repeated.
pub const CLAIM: &str = "oauthregistrar.io/registration";

/// Annotation on an application, for people: another value tries again what the operator gave up.
pub const RETRY: &str = "oauthregistrar.io/retry";
/// Annotation on an application, installation or platform, for people: `"true"` stops it. Nothing is done for it, in the
/// cluster or at the platform, not even its deletion, until the annotation is removed or `"false"`. A platform that is
/// paused is not called for anybody: what is at rest there stays so, and all else waits.
pub const PAUSED: &str = "oauthregistrar.io/paused";
/// Annotation on an installation, for people: another value consents to what the application declares now.
pub const CONSENT: &str = "oauthregistrar.io/consent";

/// Annotation on an output Secret: the registration that it belongs to.
pub const REGISTRATION_ID: &str = "oauthregistrar.io/registration-id";
/// Annotation on an output Secret: the attempt that wrote it; it is only replaced by a higher one.
pub const ATTEMPT: &str = "oauthregistrar.io/attempt";
/// Annotation on an output Secret: the `client_id` whose secret it holds.
pub const CLIENT_ID: &str = "oauthregistrar.io/client-id";
/// Annotation on an output Secret: the platform's id of the application.
pub const APPLICATION_ID: &str = "oauthregistrar.io/application-id";

/// Label of every Secret that concerns the operator; the value says why.
pub const SECRET_LABEL: &str = "oauthregistrar.io/secret";
/// Value of [`SECRET_LABEL`]: written by the operator, for workloads.
pub const OUTPUT: &str = "output";
/// Value of [`SECRET_LABEL`]: a user's consent that the operator may read it.
pub const CREDENTIAL: &str = "credential";
/// Value of [`SECRET_LABEL`]: what the operator itself must not forget; never mounted.
pub const STATE: &str = "state";

/// Key of a Secret of the type `kubernetes.io/tls`: the certificate, and those between it and its authority.
pub const TLS_CRT: &str = "tls.crt";
/// Key of a Secret of the type `kubernetes.io/tls`: the private key.
pub const TLS_KEY: &str = "tls.key";

/// Annotation on a state Secret: salted digest of the user's refresh token that its chain of tokens began with.
pub const BEGAN_WITH: &str = "oauthregistrar.io/began-with";
/// Annotation on a state Secret: the tenant that the user's refresh token acts for by itself.
pub const TENANT_ID: &str = "oauthregistrar.io/tenant-id";

/// Label of a ConfigMap in the operator's namespace that tells of a client without a resource; the value says how it stands.
pub const ORPHAN: &str = "oauthregistrar.io/orphan";

/// Label that tools expect on managed objects.
pub const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";
/// Field manager, Event reporter and value of [`MANAGED_BY_LABEL`].
pub const MANAGER: &str = "oauth-registrar";
