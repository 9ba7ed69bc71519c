//! What the operator reports, recorded: a resource for each reason, and for each way that the conditions add up. Whoever reads
//! statuses is tested on these: Argo CD, Flux and kstatus.

mod client;
mod cognigy;
mod course;
mod inputs;
mod leaving;
mod provider;
mod saml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_decide::{Observed, Resource};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::support::arbitrary::{receipt, scene};
use crate::support::{always, applied, at, end, now, observed, resource, visit};

/// Writes the recordings anew when it is set.
const RECORD: &str = "RECORD_STATUSES";

/// A resource with what the operator reported, under a name of its own.
struct Recorded {
    name: String,
    resource: Resource,
}

fn recorded(name: &str, resource: Resource) -> Recorded {
    Recorded { name: name.to_owned(), resource }
}

/// The first visit to a resource with nothing unusual about it, but for what is observed.
fn first(name: &str, observe: impl FnOnce(&mut Observed)) -> Recorded {
    recorded(name, visit(resource(|_| {}), &mut observed(observe), always(applied)).resource)
}

fn all() -> [(&'static str, Vec<Recorded>); 7] {
    [
        ("client", client::statuses()),
        ("cognigy", cognigy::statuses()),
        ("course", course::statuses()),
        ("inputs", inputs::statuses()),
        ("leaving", leaving::statuses()),
        ("provider", provider::statuses()),
        ("saml", saml::statuses()),
    ]
}

impl Recorded {
    /// The resource as the API server gives it.
    fn object(&self) -> Value {
        let Resource { generation, deleting, finalizer, spec, status, .. } = &self.resource;
        let mut metadata = json!({ "name": self.name, "namespace": "sso", "generation": generation });
        if *finalizer {
            metadata["finalizers"] = json!([cognigy_sso_api::FINALIZER]);
        }
        if *deleting {
            metadata["deletionTimestamp"] = json!(now());
        }
        json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": metadata,
            "spec": spec.as_ref().unwrap(),
            "status": status,
        })
    }

    fn shape(&self) -> Shape {
        Shape::of(&self.resource)
    }
}

static SHAPES: LazyLock<BTreeSet<Shape>> =
    LazyLock::new(|| all().iter().flat_map(|(_, recorded)| recorded.iter().map(Recorded::shape)).collect());

/// How the conditions add up.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    ready: &'static str,
    marker: Option<&'static str>,
    by_request: Option<&'static str>,
    deleting: bool,
}

impl Shape {
    fn of(resource: &Resource) -> Self {
        let status = &resource.status;
        let ready = status.condition(ConditionType::Ready);
        let by_request = ready.map(|ready| ready.reason).filter(|_| !status.is_true(ConditionType::Stalled));
        Self {
            ready: match ready.map(|ready| ready.status) {
                Some(ConditionStatus::True) => "True",
                Some(ConditionStatus::False) => "False",
                Some(ConditionStatus::Unknown) => "Unknown",
                None => "absent",
            },
            marker: [(ConditionType::Reconciling, "Reconciling"), (ConditionType::Stalled, "Stalled")]
                .into_iter()
                .find_map(|(marker, name)| status.is_true(marker).then_some(name)),
            by_request: by_request
                .filter(|reason| matches!(reason, Reason::Suspended | Reason::Planned))
                .map(Reason::as_str),
            deleting: resource.deleting,
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/statuses")
}

#[test]
fn the_kept_statuses_are_those_that_the_core_reports() {
    for (group, recorded) in all() {
        let file = folder().join(group).with_extension("yaml");
        let documents = recorded.iter().map(|recorded| serde_saphyr::to_string(&recorded.object()).unwrap());
        let text = documents.collect::<Vec<_>>().join("---\n");
        if env::var_os(RECORD).is_some() {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&file, &text).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text, "tests/statuses/{group}.yaml is out of date: run this test with {RECORD}=1");
    }
}

#[test]
fn each_reason_is_recorded_and_no_name_twice() {
    let (mut reasons, mut names) = (Vec::new(), BTreeSet::new());
    for recorded in all().into_iter().flat_map(|(_, recorded)| recorded) {
        reasons.extend(recorded.resource.status.conditions.iter().map(|condition| condition.reason));
        assert!(names.insert(recorded.name.clone()), "{}", recorded.name);
    }
    let missing: Vec<_> = Reason::ALL.iter().filter(|reason| !reasons.contains(reason)).collect();
    assert!(missing.is_empty(), "no recorded status gives {missing:?}");
}

/// `Ready` alone is what most people look at.
#[test]
fn each_reason_that_ready_can_give_is_recorded_as_its_own() {
    // They speak of one aspect, and either hold nothing back or give way to what does.
    let never_readys = [
        Reason::Resolved,
        Reason::Connected,
        Reason::Verified,
        Reason::Configured,
        Reason::InSync,
        Reason::ChangePending,
        Reason::PkceDemanded,
        Reason::RawCredentials,
        Reason::MethodNotTried,
        Reason::Inconclusive,
    ];
    let all = all().into_iter().flat_map(|(_, recorded)| recorded);
    let given: Vec<_> =
        all.filter_map(|recorded| Some(recorded.resource.status.condition(ConditionType::Ready)?.reason)).collect();
    for reason in Reason::ALL.iter().filter(|reason| !never_readys.contains(reason)) {
        assert!(given.contains(reason), "no recorded Ready gives {reason}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 4000, failure_persistence: None, ..Config::default() })]

    /// Whatever comes in, its conditions add up in a way that is recorded.
    #[test]
    fn each_shape_is_recorded((resource, observed) in scene(), receipt in receipt()) {
        let plan = cognigy_sso_decide::plan(&resource, &observed, now());
        let receipt = plan.effect.is_some().then_some(&receipt);
        let status = end(&resource, &observed, &plan, receipt, None, at(now())).status;
        let shape = Shape::of(&Resource { status, ..resource });
        prop_assert!(SHAPES.contains(&shape), "no recorded status is like {:?}", shape);
    }
}
