//! Who a platform is, and who we are to it. The hosts are excepted from the rule on addresses: that turns nothing off here.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};

use super::*;
use crate::domain::credentials::{ClientCertificate, SecretText};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

struct Leaf {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self {
            certificate: params.self_signed(&key).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    fn issues(&self, name: &str, until: i32) -> Leaf {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { certificate, key }
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }
}

impl Leaf {
    fn to_show(&self) -> ClientCertificate {
        ClientCertificate {
            chain: self.certificate.pem(),
            key: SecretText::new(self.key.serialize_pem()),
        }
    }
}

/// A server with this certificate that hears requests; with `clients`, from those only whom this authority knows.
fn server(leaf: &Leaf, clients: Option<&Authority>) -> Listener {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = match clients {
        Some(authority) => {
            let verifier = WebPkiClientVerifier::builder(authority.roots().into()).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
        None => ServerConfig::builder().with_no_client_auth(),
    };
    let key = PrivateKeyDer::try_from(leaf.key.serialize_der()).unwrap();
    let config = builder
        .with_single_cert(vec![leaf.certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    Listener::serving(move |stream, heard| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let asked = first_bytes(&mut Stream::new(&mut connection, stream));
        if asked.is_empty() {
            return;
        }
        // Whom it speaks with, or else what was asked.
        let shown = connection
            .peer_certificates()
            .and_then(|chain| chain.first().map(|one| one.to_vec()));
        heard(&shown.unwrap_or(asked));
        let _ = Stream::new(&mut connection, stream).write_all(OK);
    })
}

/// A call to `api.test` there, with these authorities and this certificate.
async fn call(server: &Listener, trusted: &Authority, certificate: Option<&Leaf>) -> Result<Reply, Failure> {
    let mut target = target("https://api.test", &["api.test"]);
    target.timeout = Duration::from_secs(10);
    target.tls.authorities = Some(trusted.certificate.pem());
    target.tls.certificate = certificate.map(Leaf::to_show);
    let http = http(&target, &network(&Names::resolving(&[&["127.0.0.1"]])));
    get(&http, &format!("https://api.test:{}/", server.port)).await
}

#[tokio::test]
async fn a_platform_of_the_right_authority_and_name_is_spoken_to() {
    let authority = Authority::named("ours");
    let server = server(&authority.issues("api.test", 4000), None);
    assert_eq!(call(&server, &authority, None).await.unwrap().status(), 200);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn another_name_another_authority_and_a_past_date_hear_no_request() {
    let authority = Authority::named("ours");
    let (other, impostor) = (Authority::named("other"), Authority::named("ours"));
    for (leaf, word) in [
        (authority.issues("other.test", 4000), "not valid for name"),
        (authority.issues("api.test", 2020), "expired"),
        (other.issues("api.test", 4000), "UnknownIssuer"),
        (impostor.issues("api.test", 4000), "BadSignature"),
    ] {
        let server = server(&leaf, None);
        let failure = call(&server, &authority, None).await.unwrap_err();
        assert_eq!(failure.class, Class::Transient, "{failure}");
        assert!(
            failure.detail.contains("certificate") && failure.detail.contains(word),
            "{word}: {failure}"
        );
        assert_eq!(server.heard(), Vec::<String>::new(), "{word}");
    }
}

#[tokio::test]
async fn a_platform_that_asks_for_a_certificate_is_shown_the_one_of_its_own() {
    let (authority, clients) = (Authority::named("ours"), Authority::named("clients"));
    let server = server(&authority.issues("api.test", 4000), Some(&clients));
    let (first, second) = (clients.issues("operator", 4000), clients.issues("operator", 4000));
    for leaf in [&first, &second] {
        assert_eq!(call(&server, &authority, Some(leaf)).await.unwrap().status(), 200);
    }
    let shown = |leaf: &Leaf| String::from_utf8_lossy(leaf.certificate.der()).into_owned();
    assert_eq!(server.heard(), [shown(&first), shown(&second)]);
}

#[tokio::test]
async fn without_the_certificate_that_it_asks_for_no_request_is_heard() {
    let (authority, clients) = (Authority::named("ours"), Authority::named("clients"));
    let server = server(&authority.issues("api.test", 4000), Some(&clients));
    let (strange, expired) = (
        Authority::named("other").issues("operator", 4000),
        clients.issues("operator", 2020),
    );
    for shown in [None, Some(&strange), Some(&expired)] {
        let failure = call(&server, &authority, shown).await.unwrap_err();
        assert_eq!(failure.class, Class::Transient, "{failure}");
    }
    assert_eq!(server.heard(), Vec::<String>::new());
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_by_its_field_and_without_its_key() {
    let authority = Authority::named("ours");
    let (one, other) = (authority.issues("operator", 4000), authority.issues("operator", 4000));
    let with = |chain: &str, key: &str| {
        let mut target = target("https://api.test", &[]);
        target.tls.certificate = Some(ClientCertificate {
            chain: chain.into(),
            key: SecretText::new(key.into()),
        });
        let door = Doors::default().of("uid", &target.limits);
        Http::new(&target, &Network::default(), door).unwrap_err()
    };
    let (chain, key) = (one.certificate.pem(), one.key.serialize_pem());
    for (chain, key) in [
        (chain.as_str(), "canary"),
        ("canary", &key),
        (&chain, &other.key.serialize_pem()),
        (&chain, "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"),
    ] {
        let failure = with(chain, key);
        assert_eq!(failure.class, Class::Invalid);
        assert!(failure.detail.contains("spec.tls.clientCertificateRef"), "{failure}");
        assert!(!failure.detail.contains("canary"), "{failure}");
    }
}

/// A server that knows nothing above TLS 1.1: it answers whatever is offered with a `ServerHello` of that version.
#[tokio::test]
async fn tls_1_1_is_refused() {
    let mut hello = vec![0x03, 0x02];
    hello.extend([7; 32]);
    // No session, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0xc0, 0x13, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let record = [&[0x16, 0x03, 0x02, 0, length + 4, 2, 0, 0, length], hello.as_slice()].concat();
    let server = Listener::serving(move |stream, heard| {
        first_bytes(stream);
        let _ = stream.write_all(&record);
        let alert = first_bytes(stream);
        let word = if alert.ends_with(&[2, 70]) {
            "protocol_version"
        } else {
            "something else"
        };
        heard(word.as_bytes());
    });
    let failure = call(&server, &Authority::named("ours"), None).await.unwrap_err();
    assert_eq!(failure.class, Class::Transient, "{failure}");
    assert!(failure.detail.contains("found no connection"), "{failure}");
    while server.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.heard(), ["protocol_version"]);
}
