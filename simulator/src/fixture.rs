//! The default fixture: ids and names that exist in every simulator from its start, for tests to refer to.
//!
//! `token.mint` takes the user names of this page. Applications are kept out: each test makes its own.

/// The first tenant, owner of most applications in tests; named `tenant-one`.
pub const T1: &str = "11111111-1111-4111-8111-111111111111";
/// The second tenant, named `tenant-two`.
pub const T2: &str = "22222222-2222-4222-8222-222222222222";
/// The third tenant, named `tenant-three`.
pub const T3: &str = "33333333-3333-4333-8333-333333333333";

/// Tenants with their names.
pub const TENANTS: [(&str, &str); 3] = [(T1, "tenant-one"), (T2, "tenant-two"), (T3, "tenant-three")];

/// The user with the role owner in [`T1`].
pub const OWNER_T1: &str = "owner-t1";
/// The user with the role writer in [`T1`].
pub const WRITER_T1: &str = "writer-t1";
/// The user with the role reader in [`T1`].
pub const READER_T1: &str = "reader-t1";
/// The user with the role writer in [`T2`].
pub const WRITER_T2: &str = "writer-t2";
/// The user with the role writer in [`T3`].
pub const WRITER_T3: &str = "writer-t3";

/// Users as id (`sub`), name, tenant and role.
pub const USERS: [(&str, &str, &str, &str); 5] = [
    ("bbbbbbbb-0000-4000-8000-000000000001", OWNER_T1, T1, "owner"),
    ("bbbbbbbb-0000-4000-8000-000000000002", WRITER_T1, T1, "writer"),
    ("bbbbbbbb-0000-4000-8000-000000000003", READER_T1, T1, "reader"),
    ("bbbbbbbb-0000-4000-8000-000000000004", WRITER_T2, T2, "writer"),
    ("bbbbbbbb-0000-4000-8000-000000000005", WRITER_T3, T3, "writer"),
];

/// The public client of the platform's own portal, where people log in: refresh tokens of users belong to it.
pub const PORTAL_CLIENT: &str = "cccccccc-ffff-4000-8000-000000000001";

/// Id of `devices_base_data:read`.
pub const DEVICES_BASE_DATA_READ: &str = "dddddddd-0000-4000-8000-000000000001";
/// Id of `applications_development:read`.
pub const APPLICATIONS_DEVELOPMENT_READ: &str = "dddddddd-0000-4000-8000-000000000002";
/// Id of `applications_development:write`.
pub const APPLICATIONS_DEVELOPMENT_WRITE: &str = "dddddddd-0000-4000-8000-000000000003";
/// Id of `applications:read`.
pub const APPLICATIONS_READ: &str = "dddddddd-0000-4000-8000-000000000004";
/// Id of `applications:write`.
pub const APPLICATIONS_WRITE: &str = "dddddddd-0000-4000-8000-000000000005";
/// Id of `tenant:read`, which no application is ever granted.
pub const TENANT_READ: &str = "dddddddd-0000-4000-8000-000000000006";
/// Id of `tenant:write`, which no application is ever granted.
pub const TENANT_WRITE: &str = "dddddddd-0000-4000-8000-000000000007";
/// Id of `tenant_user_management:read`, which no application is ever granted.
pub const TENANT_USER_MANAGEMENT_READ: &str = "dddddddd-0000-4000-8000-000000000008";
/// Id of `tenant_user_management:write`, which no application is ever granted.
pub const TENANT_USER_MANAGEMENT_WRITE: &str = "dddddddd-0000-4000-8000-000000000009";

/// Permissions as id, alias, name and category.
pub const PERMISSIONS: [(&str, &str, &str, &str); 9] = [
    (
        DEVICES_BASE_DATA_READ,
        "devices_base_data:read",
        "Read devices",
        "Devices",
    ),
    (
        APPLICATIONS_DEVELOPMENT_READ,
        "applications_development:read",
        "Read own applications",
        "Development",
    ),
    (
        APPLICATIONS_DEVELOPMENT_WRITE,
        "applications_development:write",
        "Change own applications",
        "Development",
    ),
    (
        APPLICATIONS_READ,
        "applications:read",
        "Read applications",
        "Applications",
    ),
    (
        APPLICATIONS_WRITE,
        "applications:write",
        "Install applications",
        "Applications",
    ),
    (TENANT_READ, "tenant:read", "Read the tenant", "Tenant"),
    (TENANT_WRITE, "tenant:write", "Change the tenant", "Tenant"),
    (
        TENANT_USER_MANAGEMENT_READ,
        "tenant_user_management:read",
        "Read users",
        "Users",
    ),
    (
        TENANT_USER_MANAGEMENT_WRITE,
        "tenant_user_management:write",
        "Change users",
        "Users",
    ),
];
