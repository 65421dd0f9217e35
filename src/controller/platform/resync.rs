//! The resync: one pass over the platform's list now and then, which tells whose client to look at more closely.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;

use super::kind::{PlatformKey, PlatformKind};
use crate::api::OAuthApplication;
use crate::controller::connections::Connection;
use crate::controller::context::Context;
use crate::controller::orphans::sweep::sweep;
use crate::controller::suspicions::Suspect;
use crate::domain::drift::{first_pass, takes_turn};
use crate::domain::registration::ApplicationId;

/// What a list cannot show, such as the allowed tenants, is looked at once in this time.
const ROUND: Duration = Duration::from_hours(24);

/// Passes over the list if it is time to; the time until the next pass.
pub(super) async fn resync<P: PlatformKind>(object: &P, uid: &str, connection: &Connection, ctx: &Context) -> Duration {
    let key = &object.key();
    let interval = ctx.settings.resync;
    let mut passes = ctx.suspicions.passes(uid, ctx.now() + first_pass(uid, interval));
    let left = passes.next.saturating_sub(ctx.now());
    if !left.is_zero() {
        return left;
    }
    passes.next = ctx.now() + interval;
    let ours = registered(key, ctx);
    if !ours.is_empty() {
        match connection.platform.scan().await {
            Ok(listed) => {
                passes.count += 1;
                let suspects = passes.inventory.suspects(ours.iter().map(|(id, _)| id), &listed);
                let rounds = u64::try_from(ROUND.as_nanos() / interval.as_nanos().max(1)).unwrap_or(u64::MAX);
                let turn = |application: &OAuthApplication| {
                    takes_turn(&application.uid().unwrap_or_default(), passes.count, rounds)
                };
                let looked_at = ours
                    .iter()
                    .filter(|(id, application)| suspects.contains(&id) || turn(application));
                looked_at.for_each(|(_, application)| suspect(application, ctx));
                sweep(object, &listed, &mut passes.strays, ctx).await;
            }
            Err(failure) => tracing::warn!(platform = %key, %failure, "the resync failed; the next one will do"),
        }
    }
    ctx.suspicions.passed(uid, passes);
    interval
}

/// The applications that have a client at this platform, in the namespaces that were read so far.
fn registered(platform: &PlatformKey, ctx: &Context) -> Vec<(ApplicationId, Arc<OAuthApplication>)> {
    let all = ctx.view.applications_read_at(platform);
    let living = all.into_iter().filter(|a| a.metadata.deletion_timestamp.is_none());
    let known = living.filter_map(|application| {
        let id = application.status.as_ref()?.application_id.as_deref()?.into();
        Some((id, application))
    });
    known.collect()
}

fn suspect(application: &OAuthApplication, ctx: &Context) {
    let (namespace, name) = (application.namespace().unwrap_or_default(), application.name_any());
    let installations = ctx.view.installations_of(&namespace, &name);
    let uids = installations.iter().filter_map(|i| i.uid()).chain(application.uid());
    ctx.suspicions.raise(uids, Suspect { namespace, name });
}
