//! A release is installed, upgraded, rolled back and uninstalled, by real Helm on a real API server. No pod runs there, so that
//! nothing waits for one.

use cognigy_sso_api::IdentityProviderConfig;
use cognigy_sso_testkit::control_plane::ControlPlane;
use cognigy_sso_testkit::tool::Tool;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, Role};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cluster::{self, NAMESPACE};
use crate::helm::{CHART, FULL_NAME, Helm, IMAGE, RELEASE, with};

const DEFINITION: &str = "identityproviderconfigs.sso.cognigy.ai";

/// A cluster, and a Helm that installs on it.
struct Site {
    client: Client,
    helm: Helm,
    _cluster: ControlPlane,
}

impl Site {
    async fn new(tool: Tool) -> Self {
        let cluster = cluster::start(&[NAMESPACE, "a"]).await;
        let helm = Helm::on(tool, cluster.kubeconfig_path()).await;
        Self { client: cluster.client().await.unwrap(), helm, _cluster: cluster }
    }

    async fn release(&self, verb: &str, values: Value) {
        self.helm.release(verb, &with(values), &[]).await.unwrap();
    }

    async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        self.helm.run(&[arguments, &["--namespace", NAMESPACE]].concat()).await
    }

    async fn has<K>(&self, api: Api<K>, name: &str) -> bool
    where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug,
    {
        let found = api.get_metadata_opt(name).await.unwrap();
        found.is_some_and(|found| found.metadata.deletion_timestamp.is_none())
    }

    fn in_namespace<K>(&self, namespace: &str) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// Are the rights for all namespaces there, those for namespace `a`, and the budget of several replicas?
    async fn made(&self) -> (bool, bool, bool) {
        (
            self.has(Api::<ClusterRole>::all(self.client.clone()), FULL_NAME).await,
            self.has(self.in_namespace::<Role>("a"), FULL_NAME).await,
            self.has(self.in_namespace::<PodDisruptionBudget>(NAMESPACE), FULL_NAME).await,
        )
    }

    async fn runs(&self) -> bool {
        self.has(self.in_namespace::<Deployment>(NAMESPACE), FULL_NAME).await
    }

    /// Declares a resource, once the definition is served.
    async fn declare(&self) {
        let definitions: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        await_condition(definitions, DEFINITION, is_crd_established()).await.unwrap();
        let resource = json!({
            "apiVersion": "sso.cognigy.ai/v1alpha1",
            "kind": "IdentityProviderConfig",
            "metadata": { "name": "acme" },
            "spec": {
                "cognigy": {
                    "apiUrl": "https://api-trial.cognigy.ai/new",
                    "apiKeySecretRef": { "name": "cognigy-api", "key": "apiKey" },
                },
                "oidc": {
                    "issuer": "https://acme.eu.auth0.com/",
                    "clientId": "abc123",
                    "clientSecretRef": { "name": "acme-oidc", "key": "clientSecret" },
                },
            },
        });
        let resource: IdentityProviderConfig = serde_json::from_value(resource).unwrap();
        self.in_namespace("a").create(&PostParams::default(), &resource).await.unwrap();
    }

    async fn has_resource(&self) -> bool {
        self.has(self.in_namespace::<IdentityProviderConfig>("a"), "acme").await
    }
}

/// The whole life of a release.
async fn lives(tool: Tool) {
    let site = Site::new(tool).await;
    site.release("install", json!({})).await;
    assert_eq!((site.runs().await, site.made().await), (true, (true, false, false)), "installed");
    site.declare().await;

    site.release("upgrade", json!({ "watchNamespaces": ["a"], "replicas": 2 })).await;
    assert_eq!((site.runs().await, site.made().await), (true, (false, true, true)), "upgraded");

    site.run(&["rollback", RELEASE, "1"]).await.unwrap();
    assert_eq!((site.runs().await, site.made().await), (true, (true, false, false)), "rolled back");

    site.run(&["uninstall", RELEASE]).await.unwrap();
    assert_eq!((site.runs().await, site.made().await), (false, (false, false, false)), "uninstalled");
    assert!(site.has_resource().await, "what people declared is still there");

    site.release("install", json!({})).await;
    assert_eq!((site.runs().await, site.made().await), (true, (true, false, false)), "installed again");
    assert!(site.has_resource().await, "the definition was taken over as it stood");
    is_beside_others(&site).await;
    can_be_handed_over(&site).await;
}

/// The definition belongs to one release; another says so, or does without.
async fn is_beside_others(site: &Site) {
    let image = format!("image.repository={IMAGE}");
    let install = ["install", "other", CHART, "--set", &image];
    let refusal = site.run(&install).await.unwrap_err();
    assert!(refusal.contains(DEFINITION) && refusal.contains("meta.helm.sh/release-name"), "{refusal}");
    site.run(&[&install[..], &["--set", "crds.install=false"]].concat()).await.unwrap();
    site.run(&["uninstall", "other"]).await.unwrap();
    assert!(site.has_resource().await && site.runs().await, "what belongs to the first release stays");
}

/// As the page about installing says.
async fn can_be_handed_over(site: &Site) {
    site.run(&["uninstall", RELEASE]).await.unwrap();
    let owner = json!({ "meta.helm.sh/release-name": "other", "meta.helm.sh/release-namespace": NAMESPACE });
    let definitions: Api<CustomResourceDefinition> = Api::all(site.client.clone());
    let handed_over = Patch::Merge(json!({ "metadata": { "annotations": owner } }));
    definitions.patch(DEFINITION, &PatchParams::default(), &handed_over).await.unwrap();
    site.run(&["install", "other", CHART, "--set", &format!("image.repository={IMAGE}")]).await.unwrap();
    assert!(site.has_resource().await);
}

#[tokio::test]
async fn helm_3_installs_upgrades_rolls_back_uninstalls_and_takes_over() {
    lives(Tool::Helm3).await;
}

#[tokio::test]
async fn helm_4_installs_upgrades_rolls_back_uninstalls_and_takes_over() {
    lives(Tool::Helm4).await;
}

#[tokio::test]
async fn who_asks_for_it_loses_the_definition_with_the_release() {
    let site = Site::new(Tool::Helm3).await;
    site.release("install", json!({ "crds": { "keep": false } })).await;
    let definitions = || Api::<CustomResourceDefinition>::all(site.client.clone());
    assert!(site.has(definitions(), DEFINITION).await);
    site.run(&["uninstall", RELEASE]).await.unwrap();
    assert!(!site.has(definitions(), DEFINITION).await);
}
