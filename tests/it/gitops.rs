//! With Argo CD, Flux and kubectl beside the operator: everybody owns fields of their own, and nobody undoes another's work.

use std::path::Path;

use cognigy_sso_api::{ConditionStatus, ConditionType, FINALIZER, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::control_plane::Program;
use cognigy_sso_testkit::gitops::{Question, ask};
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::strategy::SECRET_NAME;
use crate::support::{World, cluster, eventually};

/// Argo CD with `ServerSideApply=true`, and Flux: each forces what it applies.
const ARGO_CD: &str = "argocd-controller";
const FLUX: &str = "kustomize-controller";

async fn apply(world: &World, manager: &str, manifest: &Value) -> IdentityProviderConfig {
    let force = PatchParams::apply(manager).force();
    let name = manifest["metadata"]["name"].as_str().unwrap();
    world.idps().patch(name, &force, &Patch::Apply(manifest)).await.unwrap()
}

/// What must not change: all but who owns what, and the version that changes with it.
fn content(resource: &IdentityProviderConfig) -> Value {
    let mut content = serde_json::to_value(resource).unwrap();
    for bookkeeping in ["managedFields", "resourceVersion"] {
        content["metadata"].as_object_mut().unwrap().remove(bookkeeping);
    }
    content
}

/// The fields that a manager owns, as paths, without the members of what is not at the top.
fn owned(resource: &IdentityProviderConfig, manager: &str) -> Vec<String> {
    let entries = resource.metadata.managed_fields.iter().flatten();
    let entries = entries.filter(|entry| entry.manager.as_deref() == Some(manager));
    let mut paths = Vec::new();
    for entry in entries {
        let fields = serde_json::to_value(&entry.fields_v1).unwrap();
        let parts = fields.as_object().unwrap().iter();
        for (part, members) in parts {
            let members = members.as_object().unwrap();
            if members.is_empty() {
                paths.push(part.clone());
            }
            paths.extend(members.keys().map(|member| format!("{part}/{member}")));
        }
    }
    paths.sort();
    paths
}

/// Who has written anything.
fn managers(resource: &IdentityProviderConfig) -> Vec<&str> {
    let entries = resource.metadata.managed_fields.iter().flatten();
    let mut managers: Vec<_> = entries.filter_map(|entry| entry.manager.as_deref()).collect();
    managers.sort_unstable();
    managers.dedup();
    managers
}

async fn applied_again_changes_nothing(world: &World, manifest: &Value) {
    let before = world.get("acme").await;
    let again = apply(world, ARGO_CD, manifest).await;
    assert_eq!(again, before, "not even the resource version");

    let second = apply(world, FLUX, manifest).await;
    assert_eq!(content(&second), content(&before), "a second manager owns, too, and changes nothing");
    assert!(managers(&second).contains(&FLUX));
    let again = apply(world, FLUX, manifest).await;
    assert_eq!(again, second);
    assert_eq!(apply(world, ARGO_CD, manifest).await, second, "the first has nothing to take back");
}

#[tokio::test]
async fn what_is_applied_again_and_by_another_changes_nothing() {
    for policy in ["Retain", "Reset"] {
        let world = World::new("nobody-fights").await;
        let mut operator = world.operator().await;
        let manifest = world.idp("acme").with("/spec/deletionPolicy", json!(policy)).written();
        apply(&world, ARGO_CD, &manifest).await;
        let ready = world.ready("acme").await;
        applied_again_changes_nothing(&world, &manifest).await;

        // The operator has seen all of that, once it stops by itself.
        assert_eq!(operator.stop().await, 0);
        assert_eq!(content(&world.get("acme").await), content(&ready), "{policy}");
        assert_eq!(world.changes(), [Operation::Configure], "{policy}");
        operator = world.operator().await;
        operator.synced().await;
        applied_again_changes_nothing(&world, &manifest).await;
        assert_eq!(content(&world.get("acme").await), content(&ready), "{policy}: after a restart");
    }
}

#[tokio::test]
async fn the_operator_owns_status_and_its_finalizer_and_nothing_else() {
    let world = World::new("ownership").await;
    let cases = [("retain", "Retain", world.own_idp("retain").await), ("reset", "Reset", world.own_idp("reset").await)];
    let _operator = world.operator().await;
    for (name, policy, idp) in cases {
        let applied = apply(&world, ARGO_CD, &idp.with("/spec/deletionPolicy", json!(policy)).written()).await;
        let ready = world.ready(name).await;
        assert_eq!(owned(&ready, ARGO_CD), owned(&applied, ARGO_CD), "whoever declared it keeps what it declared");
        let others: Vec<_> = managers(&ready).into_iter().filter(|manager| *manager != ARGO_CD).collect();
        let owned: Vec<_> = others.iter().flat_map(|manager| owned(&ready, manager)).collect();
        let ours: &[&str] = if policy == "Reset" { &["f:metadata/f:finalizers", "f:status"] } else { &["f:status"] };
        assert_eq!(owned, ours, "{policy}");
        let finalizer = (policy == "Reset").then(|| vec![FINALIZER.to_owned()]);
        assert_eq!(ready.metadata.finalizers, finalizer);
    }
}

/// Who declares what the API server fills in anyway, and who leaves it out, want the same.
#[tokio::test]
async fn defaults_are_no_difference() {
    let world = World::new("defaults").await;
    let _operator = world.operator().await;
    let short = world.idp("acme").written();
    let created = apply(&world, ARGO_CD, &short).await;
    let mut long = serde_json::to_value(&created).unwrap();
    assert_eq!(long["spec"]["deletionPolicy"], "Retain", "it is filled in");
    long["metadata"] = short["metadata"].clone();
    long.as_object_mut().unwrap().remove("status");
    let ready = world.ready("acme").await;
    for manifest in [&long, &short, &long] {
        let after = apply(&world, ARGO_CD, manifest).await;
        assert_eq!(content(&after), content(&ready));
    }
    assert_eq!(world.changes(), [Operation::Configure]);
}

#[tokio::test]
async fn kubectl_finds_no_difference_after_the_operator_has_run() {
    let world = World::new("no-difference").await;
    let cases = [
        ("client", &[][..], world.own_idp("client").await),
        ("server", &["--server-side"][..], world.own_idp("server").await),
    ];
    let _operator = world.operator().await;
    for (name, sides, idp) in cases {
        let idp = idp.with("/spec/deletionPolicy", json!("Reset"));
        let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
        std::fs::write(file.path(), idp.written().to_string()).unwrap();
        kubectl(&world, "apply", sides, file.path()).await.unwrap();
        let ready = world.ready(name).await;
        kubectl(&world, "diff", sides, file.path()).await.unwrap();
        kubectl(&world, "apply", sides, file.path()).await.unwrap();
        assert_eq!(world.get(name).await, ready, "{name}");
    }
}

/// kubectl with a file: an error where it fails, and `diff` fails where it finds a difference.
async fn kubectl(world: &World, verb: &str, options: &[&str], file: &Path) -> Result<(), String> {
    let mut command = Command::new(Program::Kubectl.obtain().await.unwrap());
    let kubeconfig = cluster().await.kubeconfig_path();
    command.arg("--cache-dir").arg(kubeconfig.with_file_name("kubectl-cache")).env("KUBECONFIG", kubeconfig);
    command.args(["--namespace", &world.namespace, verb, "-f"]).arg(file).args(options);
    let output = command.output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8(said).unwrap()) }
}

/// The Secret is declared as well, as with SOPS or Sealed Secrets: applied again it is the same, and nothing is sent.
#[tokio::test]
async fn a_secret_that_is_applied_again_changes_nothing() {
    let world = World::new("secret-again").await;
    let _operator = world.operator().await;
    apply(&world, ARGO_CD, &world.idp("acme").written()).await;
    let ready = world.ready("acme").await;
    let mut secret = serde_json::to_value(world.secrets().get(SECRET_NAME).await.unwrap()).unwrap();
    let data = secret["data"].take();
    for (manager, label) in [(ARGO_CD, "one"), (FLUX, "two")] {
        let metadata = json!({ "name": SECRET_NAME, "labels": { "managed": label } });
        let declared = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data });
        let force = PatchParams::apply(manager).force();
        world.secrets().patch(SECRET_NAME, &force, &Patch::Apply(declared)).await.unwrap();
    }
    // A check that comes after it has dealt with the Secrets as they are now.
    let checked = world.check("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
    assert_eq!(checked.spec, ready.spec);
    assert_eq!(checked.metadata.generation, ready.metadata.generation);
}

/// Argo CD runs the script, and sends what it has changed as a merge patch.
async fn act(world: &World, action: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/argocd/actions").join(action);
    let script = std::fs::read_to_string(script.with_extension("lua")).unwrap();
    let before = serde_json::to_value(world.get("acme").await).unwrap();
    let scripts = [(action.to_owned(), script)].into();
    let question = Question { objects: vec![before.clone()], scripts, expressions: None };
    let after = ask(&question).await.unwrap().pop().unwrap().scripts.remove(action).unwrap();
    let mut patch = json!({});
    for part in ["/metadata/annotations", "/spec/suspend"] {
        if before.pointer(part) != after.pointer(part) {
            let (parent, member) = part.trim_start_matches('/').split_once('/').unwrap();
            patch[parent][member] = after.pointer(part).cloned().unwrap();
        }
    }
    assert_ne!(patch, json!({}), "{action}");
    world.patch("acme", patch).await;
}

#[tokio::test]
async fn the_operator_heeds_argo_cds_actions() {
    let world = World::new("actions").await;
    let _operator = world.operator().await;
    let manifest = world.idp("acme").written();
    apply(&world, ARGO_CD, &manifest).await;
    world.ready("acme").await;

    act(&world, "check-now").await;
    let handled = eventually(async || world.get("acme").await.status?.last_handled_reconcile_at).await;
    assert!(handled.is_some(), "it was checked");
    act(&world, "suspend").await;
    world.condition("acme", ConditionType::Ready, ConditionStatus::Unknown, Reason::Suspended).await;
    // Git says nothing of spec.suspend, so it is no difference for Argo CD to mend.
    let suspended = apply(&world, ARGO_CD, &manifest).await;
    assert!(suspended.spec.suspend);
    act(&world, "resume").await;
    world.ready("acme").await;
    assert_eq!(world.changes(), [Operation::Configure]);
}
