//! What the pages say against what is there: a reason without its entry, a message that the code no longer says, a link that
//! leads nowhere, a manifest that the kinds would refuse. No cluster.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

#[path = "docs/links.rs"]
mod links;
#[path = "docs/manifests.rs"]
mod manifests;
#[path = "docs/pages.rs"]
mod pages;
#[path = "docs/troubleshooting.rs"]
mod troubleshooting;
