//! `POST /_sim/state`: changes made as if by somebody else, all of them or none. They are not counted as commits.

mod application;
mod who;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refused, body, invalid, show};
use crate::clock::Moment;
use crate::id::Id;
use crate::message::{Reply, Request};
use crate::schema::{ChangeApplication, Comment, CreateApplication, Text};
use crate::state::{Permissions, Platform, Role, TenantStatus};
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    ops: Vec<Op>,
}

/// One change. `id` is an application, `tenant` its owner or the tenant that is allowed or installs.
#[derive(Deserialize)]
#[serde(tag = "op", deny_unknown_fields)]
enum Op {
    #[serde(rename = "token.mint")]
    MintToken {
        user: Option<String>,
        client_id: Option<Id>,
        tenant: Option<Id>,
        ttl_s: Option<i64>,
    },
    #[serde(rename = "token.expire")]
    ExpireToken {
        jti: Option<Id>,
        user: Option<String>,
        client_id: Option<Id>,
        tenant: Option<Id>,
    },
    #[serde(rename = "key.rotate")]
    RotateKey {
        #[serde(default)]
        keep_old: bool,
    },
    #[serde(rename = "tenant.put")]
    PutTenant {
        id: Id,
        name: Option<String>,
        status: Option<TenantStatus>,
    },
    #[serde(rename = "user.put")]
    PutUser {
        id: Option<Id>,
        name: String,
        roles: BTreeMap<Id, Role>,
    },
    #[serde(rename = "app.put")]
    PutApplication {
        id: Option<Id>,
        tenant: Id,
        set: CreateApplication,
    },
    #[serde(rename = "app.patch")]
    PatchApplication { id: Id, set: ChangeApplication },
    #[serde(rename = "app.delete")]
    DeleteApplication { id: Id },
    #[serde(rename = "secret.rotate")]
    RotateSecret { id: Id },
    #[serde(rename = "allowed.put")]
    PutAllowed {
        id: Id,
        tenant: Id,
        comment: Option<Text<Comment>>,
    },
    #[serde(rename = "allowed.delete")]
    DeleteAllowed { id: Id, tenant: Id },
    #[serde(rename = "install.put")]
    PutInstallation {
        id: Id,
        tenant: Id,
        permissions: Option<Permissions>,
    },
    #[serde(rename = "install.delete")]
    DeleteInstallation { id: Id, tenant: Id },
}

/// Applies a batch to a copy, and keeps the copy only when every change went well.
pub fn post(world: &mut World, request: &Request) -> Result<Reply, Refused> {
    let batch: Batch = body(request)?;
    let now = world.clock.now();
    let mut changed = world.platform.clone();
    let mut results = Vec::new();
    for (index, op) in batch.ops.into_iter().enumerate() {
        results.push(apply(&mut changed, op, now).map_err(|why| invalid(format!("ops[{index}]: {why}")))?);
    }
    world.platform = changed;
    Ok(Reply::json(200, &json!({"results": results})))
}

/// The result is the application as it is now, or what the op made.
fn apply(platform: &mut Platform, op: Op, now: Moment) -> Result<Value, String> {
    let id = match op {
        Op::MintToken {
            user,
            client_id,
            tenant,
            ttl_s,
        } => return who::mint(platform, user.as_deref(), client_id, tenant, ttl_s, now),
        Op::ExpireToken {
            jti,
            user,
            client_id,
            tenant,
        } => return who::expire(platform, jti, user.as_deref(), client_id, tenant, now),
        Op::RotateKey { keep_old } => return who::rotate_key(platform, keep_old),
        Op::PutTenant { id, name, status } => return Ok(who::put_tenant(platform, id, name, status)),
        Op::PutUser { id, name, roles } => return who::put_user(platform, id, name, roles),
        Op::PutApplication { id, tenant, set } => application::create(platform, id, tenant, set, now)?,
        Op::PatchApplication { id, set } => application::change(platform, id, set, now)?,
        Op::DeleteApplication { id } => platform
            .applications
            .delete(id, now)
            .then_some(id)
            .ok_or("no such application")?,
        Op::RotateSecret { id } => {
            let secret = platform.random.secret();
            application::live(platform, id)?.rotate(secret, now);
            id
        }
        Op::PutAllowed { id, tenant, comment } => {
            let switches = platform.switches.clone();
            application::live(platform, id)?.allow(tenant, comment.map(Into::into), now, &switches);
            id
        }
        Op::DeleteAllowed { id, tenant } => application::live(platform, id)?
            .allowed
            .remove(&tenant)
            .map(|_| id)
            .ok_or("the tenant is not allowed")?,
        Op::PutInstallation {
            id,
            tenant,
            permissions,
        } => application::install(platform, id, tenant, permissions, now)?,
        Op::DeleteInstallation { id, tenant } => application::uninstall(platform, id, tenant)?,
    };
    platform
        .applications
        .get(id)
        .map(show::application)
        .ok_or_else(|| "no such application".to_owned())
}
