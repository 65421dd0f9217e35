//! Where a door leads, and how a request gets there.

use std::fmt;

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use http::{HeaderMap, HeaderName, Method, Response, header};
use hyper::body::Bytes;
use reqwest::{Certificate, Client};

/// A server behind the gate.
#[derive(Clone)]
pub struct Upstream {
    url: String,
    http: Client,
}

/// Why there is no answer: the connection is cut then.
#[derive(Debug)]
pub enum Failed {
    /// By order.
    Cut,
    /// The server behind could not be reached, or broke off.
    Away(reqwest::Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the gate cuts the connection"),
            Self::Away(error) => write!(f, "the server behind the gate is away: {error}"),
        }
    }
}

impl std::error::Error for Failed {}

/// An answer whose body may go on for ever.
pub(super) type Answer = Response<BoxStream<'static, Result<Bytes, Failed>>>;

impl Upstream {
    /// A server in plain HTTP, or with a certificate of this authority.
    pub fn new(url: &str, authority: Option<&[u8]>) -> Self {
        let builder = Client::builder().no_proxy().http1_only();
        let builder = match authority {
            Some(pem) => builder.add_root_certificate(Certificate::from_pem(pem).expect("a certificate")),
            None => builder,
        };
        Self {
            url: url.trim_end_matches('/').to_owned(),
            http: builder.build().expect("a client"),
        }
    }

    /// Forwards a request as it is, its credentials included.
    pub(super) async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Failed> {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .headers(passed_on(headers))
            .body(body);
        let answer = request.send().await.map_err(Failed::Away)?;
        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.headers_mut() = passed_on(answer.headers());
        Ok(response.map(|()| pieces(answer)))
    }
}

/// The pieces of a body as they come.
fn pieces(answer: reqwest::Response) -> BoxStream<'static, Result<Bytes, Failed>> {
    let next = async |mut answer: reqwest::Response| Ok(answer.chunk().await?.map(|piece| (piece, answer)));
    stream::try_unfold(answer, next).map_err(Failed::Away).boxed()
}

/// All headers but those that belong to one connection.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let own: [HeaderName; 4] = [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
    ];
    let mut passed = headers.clone();
    for name in own {
        passed.remove(name);
    }
    passed
}
