//! A Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager. No node, no scheduler.
//!
//! Each one has free ports, a certificate authority, and tokens of its own, so several run side by side. State is under
//! `target/cluster/<name>/`; etcd's data lies in memory where there is a tmpfs. The programs run under
//! [guard](crate::guard), so nothing outlives the owner.

mod certificates;
mod command;
mod component;
mod components;
mod control_plane;
mod holder;
mod kubeconfig;
mod ownership;
mod probe;
mod slot;
mod start;
mod state;

pub use command::{Command, Named};
pub use component::Component;
pub use control_plane::ControlPlane;
pub(crate) use kubeconfig::export;
