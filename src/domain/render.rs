//! Credentials to the keys of a Secret, and back. Knows no Kubernetes type.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

use super::credentials::SecretText;
use super::observed::Known;
use super::port::Identity;
use super::wish::Output;

/// Steps of one template; enough for any text, too few to hold anything up.
const FUEL: u64 = 10_000;

/// A template that cannot be rendered: which, and why. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template[{key:?}]: {why}")]
pub struct Unrenderable {
    key: String,
    why: String,
}

/// The data of the Secret: key to value. Holds a secret, so it prints nothing.
pub struct Data(BTreeMap<String, SecretText>);

impl Data {
    /// All values of one client.
    pub fn of(output: &Output, known: &Known, secret: &SecretText, identity: &Identity) -> Result<Self, Unrenderable> {
        let public = known.public_client_id.as_ref().map(|id| id.0.as_str());
        let mut values = vec![
            ("clientId", known.client_id.0.as_str()),
            ("clientSecret", secret.expose()),
            ("tokenEndpoint", &identity.token_endpoint),
            ("issuer", &identity.issuer),
            ("applicationId", &known.application_id.0),
            ("publicClientId", public.unwrap_or_default()),
        ];
        let keys = &output.keys;
        let names = [
            &keys.client_id,
            &keys.client_secret,
            &keys.token_endpoint,
            &keys.issuer,
            &keys.application_id,
            &keys.public_client_id,
        ];
        let pairs = names
            .into_iter()
            .zip(values.iter().map(|(_, value)| (*value).to_owned()));
        let mut data: Vec<_> = pairs.take(if public.is_some() { 6 } else { 5 }).collect();
        if let Some(tenant) = &output.tenant {
            values.push((TENANT_ID, &tenant.id.0));
            data.push((&tenant.key, tenant.id.0.clone()));
        }
        let values = Values(values);
        for (key, template) in &output.template {
            data.push((key, render(key, template, &values)?));
        }
        let secret = |(key, value): (&String, String)| (key.clone(), SecretText::new(value));
        Ok(Self(data.into_iter().map(secret).collect()))
    }

    /// Key by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SecretText)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether that is exactly what is there: no key too few, none too many.
    #[must_use]
    pub fn equals(&self, there: &BTreeMap<String, SecretText>) -> bool {
        let same = |(key, value): (&String, &SecretText)| there.get(key).is_some_and(|v| v.expose() == value.expose());
        there.len() == self.0.len() && self.0.iter().all(same)
    }
}

/// What templates can name.
struct Values<'a>(Vec<(&'static str, &'a str)>);

/// Tells what is wrong with a template, before anything is registered for it.
pub fn check(output: &Output) -> Result<(), Unrenderable> {
    let mut names = NAMES.to_vec();
    names.extend(output.tenant.is_some().then_some(TENANT_ID));
    let sample = Values(names.iter().map(|name| (*name, "sample")).collect());
    for (key, template) in &output.template {
        let unrenderable = |why: String| Unrenderable { key: key.clone(), why };
        understood(template, &names).map_err(unrenderable)?;
        render(key, template, &sample)?;
    }
    Ok(())
}

/// In the Secret of a tenant also a value.
const TENANT_ID: &str = "tenantId";

/// The names of [`Values`] in every Secret.
const NAMES: [&str; 6] = [
    "clientId",
    "clientSecret",
    "tokenEndpoint",
    "issuer",
    "applicationId",
    "publicClientId",
];

/// Nothing but values and conditions on them: an operator or a loop could make of a few bytes as many as the machine has,
/// and what can be rendered for one client can so be rendered for every other.
fn understood(template: &str, names: &[&str]) -> Result<(), String> {
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        let end = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => return Err("comments are not understood".to_owned()),
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        // Behind the opening: in `{%}` the two would share a character.
        let Some(length) = rest[2..].find(end) else {
            return Err(format!("{} is not closed by {end}", &rest[..2]));
        };
        let (whole, behind) = rest.split_at(2 + length + end.len());
        let inner = whole[2..2 + length].trim_matches('-');
        let words: Vec<&str> = inner.split_whitespace().collect();
        let is_understood = match words[..] {
            [name] if end == "}}" => names.contains(&name),
            ["else" | "endif"] => end == "%}",
            ["if", name] => end == "%}" && names.contains(&name),
            _ => false,
        };
        if !is_understood {
            return Err(match words[..] {
                [name] if end == "}}" && name.chars().all(char::is_alphanumeric) => {
                    format!("unknown variable {name:?}; there are {}", names.join(", "))
                }
                _ => format!(
                    "{whole:?} is not understood; there are values such as {{{{ clientId }}}}, and {{% if publicClientId %}} … {{% else %}} … {{% endif %}}"
                ),
            });
        }
        rest = behind;
    }
    Ok(())
}

fn render(key: &str, template: &str, values: &Values<'_>) -> Result<String, Unrenderable> {
    let values: BTreeMap<&str, String> = values
        .0
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    environment()
        .render_str(template, values)
        .map_err(|error| Unrenderable {
            key: key.to_owned(),
            why: told(&error),
        })
}

/// The kind of an error and its line; its text may quote a value.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("{}{line}", error.kind())
}

/// Without functions and filters.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    // Only delimiters of one's own can be invalid.
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

#[cfg(test)]
mod tests;
