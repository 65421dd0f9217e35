//! Where the operator does not go, and what it shows where it goes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use std::thread;

use kit::{TestSpace, condition, labelled_secret};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use simulator::fixture::{T1, WRITER_T1};
use simulator::{Options, Tls};

static CLUSTER: kit::Shared = kit::Shared::new("flow_egress");

/// What was asked of the proxy that the operator has in its environment: the first line of each connection. It reaches nobody.
static ASKED: Mutex<Vec<String>> = Mutex::new(vec![]);

/// A space of an operator that goes through the proxy, except to the other name of this machine.
async fn space() -> TestSpace<'static> {
    static PROXY: LazyLock<String> = LazyLock::new(|| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| refuse(&stream)));
        url
    });
    let cluster = CLUSTER.without_operator().await;
    cluster
        .operator
        .start_behind(&PROXY, &another_name().unwrap_or_default());
    cluster.space().await
}

fn refuse(mut stream: &TcpStream) {
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    ASKED.lock().unwrap().push(line);
    let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
}

/// What was asked of the proxy for this host.
fn asked_for(host: &str) -> Vec<String> {
    let asked = ASKED.lock().unwrap();
    asked.iter().filter(|line| line.contains(host)).cloned().collect()
}

/// Listens on an address of this machine that no flag names, and lets nobody in: whoever connects stays in the queue.
fn listener(address: Ipv4Addr) -> TcpListener {
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().unwrap().port()
}

/// How many have connected.
fn connections(listener: &TcpListener) -> usize {
    std::iter::from_fn(|| listener.accept().ok()).count()
}

/// The space's platform under another name and at these URLs.
fn platform_at(space: &TestSpace<'_>, name: &str, api_url: &str, issuer_url: &str) -> Value {
    let mut platform = space.platform_object();
    platform["metadata"]["name"] = name.into();
    platform["spec"]["olt"]["apiUrl"] = api_url.into();
    platform["spec"]["olt"]["issuerUrl"] = issuer_url.into();
    platform
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_leads_to_the_operators_own_machine_is_refused_and_gets_no_connection() {
    let space = space().await;
    let listener = listener(Ipv4Addr::new(127, 0, 0, 2));
    let port = port(&listener);
    for (number, (host, shown, ground)) in [
        ("0x7f000002", "127.0.0.2", "a loopback address"),
        ("[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "a loopback address"),
        ("localhost", "localhost", "a loopback address"),
        ("169.254.169.254", "169.254.169.254", "a link-local address"),
        ("100.100.100.200", "100.100.100.200", "the metadata of a cloud"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("{}-{number}", space.name);
        let elsewhere = format!("https://{host}:{port}/v1");
        let platform = platform_at(&space, &name, &elsewhere, &space.platform.issuer_url());
        space.apply(platform).await;
        let host = format!("host {shown:?} leads to {ground}");
        let words = ["spec.olt.apiUrl", &host, "--allow-insecure-host"];
        space
            .refuses("ClusterOAuthPlatform", &name, "InvalidSpec", &words)
            .await;
        let object = space.get("ClusterOAuthPlatform", &name).await;
        assert_eq!(condition(&object, "Accepted")["status"], "False", "{object}");
        assert_eq!(asked_for(shown), Vec::<String>::new());
    }
    assert_eq!(connections(&listener), 0);
}

/// A name by which `/etc/hosts` knows this machine, and which does not say so itself.
fn another_name() -> Option<String> {
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut names = lines.flat_map(|line| {
        let mut words = line.split_whitespace();
        let address: Option<IpAddr> = words.next().and_then(|word| word.parse().ok());
        let here = address.is_some_and(|address| address.is_loopback());
        words.filter(move |_| here)
    });
    let plain = |name: &&str| *name != "localhost" && !name.ends_with(".localhost");
    names.find(plain).map(ToOwned::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_resolves_to_the_operators_own_machine_is_refused_and_gets_no_connection() {
    let host = another_name().expect("a name in /etc/hosts for this machine, such as ip6-localhost, besides localhost");
    let space = space().await;
    let listener = listener(Ipv4Addr::LOCALHOST);
    let elsewhere = format!("https://{host}:{}/v1", port(&listener));
    let name = format!("{}-named", space.name);
    space.apply(platform_at(&space, &name, &elsewhere, &elsewhere)).await;
    let words = [
        host.as_str(),
        "was not sent: its host resolves to",
        "a loopback address",
        "correct its DNS entry",
    ];
    space
        .refuses("ClusterOAuthPlatform", &name, "PlatformUnreachable", &words)
        .await;
    assert_eq!(connections(&listener), 0);
}

/// All other tests here show what goes past it: the API server, and platforms on this machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_elsewhere_is_asked_of_the_proxy_in_the_environment() {
    let space = space().await;
    let name = format!("{}-elsewhere", space.name);
    let elsewhere = "https://api.elsewhere.test/v1";
    space.apply(platform_at(&space, &name, elsewhere, elsewhere)).await;
    space
        .says("ClusterOAuthPlatform", &name, "Ready", "False", "PlatformUnreachable")
        .await;
    let asked = asked_for("api.elsewhere.test");
    assert!(
        asked
            .iter()
            .all(|line| line.starts_with("CONNECT api.elsewhere.test:443 ")),
        "{asked:?}"
    );
    assert!(!asked.is_empty());
    space.ready("ClusterOAuthPlatform", &space.name).await;
    assert_eq!(asked_for("127.0.0.1"), Vec::<String>::new());
}

/// Who issues certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Self {
            pem: params.self_signed(&key).unwrap().pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for this name, and its key.
    fn issue(&self, name: &str) -> [String; 2] {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        [certificate.pem(), key.serialize_pem()]
    }
}

/// A platform that shows a certificate of this authority, and asks for one of the other.
async fn asking(space: &TestSpace<'_>, authority: &Authority, clients: &Authority) -> kit::Platform {
    let dir = space.cluster.dir().join(format!("tls-{}", space.name));
    fs::create_dir_all(&dir).unwrap();
    let [certificate, key] = authority.issue("127.0.0.1");
    let write = |name: &str, text: &str| -> PathBuf {
        let file = dir.join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let tls = Tls {
        cert: write("tls.crt", &certificate),
        key: write("tls.key", &key),
        clients: Some(write("clients.crt", &clients.pem)),
    };
    let options = Options {
        tls: Some(tls),
        control_listen: Some(([127, 0, 0, 1], 0).into()),
        ..Options::default()
    };
    kit::Platform::start_with(options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_shown_the_certificate_that_is_named_and_the_next_one_as_soon_as_it_is_there() {
    let space = space().await;
    let (authority, clients) = (Authority::new("platform"), Authority::new("clients"));
    let behind = asking(&space, &authority, &clients).await;
    let token = behind.mint(WRITER_T1, T1).await;
    space
        .apply(labelled_secret("operator", "credential", &json!({ "token": token })))
        .await;
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "corporate-ca" }, "data": { "ca.crt": authority.pem } });
    space.apply(map).await;
    let mut platform = platform_at(&space, "own", &behind.api_url(), &behind.issuer_url());
    platform["kind"] = "OAuthPlatform".into();
    platform["metadata"]["namespace"] = space.name.clone().into();
    platform["spec"]["olt"]["credentials"] = json!({ "apiToken": { "secretRef": { "name": "operator" } } });
    platform["spec"]["tls"] = json!({
        "caBundleRef": { "name": "corporate-ca" }, "clientCertificateRef": { "name": "operator-tls" },
    });
    platform["spec"].as_object_mut().unwrap().remove("grants");
    space.apply(platform).await;
    let words = ["spec.tls.clientCertificateRef", "does not exist, lacks the label"];
    space
        .refuses("OAuthPlatform", "own", "CredentialsNotFound", &words)
        .await;

    let show = async |[certificate, key]: [String; 2]| {
        let mut secret = labelled_secret(
            "operator-tls",
            "credential",
            &json!({ "tls.crt": certificate, "tls.key": key }),
        );
        secret["type"] = "kubernetes.io/tls".into();
        space.apply(secret).await;
    };
    let (good, other) = (clients.issue("operator"), clients.issue("operator"));
    show([good[0].clone(), other[1].clone()]).await;
    let words = ["tls.crt and tls.key of spec.tls.clientCertificateRef cannot be used together"];
    space.refuses("OAuthPlatform", "own", "InvalidSpec", &words).await;
    show(good).await;
    space.ready("OAuthPlatform", "own").await;

    // A platform that is Ready is looked at once a minute at most: what follows at once follows the Secret.
    let strange = Authority::new("strange").issue("operator");
    let key = strange[1].clone();
    show(strange).await;
    space
        .says("OAuthPlatform", "own", "Ready", "False", "PlatformUnreachable")
        .await;
    show(other).await;
    space.ready("OAuthPlatform", "own").await;
    let line = key.lines().nth(1).unwrap();
    assert!(!space.cluster.operator.log().contains(line), "the key is logged");
}
