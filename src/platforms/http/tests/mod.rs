//! Calls towards listeners that count who connects.

mod addresses;
mod certificates;
mod handed_out;
mod proxies;
mod redirects;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::thread;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::*;
use crate::domain::port::{Consents, Limits, TargetKind, Tls};

/// Somebody who listens on 127.0.0.1.
pub(super) struct Listener {
    pub(super) port: u16,
    /// The ports they came from.
    accepted: Arc<Mutex<Vec<u16>>>,
    own: Mutex<usize>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Answers every connection with this, after its first bytes came.
    pub(super) fn answering(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::serving(move |stream, heard| {
            heard(&first_bytes(stream));
            let _ = stream.write_all(answer.as_bytes());
        })
    }

    /// Treats every connection so; what it tells is kept.
    pub(super) fn serving(serve: impl Fn(&mut TcpStream, &dyn Fn(&[u8])) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (accepted, heard) = (Arc::new(Mutex::new(vec![])), Arc::new(Mutex::new(vec![])));
        let (ports, keep, serve) = (Arc::clone(&accepted), Arc::clone(&heard), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, keep, serve) = (stream.unwrap(), Arc::clone(&keep), Arc::clone(&serve));
                ports.lock().unwrap().push(stream.peer_addr().unwrap().port());
                let tell = move |bytes: &[u8]| keep.lock().unwrap().push(String::from_utf8_lossy(bytes).into_owned());
                thread::spawn(move || serve(&mut stream, &tell));
            }
        });
        Self {
            port,
            accepted,
            own: Mutex::new(0),
            heard,
        }
    }

    /// How many connected so far. A connection of our own comes last, so that none before it is overlooked.
    pub(super) fn connections(&self) -> usize {
        let own = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let port = own.local_addr().unwrap().port();
        while !self.accepted.lock().unwrap().contains(&port) {
            thread::yield_now();
        }
        let mut own = self.own.lock().unwrap();
        *own += 1;
        self.accepted.lock().unwrap().len() - *own
    }

    /// What came first on each connection.
    pub(super) fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap().clone();
        heard.into_iter().filter(|bytes| !bytes.is_empty()).collect()
    }
}

fn first_bytes(stream: &mut impl Read) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    let length = stream.read(&mut buffer).unwrap_or_default();
    buffer.truncate(length);
    buffer
}

/// Answers one question after the other with the next of these, later ones with the last.
#[derive(Debug)]
pub(super) struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub(super) fn resolving(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers
            .iter()
            .map(|all| all.iter().map(|a| a.parse().unwrap()).collect());
        Arc::new(Self {
            answers: Mutex::new(answers.collect()),
            asked: Mutex::default(),
        })
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 | 1 => answers.front().cloned().unwrap_or_default(),
            _ => answers.pop_front().unwrap_or_default(),
        };
        ready(Ok(answer)).boxed()
    }
}

pub(super) fn network(lookup: &Arc<Names>) -> Network {
    Network {
        lookup: Arc::clone(lookup) as _,
        proxy: None,
    }
}

/// A platform at this URL, where these hosts are excepted.
pub(super) fn target(url: &str, excepted: &[&str]) -> Target {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let excepted: Vec<String> = excepted.iter().map(ToString::to_string).collect();
    Target {
        kind: TargetKind::Olt {
            api_url: url.parse().unwrap(),
            issuer_url: url.parse().unwrap(),
            marks: true,
            consents: Consents::Set(true),
            tenant: None,
        },
        timeout: Duration::from_secs(1),
        tls: Tls::default(),
        limits: Limits {
            per_second: NonZeroU32::MAX,
            burst: NonZeroU32::MAX,
            in_flight: 32,
        },
        egress: Egress::except(&excepted),
    }
}

/// A client for this target.
pub(super) fn http(target: &Target, network: &Network) -> Http {
    let door = Doors::default().of("uid", &target.limits);
    Http::new(target, network, door).unwrap()
}

/// Reads this URL, whatever else is known of the platform.
pub(super) async fn get(http: &Http, url: &str) -> Result<Reply, Failure> {
    let url = url.parse().unwrap();
    http.call(Method::GET, &url, Nature::Repeatable).probing().send().await
}

/// The refusal of a call that must be none.
pub(super) async fn refused(http: &Http, url: &str) -> String {
    let failure = get(http, url).await.expect_err(url);
    assert_eq!(failure.class, Class::Barred, "{url}: {failure}");
    assert!(failure.detail.contains("was not sent: its host"), "{failure}");
    failure.detail
}
