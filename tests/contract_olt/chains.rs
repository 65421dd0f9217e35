//! Refresh tokens: each newer one is stored before anything is done with the access token that came with it.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::join_all;
use oauth_registrar::domain::access::{Access, Link, TokenStore};
use oauth_registrar::domain::credentials::SecretText;
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::port::Answer;
use serde_json::json;
use simulator::fixture::{T1, T2, T3, WRITER_T1};

use crate::world::{World, class};

const API: &str = "/v1/permissions";

/// Holds one link, as a Secret does.
struct Shelf {
    link: Mutex<Link>,
    /// Writes that fail, then writes that find another link, which somebody else stored.
    plan: Mutex<Vec<Plan>>,
}

enum Plan {
    Fails,
    FindsAnother(SecretText),
}

impl Shelf {
    fn with(token: SecretText) -> Arc<Self> {
        let link = Link {
            token,
            home: None,
            version: None,
        };
        Arc::new(Self {
            link: Mutex::new(link),
            plan: Mutex::default(),
        })
    }

    fn plans(&self, plan: Plan) {
        self.plan.lock().unwrap().push(plan);
    }

    fn token(&self) -> String {
        self.link.lock().unwrap().token.expose().to_owned()
    }

    fn home(&self) -> Option<String> {
        self.link.lock().unwrap().home.clone().map(|home| home.0)
    }

    fn write(&self, next: Link) -> Result<bool, Failure> {
        match self.plan.lock().unwrap().pop() {
            Some(Plan::Fails) => Err(Failure::new(Class::Transient, "the shelf is locked")),
            Some(Plan::FindsAnother(token)) => {
                self.link.lock().unwrap().token = token;
                Ok(false)
            }
            None => {
                *self.link.lock().unwrap() = next;
                Ok(true)
            }
        }
    }
}

impl TokenStore for Shelf {
    fn read(&self) -> Answer<'_, Link> {
        async { Ok(self.link.lock().unwrap().clone()) }.boxed()
    }

    fn store(&self, next: Link, _over: Link) -> Answer<'_, bool> {
        async { self.write(next) }.boxed()
    }
}

fn access(shelf: &Arc<Shelf>) -> Access {
    Access::RefreshToken {
        place: "Secret ops/user".to_owned(),
        client_id: None,
        store: Arc::clone(shelf) as _,
    }
}

/// A user of the first and the second tenant, and the refresh token of a session in the first.
async fn session(world: &World) -> SecretText {
    world
        .operate(json!([{"op": "user.put", "name": WRITER_T1, "roles": {T1: "writer", T2: "writer"}}]))
        .await;
    world.refresh_token(WRITER_T1, Some(T1)).await
}

#[tokio::test]
async fn the_newer_token_is_stored_and_the_next_process_goes_on_with_it() {
    let world = World::start().await;
    world.use_up_refresh_tokens().await;
    let shelf = Shelf::with(session(&world).await);
    let mut seen = vec![shelf.token()];
    for _ in 0..3 {
        let platform = world.connect(access(&shelf), None);
        assert_eq!(platform.identify().await.unwrap().owner, T1.into());
        platform.permissions().await.unwrap();
        assert!(!seen.contains(&shelf.token()));
        seen.push(shelf.token());
    }
    assert_eq!(shelf.home().as_deref(), Some(T1));
    assert_eq!(world.commits("token").await, 3);
}

#[tokio::test]
async fn a_token_for_another_tenant_does_not_move_the_chain_there() {
    let world = World::start().await;
    world.use_up_refresh_tokens().await;
    let shelf = Shelf::with(session(&world).await);
    let platform = world.connect(access(&shelf), None);
    assert_eq!(platform.identify().await.unwrap().owner, T1.into());
    let north = platform.tenant(None, &T2.into()).unwrap();
    assert_eq!(class(north.availability(&unknown()).await), Class::NotFound);
    let next_process = world.connect(access(&shelf), None);
    assert_eq!(next_process.identify().await.unwrap().owner, T1.into());
}

#[tokio::test]
async fn tenants_that_are_asked_for_at_once_take_turns() {
    let world = World::start().await;
    world.use_up_refresh_tokens().await;
    let shelf = Shelf::with(session(&world).await);
    let platform = world.connect(access(&shelf), Some(T1));
    let sides: Vec<_> = [T1, T2]
        .iter()
        .map(|id| platform.tenant(None, &(*id).into()).unwrap())
        .collect();
    let calls = (0..16).flat_map(|_| &sides);
    let id = unknown();
    for outcome in join_all(calls.map(|side| side.availability(&id))).await {
        assert_eq!(class(outcome), Class::NotFound);
    }
    assert_eq!(world.commits("token").await, 2);
}

#[tokio::test]
async fn nothing_is_asked_of_the_api_before_the_newer_token_is_stored() {
    let world = World::start().await;
    let shelf = Shelf::with(session(&world).await);
    shelf.plans(Plan::Fails);
    let platform = world.connect(access(&shelf), Some(T1));
    let failure = platform.permissions().await.unwrap_err();
    assert_eq!(
        (failure.class, failure.detail.as_str()),
        (Class::Transient, "the shelf is locked")
    );
    assert!(!world.requests().await.iter().any(|request| request.contains(API)));
    platform.permissions().await.unwrap();
}

#[tokio::test]
async fn where_somebody_else_was_first_their_token_is_used() {
    let world = World::start().await;
    world.use_up_refresh_tokens().await;
    let shelf = Shelf::with(session(&world).await);
    let theirs = world.refresh_token(WRITER_T1, Some(T1)).await;
    shelf.plans(Plan::FindsAnother(theirs.clone()));
    let platform = world.connect(access(&shelf), Some(T1));
    platform.permissions().await.unwrap();
    assert_ne!(
        shelf.token(),
        theirs.expose(),
        "it is used up, and its successor is stored"
    );
    assert_eq!(world.commits("token").await, 2);
}

#[tokio::test]
async fn a_token_that_is_used_up_names_its_secret_and_is_asked_for_once() {
    let world = World::start().await;
    world.use_up_refresh_tokens().await;
    let token = session(&world).await;
    world
        .connect(access(&Shelf::with(token.clone())), Some(T1))
        .identify()
        .await
        .unwrap();
    let late = world.connect(access(&Shelf::with(token.clone())), Some(T1));
    let failure = late.identify().await.unwrap_err();
    assert_eq!(failure.class, Class::Unauthorized);
    assert!(
        failure
            .detail
            .starts_with("refresh_token with Secret ops/user: POST http"),
        "{failure}"
    );
    assert!(failure.detail.contains("invalid_grant") && !failure.detail.contains(token.expose()));
}

#[tokio::test]
async fn a_tenant_of_which_the_user_is_no_member_is_forbidden() {
    let world = World::start().await;
    let shelf = Shelf::with(session(&world).await);
    let platform = world.connect(access(&shelf), Some(T1));
    let south = platform.tenant(None, &T3.into()).unwrap();
    assert_eq!(class(south.availability(&unknown()).await), Class::Forbidden);
    platform.permissions().await.unwrap();
}

#[tokio::test]
async fn a_session_without_tenant_asks_for_one_to_be_named() {
    let world = World::start().await;
    let shelf = Shelf::with(world.refresh_token(WRITER_T1, None).await);
    let failure = world.connect(access(&shelf), None).identify().await.unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert!(failure.detail.contains("set tenantId"), "{failure}");
    let named = world.connect(access(&shelf), Some(T1));
    assert_eq!(named.identify().await.unwrap().owner, T1.into());
}

#[tokio::test]
async fn a_token_that_cannot_be_read_needs_its_client_named() {
    let world = World::start().await;
    let shelf = Shelf::with(SecretText::new("opaque-canary-81c2".into()));
    let failure = world.connect(access(&shelf), Some(T1)).identify().await.unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert!(
        failure.detail.contains("set clientId") && !failure.detail.contains("canary"),
        "{failure}"
    );
}

fn unknown() -> oauth_registrar::domain::registration::ApplicationId {
    "99999999-0000-4000-8000-000000000009".into()
}
