//! What pods are made of: the operator's, and that of the test.

use serde_json::{Value, json};

use crate::helm::{FULL_NAME, render, with};
use crate::manifests::{Manifests, texts};

async fn rendered(values: Value) -> Manifests {
    render(&with(values)).await.unwrap()
}

fn operator(manifests: &Manifests) -> &Value {
    &manifests.get("Deployment")["spec"]["template"]["spec"]
}

fn check(manifests: &Manifests) -> &Value {
    &manifests.get("Pod/-check")["spec"]
}

/// What the Pod Security Standard leaves open.
#[tokio::test]
async fn they_keep_to_themselves() {
    let manifests = rendered(json!({})).await;
    for spec in [operator(&manifests), check(&manifests)] {
        assert_eq!(spec["automountServiceAccountToken"], false, "{spec}");
        assert_eq!(spec["enableServiceLinks"], false, "{spec}");
        assert_eq!(spec["securityContext"]["runAsUser"], 65532, "{spec}");
        assert_eq!(spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"], true, "{spec}");
    }
    assert_eq!(manifests.get("ServiceAccount")["automountServiceAccountToken"], false);
}

/// The files that every client looks for, as the cluster itself would mount them, with a token that does not last.
#[tokio::test]
async fn they_reach_the_api_server_with_a_token_for_an_hour() {
    let manifests = rendered(json!({})).await;
    let sources = json!([
        { "serviceAccountToken": { "path": "token", "expirationSeconds": 3600 } },
        { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
        { "downwardAPI": { "items": [{ "path": "namespace", "fieldRef": { "fieldPath": "metadata.namespace" } }] } },
    ]);
    let mount = json!({
        "name": "kubernetes-api",
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        "readOnly": true,
    });
    for spec in [operator(&manifests), check(&manifests)] {
        assert_eq!(spec["volumes"], json!([{ "name": "kubernetes-api", "projected": { "sources": sources } }]));
        assert_eq!(spec["containers"][0]["volumeMounts"], json!([mount]));
    }
}

#[tokio::test]
async fn the_node_asks_where_health_is_served() {
    let manifests = rendered(json!({ "health": { "port": 9 } })).await;
    let container = manifests.container();
    for (probe, path) in [("livenessProbe", "/livez"), ("readinessProbe", "/readyz")] {
        assert_eq!(container[probe]["httpGet"], json!({ "path": path, "port": "health" }), "{probe}");
    }
    let served = json!([{ "name": "health", "containerPort": 9 }, { "name": "metrics", "containerPort": 8080 }]);
    assert_eq!(container["ports"], served);
}

/// The leader writes the pod's name into the Lease; kubectl shows the logs of one container without being told which.
#[tokio::test]
async fn the_operator_knows_its_pod_and_people_its_container() {
    let manifests = rendered(json!({})).await;
    let name = json!([{ "name": "POD_NAME", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } }]);
    assert_eq!(manifests.container()["env"], name);
    let annotations = &manifests.get("Deployment")["spec"]["template"]["metadata"]["annotations"];
    assert_eq!(annotations["kubectl.kubernetes.io/default-container"], manifests.container()["name"]);
}

#[tokio::test]
async fn further_authorities_are_where_the_operator_is_told_to_look() {
    let both = json!({ "extraCa": { "configMap": { "name": "x" }, "secret": { "name": "y" } } });
    let manifests = rendered(both).await;
    let told: Vec<_> =
        manifests.arguments().into_iter().filter_map(|argument| argument.strip_prefix("--extra-ca-file=")).collect();
    let spec = operator(&manifests);
    let mounts = spec["containers"][0]["volumeMounts"].as_array().unwrap();
    let mounted: Vec<_> = mounts[1..]
        .iter()
        .map(|mount| {
            let volume = spec["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == mount["name"]);
            let source = volume.unwrap().get("configMap").or(volume.unwrap().get("secret")).unwrap();
            assert_eq!(mount["readOnly"], true);
            format!("{}/{}", mount["mountPath"].as_str().unwrap(), source["items"][0]["path"].as_str().unwrap())
        })
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!(mounted, told);
}

/// What holds for the operator holds for its test: where it may run, as whom, and from where its image comes.
#[tokio::test]
async fn the_test_runs_as_the_operator_does() {
    let manifests = rendered(json!({
        "imagePullSecrets": [{ "name": "x" }],
        "priorityClassName": "x",
        "nodeSelector": { "a": "b" },
        "tolerations": [{ "key": "a", "operator": "Exists" }],
        "hostAliases": [{ "ip": "10.0.0.1", "hostnames": ["a"] }],
        "dnsConfig": { "nameservers": ["10.0.0.1"] },
    }))
    .await;
    let (operator, check) = (operator(&manifests), check(&manifests));
    let of_the_pod =
        ["imagePullSecrets", "priorityClassName", "nodeSelector", "tolerations", "hostAliases", "dnsConfig"];
    for part in of_the_pod.into_iter().chain(["securityContext", "serviceAccountName"]) {
        assert!(!check[part].is_null(), "{part}");
        assert_eq!(check[part], operator[part], "{part}");
    }
    for part in ["image", "imagePullPolicy", "resources", "securityContext"] {
        assert_eq!(check["containers"][0][part], operator["containers"][0][part], "{part}");
    }
}

#[tokio::test]
async fn the_test_is_one_for_helm_and_asks_for_what_the_operator_is_told() {
    let manifests = rendered(json!({ "watchNamespaces": ["a"], "secretNames": ["x"], "configMapNames": ["y"] })).await;
    let check = manifests.get("Pod/-check");
    let hook = json!({ "helm.sh/hook": "test", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded" });
    assert_eq!(check["metadata"]["annotations"], hook);
    assert_eq!(check["spec"]["restartPolicy"], "Never");
    let lease = format!("--lease-name={FULL_NAME}");
    let arguments = ["check", "--namespace=a", "--secret-name=x", "--config-map-name=y", &lease];
    assert_eq!(texts(&check["spec"]["containers"][0]["args"]), arguments);
    let told = manifests.arguments();
    assert!(arguments[1..].iter().all(|argument| told.contains(argument)), "{told:?}");
}
