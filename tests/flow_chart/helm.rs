//! The chart in the hands of the pinned helm.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::kit::{OPERATOR_NAMESPACE, documents};

/// Name of every release here.
pub(crate) const RELEASE: &str = "registrar";

/// The chart's folder.
pub(crate) fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("charts/oauth-registrar")
}

/// Runs helm without anybody's own settings, in the operator's namespace, with values on stdin; stdout, or stderr when
/// it failed.
pub(crate) fn run(args: &[&str], chart: Option<&Path>, values: &Value) -> Result<String, String> {
    let home = xtask::paths::target().unwrap().join("flow_chart-helm");
    let mut command = Command::new(xtask::binaries::helm().unwrap());
    command.args(args).args(["--namespace", OPERATOR_NAMESPACE]);
    if let Some(chart) = chart {
        command.arg(chart).args(["--values", "-"]);
    }
    let mut helm = command
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that does not read has failed, and says why.
    let _ = helm.stdin.take().unwrap().write_all(values.to_string().as_bytes());
    let output = helm.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// What would be applied, as text.
pub(crate) fn template(values: &Value) -> Result<String, String> {
    run(&["template", RELEASE], Some(&chart()), values)
}

/// What would be applied: the kinds come first, as helm has them.
pub(crate) fn render(values: &Value) -> Vec<Value> {
    documents(&template(values).unwrap())
}

/// The Deployment among rendered objects.
pub(crate) fn deployment(objects: &[Value]) -> &Value {
    objects.iter().find(|object| object["kind"] == "Deployment").unwrap()
}

/// The arguments of the operator's container.
pub(crate) fn args(objects: &[Value]) -> Vec<String> {
    let container = &deployment(objects)["spec"]["template"]["spec"]["containers"][0];
    serde_json::from_value(container["args"].clone()).unwrap()
}

/// `{"image": {"tag": value}}` for `image.tag`.
pub(crate) fn at(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |inner, name| json!({ name: inner }))
}

/// A JSON merge patch (RFC 7396), without its null.
pub(crate) fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}
