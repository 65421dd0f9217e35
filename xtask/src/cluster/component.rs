//! One program of a control plane, which can be killed and started again on the same data and port.

use std::fs;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::start::{READY_WITHIN, Running};
use crate::guard::{Guarded, Program};

/// A program of the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Where everything is stored.
    Etcd,
    /// What everybody speaks to.
    ApiServer,
    /// What collects garbage and ends namespaces.
    ControllerManager,
}

impl Component {
    /// The file name of its program.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
        }
    }
}

/// A program that runs, or was killed.
#[derive(Debug)]
pub(super) struct Part {
    component: Component,
    program: Program,
    guarded: Guarded,
}

impl Part {
    pub(super) fn start(component: Component, program: Program) -> Result<Self> {
        let guarded = program.clone().spawn()?;
        Ok(Self {
            component,
            program,
            guarded,
        })
    }

    /// How it ended and what it wrote, if it has ended.
    pub(super) fn ended(&mut self) -> Result<Option<(ExitStatus, String)>> {
        let status = self.guarded.try_wait()?;
        let text = self.guarded.log().map(fs::read_to_string);
        Ok(status.map(|status| (status, text.and_then(Result::ok).unwrap_or_default())))
    }

    pub(super) fn kill_now(&mut self) -> Result<()> {
        self.guarded.kill_now()?;
        self.guarded.wait().map(drop)
    }

    pub(super) fn release(&self) {
        self.guarded.release();
    }
}

impl Running {
    pub(super) fn part(&mut self, component: Component) -> Result<&mut Part> {
        let mut parts = self.parts.iter_mut();
        parts
            .find(|part| part.component == component)
            .context("the control plane has no such program")
    }

    /// Another process may take a port for a moment, so programs are started until they stay.
    pub(super) fn start_again(&mut self) -> Result<()> {
        let since = Instant::now();
        loop {
            for part in &mut self.parts {
                if part.ended()?.is_some() {
                    part.guarded = part.program.clone().spawn()?;
                }
            }
            if self.probe.is_ok("/readyz") {
                return Ok(());
            }
            if since.elapsed() > READY_WITHIN {
                bail!(
                    "the control plane was not ready again within {} s",
                    READY_WITHIN.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(25));
        }
    }
}
