//! Which operation a request asks for, in the words of the platform's own description, and how its success looks.

/// The two contracts, as far as answers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    December2019,
    May2019,
}

/// One operation: method, path, status of success, and the schema of its body (none: no body).
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub success: u16,
    pub schema: Option<&'static str>,
}

const DEVELOPED: &str = "/application-developer/applications";
const ONE_DEVELOPED: &str = "/application-developer/applications/{applicationId}";
const SECRET: &str = "/application-developer/applications/{applicationId}/secret";
const ALLOWED: &str = "/application-developer/applications/{applicationId}/allowed-tenants";
const ONE_ALLOWED: &str = "/application-developer/applications/{applicationId}/allowed-tenants/{tenantId}";
const INSTALLATION: &str = "/applications/{applicationId}/installation";
const DISCOVERY: &str = "/id/auth/realms/olt/.well-known/openid-configuration";
const CERTS: &str = "/id/auth/realms/olt/protocol/openid-connect/certs";
pub const TOKEN: &str = "/id/auth/realms/olt/protocol/openid-connect/token";

const OPERATIONS: [Operation; 27] = [
    operation("POST", DEVELOPED, 201, Some("application-created")),
    operation("GET", DEVELOPED, 200, Some("application-list")),
    operation("GET", ONE_DEVELOPED, 200, Some("application-detail")),
    operation("PATCH", ONE_DEVELOPED, 200, Some("application-changed")),
    operation("DELETE", ONE_DEVELOPED, 204, None),
    operation("POST", SECRET, 201, Some("secret")),
    operation("GET", ALLOWED, 200, Some("allowed-tenant-list")),
    operation("PUT", ONE_ALLOWED, 200, Some("allowed-tenant")),
    operation("DELETE", ONE_ALLOWED, 204, None),
    operation("GET", "/applications", 200, Some("visible-list")),
    operation("GET", "/applications/{applicationId}", 200, Some("visible")),
    operation(
        "GET",
        "/applications/{applicationId}/permissions",
        200,
        Some("permission-set"),
    ),
    operation("POST", INSTALLATION, 201, Some("installation")),
    operation("GET", INSTALLATION, 200, Some("installation")),
    operation("PATCH", INSTALLATION, 200, Some("installation")),
    operation("DELETE", INSTALLATION, 204, None),
    operation("PUT", INSTALLATION, 200, Some("plain-installation")),
    operation(
        "GET",
        "/application-info/installed-tenants",
        200,
        Some("installed-tenants"),
    ),
    operation("GET", "/application-info/installation", 200, Some("installation")),
    operation("GET", "/permissions", 200, Some("permissions")),
    operation("GET", "/users/{userId}/permissions", 200, Some("user-permissions")),
    operation("GET", "/users/{userId}/tenants", 200, Some("user-tenants")),
    operation("GET", "/devices", 200, Some("devices")),
    operation("GET", "/id/auth/realms/olt", 200, Some("realm")),
    operation("GET", DISCOVERY, 200, Some("discovery")),
    operation("GET", CERTS, 200, Some("certs")),
    operation("POST", TOKEN, 200, Some("token")),
];

const fn operation(method: &'static str, path: &'static str, success: u16, schema: Option<&'static str>) -> Operation {
    Operation {
        method,
        path,
        success,
        schema,
    }
}

impl Operation {
    /// The operation behind a request, if the platform has it.
    pub fn of(method: &str, path: &str) -> Option<&'static Self> {
        let path = path.strip_prefix("/v1")?;
        OPERATIONS
            .iter()
            .find(|one| one.method == method && fits(one.path, path))
    }

    /// The status of its success: a creation has another one under the old contract.
    pub fn success(&self, dialect: Dialect) -> u16 {
        match (dialect, self.schema) {
            (Dialect::May2019, Some("application-created")) => 200,
            _ => self.success,
        }
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(expected, is)| expected.starts_with('{') || expected == is)
}
