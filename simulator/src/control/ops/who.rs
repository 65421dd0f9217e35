//! Tenants, users, keys and tokens: who there is, and who can prove it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::id::Id;
use crate::identity::{self, ACCESS_SECONDS, Grant, SigningKey};
use crate::random::Purpose;
use crate::state::{Platform, Role, Subject, Tenant, TenantStatus, User};

/// Tokens for any tenant, also one that would be refused: as if issued when it still was not.
pub fn mint(
    platform: &mut Platform,
    user: Option<&str>,
    client_id: Option<Id>,
    tenant: Option<Id>,
    ttl_seconds: Option<i64>,
    now: Moment,
) -> Result<Value, String> {
    let subject = subject(platform, user, client_id)?;
    let secret_generation = match subject {
        Subject::Application(id) => platform
            .applications
            .get(id)
            .map(|application| application.secret_generation),
        Subject::User(_) => None,
    };
    let grant = Grant {
        subject,
        tenant,
        secret_generation,
        ttl_seconds: ttl_seconds.unwrap_or(ACCESS_SECONDS),
    };
    let issued = identity::issue(platform, grant, now).ok_or("cannot sign")?;
    Ok(json!({"access_token": issued.access_token, "refresh_token": issued.refresh_token}))
}

/// Ends tokens, access and refresh alike, for which all that is given holds; all tokens when nothing is.
pub fn expire(
    platform: &mut Platform,
    jti: Option<Id>,
    user: Option<&str>,
    client_id: Option<Id>,
    tenant: Option<Id>,
    now: Moment,
) -> Result<Value, String> {
    let anybody = user.is_none() && client_id.is_none();
    let subject = if anybody {
        None
    } else {
        Some(subject(platform, user, client_id)?)
    };
    let ended = platform.tokens.end(now, |token| {
        jti.is_none_or(|jti| token.jti == jti)
            && subject.is_none_or(|subject| token.subject == subject)
            && (tenant.is_none() || token.tenant == tenant)
    });
    Ok(json!({"expired": ended}))
}

/// Signs with a new key from now on.
pub fn rotate_key(platform: &mut Platform, keep_old: bool) -> Result<Value, String> {
    let key = SigningKey::generate().map_err(|_| "cannot make a key")?;
    platform.keys.rotate(key, keep_old);
    Ok(json!({"key": platform.keys.current.id}))
}

/// Adds a tenant, or changes what is given of one; a new one without a name is named by its id.
pub fn put_tenant(platform: &mut Platform, id: Id, name: Option<String>, status: Option<TenantStatus>) -> Value {
    let earlier = platform.directory.tenant(id);
    let tenant = Tenant {
        id,
        name: name
            .or_else(|| earlier.map(|tenant| tenant.name.clone()))
            .unwrap_or_else(|| id.to_string()),
        status: status
            .or_else(|| earlier.map(|tenant| tenant.status))
            .unwrap_or_default(),
    };
    let shown = json!(tenant);
    platform.directory.put_tenant(tenant);
    shown
}

/// Adds a user, or gives one with this name these roles instead of the former.
pub fn put_user(
    platform: &mut Platform,
    id: Option<Id>,
    name: String,
    roles: BTreeMap<Id, Role>,
) -> Result<Value, String> {
    let known = roles.keys().all(|tenant| platform.directory.tenant(*tenant).is_some());
    if !known {
        return Err("no such tenant".to_owned());
    }
    let earlier = platform.directory.user_named(&name).map(|user| user.id);
    if id.is_some() && earlier.is_some() && id != earlier {
        return Err(format!("the user {name:?} has another id"));
    }
    let id = id.or(earlier).unwrap_or_else(|| platform.random.id(Purpose::User));
    let user = User { id, name, roles };
    let shown = json!(user);
    platform.directory.put_user(user);
    Ok(shown)
}

fn subject(platform: &Platform, user: Option<&str>, client_id: Option<Id>) -> Result<Subject, String> {
    match (user, client_id) {
        (Some(name), None) => {
            let user = platform
                .directory
                .user_named(name)
                .ok_or_else(|| format!("no user {name:?}"))?;
            Ok(Subject::User(user.id))
        }
        (None, Some(client)) => {
            let (application, _) = platform.applications.by_client(client).ok_or("no such client")?;
            Ok(Subject::Application(application.id))
        }
        (None, None) | (Some(_), Some(_)) => Err("expected either user or client_id".to_owned()),
    }
}
