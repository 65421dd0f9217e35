//! What a simulator is started with.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a [`Simulator`](crate::Simulator) is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The contract it follows, which presets the switches.
    pub contract: Contract,
    /// Switches that stand otherwise, later ones over earlier ones.
    pub switches: Vec<Switch>,
    /// Base URL without trailing slash for `iss` and discovery; the address listened on when absent.
    pub public_url: Option<String>,
    /// Loopback address for the control API alone, in plain HTTP; the platform's own port then has no `/_sim/`.
    pub control_listen: Option<SocketAddr>,
    /// Certificate and key to serve the platform with; plain HTTP when absent.
    pub tls: Option<Tls>,
}

/// PEM files for HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate chain, the server's own first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Certificates of the authorities that a client's certificate must be of; none is asked for when absent.
    pub clients: Option<PathBuf>,
}

/// A dated version of the platform's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contract {
    /// The last one that the platform published, in December 2019.
    #[default]
    #[serde(rename = "2019-12")]
    December2019,
    /// The one before consent came, in May 2019.
    #[serde(rename = "2019-05")]
    May2019,
}

impl fmt::Display for Contract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::December2019 => "2019-12",
            Self::May2019 => "2019-05",
        })
    }
}

impl FromStr for Contract {
    type Err = UnknownContract;

    fn from_str(text: &str) -> Result<Self, UnknownContract> {
        match text {
            "2019-12" => Ok(Self::December2019),
            "2019-05" => Ok(Self::May2019),
            other => Err(UnknownContract(other.to_owned())),
        }
    }
}

/// The simulator does not know this contract; the message names those it knows.
#[derive(Debug)]
pub struct UnknownContract(String);

impl fmt::Display for UnknownContract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "unknown contract {:?}, expected \"2019-12\" or \"2019-05\"",
            self.0
        )
    }
}

impl std::error::Error for UnknownContract {}

/// A switch by name with a value, both checked when the simulator starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its name in the contract.
    pub name: String,
    /// A word, a number or a boolean.
    pub value: Value,
}

impl FromStr for Switch {
    type Err = NotASwitch;

    /// Reads `name=value`; numbers and booleans are taken as such.
    fn from_str(text: &str) -> Result<Self, NotASwitch> {
        let (name, value) = text.split_once('=').ok_or(NotASwitch)?;
        let plain = serde_json::from_str(value)
            .ok()
            .filter(|value: &Value| value.is_number() || value.is_boolean());
        Ok(Self {
            name: name.to_owned(),
            value: plain.unwrap_or_else(|| Value::from(value)),
        })
    }
}

/// The text is not `name=value`.
#[derive(Debug)]
pub struct NotASwitch;

impl fmt::Display for NotASwitch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected name=value")
    }
}

impl std::error::Error for NotASwitch {}
