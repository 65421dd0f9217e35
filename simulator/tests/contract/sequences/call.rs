//! Calls that a random sequence is made of. Small numbers stand for tenants, names and applications, so that calls meet.

use proptest::prelude::{Just, Strategy, any, prop_oneof};

/// A tenant, by its place among T1, T2 and T3.
pub type Tenant = usize;
/// A set of permissions, a bit each.
pub type Permissions = u8;

/// One call. `app` is the number of a creation that succeeded, modulo how many there were.
#[derive(Clone, Debug)]
pub enum Call {
    Create {
        by: Tenant,
        name: u8,
        allowed: Vec<Tenant>,
        permissions: Permissions,
        public: bool,
    },
    Change {
        by: Tenant,
        app: usize,
        change: Change,
    },
    Delete {
        by: Tenant,
        app: usize,
    },
    Rotate {
        by: Tenant,
        app: usize,
    },
    Allow {
        by: Tenant,
        app: usize,
        tenant: Tenant,
    },
    Disallow {
        by: Tenant,
        app: usize,
        tenant: Tenant,
    },
    Install {
        by: Tenant,
        app: usize,
        consent: Consent,
    },
    Renew {
        by: Tenant,
        app: usize,
        consent: Consent,
    },
    Uninstall {
        by: Tenant,
        app: usize,
    },
    Token {
        app: usize,
        secret: Secret,
        tenant: Option<Tenant>,
    },
    Look {
        by: Tenant,
    },
}

/// What a change sets.
#[derive(Clone, Debug)]
pub enum Change {
    Name(u8),
    Active(bool),
    Permissions(Permissions),
    Public(bool),
}

/// What a tenant consents to.
#[derive(Clone, Debug)]
pub enum Consent {
    /// What `GET permissions` shows, or nothing when that is refused.
    Shown,
    /// Whatever this is.
    Set(Permissions),
}

/// Which secret a client shows.
#[derive(Clone, Debug)]
pub enum Secret {
    First,
    Newest,
}

/// Any call; half of them act as the owner of most applications.
pub fn any_call() -> impl Strategy<Value = Call> {
    let by = || prop_oneof![Just(0_usize), 0..3_usize];
    let tenant = || 0..3_usize;
    let app = || 0..4_usize;
    prop_oneof![
        3 => (by(), 0..4_u8, proptest::collection::vec(tenant(), 0..3), 0..4_u8, any::<bool>()).prop_map(
            |(by, name, allowed, permissions, public)| Call::Create { by, name, allowed, permissions, public }
        ),
        3 => (by(), app(), any_change()).prop_map(|(by, app, change)| Call::Change { by, app, change }),
        1 => (by(), app()).prop_map(|(by, app)| Call::Delete { by, app }),
        1 => (by(), app()).prop_map(|(by, app)| Call::Rotate { by, app }),
        2 => (by(), app(), tenant()).prop_map(|(by, app, tenant)| Call::Allow { by, app, tenant }),
        1 => (by(), app(), tenant()).prop_map(|(by, app, tenant)| Call::Disallow { by, app, tenant }),
        4 => (tenant(), app(), any_consent()).prop_map(|(by, app, consent)| Call::Install { by, app, consent }),
        2 => (tenant(), app(), any_consent()).prop_map(|(by, app, consent)| Call::Renew { by, app, consent }),
        1 => (tenant(), app()).prop_map(|(by, app)| Call::Uninstall { by, app }),
        3 => (app(), prop_oneof![Just(Secret::First), Just(Secret::Newest)], proptest::option::of(tenant()))
            .prop_map(|(app, secret, tenant)| Call::Token { app, secret, tenant }),
        2 => tenant().prop_map(|by| Call::Look { by }),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..4_u8).prop_map(Change::Name),
        any::<bool>().prop_map(Change::Active),
        (0..4_u8).prop_map(Change::Permissions),
        any::<bool>().prop_map(Change::Public),
    ]
}

fn any_consent() -> impl Strategy<Value = Consent> {
    prop_oneof![3 => Just(Consent::Shown), 1 => (0..4_u8).prop_map(Consent::Set)]
}
