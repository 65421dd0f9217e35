//! What a snapshot is put together from: times, the wish, claims, clients and Secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::claim::{Claim, Holder};
use crate::domain::credentials::{AuthMethod, SecretText};
use crate::domain::observed::Known;
use crate::domain::port::{Identity, Listed, RemoteClient};
use crate::domain::registration::{AllowedTenant, Registration};
use crate::domain::step::{Held, OutputSecret};
use crate::domain::wish::{Keys, Output, Wanted};

/// The time of every snapshot.
pub(crate) const NOW: Duration = Duration::from_secs(1000);
/// Time-out of a call.
pub(crate) const T: Duration = Duration::from_secs(10);
/// How long a claim is waited out.
pub(crate) const SETTLE: Duration = Duration::from_secs(40);
/// The moment before.
pub(crate) const TICK: Duration = Duration::from_millis(1);
/// Name of the resource and of its client.
pub(crate) const NAME: &str = "billing-sync";
/// Id of the registration.
pub(crate) const ID: &str = "id-1";
/// Version of the Secret.
pub(crate) const VERSION: &str = "7";

/// The time before.
pub(crate) fn ago(time: Duration) -> Duration {
    NOW.saturating_sub(time)
}

/// A moment less.
pub(crate) fn almost(time: Duration) -> Duration {
    time.saturating_sub(TICK)
}

/// This process.
pub(crate) fn us() -> Holder {
    Holder {
        process: "us".into(),
        instance: "this-cluster".into(),
    }
}

/// Who we are at the platform.
pub(crate) fn here() -> Identity {
    Identity {
        issuer: "https://id.example.com".into(),
        owner: "11111111-1111-4111-8111-111111111111".into(),
        token_endpoint: "https://id.example.com/token".into(),
    }
}

/// A claim of this process.
pub(crate) fn claim(attempt: i64) -> Claim {
    let platform = here().issuer_and_owner();
    let first = Claim::first(&us(), "uid-1", ID.into(), NAME);
    Claim {
        attempt,
        platform,
        ..first
    }
}

/// The application as it is wanted, without marker.
pub(crate) fn wanted() -> Wanted {
    let keys = Keys {
        client_id: "client_id".into(),
        client_secret: "client_secret".into(),
        token_endpoint: "token_endpoint".into(),
        issuer: "issuer".into(),
        application_id: "application_id".into(),
        public_client_id: "public_client_id".into(),
    };
    Wanted {
        registration: Registration {
            name: NAME.into(),
            description: "nightly export".into(),
            ..Registration::default()
        },
        output: Output {
            name: NAME.into(),
            keys,
            tenant: None,
            template: BTreeMap::new(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        },
        method: AuthMethod::ClientSecretBasic,
        installed_tenants: vec![],
        crowded: None,
    }
}

/// The registration as it is sent: with our marker.
pub(crate) fn marked() -> Registration {
    Registration {
        marker: Some(claim(1).marker("billing", NAME)),
        ..wanted().registration
    }
}

pub(crate) fn row(tenant: &str, comment: &str) -> AllowedTenant {
    AllowedTenant {
        tenant_id: tenant.into(),
        comment: comment.into(),
    }
}

/// A client by the id of its application.
pub(crate) fn client(id: &str) -> Known {
    Known {
        application_id: id.into(),
        client_id: format!("client-of-{id}").as_str().into(),
        public_client_id: None,
    }
}

/// A secret of this client, minted just now under this attempt.
pub(crate) fn held(id: &str, attempt: i64) -> Held {
    Held {
        attempt,
        claimed_at: NOW,
        application_id: client(id).application_id,
        client_id: client(id).client_id,
        public_client_id: None,
        client_secret: SecretText::new(format!("secret-of-{id}")),
        registered: true,
    }
}

/// Our Secret with the credentials of this client, written under this attempt.
pub(crate) fn secret(id: &str, attempt: i64) -> OutputSecret {
    OutputSecret {
        owner_index: 0,
        uid: "secret-uid".into(),
        resource_version: VERSION.into(),
        registration_id: Some(ID.into()),
        attempt,
        application_id: Some(client(id).application_id),
        client_id: Some(client(id).client_id),
        client_secret: Some(SecretText::new(format!("secret-of-{id}"))),
        intact: true,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        data: BTreeMap::new(),
    }
}

/// The client in full, as it is wanted but for its registration.
pub(crate) fn remote(id: &str, registration: Registration) -> RemoteClient {
    RemoteClient {
        application_id: client(id).application_id,
        client_id: client(id).client_id,
        public_client_id: None,
        registration,
    }
}

pub(crate) fn listed(id: &str) -> Listed {
    Listed {
        application_id: client(id).application_id,
        client_id: client(id).client_id,
        name: NAME.into(),
        marker: marked().marker,
        created_at: String::new(),
        revision: String::new(),
    }
}
