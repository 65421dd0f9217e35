//! What a fault does to the platform before a request is carried out.

use super::{Fault, Which};
use crate::actor::Actor;
use crate::clock::Moment;
use crate::id::Id;
use crate::identity::SigningKey;
use crate::message::Request;
use crate::state::{Lag, Platform, Subject, Token, TokenUse, Until};

impl Fault {
    /// Does the harm. A key that cannot be made leaves the old one.
    pub fn harm(&self, platform: &mut Platform, request: &Request, now: Moment) {
        match self {
            Self::ExpireTokens { which } => which.expire(platform, request, now),
            Self::RotateKey { keep_old } => {
                if let Ok(key) = SigningKey::generate() {
                    platform.keys.rotate(key, *keep_old);
                }
            }
            Self::StaleList { reads, ms, hide } => {
                let end = ms.map(|ms| Until::Time(now.plus_milliseconds(ms)));
                platform.lag = Some(Lag {
                    then: platform.applications.clone(),
                    hides: (*hide).into(),
                    until: end.unwrap_or(Until::Reads(reads.unwrap_or_default())),
                });
            }
            _ => {}
        }
    }
}

impl Which {
    /// Ends access tokens; refresh tokens stay, as a client needs them now.
    fn expire(self, platform: &mut Platform, request: &Request, now: Moment) {
        let actor = Actor::of(platform, request);
        let tenant = actor.as_ref().and_then(Actor::tenant).and_then(Id::parse);
        let subject = asking(platform, request, actor.as_ref());
        let ends = |token: &Token| match self {
            Self::All => true,
            Self::Tenant => tenant.is_some() && token.tenant == tenant,
            Self::Client => Some(token.subject) == subject,
        };
        platform
            .tokens
            .end(now, |token| token.used_for == TokenUse::Access && ends(token));
    }
}

/// Whom the request speaks for: its token tells, or at the token endpoint its client.
fn asking(platform: &Platform, request: &Request, actor: Option<&Actor>) -> Option<Subject> {
    let by_token = request.bearer().and_then(|text| platform.tokens.find(text));
    let by_client = || {
        let id = actor.and_then(Actor::client_id).and_then(Id::parse)?;
        let (application, _) = platform.applications.by_client(id)?;
        Some(Subject::Application(application.id))
    };
    by_token.map(|token| token.subject).or_else(by_client)
}
