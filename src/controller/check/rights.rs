//! Asks the API server what whoever asks may do.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, ResourceRule, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SelfSubjectRulesReview,
    SelfSubjectRulesReviewSpec,
};
use kube::api::PostParams;
use kube::{Api, Client};

use super::needs::{Need, Places};
use crate::controller::context::CLUSTER_TIMEOUT;
use crate::controller::error::{Error, call};

/// Questions under way.
const AT_A_TIME: usize = 8;

/// What everybody may ask about themselves, and may therefore always do.
const OF_EVERYBODY: [&str; 2] = ["authentication.k8s.io", "authorization.k8s.io"];

/// Rights that no feature needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beyond {
    /// Where; a right in the whole cluster shows in each namespace.
    pub namespace: String,
    /// API group; the core group is empty.
    pub group: String,
    /// Resource, with its subresource; `*`: all.
    pub resource: String,
    /// The verbs; `*`: all.
    pub verbs: BTreeSet<String>,
}

/// The name of whoever asks.
pub async fn who(client: &Client) -> Result<String, Error> {
    let reviews: Api<SelfSubjectReview> = Api::all(client.clone());
    let review = SelfSubjectReview::default();
    let answer = call(
        "ask who we are",
        CLUSTER_TIMEOUT,
        reviews.create(&PostParams::default(), &review),
    )
    .await?;
    let user = answer.status.and_then(|status| status.user_info);
    Ok(user.and_then(|user| user.username).unwrap_or_default())
}

/// Those of the needs that are not allowed, in their order.
pub async fn missing(client: &Client, needs: &BTreeSet<Need>) -> Result<Vec<Need>, Error> {
    let asked = futures::stream::iter(needs).map(async |need| Ok((need, may(client, need).await?)));
    let answers: Vec<(&Need, bool)> = asked.buffered(AT_A_TIME).try_collect().await?;
    let refused = answers.into_iter().filter(|(_, allowed)| !allowed);
    Ok(refused.map(|(need, _)| need.clone()).collect())
}

async fn may(client: &Client, need: &Need) -> Result<bool, Error> {
    let (resource, subresource) = need.resource.split_once('/').unwrap_or((need.resource, ""));
    let attributes = ResourceAttributes {
        namespace: need.namespace.clone(),
        group: Some(need.group.to_owned()),
        resource: Some(resource.to_owned()),
        subresource: Some(subresource.to_owned()),
        name: need.name.map(str::to_owned),
        verb: Some(need.verb.to_owned()),
        ..ResourceAttributes::default()
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let reviews: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    let answer = call(
        "ask for a right",
        CLUSTER_TIMEOUT,
        reviews.create(&PostParams::default(), &review),
    )
    .await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// What is allowed in the operator's places and never needed there.
pub async fn beyond(client: &Client, needs: &BTreeSet<Need>, places: &Places) -> Result<Vec<Beyond>, Error> {
    let reviews: Api<SelfSubjectRulesReview> = Api::all(client.clone());
    let mut all = vec![];
    for namespace in places.all() {
        let review = SelfSubjectRulesReview {
            spec: SelfSubjectRulesReviewSpec {
                namespace: Some(namespace.to_owned()),
            },
            ..SelfSubjectRulesReview::default()
        };
        let params = PostParams::default();
        let answer = call("ask for all rights", CLUSTER_TIMEOUT, reviews.create(&params, &review)).await?;
        let rules = answer.status.map(|status| status.resource_rules).unwrap_or_default();
        all.extend(surplus(namespace, &rules, needs));
    }
    Ok(all)
}

/// What these rules allow in a namespace beyond the needs there. Pure.
fn surplus(namespace: &str, rules: &[ResourceRule], needs: &BTreeSet<Need>) -> Vec<Beyond> {
    let needed = |group: &str, resource: &str, verb: &str| {
        let here = |need: &&Need| need.namespace.as_deref().is_none_or(|place| place == namespace);
        let mut here = needs.iter().filter(here);
        here.any(|need| (need.group, need.resource, need.verb) == (group, resource, verb))
    };
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for rule in rules {
        for group in rule
            .api_groups
            .iter()
            .flatten()
            .filter(|group| !OF_EVERYBODY.contains(&group.as_str()))
        {
            for resource in rule.resources.iter().flatten() {
                let verbs = rule.verbs.iter().filter(|verb| !needed(group, resource, verb)).cloned();
                found
                    .entry((group.clone(), resource.clone()))
                    .or_default()
                    .extend(verbs);
            }
        }
    }
    found.retain(|_, verbs| !verbs.is_empty());
    let beyond = |((group, resource), verbs)| Beyond {
        namespace: namespace.to_owned(),
        group,
        resource,
        verbs,
    };
    found.into_iter().map(beyond).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::rights::Feature;
    use crate::controller::check::needs::needs;

    fn rule(group: &str, resource: &str, verbs: &[&str]) -> ResourceRule {
        ResourceRule {
            api_groups: Some(vec![group.into()]),
            resources: Some(vec![resource.into()]),
            resource_names: None,
            verbs: verbs.iter().map(ToString::to_string).collect(),
        }
    }

    fn of(namespace: &str, rules: &[ResourceRule]) -> Vec<(String, Vec<String>)> {
        let places = Places {
            own: "ops".into(),
            watched: vec!["billing".into()],
        };
        surplus(namespace, rules, &needs(&[Feature::Core], &places))
            .into_iter()
            .map(|beyond| (beyond.resource, beyond.verbs.into_iter().collect()))
            .collect()
    }

    #[test]
    fn what_is_needed_is_nothing_beyond() {
        assert_eq!(of("billing", &[rule("", "secrets", &["get", "create", "patch"])]), []);
        assert_eq!(
            of(
                "billing",
                &[rule("authorization.k8s.io", "selfsubjectaccessreviews", &["create"])]
            ),
            []
        );
    }

    #[test]
    fn a_verb_a_place_and_a_wildcard_too_many_are_told() {
        let delete = of("billing", &[rule("", "secrets", &["get", "delete", "list"])]);
        assert_eq!(
            delete,
            [("secrets".to_owned(), vec!["delete".to_owned(), "list".to_owned()])]
        );
        let elsewhere = of("default", &[rule("", "secrets", &["get"])]);
        assert_eq!(elsewhere, [("secrets".to_owned(), vec!["get".to_owned()])]);
        let all = of("ops", &[rule("*", "*", &["*"])]);
        assert_eq!(all, [("*".to_owned(), vec!["*".to_owned()])]);
    }
}
