//! The files in `deploy/` that nothing else reads, and what they hold.

use std::fs;
use std::path::{Path, PathBuf};

use cognigy_sso_testkit::manifests;
use serde_json::{Value, json};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The objects of a file in `deploy/`.
pub fn objects(file: &str) -> Vec<Value> {
    manifests::parse(&fs::read_to_string(root().join("deploy").join(file)).unwrap()).unwrap()
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {object}"))
}

fn of<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let found = objects.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

/// All recorded statuses, each as a resource.
pub fn recorded() -> Vec<Value> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("tests/statuses")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| manifests::parse(&fs::read_to_string(file).unwrap()).unwrap()).collect()
}

/// A customization from Argo CD's ConfigMap.
pub fn customization(what: &str) -> String {
    let [config_map] = objects("argocd/argocd-cm.yaml").try_into().unwrap();
    let key = format!("resource.customizations.{what}.sso.cognigy.ai_IdentityProviderConfig");
    config_map["data"][key].as_str().unwrap().to_owned()
}

/// What Flux is told to wait for.
pub fn health_expressions() -> Value {
    let objects = objects("flux/organizations.yaml");
    let organizations = of(&objects, "Kustomization", "cognigy-sso-organizations");
    let [expressions] = organizations["spec"]["healthCheckExprs"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(expressions["apiVersion"], "sso.cognigy.ai/v1alpha1");
    assert_eq!(expressions["kind"], "IdentityProviderConfig");
    expressions.clone()
}

#[tokio::test]
async fn the_chart_takes_the_values_of_every_example() {
    let application = objects("argocd/application.yaml");
    let release = objects("flux/helm-release.yaml");
    let given = [
        application[0].pointer("/spec/source/helm/valuesObject").unwrap(),
        of(&release, "HelmRelease", "cognigy-sso-operator").pointer("/spec/values").unwrap(),
    ];
    for values in given {
        let objects = manifests::helm(values).await.unwrap();
        let image = objects.iter().find_map(|object| object.pointer("/spec/template/spec/containers/0/image")).unwrap();
        assert_eq!(image, "registry.example.com/cognigy-sso-operator:0.1.0");
    }
}

#[test]
fn argo_cd_takes_what_it_is_given() {
    for (file, project, own_option) in [
        ("argocd/application.yaml", "cognigy-sso-operator", "CreateNamespace=true"),
        // The definition comes with the other one, and may come later.
        ("argocd/organizations.yaml", "cognigy-sso-organizations", "SkipDryRunOnMissingResource=true"),
    ] {
        let [application] = objects(file).try_into().unwrap();
        assert_eq!(text(&application, "/apiVersion"), "argoproj.io/v1alpha1");
        assert_eq!(text(&application, "/metadata/name"), project);
        assert_eq!(text(&application, "/spec/destination/namespace"), manifests::NAMESPACE);
        let options = application.pointer("/spec/syncPolicy/syncOptions").unwrap().as_array().unwrap();
        assert!(options.contains(&json!("ServerSideApply=true")) && options.contains(&json!(own_option)), "{file}");
        assert!(application.pointer("/spec/ignoreDifferences").is_none(), "{file}: there is nothing to ignore");
    }
    let [operator] = objects("argocd/application.yaml").try_into().unwrap();
    assert!(!text(&operator, "/spec/source/repoURL").contains("://"), "of a registry the name alone");
    assert_eq!(text(&operator, "/spec/source/targetRevision"), env!("CARGO_PKG_VERSION"));
    assert_eq!(
        text(&operator, "/spec/source/helm/releaseName"),
        manifests::NAME,
        "the release that kustomize stands for"
    );
}

#[test]
fn what_flux_is_given_refers_to_what_is_there() {
    let operator = objects("flux/helm-release.yaml");
    let release = of(&operator, "HelmRelease", "cognigy-sso-operator");
    let source = of(&operator, text(release, "/spec/chartRef/kind"), text(release, "/spec/chartRef/name"));
    assert_eq!(release["metadata"]["namespace"], source["metadata"]["namespace"]);
    assert!(text(source, "/spec/url").starts_with("oci://registry.example.com/"));
    let [media, operation] =
        ["mediaType", "operation"].map(|name| text(source, &format!("/spec/layerSelector/{name}")));
    assert_eq!(
        (media, operation),
        ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "copy"),
        "as Helm pushes it"
    );
    assert!(text(source, "/spec/ref/semver").starts_with(&format!(">={} <", env!("CARGO_PKG_VERSION"))));
    assert_eq!(text(release, "/spec/driftDetection/mode"), "enabled");
    let namespace = of(&operator, "Namespace", text(release, "/metadata/namespace"));
    assert_eq!(text(namespace, "/metadata/labels/pod-security.kubernetes.io~1enforce"), "restricted");

    let organizations = objects("flux/organizations.yaml");
    for name in ["cognigy-sso-operator", "cognigy-sso-organizations"] {
        let kustomization = of(&organizations, "Kustomization", name);
        of(&organizations, text(kustomization, "/spec/sourceRef/kind"), text(kustomization, "/spec/sourceRef/name"));
    }
    let awaited = of(&organizations, "Kustomization", "cognigy-sso-operator").pointer("/spec/healthChecks/0").unwrap();
    assert_eq!(
        (&awaited["apiVersion"], &awaited["kind"], &awaited["name"], &awaited["namespace"]),
        (&release["apiVersion"], &release["kind"], &release["metadata"]["name"], &release["metadata"]["namespace"])
    );
    let waiting = of(&organizations, "Kustomization", "cognigy-sso-organizations");
    assert_eq!(text(waiting, "/spec/dependsOn/0/name"), "cognigy-sso-operator");
    assert_eq!(waiting.pointer("/spec/wait"), Some(&json!(true)));
}
