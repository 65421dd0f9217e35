//! A Kubernetes operator that manages OAuth2 clients as custom resources.
//!
//! The rooms and the one way that imports go; `tests/architecture.rs` keeps them so:
//!
//! ```text
//! main ──▶ controller ──▶ domain      api and runtime import no other room; domain at most a wire enum of api
//!   │          └────────▶ api         controller never imports platforms: it knows only domain::port
//!   └────▶ platforms ───▶ domain
//! ```

pub mod api;
pub mod controller;
pub mod domain;
pub mod platforms;
pub mod runtime;
