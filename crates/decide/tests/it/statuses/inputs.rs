//! What is referred to, and cannot be used.

use cognigy_sso_decide::{InputFault, InputProblem, ObjectKind};

use super::{Recorded, first};
use crate::support::{input_fault, secret_says};

pub(super) fn statuses() -> Vec<Recorded> {
    use InputProblem::{
        ControlCharacters, Empty, Forbidden, KeyAbsent, NotListed, NotSelected, NotUtf8, ObjectAbsent, Surrounded,
        TooLong, TypeRefused, Unavailable,
    };
    let secrets = [
        ("secret-not-found", ObjectAbsent),
        ("secret-not-selected", NotSelected("sso=true".to_owned())),
        ("name-not-listed", NotListed),
        ("key-not-found", KeyAbsent),
        ("value-empty", Empty),
        ("value-not-utf8", NotUtf8),
        ("value-with-line-break", Surrounded),
        ("value-with-control-characters", ControlCharacters),
        ("value-too-long", TooLong(5000)),
        ("secret-type-refused", TypeRefused("helm.sh/release.v1".to_owned())),
        ("secret-access-denied", Forbidden),
        ("secret-unavailable", Unavailable),
    ];
    let secrets = secrets.map(|(name, problem)| first(name, |observed| secret_says(observed, problem)));
    let maps = [
        ("config-map-not-found", ObjectAbsent),
        ("config-map-key-not-found", KeyAbsent),
        ("no-certificate", InputProblem::NoCertificate),
    ];
    let maps = maps.map(|(name, problem)| {
        first(name, |observed| {
            let fault = input_fault("spec.oidc.caBundle", problem);
            observed.inputs.authorities = vec![InputFault { kind: ObjectKind::ConfigMap, ..fault }];
            observed.provider = None;
        })
    });
    secrets.into_iter().chain(maps).collect()
}
