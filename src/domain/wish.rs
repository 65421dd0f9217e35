//! What is wanted of an application: already valid, already granted, with permissions as ids.

use std::collections::BTreeMap;

use super::credentials::AuthMethod;
use super::decide::Trouble;
use super::registration::Registration;

/// The wish for one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It shall exist like this.
    Present(Box<Wanted>),
    /// It shall be gone; the resource is being deleted.
    Absent(Farewell),
}

/// An application as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// At the platform. Its marker is filled in by the rules, from the claim.
    pub registration: Registration,
    /// In the cluster.
    pub output: Output,
    /// How the credentials are proved.
    pub method: AuthMethod,
    /// Tenants that a live installation wants; their rows are not this resource's to remove.
    pub installed_tenants: Vec<super::registration::TenantId>,
    /// What is said instead of registering: its namespace has as many applications at the platform as it may have. A client
    /// that is there is kept, and one that carries our marker is found.
    pub crowded: Option<Trouble>,
}

/// The Secret for workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Names of its keys.
    pub keys: Keys,
    /// The tenant that it is for, if it is for one.
    pub tenant: Option<TenantEntry>,
    /// Further keys, each with a template of its value; every one of them can be rendered.
    pub template: BTreeMap<String, String>,
    /// Labels besides the operator's own.
    pub labels: BTreeMap<String, String>,
    /// Annotations besides the operator's own.
    pub annotations: BTreeMap<String, String>,
}

/// What the Secret of a tenant says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantEntry {
    /// Name of the key.
    pub key: String,
    /// The tenant.
    pub id: super::registration::TenantId,
}

/// Names of the keys; all different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the client id.
    pub client_id: String,
    /// Of the client secret.
    pub client_secret: String,
    /// Of the token endpoint.
    pub token_endpoint: String,
    /// Of the issuer.
    pub issuer: String,
    /// Of the platform's id of the application.
    pub application_id: String,
    /// Of the public client's id, where there is one.
    pub public_client_id: String,
}

/// How an application is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// Leave client and Secret where they are.
    pub orphan: bool,
    /// Name of the Secret.
    pub secret_name: String,
    /// Installations that refer to it and are going too.
    pub leaving: usize,
    /// Names of installations that refer to it and are not.
    pub remaining: Vec<String>,
}
