//! HTTP calls that block.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A client with a runtime of its own.
#[derive(Debug)]
pub(super) struct Http {
    runtime: Runtime,
    client: Client,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Http {
    pub(super) fn new() -> Result<Self> {
        // The client wants one although everything here is loopback; fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build();
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build();
        Ok(Self {
            runtime: runtime.context("cannot start a runtime for HTTP")?,
            client: client.context("cannot set up HTTP")?,
        })
    }

    /// Sends what `build` makes. Any status is an answer.
    pub(super) fn send(&self, build: impl FnOnce(&Client) -> RequestBuilder) -> Result<Answer> {
        let sent = self.runtime.block_on(async {
            let response = build(&self.client).send().await?;
            let status = response.status().as_u16();
            response.text().await.map(|body| Answer { status, body })
        });
        sent.context("no answer")
    }
}

impl Answer {
    /// The body as JSON; an empty one is null.
    pub(super) fn json(&self) -> Result<Value> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.body).context("the answer is not JSON")
    }

    /// Fails, without the body, when the status is another one.
    pub(super) fn expect(self, status: u16, what: &str) -> Result<Self> {
        if self.status != status {
            bail!("{what} was answered with {} instead of {status}", self.status);
        }
        Ok(self)
    }
}
