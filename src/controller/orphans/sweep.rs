//! The sweep: a pass over a platform's list is read anyway; a client in it with a marker of this installation that no
//! resource and no record explains for long enough is told. Nothing is removed.

use kube::api::ListParams;
use kube::{Api, ResourceExt};

use super::record::{Record, State};
use super::store::{Records, Stored};
use crate::api::OAuthApplication;
use crate::api::conditions::Milestone;
use crate::api::well_known::CLAIM;
use crate::controller::context::{CLUSTER_TIMEOUT, Context};
use crate::controller::error::{Error, call};
use crate::controller::events::{Story, tell};
use crate::controller::platform::kind::PlatformKind;
use crate::domain::claim::Claim;
use crate::domain::marker::Marker;
use crate::domain::orphan::{LeftClient, Orphan};
use crate::domain::port::Listed;
use crate::domain::stray::{Explained, Strays};

/// A client is told after so many settle times, ten minutes by default: no call takes that long to explain itself.
const SETTLE_TIMES: u32 = 15;
/// Applications read at a time.
const PAGE: u32 = 500;

/// Looks for strays in a pass over the list. What cannot be read now is looked at with the next pass.
pub async fn sweep<P: PlatformKind>(object: &P, listed: &[Listed], strays: &mut Strays, ctx: &Context) {
    if let Err(error) = look(object, listed, strays, ctx).await {
        tracing::warn!(platform = %object.key(), error = &error as &dyn std::error::Error, "no sweep for stray clients");
    }
}

async fn look<P: PlatformKind>(object: &P, listed: &[Listed], strays: &mut Strays, ctx: &Context) -> Result<(), Error> {
    // Who may explain a client is not known before every watched namespace was read.
    let Some(applications) = ctx.view.applications() else {
        return Ok(());
    };
    let instance = &ctx.settings.holder.instance;
    let mut explained = Explained::default();
    for application in &applications {
        explain(application, instance, &mut explained);
    }
    let unexplained = explained.lacks(listed, instance);
    let records = Records::new(ctx.client.clone(), &ctx.settings.namespace);
    let stored = records.list().await?;
    explain_by_records(&stored, &mut explained);
    let long = strays.pass(
        &explained.lacks(listed, instance),
        ctx.now(),
        ctx.settings.settle * SETTLE_TIMES,
    );
    let (key, uid) = (object.key(), object.uid());
    let told = stored
        .iter()
        .filter(|s| s.record.state == State::Stray && s.record.platform_uid == uid);
    let is_of = |stored: &Stored, client: &Listed| stored.record.name() == stray(object, client, ctx).name();
    let told: Vec<&Stored> = told.collect();
    for gone in told
        .iter()
        .filter(|s| !unexplained.iter().any(|client| is_of(s, client)))
    {
        records.remove(gone).await?;
    }
    let new: Vec<&Listed> = long.into_iter().filter(|c| !told.iter().any(|s| is_of(s, c))).collect();
    if new.is_empty() {
        return Ok(());
    }
    everything(&mut explained, ctx).await?;
    for client in new
        .into_iter()
        .filter(|c| !explained.lacks(std::slice::from_ref(*c), instance).is_empty())
    {
        let (id, marker) = (&client.application_id, client.marker.as_ref().map(Marker::as_str));
        tracing::warn!(platform = %key, %id, marker, "a client of this installation has no resource");
        if records.write(&stray(object, client, ctx)).await? {
            tell(&ctx.client, object, story(client)).await;
        }
    }
    Ok(())
}

/// Of all namespaces, also those that are not watched, past the caches.
async fn everything(explained: &mut Explained, ctx: &Context) -> Result<(), Error> {
    let api: Api<OAuthApplication> = Api::all(ctx.client.clone());
    let mut params = ListParams::default().limit(PAGE);
    loop {
        let page = call("list the applications", CLUSTER_TIMEOUT, api.list(&params)).await?;
        for application in &page.items {
            explain(application, &ctx.settings.holder.instance, explained);
        }
        match page.metadata.continue_ {
            Some(next) if !next.is_empty() => params = params.continue_token(&next),
            _ => return Ok(()),
        }
    }
}

fn explain(application: &OAuthApplication, instance: &str, explained: &mut Explained) {
    let (namespace, name) = (application.namespace().unwrap_or_default(), application.name_any());
    let claim = application.annotations().get(CLAIM);
    let claim = claim.and_then(|text| serde_json::from_str::<Claim>(text).ok());
    explained
        .markers
        .extend(claim.map(|claim| claim.marker(&namespace, &name)));
    if let Some(status) = &application.status {
        let told = status
            .registration
            .as_ref()
            .map(|r| Marker::of(instance, &r.id, &namespace, &name));
        explained.markers.extend(told);
        explained.ids.extend(status.application_id.as_deref().map(Into::into));
    }
}

fn explain_by_records(stored: &[Stored], explained: &mut Explained) {
    for orphan in stored
        .iter()
        .filter(|s| s.record.state != State::Stray)
        .map(|s| &s.record.orphan)
    {
        explained.markers.extend(orphan.marker.clone());
        explained
            .ids
            .extend(orphan.client.iter().map(|client| client.application_id.clone()));
    }
}

fn stray<P: PlatformKind>(object: &P, client: &Listed, ctx: &Context) -> Record {
    Record {
        state: State::Stray,
        platform: object.key(),
        platform_uid: object.uid(),
        instance: ctx.settings.holder.instance.clone(),
        resource: None,
        tenants: vec![],
        since: client.created_at.clone(),
        orphan: Orphan {
            client: Some(LeftClient {
                application_id: client.application_id.clone(),
                client_id: Some(client.client_id.clone()),
                told: false,
            }),
            marker: client.marker.clone(),
            scan: false,
            possible: 0,
            identity: None,
            why: "Its marker is of this installation of the operator, and no OAuthApplication explains it.".into(),
        },
    }
}

fn story(client: &Listed) -> Story {
    Story {
        warning: true,
        reason: Milestone::StrayClient.to_string(),
        action: "Sweep".to_owned(),
        note: format!(
            "Client {} ({:?}) was made by this installation of the operator, and no OAuthApplication explains it. It is not touched: remove it at the platform if nobody uses it.",
            client.client_id, client.name
        ),
    }
}
