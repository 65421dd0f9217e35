//! For tests: a snapshot put together with a few telling verbs. It begins as a new resource that nobody has touched, on
//! a platform like OLT (unique names, a place for markers), at time [`NOW`].

mod things;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) use self::things::*;
use super::{Memory, Object, PlatformSeen, Published, Seen, Told};
use crate::domain::claim::{Claim, Found};
use crate::domain::drift::Absence;
use crate::domain::failure::{Class, Failure};
use crate::domain::orphan::Bound;
use crate::domain::port::{Capabilities, Proof, RemoteClient, Rotation, Unique};
use crate::domain::rules::Rules;
use crate::domain::step::{Doing, Fact, Held, Purpose, Scan, SecretSeen};

/// A new resource: nothing claimed, nothing told, nothing looked at.
pub(crate) fn seen() -> Seen {
    Seen {
        now: NOW,
        jitter: 0.0,
        fresh_id: ID.into(),
        rules: Rules::FIXED,
        holder: us(),
        object: Object {
            uid: "uid-1".into(),
            namespace: "billing".into(),
            name: NAME.into(),
            generation: 1,
            has_finalizer: false,
        },
        told: Told::default(),
        claim: Found::Nothing,
        memory: Memory::default(),
        platform: PlatformSeen {
            capabilities: Capabilities {
                unique: Unique::Names,
                marks: true,
                rotation: Rotation::HardCut,
                consents: None,
            },
            identity: here(),
            timeout: T,
            settle: SETTLE,
        },
        secret_hint: None,
        secret: SecretSeen::Unread,
        secret_read_at: NOW,
        authority: None,
        claim_is_fresh: false,
        scan: None,
        clients: BTreeMap::new(),
        allowed: None,
        proof: None,
        known: None,
        applied: false,
        updated: false,
        rows_sent: BTreeSet::new(),
        allowed_by_us: vec![],
        published: Published::default(),
        suspected: false,
        retry_asked: false,
        store_refused: None,
        superseded: false,
        stale: false,
        bound: Bound::Never,
        secret_hidden: false,
        recorded: None,
        released: false,
        disowned: false,
        failure: None,
    }
}

impl Seen {
    /// Another process claimed this attempt; we see it for the first time, and nobody knows its outcome.
    pub(crate) fn with_claim(mut self, attempt: i64) -> Self {
        self.object.has_finalizer = true;
        let holder = "another process".into();
        self.claim = Found::Here(Claim {
            holder,
            ..claim(attempt)
        });
        self.memory.claim_first_seen = NOW;
        self
    }

    fn own(&mut self) -> &mut Claim {
        match &mut self.claim {
            Found::Here(claim) => claim,
            other => panic!("no claim of this resource: {other:?}"),
        }
    }

    /// It was this process that claimed.
    pub(crate) fn by_us(mut self) -> Self {
        self.own().holder = us().process;
        self
    }

    /// The claim was written over an unresolved attempt.
    pub(crate) fn open(mut self) -> Self {
        self.own().open = true;
        self
    }

    /// The claim has been waited out.
    pub(crate) fn waited_out(mut self) -> Self {
        self.memory.claim_first_seen = ago(SETTLE);
        self
    }

    /// This process knows the outcome of the claim.
    pub(crate) fn answered(mut self) -> Self {
        self.memory.resolved = self.own().attempt;
        self
    }

    /// The platform answered the claim's call that the name is taken.
    pub(crate) fn answered_name_taken(mut self) -> Self {
        self.learn(Fact::NameTaken);
        self
    }

    /// Status tells that all was well with this client under this attempt, and the caches agree.
    pub(crate) fn told(mut self, id: &str, attempt: i64) -> Self {
        self.told = Told {
            registration_id: Some(ID.into()),
            attempt,
            settled: true,
            known: Some(client(id)),
            applied_generation: Some(1),
            secret_version: Some(VERSION.into()),
            verified: true,
            identity: self.platform.identity.issuer_and_owner(),
            replaced: 0,
            allowed_by_us: vec![],
            lost: 0,
            disputed: false,
        };
        self.known = Some(client(id));
        self.applied = true;
        self.secret_hint = Some(VERSION.into());
        self
    }

    /// The spec changed since the platform was brought in line.
    pub(crate) fn changed(mut self) -> Self {
        self.applied = false;
        self
    }

    /// The Secret was looked at.
    pub(crate) fn with_secret(mut self, secret: SecretSeen) -> Self {
        self.secret = secret;
        self
    }

    pub(crate) fn with_our_secret(self, id: &str, attempt: i64) -> Self {
        self.with_secret(SecretSeen::Ours(secret(id, attempt)))
    }

    pub(crate) fn with_no_secret(self) -> Self {
        self.with_secret(SecretSeen::Absent)
    }

    pub(crate) fn with_foreign_secret(self) -> Self {
        self.with_secret(SecretSeen::Foreign(
            "Secret billing/billing-sync belongs to Certificate web".into(),
        ))
    }

    /// It was looked at this long ago.
    pub(crate) fn looked_ago(mut self, ago: Duration) -> Self {
        self.secret_read_at = things::ago(ago);
        self
    }

    /// The client was read and is as wanted.
    pub(crate) fn with_client(self, id: &str) -> Self {
        self.with_remote(remote(id, marked()))
    }

    pub(crate) fn with_remote(mut self, client: RemoteClient) -> Self {
        self.clients.insert(client.application_id.clone(), Some(client));
        self
    }

    /// The client was read and does not exist.
    pub(crate) fn without_client(mut self, id: &str) -> Self {
        self.clients.insert(id.into(), None);
        self
    }

    /// A scan found these clients with our marker, the newest first.
    pub(crate) fn scanned(mut self, ids: &[&str]) -> Self {
        let marked = ids.iter().map(|id| listed(id)).collect();
        let at = NOW;
        self.scan = Some(Scan {
            marked,
            name_taken: false,
            absence: Some(Absence::default()),
            at,
        });
        self
    }

    /// A scan found no client with our marker, but somebody else's with the wanted name.
    pub(crate) fn scanned_name_taken(self) -> Self {
        let mut seen = self.scanned(&[]);
        seen.scan.as_mut().expect("it was just put there").name_taken = true;
        seen
    }

    pub(crate) fn proved(mut self, proof: Proof) -> Self {
        self.proof = Some((proof, NOW));
        self
    }

    /// This secret is in memory.
    pub(crate) fn holding(mut self, held: Held) -> Self {
        self.memory.resolved = held.attempt;
        self.memory.held = Some(held);
        self
    }

    /// The claim was written this long ago for this call.
    pub(crate) fn may(mut self, purpose: Purpose, ago: Duration) -> Self {
        self.authority = Some((purpose, things::ago(ago)));
        self
    }

    /// The last call failed.
    pub(crate) fn failing(mut self, doing: Doing, class: Class) -> Self {
        self.failure = Some((doing, Failure::new(class, "why")));
        self
    }

    /// The platform carries no marker.
    pub(crate) fn unmarked(mut self) -> Self {
        self.platform.capabilities.marks = false;
        self
    }

    /// It carries none, and the status of another resource names the same client.
    pub(crate) fn disputed(self) -> Self {
        let mut seen = self.unmarked();
        seen.told.disputed = true;
        seen
    }

    /// What no two clients of the platform share.
    pub(crate) fn unique(mut self, unique: Unique) -> Self {
        self.platform.capabilities.unique = unique;
        self
    }

    /// The platform cannot be asked for anything.
    pub(crate) fn blind(self) -> Self {
        self.unmarked().unique(Unique::Nothing)
    }

    /// How the platform replaces secrets.
    pub(crate) fn rotating(mut self, rotation: Rotation) -> Self {
        self.platform.capabilities.rotation = rotation;
        self
    }
}
