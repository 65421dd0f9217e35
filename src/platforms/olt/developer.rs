//! The owner's calls: `application-developer/applications`, section 3 of the contract. One call of the port, one
//! function, one request; only lists take more.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::api::{Api, data, done};
use super::{pages, wire};
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::{Listed, Registered, RemoteClient};
use crate::domain::registration::{AllowedTenant, ApplicationId, Change, Registration, TenantId};
use crate::platforms::http::Nature::{Repeatable, Unrepeatable};

const APPLICATIONS: [&str; 2] = ["application-developer", "applications"];

/// A path below one application.
fn of<'a, const N: usize>(id: &'a ApplicationId, below: [&'a str; N]) -> Vec<&'a str> {
    APPLICATIONS.into_iter().chain([id.0.as_str()]).chain(below).collect()
}

pub async fn register(api: &Api, registration: &Registration, within: Duration) -> Result<Registered, Failure> {
    let call = api
        .call(Method::POST, &APPLICATIONS, Unrepeatable)?
        .sent_within(within)
        .json(&wire::Create::from(registration));
    // A create has no place for `status`: every application begins active.
    let complete = !registration.suspended;
    Ok(data::<wire::Created>(call).await?.registered(complete))
}

pub async fn list(api: &Api, marks: bool) -> Result<Arc<[Listed]>, Failure> {
    let page = |number| api.get_page(&APPLICATIONS, number, pages::SIZE);
    let applications = pages::all(|application: &wire::Application| &application.id, page).await?;
    Ok(applications
        .into_iter()
        .map(|application| application.listed(marks))
        .collect())
}

pub async fn read(api: &Api, id: &ApplicationId, marks: bool) -> Result<RemoteClient, Failure> {
    Ok(api.get::<wire::Application>(&of(id, [])).await?.in_full(marks))
}

pub async fn allowed_tenants(api: &Api, id: &ApplicationId) -> Result<Vec<AllowedTenant>, Failure> {
    let path = of(id, ["allowed-tenants"]);
    let page = |number| api.get_page(&path, number, pages::SIZE);
    let rows = pages::all(|row: &wire::AllowedRow| &row.tenant_id, page).await?;
    Ok(rows.into_iter().map(AllowedTenant::from).collect())
}

/// The answer shows part of the client only, so nothing of it is taken.
pub async fn update(api: &Api, id: &ApplicationId, change: &Change) -> Result<(), Failure> {
    if change.is_empty() {
        return Ok(());
    }
    if change.client_uri.as_deref() == Some("") {
        // The contract refuses an empty `url`, and knows no other way to take one back.
        return Err(Failure::new(
            Class::Invalid,
            "clientUri: the platform cannot clear `url` once it is set",
        ));
    }
    done(
        api.call(Method::PATCH, &of(id, []), Repeatable)?
            .json(&wire::Patch::from(change)),
    )
    .await
}

pub async fn allow(api: &Api, id: &ApplicationId, tenant: &AllowedTenant) -> Result<(), Failure> {
    let path = of(id, ["allowed-tenants", &tenant.tenant_id.0]);
    let row = wire::Allow {
        tenant_id: None,
        comment: &tenant.comment,
    };
    done(api.call(Method::PUT, &path, Repeatable)?.json(&row)).await
}

pub async fn disallow(api: &Api, id: &ApplicationId, tenant: &TenantId) -> Result<(), Failure> {
    let path = of(id, ["allowed-tenants", &tenant.0]);
    match done(api.call(Method::DELETE, &path, Repeatable)?).await {
        Err(Failure {
            class: Class::NotFound, ..
        }) => Ok(()),
        outcome => outcome,
    }
}

/// An answer without secret is an unknown outcome like a lost one: the former secret is dead, and nobody has the new one.
pub async fn rotate(api: &Api, id: &ApplicationId, within: Duration) -> Result<SecretText, Failure> {
    let call = api
        .call(Method::POST, &of(id, ["secret"]), Unrepeatable)?
        .sent_within(within)
        .json(&json!({}));
    let rotated = data::<wire::Rotated>(call).await?;
    if rotated.secret.is_empty() {
        return Err(Failure::new(
            Class::Ambiguous,
            "the platform answered a rotation with an empty secret",
        ));
    }
    Ok(rotated.secret)
}

pub async fn deregister(api: &Api, id: &ApplicationId, within: Duration) -> Result<(), Failure> {
    done(api.call(Method::DELETE, &of(id, []), Repeatable)?.sent_within(within)).await
}
