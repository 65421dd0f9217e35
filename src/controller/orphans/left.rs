//! Putting clients on record before their resource goes without them.

use kube::ResourceExt;

use super::record::{Origin, Record, State};
use super::store::Records;
use crate::controller::application::case::Case;
use crate::controller::context::Context;
use crate::controller::error::Error;
use crate::controller::platform::kind::PlatformKey;
use crate::domain::orphan::Orphan;

/// Writes a record for each, before the finalizer goes; those that are there already stay as they are.
pub async fn put_on_record(orphans: &[Orphan], case: &Case, ctx: &Context) -> Result<(), Error> {
    let records = Records::new(ctx.client.clone(), &ctx.settings.namespace);
    for orphan in orphans {
        let record = record(orphan.clone(), case, ctx);
        let new = records.write(&record).await?;
        tracing::warn!(
            namespace = case.namespace,
            name = case.object.name_any(),
            record = record.name(),
            new,
            "a client is left behind"
        );
    }
    Ok(())
}

fn record(orphan: Orphan, case: &Case, ctx: &Context) -> Record {
    let object = &case.object;
    let platform = PlatformKey::of(object);
    let installations = ctx.view.installations_of(&case.namespace, &object.name_any());
    let mut tenants: Vec<String> = installations.iter().map(|i| i.spec.tenant_id.clone()).collect();
    tenants.sort();
    tenants.dedup();
    let since = object.metadata.deletion_timestamp.as_ref();
    Record {
        state: if orphan.possible > 0 {
            State::Possible
        } else {
            State::Waiting
        },
        platform_uid: ctx.view.platform(&platform).and_then(|p| p.metadata().uid.clone()),
        platform,
        instance: ctx.settings.holder.instance.clone(),
        resource: Some(Origin {
            namespace: case.namespace.clone(),
            name: object.name_any(),
            uid: case.uid.clone(),
        }),
        tenants,
        since: since.map(|time| time.0.to_string()).unwrap_or_default(),
        orphan,
    }
}
