//! What manifests may not ask for. Templates are no YAML, so they are read as text.

use std::path::{Path, PathBuf};

const FOLDERS: [&str; 4] = ["charts", "deploy", "examples", "crds"];
const WRITING: [&str; 7] = ["create", "update", "patch", "delete", "deletecollection", "*", "escalate"];

/// Every document of every manifest, with where it stands.
fn manifests() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = FOLDERS.map(|folder| root.join(folder)).to_vec();
    let mut found = Vec::new();
    while let Some(path) = paths.pop() {
        if let Ok(entries) = path.read_dir() {
            paths.extend(entries.map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let documents = text.split("\n---").map(|document| (path.display().to_string(), document.to_owned()));
            found.extend(documents);
        }
    }
    found
}

/// The words of a line, without quotes, brackets and commas.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split(" #").next().unwrap_or_default();
    code.split(|character: char| character.is_whitespace() || "[]{},\"'".contains(character)).filter(|w| !w.is_empty())
}

fn says(document: &str, key: &str, value: impl Fn(&str) -> bool) -> bool {
    document.lines().any(|line| {
        let words: Vec<_> = words(line).collect();
        words.windows(2).any(|pair| pair[0].trim_end_matches(':').ends_with(key) && value(pair[1]))
    })
}

fn has_word(document: &str, wanted: &[&str]) -> bool {
    document.lines().flat_map(words).any(|word| wanted.contains(&word))
}

fn on_host_network(document: &str) -> bool {
    ["hostNetwork", "hostPID", "hostIPC"].iter().any(|key| says(document, key, |value| value != "false"))
}

/// Does everybody who may view or edit a namespace get more than to look at our resources? To edit must be asked for.
fn aggregates_too_much(document: &str) -> bool {
    let aggregates =
        |to: &str| says(document, &format!("rbac.authorization.k8s.io/aggregate-to-{to}"), |value| value != "false");
    let edits = aggregates("edit") || aggregates("admin");
    let is_asked_for = document.contains("{{- if .Values.");
    let writes = has_word(document, &WRITING);
    let reaches_secrets = has_word(document, &["secrets", "*"]);
    (edits && !is_asked_for) || ((edits || aggregates("view")) && reaches_secrets) || (aggregates("view") && writes)
}

/// Lesson: Kubernetes CVE-2020-8555.
#[test]
fn nothing_runs_on_the_host_network() {
    for planted in [
        "spec: {template: {spec: {hostNetwork: true}}}",
        "spec:\n  hostNetwork: true\n",
        "      \"hostNetwork\": \"true\"",
        "hostNetwork: {{ .Values.hostNetwork }}",
        "hostPID: true",
    ] {
        assert!(on_host_network(planted), "{planted}");
    }
    for harmless in ["hostNetwork: false", "# never hostNetwork", "spec:\n  dnsPolicy: ClusterFirst"] {
        assert!(!on_host_network(harmless), "{harmless}");
    }
    for (path, document) in manifests() {
        assert!(!on_host_network(&document), "{path}: {document}");
    }
}

/// Lesson: cert-manager GHSA-8rvj-mm4h-c258.
#[test]
fn who_may_view_or_edit_a_namespace_gets_no_more_than_to_look() {
    let role = |to: &str, resources: &str, verbs: &str| {
        let labels = format!("metadata:\n  labels:\n    rbac.authorization.k8s.io/aggregate-to-{to}: \"true\"");
        format!("kind: ClusterRole\n{labels}\nrules:\n- resources: [{resources}]\n  verbs: [{verbs}]\n")
    };
    let idps = "identityproviderconfigs";
    for planted in [
        role("edit", idps, "get, create, patch"),
        role("admin", idps, "get"),
        role("view", "secrets", "get"),
        role("view", "\"*\"", "get"),
        role("view", idps, "get, patch"),
        role("view", idps, "\"*\"").replace("[\"*\"]", "\n  - \"*\""),
        format!("{{{{- if .Values.edit }}}}\n{}", role("edit", "identityproviderconfigs, secrets", "get")),
    ] {
        assert!(aggregates_too_much(&planted), "{planted}");
    }
    let asked_for = format!("{{{{- if .Values.rbac.aggregateEdit }}}}\n{}", role("edit", idps, "create, patch"));
    let own = "kind: ClusterRole\nrules:\n- resources: [secrets]\n  verbs: [get, list, watch]\n";
    for harmless in [role("view", idps, "get, list, watch"), asked_for, own.to_owned()] {
        assert!(!aggregates_too_much(&harmless), "{harmless}");
    }
    let manifests = manifests();
    assert!(manifests.len() > 10, "they are found: {}", manifests.len());
    for (path, document) in manifests {
        assert!(!aggregates_too_much(&document), "{path}: {document}");
    }
}
