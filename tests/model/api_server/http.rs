//! HTTP at the edge of the server: a request of the kube client in, a response out.

use kube::client::Body;
use serde_json::Value;

use super::{Form, Reply, Request, Target, Verb};

/// Reads a request; the error is the answer to one that is not modelled.
pub async fn parse(request: http::Request<Body>) -> Result<Request, Reply> {
    let (head, body) = request.into_parts();
    let bytes = body
        .collect_bytes()
        .await
        .map_err(|error| Reply::bad_request(&error.to_string()))?;
    let body = if bytes.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_slice(&bytes)
    };
    let body = body.map_err(|error| Reply::bad_request(&error.to_string()))?;
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let target = Target::parse(path).ok_or_else(|| Reply::bad_request(&format!("{path} is not modelled")))?;
    let header = |name| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let verb = match head.method.as_str() {
        "GET" => Verb::Get,
        "POST" => Verb::Create,
        "DELETE" => Verb::Delete,
        "PATCH" => Verb::Patch(Form::of(header(http::header::CONTENT_TYPE))?),
        other => return Err(Reply::bad_request(&format!("{other} is not modelled"))),
    };
    Ok(Request {
        verb,
        target,
        metadata_only: header(http::header::ACCEPT).contains("as=PartialObjectMetadata"),
        body,
    })
}

/// The answer as the client gets it.
pub fn render(reply: &Reply) -> http::Response<Body> {
    let body = serde_json::to_vec(&reply.body).expect("JSON can be written");
    let response = http::Response::builder()
        .status(reply.code)
        .header(http::header::CONTENT_TYPE, "application/json");
    response
        .body(Body::from(body))
        .expect("status code and headers are valid")
}
