//! What service accounts asked an API server for, from its audit log.

use serde::Deserialize;

use super::{Breadth, Right};

/// Tells of each request of a ServiceAccount twice at most, without its body, and of nobody else's.
pub const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  userGroups: ['system:serviceaccounts']
- level: None
";

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The narrowest right that would do for it.
    pub right: Right,
    /// Was it allowed?
    pub allowed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    stage: String,
    verb: String,
    #[serde(default)]
    object_ref: Option<ObjectRef>,
    #[serde(default)]
    annotations: Annotations,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ObjectRef {
    api_group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

#[derive(Default, Deserialize)]
struct Annotations {
    #[serde(rename = "authorization.k8s.io/decision", default)]
    decision: String,
}

/// The requests that these lines of an audit log tell of. A watch is told of when it begins: when it ends, the API server may
/// not be there any more. The last line may have been cut off with the API server's life.
#[must_use]
pub fn requests(log: &str) -> Vec<Request> {
    let complete = log.rsplit_once('\n').map_or("", |(complete, _)| complete);
    complete.lines().filter_map(|line| request(serde_json::from_str(line).ok()?)).collect()
}

fn request(event: Event) -> Option<Request> {
    let is_end_of_watch =
        event.verb == "watch" && event.stage == "ResponseComplete" && event.annotations.decision == "allow";
    let object = event.object_ref.filter(|_| !is_end_of_watch)?;
    let allowed = event.annotations.decision == "allow";
    let resource = match object.subresource.as_str() {
        "" => object.resource,
        subresource => format!("{}/{subresource}", object.resource),
    };
    // What is created has a name in the log, which no rule could have asked for.
    let by_name = !object.name.is_empty() && event.verb != "create";
    let breadth = Breadth { cluster_wide: object.namespace.is_empty(), by_name };
    Some(Request { right: Right { group: object.api_group, resource, verb: event.verb, breadth }, allowed })
}
