//! Is every right there that the controller uses?

use cognigy_sso_api::GROUP;
use cognigy_sso_decide::ObjectKind;
use futures::{StreamExt, stream};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::api::PostParams;
use kube::{Api, Client};

use super::{Finding, Outcome};
use crate::causes;
use crate::cli::duty::Duty;
use crate::permitted::ObjectName;

/// Questions to the API server at a time.
const AT_A_TIME: usize = 8;
/// Objects in a message of which rights are missing.
const MOST_NAMED: usize = 5;

/// What the controller does with one kind of object.
struct Use {
    what: &'static str,
    group: &'static str,
    resource: &'static str,
    subresource: Option<&'static str>,
    verbs: &'static [&'static str],
    /// Where: all namespaces are none.
    namespaces: Vec<Option<String>>,
    /// To which objects: all are none.
    names: Vec<Option<String>>,
}

/// One thing to be allowed.
struct Right<'a> {
    verb: &'static str,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

impl Right<'_> {
    /// Is the other to the same?
    fn is_beside(&self, other: &Self) -> bool {
        (self.namespace, self.name) == (other.namespace, other.name)
    }
}

/// What the API server says of one right.
enum Answer {
    Granted,
    Denied,
    Failed(String),
}

pub(super) async fn find(client: &Client, duty: &Duty) -> Vec<Finding> {
    let asking = whoami(client).await;
    let mut findings = Vec::new();
    for usage in uses(duty, client) {
        findings.push(usage.find(client, &asking).await);
    }
    findings
}

/// All that the controller does with these flags.
fn uses(duty: &Duty, client: &Client) -> Vec<Use> {
    let namespaces = each(duty.namespaces.iter().map(String::as_str));
    let permitted = duty.permitted();
    let names = |kind| each(permitted.names(kind).iter().map(ObjectName::as_str));
    let of = |what, group, resource, verbs| Use {
        what,
        group,
        resource,
        subresource: None,
        verbs,
        namespaces: namespaces.clone(),
        names: vec![None],
    };
    let reads: &[&str] = &["get", "list", "watch"];
    let resources = of("resources", GROUP, "identityproviderconfigs", &["get", "list", "watch", "patch"]);
    let status = of("status", GROUP, "identityproviderconfigs", &["update"]);
    let mut uses = vec![
        resources,
        Use { subresource: Some("status"), ..status },
        Use { names: names(ObjectKind::Secret), ..of("secrets", "", "secrets", reads) },
        Use { names: names(ObjectKind::ConfigMap), ..of("configmaps", "", "configmaps", reads) },
        of("events", "events.k8s.io", "events", &["create"]),
    ];
    if let Some(place) = duty.place(client) {
        let lease = |verbs, name| Use {
            namespaces: vec![Some(place.namespace.clone())],
            names: vec![name],
            ..of("lease", "coordination.k8s.io", "leases", verbs)
        };
        // What is created has no name yet.
        uses.push(lease(&["create"], None));
        uses.push(lease(&["get", "list", "watch", "update"], Some(place.name.clone())));
    }
    uses
}

/// Who asks, to be named to whoever grants rights.
async fn whoami(client: &Client) -> String {
    let review = SelfSubjectReview::default();
    let answer = Api::<SelfSubjectReview>::all(client.clone()).create(&PostParams::default(), &review).await;
    let user = answer.ok().and_then(|review| review.status?.user_info?.username);
    user.unwrap_or_else(|| "whoever asks".to_owned())
}

/// The first of many, and how many more there are.
fn listed(texts: &[String]) -> String {
    let (first, others) = texts.split_at(MOST_NAMED.min(texts.len()));
    let first = first.join("; ");
    if others.is_empty() { first } else { format!("{first}; and {} more", others.len()) }
}

/// Each of these; without any, one that stands for all.
fn each<'a>(given: impl Iterator<Item = &'a str>) -> Vec<Option<String>> {
    let given: Vec<_> = given.map(|text| Some(text.to_owned())).collect();
    if given.is_empty() { vec![None] } else { given }
}

impl Use {
    fn rights(&self) -> impl Iterator<Item = Right<'_>> {
        let objects = self.namespaces.iter().flat_map(|namespace| self.names.iter().map(move |name| (namespace, name)));
        objects.flat_map(|(namespace, name)| {
            self.verbs.iter().map(|verb| Right { verb, namespace: namespace.as_deref(), name: name.as_deref() })
        })
    }

    async fn find(&self, client: &Client, asking: &str) -> Finding {
        let asked = self.rights().map(async |right| (self.ask(client, &right).await, right));
        let answers: Vec<_> = stream::iter(asked).buffered(AT_A_TIME).collect().await;
        let failed = answers.iter().find_map(|(answer, _)| match answer {
            Answer::Failed(error) => Some(error),
            Answer::Granted | Answer::Denied => None,
        });
        let denied = answers.iter().filter(|(answer, _)| matches!(answer, Answer::Denied)).map(|(_, right)| right);
        let denied: Vec<_> = denied.collect();
        let denied: Vec<_> = denied.chunk_by(|one, next| one.is_beside(next)).map(|rights| self.told(rights)).collect();
        let (outcome, message) = match failed {
            _ if !denied.is_empty() => (Outcome::Missing, format!("Let {asking} {}.", listed(&denied))),
            Some(error) => (Outcome::Unknown, format!("The API server does not tell who may do what: {error}")),
            None => (Outcome::There, format!("{} {}", self.verbs.join(", "), self.object())),
        };
        Finding { what: self.what, outcome, message }
    }

    /// Rights to one and the same in words.
    fn told(&self, rights: &[&Right<'_>]) -> String {
        let verbs: Vec<_> = rights.iter().map(|right| right.verb).collect();
        let one = rights.first();
        let name = one.and_then(|right| right.name).map(|name| format!(" {name}")).unwrap_or_default();
        let namespace = one.and_then(|right| right.namespace);
        let place = namespace.map_or_else(|| "all namespaces".to_owned(), |name| format!("namespace {name}"));
        format!("{} {}{name} in {place}", verbs.join(", "), self.object())
    }

    /// The kind of object, as roles name it.
    fn object(&self) -> String {
        let subresource = self.subresource.map(|name| format!("/{name}")).unwrap_or_default();
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        format!("{}{group}{subresource}", self.resource)
    }

    async fn ask(&self, client: &Client, right: &Right<'_>) -> Answer {
        let attributes = ResourceAttributes {
            group: Some(self.group.to_owned()),
            resource: Some(self.resource.to_owned()),
            subresource: self.subresource.map(str::to_owned),
            verb: Some(right.verb.to_owned()),
            namespace: right.namespace.map(str::to_owned),
            name: right.name.map(str::to_owned),
            ..ResourceAttributes::default()
        };
        let spec = SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), ..Default::default() };
        let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
        let answer = Api::<SelfSubjectAccessReview>::all(client.clone()).create(&PostParams::default(), &review).await;
        match answer.map(|review| review.status) {
            Ok(Some(status)) if status.allowed => Answer::Granted,
            Ok(_) => Answer::Denied,
            Err(error) => Answer::Failed(causes::told(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn rights_to_one_and_the_same_are_told_together() {
        let denied = Router::new().fallback(async || Json(json!({ "spec": {}, "status": { "allowed": false } })));
        let client = Client::new(denied, "default");
        let namespaces = |names: &[&str]| names.iter().map(|name| Some((*name).to_owned())).collect();
        let usage = |namespaces| Use {
            what: "secrets",
            group: "",
            resource: "secrets",
            subresource: None,
            verbs: &["get", "list"],
            namespaces,
            names: vec![None],
        };
        let found = usage(namespaces(&["a", "b"])).find(&client, "somebody").await;
        assert_eq!(found.message, "Let somebody get, list secrets in namespace a; get, list secrets in namespace b.");
        let found = usage(namespaces(&["a", "b", "c", "d", "e", "f", "g"])).find(&client, "somebody").await;
        assert!(found.message.ends_with("namespace e; and 2 more."), "{}", found.message);
    }
}
