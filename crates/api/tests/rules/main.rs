//! Each rule and bound of the resource has good and bad examples. They are tried here without a cluster, and on a real API
//! server by the operator's own tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod client;
mod schema;

use std::collections::BTreeSet;

use client::Judge;
use cognigy_sso_api::{ApiUrl, IdentityProviderConfig, IdentityProviderConfigSpec, Issuer};
use schema::schema;
use serde_json::Value;

#[test]
fn every_example_ends_as_it_should() {
    let judge = Judge::new(schema());
    let wrong = cases::all().into_iter().filter_map(|case| {
        let findings = judge.judge(&case);
        let right = match &case.refusal {
            Some(refusal) if case.only_server.is_none() => findings.iter().any(|finding| finding.fits(refusal)),
            _ => findings.is_empty(),
        };
        (!right).then(|| format!("{}: {:#?}, found {findings:#?}", case.name, case.refusal))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_and_bound_has_a_bad_example() {
    let schema = schema();
    let mut untried = schema::checks(schema::spec(&schema));
    let judge = Judge::new(schema);
    for case in cases::all() {
        let Some(refusal) = &case.refusal else { continue };
        let fitting = judge.judge(&case).into_iter().filter(|finding| finding.fits(refusal));
        for finding in fitting {
            untried.remove(&finding.check);
        }
    }
    assert!(untried.is_empty(), "no bad example is refused by {untried:#?}");
}

#[test]
fn every_field_and_choice_has_a_good_example() {
    let schema = schema();
    let spec = schema::spec(&schema);
    let mut unused = BTreeSet::new();
    schema::visit(spec, "", &mut |_, field| match field["enum"].as_array() {
        Some(choices) => unused.extend(choices.iter().map(|choice| with(field, choice))),
        None => drop(unused.insert(field.to_string())),
    });
    for case in cases::all().iter().filter(|case| case.refusal.is_none()) {
        use_up(spec, &case.resource["spec"], &mut unused);
    }
    assert!(unused.is_empty(), "no good example has {unused:#?}");
}

fn with(field: &Value, choice: &Value) -> String {
    format!("{choice} in {field}")
}

fn use_up(field: &Value, value: &Value, unused: &mut BTreeSet<String>) {
    unused.remove(&field.to_string());
    unused.remove(&with(field, value));
    for (name, member) in value.as_object().into_iter().flatten() {
        use_up(&field["properties"][name], member, unused);
    }
    for item in value.as_array().into_iter().flatten() {
        use_up(&field["items"], item, unused);
    }
}

#[test]
fn every_good_example_is_understood() {
    let judge = Judge::new(schema());
    for case in cases::all().iter().filter(|case| case.refusal.is_none()) {
        let read: IdentityProviderConfig = serde_json::from_value(judge.admitted(&case.resource)).unwrap();
        let IdentityProviderConfigSpec { cognigy, oidc, interval, .. } = read.spec;
        assert!(interval.parse::<kube::core::Duration>().is_ok(), "{}", case.name);
        assert!(ApiUrl::parse(&cognigy.api_url).is_ok(), "{}", case.name);
        assert!(oidc.is_none_or(|oidc| Issuer::parse(&oidc.issuer).is_ok()), "{}", case.name);
    }
}

#[test]
fn every_rule_names_its_field() {
    schema::visit(&schema(), "", &mut |path, field| {
        for rule in schema::rules(field) {
            let message = rule["message"].as_str().unwrap_or_default();
            assert!(message.starts_with(&format!("{path} ")), "{path} has a rule that says: {message}");
        }
    });
}

#[test]
fn every_field_is_described() {
    schema::visit(&schema(), "", &mut |path, field| {
        let text = field["description"].as_str().unwrap_or_default();
        assert!(path.ends_with("[]") || text.ends_with('.'), "{path} is described as: {text}");
    });
}

/// Lesson: external-secrets GHSA-77v3-r3jw-j2v2, GHSA-fcxq-v2r3-cc8h.
#[test]
fn no_reference_names_a_namespace() {
    let schema = schema::schema();
    let mut references = 0;
    schema::visit(schema::spec(&schema), "spec", &mut |path, field| {
        assert!(!path.to_lowercase().contains("namespace"), "{path}");
        if path.ends_with("Ref") {
            let members: Vec<_> = field["properties"].as_object().unwrap().keys().collect();
            references += usize::from(members == ["key", "name"]);
            assert!(members == ["key", "name"] || members == ["configMapRef", "secretRef"], "{path}: {members:?}");
        }
    });
    assert!(references > 9, "they were looked at: {references}");
}
