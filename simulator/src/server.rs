//! Starting and stopping: the accept loops on loopback addresses.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::connection::{self, Door};
use crate::identity::SigningKey;
use crate::options::Options;
use crate::switches::Switches;
use crate::tls;
use crate::world::{DEFAULT_SEED, Shared, World};

const REALM: &str = "/v1/id/auth/realms/olt";

/// A running simulator. Dropping it closes its ports and all connections.
pub struct Simulator {
    url: String,
    control_url: String,
    world: Shared,
    accepting: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Starts one on the current tokio runtime; port 0 takes a free one.
    ///
    /// Fails when an address is not loopback (the control API asks for no credential) or cannot be listened on, when a
    /// switch or a certificate is not usable, or when no key can be made.
    pub async fn start(listen: SocketAddr, options: Options) -> io::Result<Self> {
        let switches = switches(&options)?;
        let acceptor = options.tls.as_ref().map(tls::acceptor).transpose()?;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let listener = bind(listen).await?;
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let base = options.public_url.as_deref().unwrap_or(&url).trim_end_matches('/');
        let control = match options.control_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let key = tokio::task::spawn_blocking(SigningKey::shared).await??;
        let world = Shared::new(World::new(format!("{base}{REALM}"), key, switches, DEFAULT_SEED));
        let mut started = Self {
            control_url: url.clone(),
            url,
            world: world.clone(),
            accepting: Vec::new(),
        };
        let mut door = Door::Both;
        if let Some(listener) = control {
            door = Door::Platform;
            started.control_url = format!("http://{}", listener.local_addr()?);
            let accepting = accept(listener, None, Door::Control, world.clone());
            started.accepting.push(tokio::spawn(accepting));
        }
        started
            .accepting
            .push(tokio::spawn(accept(listener, acceptor, door, world)));
        Ok(started)
    }

    /// Base URL of everything it serves, without trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Every client secret and token that it issued since the start or the last reset, dead ones too: tests look for them
    /// where they do not belong. No request shows them.
    #[must_use]
    pub fn issued(&self) -> Vec<String> {
        let world = self.world.lock();
        let platform = &world.platform;
        [platform.random.secrets(), platform.tokens.texts()].concat()
    }

    /// Base URL of the control API, without `/_sim/`: the same unless it has a port of its own.
    #[must_use]
    pub fn control_url(&self) -> String {
        self.control_url.clone()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for accepting in &self.accepting {
            accepting.abort();
        }
    }
}

fn switches(options: &Options) -> io::Result<Switches> {
    let preset = Switches::of(options.contract);
    let set = options
        .switches
        .iter()
        .try_fold(preset, |all, one| all.with(&one.name, &one.value));
    set.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not a loopback address"),
        ));
    }
    TcpListener::bind(address).await
}

/// Owns all connections, so that they end with the loop.
async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, door: Door, world: Shared) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection::serve(stream, tls.clone(), door, world.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
