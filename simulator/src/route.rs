//! Paths and methods of the platform, and which endpoint each stands for. What an endpoint does is kept out.

use hyper::Method;

use crate::refusal::{Family, Refusal};
use crate::switches::{InstallMethod, Switches};

/// One call of the platform's API; ids are still unchecked text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// Create an application.
    Create,
    /// List the applications of the owner.
    ListOwned,
    /// Read an application as its owner.
    Read(&'a str),
    /// Change an application.
    Change(&'a str),
    /// Delete an application.
    Delete(&'a str),
    /// Rotate the client secret.
    Rotate(&'a str),
    /// List allowed tenants.
    ListAllowed(&'a str),
    /// Allow a tenant.
    Allow(&'a str, &'a str),
    /// Take the allowance of a tenant away.
    Disallow(&'a str, &'a str),
    /// List the applications a tenant sees.
    ListVisible,
    /// Read an application as a tenant.
    View(&'a str),
    /// Read what consent must hold.
    Declared(&'a str),
    /// Install.
    Install(&'a str),
    /// Install as before consent came.
    InstallPlainly(&'a str),
    /// Read the installation.
    Installation(&'a str),
    /// Consent anew.
    Consent(&'a str),
    /// Uninstall.
    Uninstall(&'a str),
    /// Tenants that the calling application reaches.
    InstalledTenants,
    /// The calling application's own installation.
    OwnInstallation,
    /// All permissions.
    Permissions,
    /// Permissions of a user.
    UserPermissions(&'a str),
    /// Tenants of a user.
    UserTenants(&'a str),
    /// Administration of tenants and roles, closed to applications and otherwise not simulated.
    Administration,
    /// Devices.
    Devices,
    /// Facts of the realm.
    Realm,
    /// OpenID Connect discovery.
    Discovery,
    /// The key set.
    Certs,
    /// The token endpoint.
    Token,
}

/// Where tokens come from; faults and records treat its body specially, as it names the caller.
pub const TOKEN_PATH: &str = "/v1/id/auth/realms/olt/protocol/openid-connect/token";

/// Finds the endpoint: 404 for an unknown path, 405 for a known path with another method.
pub fn route<'a>(method: &Method, path: &'a str, switches: &Switches) -> Result<Endpoint<'a>, Refusal> {
    let rest = path.strip_prefix("/v1/").ok_or(Refusal::UnknownPath)?;
    let segments: Vec<&str> = rest.split('/').collect();
    let offered = match segments.as_slice() {
        ["application-developer", "applications", inner @ ..] => developer(inner),
        ["applications", inner @ ..] => tenant(inner, switches.install_method),
        ["id", "auth", "realms", "olt", inner @ ..] => realm(inner),
        other => elsewhere(other),
    };
    choose(method, &offered)
}

/// The service behind a path.
pub fn family(path: &str) -> Family {
    match path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next()) {
        Some("permissions" | "users" | "tenants" | "roles" | "id") => Family::Id,
        Some("devices") => Family::Device,
        _ => Family::App,
    }
}

type Offered<'a> = Vec<(Method, Endpoint<'a>)>;

fn developer<'a>(segments: &[&'a str]) -> Offered<'a> {
    match *segments {
        [] => vec![(Method::POST, Endpoint::Create), (Method::GET, Endpoint::ListOwned)],
        [id] => vec![
            (Method::GET, Endpoint::Read(id)),
            (Method::PATCH, Endpoint::Change(id)),
            (Method::DELETE, Endpoint::Delete(id)),
        ],
        [id, "secret"] => vec![(Method::POST, Endpoint::Rotate(id))],
        [id, "allowed-tenants"] => vec![(Method::GET, Endpoint::ListAllowed(id))],
        [id, "allowed-tenants", tenant] => {
            vec![
                (Method::PUT, Endpoint::Allow(id, tenant)),
                (Method::DELETE, Endpoint::Disallow(id, tenant)),
            ]
        }
        _ => Vec::new(),
    }
}

fn tenant<'a>(segments: &[&'a str], install: InstallMethod) -> Offered<'a> {
    match *segments {
        [] => vec![(Method::GET, Endpoint::ListVisible)],
        [id] => vec![(Method::GET, Endpoint::View(id))],
        [id, "permissions"] if install != InstallMethod::Put => vec![(Method::GET, Endpoint::Declared(id))],
        [id, "installation"] => installation(id, install),
        _ => Vec::new(),
    }
}

fn installation(id: &str, install: InstallMethod) -> Offered<'_> {
    let mut offered = vec![(Method::DELETE, Endpoint::Uninstall(id))];
    if install != InstallMethod::Post {
        offered.push((Method::PUT, Endpoint::InstallPlainly(id)));
    }
    if install != InstallMethod::Put {
        offered.extend([
            (Method::POST, Endpoint::Install(id)),
            (Method::GET, Endpoint::Installation(id)),
            (Method::PATCH, Endpoint::Consent(id)),
        ]);
    }
    offered
}

fn realm<'a>(segments: &[&'a str]) -> Offered<'a> {
    match *segments {
        [] => vec![(Method::GET, Endpoint::Realm)],
        [".well-known", "openid-configuration"] => vec![(Method::GET, Endpoint::Discovery)],
        ["protocol", "openid-connect", "certs"] => vec![(Method::GET, Endpoint::Certs)],
        ["protocol", "openid-connect", "token"] => vec![(Method::POST, Endpoint::Token)],
        _ => Vec::new(),
    }
}

fn elsewhere<'a>(segments: &[&'a str]) -> Offered<'a> {
    let endpoint = match *segments {
        ["application-info", "installed-tenants"] => Endpoint::InstalledTenants,
        ["application-info", "installation"] => Endpoint::OwnInstallation,
        ["permissions"] => Endpoint::Permissions,
        ["users", sub, "permissions"] => Endpoint::UserPermissions(sub),
        ["users", sub, "tenants"] => Endpoint::UserTenants(sub),
        ["devices"] => Endpoint::Devices,
        ["tenants", _] | ["tenants", _, "users" | "invites" | "roles"] | ["roles"] => Endpoint::Administration,
        _ => return Vec::new(),
    };
    vec![(Method::GET, endpoint)]
}

fn choose<'a>(method: &Method, offered: &[(Method, Endpoint<'a>)]) -> Result<Endpoint<'a>, Refusal> {
    if offered.is_empty() {
        return Err(Refusal::UnknownPath);
    }
    offered
        .iter()
        .find(|(name, _)| name == method)
        .map(|(_, endpoint)| *endpoint)
        .ok_or(Refusal::WrongMethod)
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::{Endpoint, TOKEN_PATH};
    use crate::options::Contract;
    use crate::refusal::Refusal;
    use crate::switches::Switches;

    fn route<'a>(method: &Method, path: &'a str) -> Result<Endpoint<'a>, Refusal> {
        super::route(method, path, &Switches::of(Contract::December2019))
    }

    #[test]
    fn unknown_paths_and_wrong_methods_are_told_apart() {
        assert_eq!(route(&Method::POST, TOKEN_PATH), Ok(Endpoint::Token));
        assert_eq!(route(&Method::GET, TOKEN_PATH), Err(Refusal::WrongMethod));
        assert_eq!(
            route(&Method::PUT, "/v1/applications/x/installation"),
            Err(Refusal::WrongMethod)
        );
        assert_eq!(
            route(&Method::DELETE, "/v1/applications/x/installation"),
            Ok(Endpoint::Uninstall("x"))
        );
        for path in [
            "/",
            "/v1",
            "/v1/applications/",
            "/v1/applications/x/y",
            "/v2/applications",
            "/v1/id/auth/realms/x",
        ] {
            let found = route(&Method::GET, path);
            assert!(!matches!(found, Ok(Endpoint::ListVisible)), "{path}: {found:?}");
        }
        assert_eq!(route(&Method::GET, "/v1/applications/x/y"), Err(Refusal::UnknownPath));
    }
}
