//! For each value: what is set, and what shows it.

use serde_json::{Value, json};

use crate::helm::IMAGE;

/// What a value does to the manifests.
#[derive(Debug)]
pub enum Effect {
    /// In this object, at this JSON pointer, stands this; null for nothing.
    Shows(&'static str, &'static str, Value),
    /// The same in the specification of the operator's pods.
    Pod(&'static str, Value),
    /// The operator gets this argument.
    Argument(&'static str),
    Makes(&'static str),
    Omits(&'static str),
}
use Effect::{Argument, Makes, Omits, Pod, Shows};

pub struct Row {
    pub value: &'static str,
    pub set: Value,
    /// What else it takes.
    pub beside: Value,
    pub effect: Effect,
}

fn row(value: &'static str, set: impl Into<Value>, effect: Effect) -> Row {
    Row { value, set: set.into(), beside: json!({}), effect }
}

/// The second environment variable of the operator; the first is the pod's name.
fn variable(wanted: Value) -> Effect {
    Pod("/containers/0/env/1", wanted)
}

impl Row {
    fn beside(self, beside: Value) -> Self {
        Self { beside, ..self }
    }
}

pub fn rows() -> Vec<Row> {
    [names(), rights(), duty(), outside(), process(), pods(), network(), monitoring()].into_iter().flatten().collect()
}

fn names() -> Vec<Row> {
    let image = "/containers/0/image";
    let digest = format!("sha256:{}", "a".repeat(64));
    let by_digest = format!("{IMAGE}@{digest}");
    let version = format!("example.com/x:{}", env!("CARGO_PKG_VERSION"));
    let crd = "CustomResourceDefinition";
    let keep = json!({ "helm.sh/resource-policy": "keep" });
    let annotated = json!({ "helm.sh/resource-policy": "keep", "a": "b" });
    vec![
        row("image.repository", "example.com/x", Pod(image, json!(version))),
        row("image.tag", "1", Pod(image, json!(format!("{IMAGE}:1")))),
        row("image.digest", digest, Pod(image, json!(by_digest))),
        row("image.pullPolicy", "Always", Pod("/containers/0/imagePullPolicy", json!("Always"))),
        row("imagePullSecrets", json!([{ "name": "x" }]), Pod("/imagePullSecrets", json!([{ "name": "x" }]))),
        row("nameOverride", "x", Shows("Deployment", "/metadata/labels/app.kubernetes.io~1name", json!("x"))),
        row("fullnameOverride", "x", Shows("Deployment", "/metadata/name", json!("x"))),
        row("commonLabels", json!({ "team": "a" }), Shows("Deployment", "/metadata/labels/team", json!("a"))),
        row("commonAnnotations", json!({ "a": "b" }), Shows("Deployment", "/metadata/annotations/a", json!("b"))),
        row("crds.install", false, Omits(crd)),
        row("crds.keep", false, Shows(crd, "/metadata/annotations", Value::Null)),
        row("crds.keep", true, Shows(crd, "/metadata/annotations", keep)).beside(json!({ "crds": { "keep": false } })),
        row("crds.annotations", json!({ "a": "b" }), Shows(crd, "/metadata/annotations", annotated)),
    ]
}

fn rights() -> Vec<Row> {
    vec![
        row("rbac.create", false, Omits("ClusterRoleBinding")),
        row("rbac.create", false, Omits("ClusterRole")),
        row("rbac.create", false, Omits("Role")),
        row("rbac.aggregateView", false, Omits("ClusterRole/-view")),
        row("rbac.createEdit", true, Makes("ClusterRole/-edit")),
        row("serviceAccount.create", false, Omits("ServiceAccount"))
            .beside(json!({ "serviceAccount": { "name": "x" } })),
        row("serviceAccount.name", "x", Pod("/serviceAccountName", json!("x"))),
        row("serviceAccount.name", "x", Shows("ClusterRoleBinding", "/subjects/0/name", json!("x"))),
        row(
            "serviceAccount.annotations",
            json!({ "a": "b" }),
            Shows("ServiceAccount", "/metadata/annotations", json!({ "a": "b" })),
        ),
    ]
}

fn duty() -> Vec<Row> {
    vec![
        row("watchNamespaces", json!(["a"]), Argument("--namespace=a")),
        row("watchNamespaces", json!(["b"]), Shows("Role/operator", "/metadata/namespace", json!("b")))
            .beside(json!({ "watchNamespaces": ["a"] })),
        row("secretNames", json!(["x", "y"]), Argument("--secret-name=y")),
        row("secretNames", json!(["x"]), Shows("ClusterRole/operator", "/rules/2/resourceNames", json!(["x"]))),
        row("configMapNames", json!(["x", "y"]), Argument("--config-map-name=y")),
        row("configMapNames", json!(["x"]), Shows("ClusterRole/operator", "/rules/3/resourceNames", json!(["x"]))),
        row("selector", "shard in (a, b)", Argument("--selector=shard in (a, b)")),
        row("secretSelector", "use=true", Argument("--secret-selector=use=true")),
        row("replicas", 3, Shows("Deployment", "/spec/replicas", json!(3))),
        row("leaderElection.enabled", false, Argument("--leader-elect=false")),
        row("leaderElection.enabled", false, Omits("Role/-leader-election")),
        row("leaderElection.leaseName", "x", Argument("--lease-name=x")),
        row("leaderElection.leaseName", "x", Shows("Role/-leader-election", "/rules/1/resourceNames", json!(["x"]))),
        row("concurrency", 3, Argument("--concurrency=3")),
    ]
}

fn outside() -> Vec<Row> {
    let named = |kind: &str| json!({ "extraCa": { kind: { "name": "x" } } });
    let items = json!([{ "key": "y", "path": "ca.crt" }]);
    let config_map = json!({ "name": "extra-ca-config-map", "configMap": { "name": "x", "items": items } });
    let secret = json!({ "name": "extra-ca-secret", "secret": { "secretName": "x", "items": items } });
    vec![
        row("cognigyHosts", json!(["a.example.com"]), Argument("--cognigy-host=a.example.com")),
        row("allowNetworks", json!(["10.0.0.0/8"]), Argument("--allow-network=10.0.0.0/8")),
        row("denyPrivateNetworks", true, Argument("--deny-private-networks")),
        row(
            "extraCa.configMap.name",
            "x",
            Argument("--extra-ca-file=/etc/cognigy-sso-operator/extra-ca/config-map/ca.crt"),
        ),
        row("extraCa.configMap.key", "y", Pod("/volumes/1", config_map)).beside(named("configMap")),
        row("extraCa.secret.name", "x", Argument("--extra-ca-file=/etc/cognigy-sso-operator/extra-ca/secret/ca.crt")),
        row("extraCa.secret.key", "y", Pod("/volumes/1", secret)).beside(named("secret")),
        row("proxy.https", "http://p:1", variable(json!({ "name": "HTTPS_PROXY", "value": "http://p:1" }))),
        row("proxy.noProxy", "a,b", variable(json!({ "name": "NO_PROXY", "value": "a,b" }))),
    ]
}

fn process() -> Vec<Row> {
    vec![
        row("bindAddress", "::", Argument("--health-address=[::]:8081")),
        row("bindAddress", "::", Argument("--metrics-address=[::]:8080")),
        row("health.port", 1, Argument("--health-address=0.0.0.0:1")),
        row("health.port", 1, Pod("/containers/0/ports/0/containerPort", json!(1))),
        row("health.port", 1, Shows("NetworkPolicy", "/spec/ingress/0/ports/0/port", json!(1))),
        row("log.format", "pretty", Argument("--log-format=pretty")),
        row("log.filter", "debug", Argument("--log-filter=debug")),
        row("otlp.endpoint", "http://c:4318", Argument("--otlp-endpoint=http://c:4318")),
        row("metrics.port", 1, Argument("--metrics-address=0.0.0.0:1")),
        row("metrics.port", 1, Pod("/containers/0/ports/1", json!({ "name": "metrics", "containerPort": 1 }))),
        row("metrics.port", 1, Shows("Service", "/spec/ports/0/port", json!(1))),
    ]
}

fn pods() -> Vec<Row> {
    let pod_label = "/spec/template/metadata/labels/a";
    let toleration = json!([{ "key": "a", "operator": "Exists" }]);
    let affinity = json!({ "nodeAffinity": {} });
    let alias = json!([{ "ip": "10.0.0.1", "hostnames": ["a"] }]);
    let spread = json!([{ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule" }]);
    let extra = json!([{ "name": "x", "emptyDir": {} }]);
    let mount = json!([{ "name": "x", "mountPath": "/x" }]);
    vec![
        row("podLabels", json!({ "a": "b" }), Shows("Deployment", pod_label, json!("b"))),
        row(
            "podAnnotations",
            json!({ "a": "b" }),
            Shows("Deployment", "/spec/template/metadata/annotations/a", json!("b")),
        ),
        row("podSecurityContext.runAsUser", 7, Pod("/securityContext/runAsUser", json!(7))),
        row("podSecurityContext.runAsUser", Value::Null, Pod("/securityContext/runAsUser", Value::Null)),
        row("podSecurityContext.runAsGroup", 7, Pod("/securityContext/runAsGroup", json!(7))),
        row("resources", json!({ "limits": { "cpu": "1" } }), Pod("/containers/0/resources/limits/cpu", json!("1"))),
        row("strategy", json!({ "type": "Recreate" }), Shows("Deployment", "/spec/strategy/type", json!("Recreate"))),
        row("terminationGracePeriodSeconds", 99, Pod("/terminationGracePeriodSeconds", json!(99))),
        row("podDisruptionBudget.enabled", false, Omits("PodDisruptionBudget")).beside(json!({ "replicas": 2 })),
        row(
            "podDisruptionBudget.maxUnavailable",
            "50%",
            Shows("PodDisruptionBudget", "/spec/maxUnavailable", json!("50%")),
        )
        .beside(json!({ "replicas": 2 })),
        row("priorityClassName", "x", Pod("/priorityClassName", json!("x"))),
        row("nodeSelector", json!({ "a": "b" }), Pod("/nodeSelector/a", json!("b"))),
        row("tolerations", toleration.clone(), Pod("/tolerations", toleration)),
        row("affinity", affinity.clone(), Pod("/affinity", affinity)),
        row("topologySpreadConstraints", spread, Pod("/topologySpreadConstraints/0/topologyKey", json!("zone"))),
        row("hostAliases", alias.clone(), Pod("/hostAliases", alias)),
        row(
            "dnsConfig",
            json!({ "nameservers": ["10.0.0.1"] }),
            Pod("/dnsConfig", json!({ "nameservers": ["10.0.0.1"] })),
        ),
        row("extraEnv", json!([{ "name": "a", "value": "b" }]), variable(json!({ "name": "a", "value": "b" }))),
        row("extraVolumes", extra.clone(), Pod("/volumes/1", extra[0].clone())),
        row("extraVolumeMounts", mount.clone(), Pod("/containers/0/volumeMounts/1", mount[0].clone()))
            .beside(json!({ "extraVolumes": extra })),
    ]
}

fn network() -> Vec<Row> {
    let policy = "NetworkPolicy";
    let peer = json!([{ "podSelector": {} }]);
    let port = |number| json!([{ "port": number, "protocol": "TCP" }]);
    let rule = json!({ "ports": port(9) });
    vec![
        row("networkPolicy.enabled", false, Omits(policy)),
        row("networkPolicy.dns.ports", json!([5353]), Shows(policy, "/spec/egress/0/ports/0/port", json!(5353))),
        row("networkPolicy.dns.to", peer.clone(), Shows(policy, "/spec/egress/0/to", peer.clone())),
        row("networkPolicy.apiServer.ports", json!([9]), Shows(policy, "/spec/egress/1/ports", port(9))),
        row("networkPolicy.apiServer.to", peer.clone(), Shows(policy, "/spec/egress/1/to", peer.clone())),
        row("networkPolicy.https.ports", json!([9]), Shows(policy, "/spec/egress/2/ports", port(9))),
        row(
            "networkPolicy.https.except",
            json!(["10.0.0.0/8"]),
            Shows(policy, "/spec/egress/2/to/0/ipBlock/except", json!(["10.0.0.0/8"])),
        ),
        row("networkPolicy.extraEgress", json!([rule]), Shows(policy, "/spec/egress/3", rule)),
        row("networkPolicy.healthFrom", peer.clone(), Shows(policy, "/spec/ingress/0/from", peer.clone())),
        row("networkPolicy.metricsFrom", peer.clone(), Shows(policy, "/spec/ingress/1/from", peer)),
    ]
}

fn monitoring() -> Vec<Row> {
    let rule = "PrometheusRule";
    let dashboard = "ConfigMap/-dashboard";
    let [with_rule, with_dashboard] =
        ["prometheusRule", "dashboard"].map(|kind| json!({ "metrics": { kind: { "enabled": true } } }));
    let [alert, runbook] =
        ["/spec/groups/0/rules/0/annotations/runbook_url", "https://e.com/CognigySsoOperatorAbsent.html"];
    let own = vec![
        row("metrics.service.enabled", false, Omits("Service")),
        row(
            "metrics.service.annotations",
            json!({ "a": "b" }),
            Shows("Service", "/metadata/annotations/a", json!("b")),
        ),
        row("metrics.prometheusRule.enabled", true, Makes(rule)),
        row("metrics.prometheusRule.namespace", "x", Shows(rule, "/metadata/namespace", json!("x")))
            .beside(with_rule.clone()),
        row("metrics.prometheusRule.labels", json!({ "a": "b" }), Shows(rule, "/metadata/labels/a", json!("b")))
            .beside(with_rule.clone()),
        row("metrics.prometheusRule.runbookUrl", "https://e.com/", Shows(rule, alert, json!(runbook)))
            .beside(with_rule),
        row("metrics.dashboard.enabled", true, Makes(dashboard)),
        row("metrics.dashboard.namespace", "x", Shows(dashboard, "/metadata/namespace", json!("x")))
            .beside(with_dashboard.clone()),
        row("metrics.dashboard.labels", json!({ "a": "b" }), Shows(dashboard, "/metadata/labels/a", json!("b")))
            .beside(with_dashboard.clone()),
        row(
            "metrics.dashboard.annotations",
            json!({ "a": "b" }),
            Shows(dashboard, "/metadata/annotations/a", json!("b")),
        )
        .beside(with_dashboard),
    ];
    [own, service_monitor(), pod_monitor()].into_iter().flatten().collect()
}

fn service_monitor() -> Vec<Row> {
    let kind = "ServiceMonitor";
    let monitored = |row: Row| row.beside(json!({ "metrics": { "serviceMonitor": { "enabled": true } } }));
    let labels = Shows(kind, "/metadata/labels/a", json!("b"));
    let timeout = Shows(kind, "/spec/endpoints/0/scrapeTimeout", json!("1s"));
    vec![
        row("metrics.serviceMonitor.enabled", true, Makes(kind)),
        monitored(row("metrics.serviceMonitor.namespace", "x", Shows(kind, "/metadata/namespace", json!("x")))),
        monitored(row("metrics.serviceMonitor.labels", json!({ "a": "b" }), labels)),
        monitored(row("metrics.serviceMonitor.interval", "9s", Shows(kind, "/spec/endpoints/0/interval", json!("9s")))),
        monitored(row("metrics.serviceMonitor.scrapeTimeout", "1s", timeout)),
    ]
}

fn pod_monitor() -> Vec<Row> {
    let kind = "PodMonitor";
    let monitored = |row: Row| row.beside(json!({ "metrics": { "podMonitor": { "enabled": true } } }));
    let labels = Shows(kind, "/metadata/labels/a", json!("b"));
    let timeout = Shows(kind, "/spec/podMetricsEndpoints/0/scrapeTimeout", json!("1s"));
    vec![
        row("metrics.podMonitor.enabled", true, Makes(kind)),
        monitored(row("metrics.podMonitor.namespace", "x", Shows(kind, "/metadata/namespace", json!("x")))),
        monitored(row("metrics.podMonitor.labels", json!({ "a": "b" }), labels)),
        monitored(row(
            "metrics.podMonitor.interval",
            "9s",
            Shows(kind, "/spec/podMetricsEndpoints/0/interval", json!("9s")),
        )),
        monitored(row("metrics.podMonitor.scrapeTimeout", "1s", timeout)),
    ]
}
