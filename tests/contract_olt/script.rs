//! A platform that answers each request with the next of some scripted bytes, whatever was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use oauth_registrar::domain::credentials::SecretText;
use oauth_registrar::domain::port::Platform;

use crate::world::{connect, target};

/// What our connections carry; nobody may ever see it. A JWT that names the tenant `t-1`.
pub const CANARY_TOKEN: &str = "e30.eyJ0ZW5hbnQiOiJ0LTEifQ.canary-token-5b0e91c7";
pub const CANARY_SECRET: &str = "-canary+secret/93d2";
/// Of the length of every marker.
const NO_MARKER: &str = "[reg:0123456789abcdef]";

/// Closes its port when dropped.
pub struct Script {
    pub platform: Arc<dyn Platform>,
    url: String,
    token: String,
    seen: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Script {
    /// Answers the n-th connection with the n-th of `answers`, and later ones with the last. `{url}` in an answer stands
    /// for the address, `{token}` and `{secret}` for the canaries, `{marker}` for the ownership marker of the last request
    /// that carried one.
    pub async fn start(answers: &[&str]) -> Self {
        Self::with_token(answers, CANARY_TOKEN).await
    }

    /// The same, with a connection that carries another token.
    pub async fn with_token(answers: &[&str], token: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fill = |answer: &&str| {
            answer
                .replace("{url}", &url)
                .replace("{token}", CANARY_TOKEN)
                .replace("{secret}", CANARY_SECRET)
        };
        let answers: Vec<_> = answers.iter().map(fill).collect();
        let seen = Arc::default();
        let serving = tokio::spawn(serve(listener, answers, Arc::clone(&seen)));
        let platform = operator(&url, token);
        Self {
            platform,
            url,
            token: token.to_owned(),
            seen,
            serving,
        }
    }

    /// The connection of another operator, which knows nothing of what this one saw.
    pub fn operator(&self) -> Arc<dyn Platform> {
        operator(&self.url, &self.token)
    }

    /// The requests so far, headers and body.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn operator(url: &str, token: &str) -> Arc<dyn Platform> {
    connect(
        &target(url, Duration::from_millis(500)),
        SecretText::new(token.to_owned()),
    )
}

impl Drop for Script {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, answers: Vec<String>, seen: Arc<Mutex<Vec<String>>>) {
    let mut number = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        let request = request(&mut stream).await;
        let requests = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.clone()
        };
        let answer = answers[number.min(answers.len() - 1)].replace("{marker}", &last_marker(&requests));
        number += 1;
        stream.write_all(answer.as_bytes()).await.ok();
        stream.shutdown().await.ok();
    }
}

/// `[reg:…]` as it was sent last.
fn last_marker(requests: &[String]) -> String {
    let sent = requests.iter().rev().find_map(|request| {
        let (_, rest) = request.split_once("[reg:")?;
        rest.split_once(']')
    });
    sent.map_or_else(|| " ".repeat(NO_MARKER.len()), |(marker, _)| format!("[reg:{marker}]"))
}

/// Reads headers and as much body as they announce, so that closing does not reset the connection.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}

/// An answer with status line, type and honest length.
pub fn answer(status: &str, content_type: &str, body: &str) -> String {
    // The canaries and the marker are filled in later; each has a fixed length.
    let filled = body
        .replace("{token}", CANARY_TOKEN)
        .replace("{secret}", CANARY_SECRET)
        .replace("{marker}", NO_MARKER);
    let length = filled.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

pub fn json(status: &str, body: &str) -> String {
    answer(status, "application/json", body)
}
