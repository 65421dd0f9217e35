//! The kinds that users write, and the names that stand in cluster objects. Imports no other room.

pub mod application;
pub mod conditions;
pub mod grant;
pub mod installation;
pub mod olt;
pub mod platform;
pub mod rights;
pub mod secret_output;
pub mod secret_ref;
pub mod tls;
pub mod well_known;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;

pub use application::OAuthApplication;
pub use installation::TenantInstallation;
pub use platform::{ClusterOAuthPlatform, OAuthPlatform};

/// The CustomResourceDefinitions of all kinds, in the order in which they are to be applied.
#[must_use]
pub fn crds() -> Vec<CustomResourceDefinition> {
    vec![
        ClusterOAuthPlatform::crd(),
        OAuthPlatform::crd(),
        OAuthApplication::crd(),
        TenantInstallation::crd(),
    ]
}

/// The table of `tests/cases`, which a real API server answers as well.
#[cfg(test)]
#[path = "../../tests/cases/mod.rs"]
mod cases;
#[cfg(test)]
mod tests;
