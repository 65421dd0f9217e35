//! Ports: HTTPS, and a port of its own for the control API.

use std::path::{Path, PathBuf};

use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use simulator::{Options, Simulator, Tls};

use crate::kit::{DEV, REALM, World, install_provider};

/// A certificate for 127.0.0.1 in files of its own, which go with it.
struct Files {
    folder: PathBuf,
    tls: Tls,
    root: Certificate,
}

impl Files {
    fn make(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let tls = Tls {
            cert: folder.join("cert.pem"),
            key: folder.join("key.pem"),
            clients: None,
        };
        std::fs::write(&tls.cert, made.cert.pem()).unwrap();
        std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
        Self {
            folder,
            tls,
            root: Certificate::from_pem(made.cert.pem().as_bytes()).unwrap(),
        }
    }

    /// A client that trusts nobody else.
    fn client(&self) -> Client {
        let builder = Client::builder().tls_certs_only([self.root.clone()]);
        builder.build().unwrap()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn started(options: Options) -> std::io::Result<Simulator> {
    install_provider();
    Simulator::start(([127, 0, 0, 1], 0).into(), options).await
}

async fn json_of(client: &Client, url: String) -> Value {
    client.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn with_a_certificate_everything_is_served_over_https() {
    let files = Files::make("served");
    let options = Options {
        tls: Some(files.tls.clone()),
        ..Default::default()
    };
    let simulator = started(options).await.unwrap();
    let url = simulator.url();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let discovery = format!("{url}{REALM}/.well-known/openid-configuration");
    let found = json_of(&files.client(), discovery.clone()).await;
    assert_eq!(found["issuer"], format!("{url}{REALM}"));
    let state = json_of(&files.client(), format!("{url}/_sim/state")).await;
    assert_eq!(state["switches"]["contract"], "2019-12");
    // Whoever trusts other certificates, or speaks plainly, gets nothing.
    let other = Files::make("other");
    assert!(other.client().get(&discovery).send().await.is_err());
    let plain = discovery.replace("https:", "http:");
    assert!(Client::new().get(plain).send().await.is_err());
}

#[tokio::test]
async fn whoever_asks_clients_for_certificates_lets_only_theirs_in() {
    let (files, clients, other) = (Files::make("asking"), Files::make("clients"), Files::make("strange"));
    let tls = Tls {
        clients: Some(clients.tls.cert.clone()),
        ..files.tls.clone()
    };
    let options = Options {
        tls: Some(tls),
        ..Default::default()
    };
    let simulator = started(options).await.unwrap();
    let showing = |shown: &Files| {
        let pem = [&shown.tls.cert, &shown.tls.key].map(|file| std::fs::read_to_string(file).unwrap());
        let builder = Client::builder().tls_certs_only([files.root.clone()]);
        let identity = reqwest::Identity::from_pem(pem.concat().as_bytes()).unwrap();
        builder.identity(identity).build().unwrap()
    };
    let url = format!("{}{DEV}", simulator.url());
    assert_eq!(showing(&clients).get(&url).send().await.unwrap().status(), 401);
    assert!(showing(&other).get(&url).send().await.is_err());
    assert!(files.client().get(&url).send().await.is_err());
}

#[tokio::test]
async fn faults_cut_encrypted_connections_too() {
    let files = Files::make("cut");
    let options = Options {
        tls: Some(files.tls.clone()),
        ..Default::default()
    };
    let simulator = started(options).await.unwrap();
    let client = files.client();
    for how in ["reset", "fin"] {
        let fault = json!({"match": {"path": DEV}, "fault": {"kind": "drop_response", "how": how}});
        let url = format!("{}/_sim/faults", simulator.url());
        client.post(url).json(&fault).send().await.unwrap();
        let lost = client.get(format!("{}{DEV}", simulator.url())).send().await;
        assert!(lost.is_err(), "{how}: {lost:?}");
    }
    let found = client.get(format!("{}{DEV}", simulator.url())).send().await.unwrap();
    assert_eq!(found.status(), 401);
}

#[tokio::test]
async fn a_certificate_that_does_not_serve_is_refused_by_name() {
    let files = Files::make("refused");
    let other = Files::make("stranger");
    let missing = files.folder.join("missing.pem");
    for (cert, key, named) in [
        (&missing, &files.tls.key, &missing),
        (&files.tls.cert, &missing, &missing),
        (&files.tls.key, &files.tls.key, &files.tls.key),
        (&files.tls.cert, &files.tls.cert, &files.tls.cert),
        (&files.tls.cert, &other.tls.key, &files.tls.cert),
    ] {
        let tls = Tls {
            cert: cert.clone(),
            key: key.clone(),
            clients: None,
        };
        let options = Options {
            tls: Some(tls),
            ..Default::default()
        };
        let refused = started(options).await.map(|simulator| simulator.url()).unwrap_err();
        assert!(refused.to_string().contains(named.to_str().unwrap()), "{refused}");
    }
}

#[tokio::test]
async fn the_control_api_has_a_port_of_its_own_on_request() {
    let options = Options {
        control_listen: Some(([127, 0, 0, 1], 0).into()),
        ..Default::default()
    };
    let simulator = started(options).await.unwrap();
    let (platform, control) = (simulator.url(), simulator.control_url());
    assert_ne!(platform, control);
    let client = Client::new();
    let state = json_of(&client, format!("{control}/_sim/state")).await;
    assert_eq!(state["applications"], json!([]));
    for (url, status) in [
        (format!("{platform}/_sim/state"), 404),
        (format!("{platform}/v1/permissions"), 401),
        (format!("{control}/v1/permissions"), 404),
    ] {
        assert_eq!(client.get(&url).send().await.unwrap().status(), status, "{url}");
    }
    // What the platform's port refuses there is a request like any other.
    let requests = json_of(&client, format!("{control}/_sim/requests")).await;
    assert_eq!(requests.as_array().unwrap().len(), 2);
    let world = World::start().await;
    assert!(world.request(Method::GET, "/_sim/state").send().await.is_ok());
}
