//! The door of `olt-simulator`: arguments in, a running simulator out. No behaviour of the platform lives here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use simulator::{Contract, Options, Simulator, Switch, Tls};

/// A simulator of the OLT platform's registration and identity API.
///
/// Prints `listening on http://ADDRESS` as its first line. The business API is under /v1, the identity realm under
/// /v1/id/auth/realms/olt, and the control API (state, requests, faults, clock, reset) under /_sim/. The control API
/// asks for no credential, so only loopback addresses are accepted.
#[derive(Parser)]
#[command(name = "olt-simulator")]
struct Arguments {
    /// Loopback address and port to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Contract of the platform to follow, 2019-12 or 2019-05; it presets the switches.
    #[arg(long, default_value = "2019-12")]
    contract: Contract,
    /// Sets one switch of the contract, such as paging=short; may be repeated. The state of the control API shows all.
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    switches: Vec<Switch>,
    /// Base URL under which clients reach the simulator, used for the issuer and for discovery; the address listened on
    /// when absent.
    #[arg(long)]
    public_url: Option<String>,
    /// Loopback address and port for the control API alone, always plain HTTP; a second line then tells where it is.
    #[arg(long)]
    control_listen: Option<SocketAddr>,
    /// PEM file with the certificate chain, to serve HTTPS.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with the private key of the certificate.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Authorities, as a PEM file, that a client's certificate must be of.
    #[arg(long, requires = "tls_cert")]
    tls_clients: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        contract: arguments.contract,
        switches: arguments.switches,
        public_url: arguments.public_url,
        control_listen: arguments.control_listen,
        tls: arguments.tls_cert.zip(arguments.tls_key).map(|(cert, key)| Tls {
            cert,
            key,
            clients: arguments.tls_clients,
        }),
    };
    match Simulator::start(arguments.listen, options).await {
        Ok(simulator) => {
            println!("listening on {}", simulator.url());
            if simulator.control_url() != simulator.url() {
                println!("control API on {}", simulator.control_url());
            }
            std::future::pending().await
        }
        Err(error) => {
            eprintln!("olt-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}
