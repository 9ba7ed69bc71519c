//! What cannot work is refused before anything is installed, with a sentence that names the value and the mend.

use cognigy_sso_testkit::tool::Tool;
use serde_json::{Value, json};

use crate::helm::{CHART, Helm, IMAGE, OLDEST_KUBERNETES, with};

/// Values, and what the refusal says.
fn refused() -> Vec<(Value, &'static [&'static str])> {
    vec![
        (json!({ "image": { "repository": "" } }), &["Set image.repository", "--set image.repository="]),
        (json!({ "image": { "repository": "e.com/x:1" } }), &["image.repository", "set image.tag or image.digest"]),
        (json!({ "image": { "repository": "e.com/x@sha256:0" } }), &["image.repository", "set image.tag"]),
        (json!({ "image": { "tag": "a b" } }), &["image.tag is \"a b\"", "such as 0.1.0"]),
        (json!({ "image": { "digest": "sha256:12" } }), &["image.digest is \"sha256:12\"", "64 hexadecimal digits"]),
        (json!({ "nameOverride": "A" }), &["nameOverride is \"A\"", "write a letter first"]),
        (json!({ "fullnameOverride": "1a" }), &["fullnameOverride is \"1a\"", "write a letter first"]),
        (json!({ "watchNamespaces": ["a.b"] }), &["watchNamespaces has \"a.b\"", "lower case letters"]),
        (json!({ "watchNamespaces": ["n".repeat(64)] }), &["watchNamespaces has", "63 at most"]),
        (json!({ "watchNamespaces": [""] }), &["watchNamespaces has \"\"", "lower case letters"]),
        (json!({ "secretNames": ["A"] }), &["secretNames has \"A\"", "lower case letters"]),
        (json!({ "secretNames": [""] }), &["secretNames has \"\"", "lower case letters"]),
        (json!({ "configMapNames": ["a,b"] }), &["configMapNames has \"a,b\"", "lower case letters"]),
        (json!({ "serviceAccount": { "name": "a_b" } }), &["serviceAccount.name has \"a_b\""]),
        (json!({ "leaderElection": { "leaseName": "a_b" } }), &["leaderElection.leaseName has \"a_b\""]),
        (json!({ "extraCa": { "configMap": { "name": "a_b" } } }), &["extraCa.configMap.name has \"a_b\""]),
        (json!({ "extraCa": { "secret": { "name": "a_b" } } }), &["extraCa.secret.name has \"a_b\""]),
        (json!({ "cognigyHosts": ["https://a.b"] }), &["cognigyHosts has \"https://a.b\"", "without scheme"]),
        (json!({ "cognigyHosts": [] }), &["/cognigyHosts", "minItems"]),
        (json!({ "allowNetworks": ["10.0.0.1"] }), &["allowNetworks has \"10.0.0.1\"", "10.0.0.1/32"]),
        (json!({ "networkPolicy": { "https": { "except": ["a"] } } }), &["networkPolicy.https.except has \"a\""]),
        (json!({ "proxy": { "https": "proxy:3128" } }), &["proxy.https is \"proxy:3128\"", "http:// or https://"]),
        (json!({ "proxy": { "https": "http://a:hidden@p" } }), &["proxy.https holds a user", "with extraEnv"]),
        (json!({ "otlp": { "endpoint": "collector" } }), &["otlp.endpoint is \"collector\"", "http://"]),
        (json!({ "otlp": { "endpoint": "http://a:hidden@c" } }), &["otlp.endpoint holds a user", "with extraEnv"]),
        (json!({ "metrics": { "prometheusRule": { "runbookUrl": "x" } } }), &["metrics.prometheusRule.runbookUrl is"]),
        (json!({ "replicas": 2, "leaderElection": { "enabled": false } }), &["replicas is 2", "or replicas to 1"]),
        (
            json!({ "strategy": { "type": "RollingUpdate" }, "leaderElection": { "enabled": false } }),
            &["strategy is not Recreate", "Leave strategy empty"],
        ),
        (
            json!({ "serviceAccount": { "create": false } }),
            &["serviceAccount.create is false", "set serviceAccount.name"],
        ),
        (json!({ "rbac": { "create": false, "createEdit": true } }), &["rbac.createEdit is true", "no role is made"]),
        (json!({ "health": { "port": 8080 } }), &["health.port and metrics.port are both 8080", "another port"]),
        (
            json!({ "metrics": { "serviceMonitor": { "enabled": true }, "podMonitor": { "enabled": true } } }),
            &["metrics.serviceMonitor.enabled and metrics.podMonitor.enabled", "Set one of them to false"],
        ),
        (
            json!({ "metrics": { "serviceMonitor": { "enabled": true }, "service": { "enabled": false } } }),
            &["metrics.serviceMonitor.enabled needs the Service", "metrics.podMonitor.enabled instead"],
        ),
        (json!({ "podSecurityContext": { "runAsUser": 0 } }), &["/podSecurityContext/runAsUser", "minimum"]),
        (json!({ "terminationGracePeriodSeconds": 5 }), &["/terminationGracePeriodSeconds", "minimum"]),
        (json!({ "replicas": "two" }), &["/replicas", "want integer"]),
        (json!({ "log": { "format": "xml" } }), &["/log/format", "must be one of"]),
    ]
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_the_value_and_the_mend() {
    let helm = Helm::new(Tool::Helm3).await;
    for (values, sentences) in refused() {
        let refusal = helm.render(&with(values.clone())).await.expect_err(&values.to_string());
        for sentence in sentences {
            assert!(refusal.contains(sentence), "{values}: {sentence:?} is not in {refusal}");
        }
        assert!(!refusal.contains("hidden"), "{values}: a password is repeated: {refusal}");
    }
}

#[tokio::test]
async fn without_an_image_one_sentence_says_what_to_set() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let refusal = Helm::new(tool).await.render(&json!({})).await.unwrap_err();
        assert!(refusal.contains("Set image.repository to the registry and name"), "{tool:?}: {refusal}");
    }
}

/// Helm lets a release be called so.
#[tokio::test]
async fn a_release_whose_name_makes_none_of_a_service_is_refused() {
    let helm = Helm::new(Tool::Helm3).await;
    let image = format!("image.repository={IMAGE}");
    for release in ["1st", "team.a"] {
        let arguments = ["template", release, CHART, "--kube-version", OLDEST_KUBERNETES, "--set", &image];
        let refusal = helm.run(&arguments).await.unwrap_err();
        let sentence =
            format!("All objects would be called \"{release}-cognigy-sso-operator\", which no Service may be");
        assert!(refusal.contains(&sentence) && refusal.contains("set fullnameOverride"), "{refusal}");
        helm.run(&[&arguments[..], &["--set", "fullnameOverride=first"]].concat()).await.unwrap();
    }
}

#[tokio::test]
async fn what_can_work_is_not_refused() {
    let helm = Helm::new(Tool::Helm3).await;
    for values in [
        json!({ "image": { "repository": "registry:5000/a/b" } }),
        json!({ "allowNetworks": ["10.0.0.0/8", "::1/128", "fd00::/8"], "cognigyHosts": ["*.a.b", "localhost"] }),
        json!({ "secretNames": ["a.b-c", "1"], "watchNamespaces": ["1"] }),
        json!({ "strategy": { "type": "Recreate" }, "leaderElection": { "enabled": false } }),
        json!({ "replicas": 0, "leaderElection": { "enabled": false } }),
        json!({ "proxy": { "https": "http://[::1]:3128/" } }),
    ] {
        helm.render(&with(values.clone())).await.unwrap_or_else(|refusal| panic!("{values}: {refusal}"));
    }
}
