//! Working records off: when their platform can be used again, and is the one that they were registered at.
//!
//! Nothing is removed that no record names, and nothing that a living resource carries. Two operators at once do no harm:
//! who comes second finds the client gone. No claim is written, since there is no resource to write it on, and a
//! deregistration may be repeated.

use std::sync::Arc;

use kube::{Api, ResourceExt};

use super::record::{Record, State};
use super::store::{Records, Stored};
use crate::api::OAuthApplication;
use crate::api::conditions::Milestone;
use crate::api::well_known::CLAIM;
use crate::controller::connections::Connection;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::controller::events::{Story, tell};
use crate::controller::platform::kind::{PlatformKey, PlatformKind};
use crate::domain::claim::Claim;
use crate::domain::failure::{Class, Failure};
use crate::domain::orphan::{Orphan, Verdict};
use crate::domain::port::RemoteClient;
use crate::domain::registration::ApplicationId;

/// Records worked off in one go; the platform's own reconcile waits for them.
const AT_ONCE: usize = 50;
/// So many resources are named in one Event.
const NAMED: usize = 5;

/// What became of one record.
enum Outcome {
    /// So many clients were removed, or found to be gone.
    Done(usize),
    /// A living resource carries the client.
    Carried,
    /// It is not proven to be the one on record.
    NotOurs,
    /// Its resource is still there and does the same itself.
    Waits,
}

/// Works off what is on record for this platform, as far as it goes in one go. `true`: there is more. What fails is tried
/// with the next look at the platform.
pub async fn work_off<P: PlatformKind>(object: &P, connection: &Connection, ctx: &Context) -> bool {
    match all(object, connection, ctx).await {
        Ok(more) => more,
        Err(error) => {
            tracing::warn!(platform = %object.key(), error = &error as &dyn std::error::Error, "orphan records wait");
            false
        }
    }
}

async fn all<P: PlatformKind>(object: &P, connection: &Connection, ctx: &Context) -> Result<bool, Error> {
    let records = Records::new(ctx.client.clone(), &ctx.settings.namespace);
    let (key, uid) = (object.key(), object.uid());
    let mut mine = records.list().await?;
    mine.retain(|stored| is_for(&stored.record, &key, uid.as_deref(), connection, ctx));
    // Whether somebody carries a client is not known before every namespace was read.
    let Some(living) = ctx.view.applications_at(&key).filter(|_| !mine.is_empty()) else {
        return Ok(!mine.is_empty());
    };
    // Those that only a person can settle must not keep the others from their turn.
    mine.sort_by_key(|stored| stored.record.state == State::NotOurs);
    let waiting = mine
        .iter()
        .filter(|stored| stored.record.state == State::Waiting)
        .count();
    let mut more = waiting > AT_ONCE;
    let mut removed = vec![];
    for stored in mine.iter().take(AT_ONCE) {
        if may_come_late(stored, ctx) {
            continue;
        }
        match one(&stored.record, &living, connection, ctx).await? {
            Ok(Outcome::Done(clients)) => {
                records.remove(stored).await?;
                ctx.deletions.forget(&stored.name);
                tracing::info!(platform = %key, record = stored.name, clients, "an orphan record is worked off");
                removed.extend((clients > 0).then(|| whose(&stored.record)));
            }
            Ok(Outcome::Carried) => {
                records.remove(stored).await?;
                ctx.deletions.forget(&stored.name);
                tracing::info!(platform = %key, record = stored.name, "a resource carries the client again: its record goes");
            }
            Ok(Outcome::NotOurs) => {
                tracing::warn!(platform = %key, record = stored.name, "the client is not proven to be the one on record");
                records.mark(stored, State::NotOurs).await?;
            }
            Ok(Outcome::Waits) => {}
            Err(failure) => {
                tracing::warn!(platform = %key, record = stored.name, %failure, "orphan records wait");
                more = false;
                break;
            }
        }
    }
    if !removed.is_empty() {
        tell(
            &ctx.client,
            object,
            Story::milestone(Milestone::OrphanRemoved, note(&removed)),
        )
        .await;
    }
    Ok(more)
}

fn is_for(record: &Record, key: &PlatformKey, uid: Option<&str>, connection: &Connection, ctx: &Context) -> bool {
    let here = &connection.identity;
    let same = match &record.orphan.identity {
        Some((issuer, owner)) => *issuer == here.issuer && *owner == here.owner.0,
        // Never told: then it must be the very same platform.
        None => uid.is_some() && record.platform_uid.as_deref() == uid,
    };
    let open = matches!(record.state, State::Waiting | State::NotOurs);
    open && same && record.platform == *key && record.instance == ctx.settings.holder.instance
}

/// A call whose outcome is not known may still make a client: that is waited out before a look says that there is none.
fn may_come_late(stored: &Stored, ctx: &Context) -> bool {
    let now = ctx.now();
    stored.record.orphan.scan && now < ctx.deletions.first_seen(&stored.name, now) + ctx.settings.settle
}

async fn one(
    record: &Record,
    living: &[Arc<OAuthApplication>],
    connection: &Connection,
    ctx: &Context,
) -> Result<Result<Outcome, Failure>, Error> {
    let platform = &connection.platform;
    let marks = platform.capabilities().marks;
    let mut ids: Vec<ApplicationId> = record.orphan.client.iter().map(|c| c.application_id.clone()).collect();
    if marks && (record.orphan.scan || ids.is_empty()) {
        let listed = match platform.scan().await {
            Ok(listed) => listed,
            Err(failure) => return Ok(Err(failure)),
        };
        let marked = listed
            .iter()
            .filter(|c| c.marker.is_some() && c.marker == record.orphan.marker);
        ids.extend(marked.map(|c| c.application_id.clone()));
        ids.sort();
        ids.dedup();
    } else if ids.is_empty() {
        return Ok(Ok(Outcome::NotOurs));
    }
    let mut ours = vec![];
    for id in ids {
        let client = match read(&id, connection).await {
            Ok(client) => client,
            Err(failure) => return Ok(Err(failure)),
        };
        match record.orphan.verdict(client.as_ref(), marks) {
            Verdict::Deregister => ours.push(id),
            Verdict::Gone => {}
            Verdict::NotOurs => return Ok(Ok(Outcome::NotOurs)),
        }
    }
    // Asked last, so that a resource restored in the meantime is seen.
    if let Some(outcome) = carried(record, living, ctx).await? {
        return Ok(Ok(outcome));
    }
    for id in &ours {
        match platform.deregister(id, connection.timeout).await {
            Ok(()) => {}
            Err(failure) if failure.class == Class::NotFound => {}
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(Outcome::Done(ours.len())))
}

async fn read(id: &ApplicationId, connection: &Connection) -> Result<Option<RemoteClient>, Failure> {
    match connection.platform.read(id).await {
        Ok(client) => Ok(Some(client)),
        Err(failure) if matches!(failure.class, Class::NotFound | Class::Invalid) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether a resource carries the client: the one of the recorded name, and any that the caches show to name it. Each is
/// read past the caches.
async fn carried(record: &Record, living: &[Arc<OAuthApplication>], ctx: &Context) -> Result<Option<Outcome>, Error> {
    let named = living.iter().filter(|a| carries(a, &record.orphan));
    let mut asked: Vec<(String, String)> = named
        .map(|a| (a.namespace().unwrap_or_default(), a.name_any()))
        .collect();
    asked.extend(record.resource.iter().map(|r| (r.namespace.clone(), r.name.clone())));
    for (namespace, name) in asked {
        let api: Api<OAuthApplication> = Api::namespaced(ctx.client.clone(), &namespace);
        let Some(found) = call("read the application", CLUSTER_TIMEOUT, api.get_opt(&name)).await? else {
            continue;
        };
        let leaves = found.metadata.deletion_timestamp.is_some();
        if carries(&found, &record.orphan) {
            return Ok(Some(if leaves { Outcome::Waits } else { Outcome::Carried }));
        }
    }
    Ok(None)
}

/// Its status names the client, or its claim yields the marker.
fn carries(application: &OAuthApplication, orphan: &Orphan) -> bool {
    let told = application.status.as_ref().and_then(|s| s.application_id.as_deref());
    let id = orphan.client.as_ref().map(|client| client.application_id.0.as_str());
    let claim = application.annotations().get(CLAIM);
    let claim = claim.and_then(|text| serde_json::from_str::<Claim>(text).ok());
    let marker = claim.map(|c| c.marker(&application.namespace().unwrap_or_default(), &application.name_any()));
    (id.is_some() && told == id) || (marker.is_some() && marker == orphan.marker)
}

fn whose(record: &Record) -> String {
    let of = record.resource.as_ref();
    of.map(|resource| format!("{}/{}", resource.namespace, resource.name))
        .unwrap_or_default()
}

fn note(removed: &[String]) -> String {
    let shown = removed.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match removed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("Clients that were left behind when their resources went are removed: {shown}{more}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::application::{ApplicationStatus, OAuthApplicationSpec};
    use crate::domain::claim::Holder;
    use crate::domain::orphan::LeftClient;

    #[test]
    fn a_resource_carries_the_client_that_status_or_claim_names() {
        let holder = Holder {
            process: "p".into(),
            instance: "i".into(),
        };
        let claim = Claim::first(&holder, "uid", "id-1".into(), "sync");
        let orphan = |id: &str, marker| Orphan {
            client: Some(LeftClient {
                application_id: id.into(),
                client_id: None,
                told: true,
            }),
            marker,
            scan: false,
            possible: 0,
            identity: None,
            why: String::new(),
        };
        let mut application = OAuthApplication::new("sync", OAuthApplicationSpec::default());
        application.metadata.namespace = Some("billing".into());
        let ours = claim.marker("billing", "sync");
        assert!(!carries(&application, &orphan("app-1", None)), "it names nothing");
        let text = serde_json::to_string(&claim).unwrap();
        application.annotations_mut().insert(CLAIM.into(), text);
        assert!(carries(&application, &orphan("app-1", Some(ours))));
        assert!(!carries(
            &application,
            &orphan("app-1", Some(claim.marker("billing", "copy")))
        ));
        application.status = Some(ApplicationStatus {
            application_id: Some("app-1".into()),
            ..ApplicationStatus::default()
        });
        assert!(carries(&application, &orphan("app-1", None)));
        assert!(!carries(&application, &orphan("app-2", None)));
    }

    #[test]
    fn an_event_names_a_few() {
        let all: Vec<String> = (1..=7).map(|n| format!("ns/a{n}")).collect();
        assert!(note(&all[..2]).ends_with("removed: ns/a1, ns/a2."));
        assert!(note(&all).ends_with("ns/a5 and 2 more."));
    }
}
