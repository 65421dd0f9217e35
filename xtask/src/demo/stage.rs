//! What the demonstration plays on: control plane, simulated platform, operator.

use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result, anyhow};
use oauth_registrar::api::rights;

use super::kubectl::Kubectl;
use super::mask::Mask;
use super::objects::{self, NAMESPACE, OPERATOR_NAMESPACE};
use super::operator::Operator;
use super::platform::Platform;
use super::programs;
use super::story::Story;
use crate::binaries::Binaries;
use crate::cluster::ControlPlane;

/// Everything that runs; it ends when this is dropped, or with the process.
#[derive(Debug)]
pub(super) struct Stage {
    // Fields are dropped in this order: the operator ends before what it talks to.
    pub(super) operator: Operator,
    pub(super) platform: Platform,
    pub(super) kubectl: Kubectl,
    plane: ControlPlane,
}

impl Stage {
    /// Builds and starts everything; the operator runs then. A `counted` control plane waits for its turn among those of
    /// the tests.
    pub(super) fn set(story: &mut Story, name: &str, counted: bool) -> Result<Self> {
        story.scene("What it needs, all of it on this machine and gone at the end");
        let plane = built(story, name, counted)?;
        let platform = Platform::start(programs::path("olt-simulator")?, &plane.dir().join("simulator.log"))?;
        story.tick(&format!("simulated OLT platform at {}", platform.url()));
        let kubectl = Kubectl::of(&plane)?;
        install(&kubectl, story)?;
        let mut operator = operator(&plane, &kubectl)?;
        operator.start()?;
        story.tick("the operator runs, with these rights and no others");
        Ok(Self {
            operator,
            platform,
            kubectl,
            plane,
        })
    }

    /// A file in the folder of this run.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.plane.dir().join(name)
    }

    /// Starts the operator again when somebody ended it, as Kubernetes would; fails when the platform has ended.
    pub(super) fn keep_running(&mut self, story: &mut Story) -> Result<()> {
        if let Some(status) = self.operator.restart_if_ended()? {
            story.tick(&format!("the operator ended ({status}) and was started again"));
        }
        self.platform.still_runs()
    }

    /// Adds what a person needs to see the cause: the conditions of all objects and the end of the operator's log.
    pub(super) fn explained(&self, outcome: Result<()>) -> Result<()> {
        outcome.map_err(|error| {
            anyhow!(
                "{error:#}\n\nConditions:\n{}\nThe end of {}:\n{}",
                self.conditions(),
                self.operator.log().display(),
                self.operator.tail()
            )
        })
    }

    /// What differs from run to run.
    pub(super) fn mask(&self) -> Result<Mask> {
        let program = self.kubectl.program();
        let folder = program.parent().context("kubectl lies in no folder")?;
        Ok(Mask::new(vec![
            (self.plane.dir().display().to_string(), "<demo>"),
            (folder.display().to_string(), "<programs>"),
        ]))
    }

    fn conditions(&self) -> String {
        let found = self.kubectl.list(&["oauthregistrar", "--all-namespaces"]);
        let shown = |object: &serde_json::Value| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let lines = objects::conditions(object)
                .into_iter()
                .map(|line| format!("    {line}\n"));
            let kind = object["kind"].as_str().unwrap_or_default();
            format!("  {kind} {name}\n{}", lines.collect::<String>())
        };
        match found {
            Ok(all) => all.iter().map(shown).collect(),
            Err(error) => format!("  cannot be read: {error:#}\n"),
        }
    }
}

/// Builds all programs and starts the control plane, which mostly waits, while Cargo compiles.
fn built(story: &mut Story, name: &str, counted: bool) -> Result<ControlPlane> {
    // Before Cargo, not beside it: both take the whole machine when they have something to build.
    Binaries::ensure()?;
    story.tick("etcd, kube-apiserver, kube-controller-manager and kubectl are built");
    let start = if counted {
        ControlPlane::start
    } else {
        ControlPlane::start_uncounted
    };
    thread::scope(|scope| {
        let plane = scope.spawn(|| start(name));
        programs::build()?;
        story.tick("operator and simulator are built");
        let plane = plane
            .join()
            .map_err(|_| anyhow!("starting the control plane panicked"))??;
        story.tick("a control plane is ready");
        Ok(plane)
    })
}

/// Kinds, namespaces and the operator's rights, as an administrator would install them.
fn install(kubectl: &Kubectl, story: &mut Story) -> Result<()> {
    kubectl.run(&["apply", "-f", "crds/"])?;
    kubectl.run(&["wait", "--for=condition=Established", "--timeout=60s", "-f", "crds/"])?;
    story.tick("the kinds of crds/ are installed");
    for namespace in [OPERATOR_NAMESPACE, NAMESPACE] {
        kubectl.run(&["create", "namespace", namespace])?;
    }
    kubectl.run(&["apply", "-f", "examples/install/rbac.yaml"])?;
    story.tick(&format!(
        "namespaces {OPERATOR_NAMESPACE} and {NAMESPACE}, and the operator's rights of examples/install/rbac.yaml"
    ));
    Ok(())
}

/// The operator with a token of its service account, not started.
fn operator(plane: &ControlPlane, kubectl: &Kubectl) -> Result<Operator> {
    let token = kubectl.run(&[
        "create",
        "token",
        rights::ACCOUNT,
        "--namespace",
        OPERATOR_NAMESPACE,
        "--duration=24h",
    ])?;
    let kubeconfig = plane.kubeconfig_with_token(rights::ACCOUNT, token.trim())?;
    let log = plane.dir().join("operator.log");
    Ok(Operator::new(programs::path("oauth-registrar")?, kubeconfig, log))
}
