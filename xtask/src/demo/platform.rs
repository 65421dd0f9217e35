//! The simulated OLT platform as a process, and its control API.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::Client;
use serde_json::{Value, json};

use super::http::Http;
use crate::guard::{Guarded, Program};

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running simulator.
#[derive(Debug)]
pub(super) struct Platform {
    url: String,
    http: Http,
    process: Guarded,
}

impl Platform {
    /// Starts it on a free port and waits until it listens.
    pub(super) fn start(program: PathBuf, log: &Path) -> Result<Self> {
        let mut process = Program::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .log(log)
            .spawn()?;
        let url = process.wait_for_line("listening on ", START_LIMIT)?;
        Ok(Self {
            url,
            http: Http::new()?,
            process,
        })
    }

    /// `http://127.0.0.1:<port>`.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// For calls that are not of the control API.
    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// Fails when it has ended by itself.
    pub(super) fn still_runs(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            Some(status) => bail!("the simulated platform ended ({status})"),
            None => Ok(()),
        }
    }

    /// A token of a user for a tenant, as the platform's portal would give.
    pub(super) fn mint(&self, user: &str, tenant: &str) -> Result<String> {
        let ops = json!({ "ops": [{ "op": "token.mint", "user": user, "tenant": tenant }] });
        let answer = self.control("state", 200, |client, url| client.post(url).json(&ops))?;
        let token = answer["results"][0]["access_token"].as_str();
        token.map(str::to_owned).context("the platform minted no token")
    }

    /// The applications that live, of this name.
    pub(super) fn named(&self, name: &str) -> Result<Vec<Value>> {
        let mut living = self.living()?;
        living.retain(|one| one["name"] == name);
        Ok(living)
    }

    /// The applications that were not deleted.
    pub(super) fn living(&self) -> Result<Vec<Value>> {
        let deleted = |one: &Value| {
            let status = one["status"].as_str().unwrap_or_default();
            status.eq_ignore_ascii_case("deleted")
        };
        let mut all = self.applications()?;
        all.retain(|one| !deleted(one));
        Ok(all)
    }

    /// All applications, deleted ones too.
    pub(super) fn applications(&self) -> Result<Vec<Value>> {
        let state = self.control("state", 200, Client::get)?;
        state["applications"]
            .as_array()
            .cloned()
            .context("no applications in the state")
    }

    /// How often this was asked so far; `*` stands for one segment of the path.
    pub(super) fn asked(&self, method: &str, path: &str) -> Result<usize> {
        let what = format!("requests?method={method}&path={path}");
        let list = self.control(&what, 200, Client::get)?;
        list.as_array().map(Vec::len).context("no list of requests")
    }

    /// Makes something go wrong.
    pub(super) fn fault(&self, fault: &Value) -> Result<()> {
        self.control("faults", 201, |client, url| client.post(url).json(fault))
            .map(|_| ())
    }

    /// Nothing goes wrong any more.
    pub(super) fn heal(&self) -> Result<()> {
        self.control("faults", 204, Client::delete).map(|_| ())
    }

    fn control(
        &self,
        what: &str,
        status: u16,
        build: impl FnOnce(&Client, String) -> reqwest::RequestBuilder,
    ) -> Result<Value> {
        let url = format!("{}/_sim/{what}", self.url);
        let answer = self.http.send(|client| build(client, url))?;
        answer.expect(status, &format!("the control API's {what}"))?.json()
    }
}
