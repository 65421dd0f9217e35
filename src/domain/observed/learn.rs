//! Taking facts in: what each makes known, and what it makes doubtful again.

use std::time::Duration;

use super::{Known, Seen};
use crate::domain::claim::{Claim, Found};
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::{RemoteClient, Unique};
use crate::domain::registration::{ApplicationId, ClientId, TenantId};
use crate::domain::scrub::Scrub;
use crate::domain::step::{Doing, Fact, Held, OutputSecret, Purpose, SecretSeen};

impl Seen {
    /// Begins or goes on to wait out the claim that was found.
    pub fn note_claim(&mut self) {
        let found = self.own_claim().map(|c| (c.attempt, c.holder.clone()));
        if found != self.memory.claim_seen {
            self.memory.claim_seen = found;
            self.memory.claim_first_seen = self.now;
        }
    }

    /// Goes on with what this process knows and could not tell.
    pub fn recall(&mut self) {
        if let Some(known) = self.untold() {
            self.known = Some(known.clone());
        }
    }

    /// Takes a fact in. What it makes doubtful is forgotten, so that the next look is a new one.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::Claimed(claim, purpose, at) => self.claimed(claim, Some(purpose), at),
            Fact::ClaimedToPublish(claim, at) => self.claimed_to_publish(claim, at),
            Fact::ClaimConfirmed => self.claim_is_fresh = true,
            Fact::ClaimLost => self.stale = true,
            Fact::Superseded => self.superseded(),
            Fact::Forgotten => self.secret_dropped(),
            Fact::SecretRead(secret, at) => {
                (self.secret, self.secret_read_at) = (secret, at);
                self.claim_is_fresh = false;
            }
            Fact::SecretHidden(at) => {
                self.secret = SecretSeen::Foreign("the Secret may not be read any more".into());
                (self.secret_hidden, self.secret_read_at) = (true, at);
            }
            Fact::Scanned(scan) => {
                self.memory.name_taken &= scan.name_taken || !scan.marked.is_empty();
                self.scan = Some(scan);
            }
            Fact::ClientRead(id, client) => self.client_read(id, client.map(|c| *c)),
            Fact::AllowedRead(rows) => self.allowed = Some(rows),
            Fact::Proved(proof, at) => self.proof = Some((proof, at)),
            Fact::Registered {
                held,
                tenants,
                complete,
            } => self.registered(held, tenants, complete),
            Fact::NameTaken => self.name_taken(),
            Fact::Rotated(held) => self.minted(held),
            Fact::Gone(id) => self.gone(id),
            Fact::Deregistered(id) => {
                self.published.deregistered = true;
                self.gone(id);
            }
            Fact::Stored(secret) => self.stored(secret),
            Fact::StoreRefused(why) => self.store_refused = Some(why),
            Fact::SecretMoved => self.secret = SecretSeen::Unread,
            Fact::Restored(secret) => {
                self.published.restored = true;
                self.secret = SecretSeen::Ours(secret);
            }
            Fact::Updated(id) => {
                self.updated = true;
                self.clients.remove(&id);
            }
            Fact::Allowed(tenant) => self.tenant_allowed(tenant),
            Fact::Disallowed(tenant) => {
                self.allowed = None;
                self.allowed_by_us.retain(|t| *t != tenant);
            }
            Fact::Disowned => self.disowned = true,
            Fact::Bounded(bound) => self.bound = bound,
            Fact::Recorded(orphans) => self.recorded = Some(orphans),
            Fact::Released => self.released = true,
            Fact::Failed(doing, failure) => self.failed(doing, failure),
        }
    }

    fn claimed(&mut self, claim: Claim, purpose: Option<Purpose>, at: Duration) {
        if !self.rules.lost_counted_in_claim && purpose == Some(Purpose::Register) && self.would_lose() {
            self.published.lost += 1;
        }
        let looked = self.looked_after_the_wait() || !self.platform.capabilities.marks;
        self.memory.doubt = self.doubted() && !looked;
        // Nobody else has claimed in between.
        self.memory.untold = self.untold().cloned().map(|known| (claim.attempt, known));
        self.object.has_finalizer = true;
        self.claim_is_fresh = true;
        self.memory.claim_seen = Some((claim.attempt, claim.holder.clone()));
        self.memory.claim_first_seen = at;
        self.authority = purpose.filter(|p| *p != Purpose::PutBack).map(|p| (p, at));
        self.claim = Found::Here(claim);
    }

    fn claimed_to_publish(&mut self, claim: Claim, at: Duration) {
        if let Some(held) = &mut self.memory.held {
            (held.attempt, held.claimed_at) = (claim.attempt, at);
        }
        self.memory.resolved = claim.attempt;
        self.claimed(claim, None, at);
    }

    /// Its client may be told nowhere: the attempt counts as unresolved again, so that a deletion looks.
    fn secret_dropped(&mut self) {
        self.memory.held = None;
        self.memory.resolved = 0;
        self.stale = true;
    }

    /// Where nothing can be looked up, the client of that secret has to be dealt with first.
    fn superseded(&mut self) {
        if self.platform.capabilities.is_blind() {
            self.superseded = true;
        } else {
            self.secret_dropped();
        }
    }

    fn registered(&mut self, held: Held, tenants: Vec<TenantId>, complete: bool) {
        self.published.registered = true;
        self.applied = complete;
        self.allowed_by_us = tenants;
        // Where the caller chooses the id, it is that of the client that was gone.
        self.clients.remove(&held.application_id);
        self.minted(held);
    }

    /// Taken by whom? Our own client may be the one: a look for the marker tells. Where there is none, a register is sent
    /// only when nothing was in doubt, so that it is somebody else's.
    fn name_taken(&mut self) {
        if self.platform.capabilities.unique == Unique::Nothing {
            let failure = Failure::new(Class::Conflict, "it says so, although names may repeat there");
            return self.failed(Doing::Registering, failure);
        }
        self.memory.name_taken = true;
        (self.authority, self.scan) = (None, None);
        if !self.platform.capabilities.marks {
            self.heard_back();
        }
    }

    fn minted(&mut self, held: Held) {
        self.resolve();
        self.known = Some(Known {
            application_id: held.application_id.clone(),
            client_id: held.client_id.clone(),
            public_client_id: held.public_client_id.clone(),
        });
        self.memory.untold = self.own_claim().map(|c| c.attempt).zip(self.known.clone());
        self.proof = None;
        self.memory.held = (!held.client_secret.is_empty()).then_some(held);
    }

    fn gone(&mut self, id: ApplicationId) {
        self.memory.untold.take_if(|(_, known)| known.application_id == id);
        let was_ours_to_call = self.authority.is_some();
        self.client_read(id, None);
        if was_ours_to_call {
            self.heard_back();
        }
    }

    fn stored(&mut self, secret: OutputSecret) {
        self.published.stored = true;
        self.memory.held = None;
        self.memory.published = Some((self.now, secret.resource_version.clone()));
        self.store_refused = None;
        self.proof = None;
        self.secret = SecretSeen::Ours(secret);
    }

    fn tenant_allowed(&mut self, tenant: TenantId) {
        self.allowed = None;
        self.rows_sent.insert(tenant.clone());
        if !self.allowed_by_us.contains(&tenant) {
            self.allowed_by_us.push(tenant);
        }
    }

    fn client_read(&mut self, id: ApplicationId, client: Option<RemoteClient>) {
        if let Some(client) = &client {
            if self.names_ours(client) {
                self.known = Some(Known {
                    application_id: id.clone(),
                    client_id: client.client_id.clone(),
                    public_client_id: self.public_client_id(),
                });
            } else if self.is_anothers(client) {
                // Whoever may write status could have named it there.
                self.known = self.known.take().filter(|k| k.application_id != id);
                self.told.known = self.told.known.take().filter(|k| k.application_id != id);
            }
            self.public_client_read(&id, client.public_client_id.as_ref());
        }
        self.clients.insert(id, client);
    }

    /// Each public client that is added has an id of its own, which the Secret has to hold: its form is looked at again.
    fn public_client_read(&mut self, id: &ApplicationId, found: Option<&ClientId>) {
        let known = self.known.as_mut().filter(|k| k.application_id == *id);
        let Some(known) = known.filter(|k| k.public_client_id.as_ref() != found) else {
            return;
        };
        known.public_client_id = found.cloned();
        if matches!(self.secret, SecretSeen::Ours(_)) {
            self.secret = SecretSeen::Unread;
        }
    }

    fn public_client_id(&self) -> Option<ClientId> {
        self.known.as_ref().and_then(|k| k.public_client_id.clone())
    }

    /// Only the marker proves it. Where none can be kept, status alone tells the client: a user can write to the Secret. But
    /// a platform that nothing can be looked up at has shown the client to nobody but who registered it.
    fn names_ours(&self, client: &RemoteClient) -> bool {
        let in_secret = self.output().and_then(|s| s.application_id.as_ref()) == Some(&client.application_id);
        let can = &self.platform.capabilities;
        let proven = can.marks && client.registration.marker == self.marker();
        in_secret && (proven || can.is_blind())
    }

    /// The call of the current attempt was answered, without a new client or secret. That tells its outcome, unless a look has
    /// shown clients of ours that nobody tells of.
    fn heard_back(&mut self) {
        self.authority = None;
        let known = self.known.as_ref().map(|k| &k.application_id);
        if self.marked().into_iter().all(|id| Some(id) == known) {
            self.resolve();
        }
    }

    /// The outcome of the current attempt is known, and of all before it.
    fn resolve(&mut self) {
        self.authority = None;
        self.memory.resolved = self.own_claim().map_or(0, |c| c.attempt);
    }

    /// An error may repeat a secret that its request did not carry: whatever of them this snapshot holds is taken out.
    fn failed(&mut self, doing: Doing, mut failure: Failure) {
        failure.detail = Scrub::of_values(self.secrets()).clean(&failure.detail);
        let unrepeatable = matches!(doing, Doing::Registering | Doing::Rotating | Doing::Deregistering);
        let was_answered = unrepeatable && self.authority.is_some() && failure.class != Class::Ambiguous;
        if was_answered && !(self.memory.doubt && self.rules.refusal_keeps_doubt) {
            self.heard_back();
        }
        self.authority = None;
        self.failure = Some((doing, failure));
    }

    fn secrets(&self) -> impl Iterator<Item = &SecretText> {
        let held = self.memory.held.iter().map(|held| &held.client_secret);
        held.chain(self.output().and_then(|secret| secret.client_secret.as_ref()))
    }
}
