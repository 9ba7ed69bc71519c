//! Public keys (RFC 7517). Their private halves are gone: nothing is ever signed.

use serde_json::{Map, Value, json};

/// An RSA key of 2048 bits that signs with `alg`.
#[must_use]
pub fn rsa(alg: &str) -> Value {
    json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": "rsa-signing", "e": "AQAB", "n": RSA_SIGNING})
}

/// An RSA key of 2048 bits that is for encryption alone.
#[must_use]
pub fn rsa_for_encryption() -> Value {
    json!({"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "rsa-encryption", "e": "AQAB", "n": RSA_ENCRYPTION})
}

/// A key on the curve P-256.
#[must_use]
pub fn elliptic_p256() -> Value {
    json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": "p256", "crv": "P-256", "x": P256[0], "y": P256[1]})
}

/// A key on the curve P-384.
#[must_use]
pub fn elliptic_p384() -> Value {
    json!({"kty": "EC", "use": "sig", "alg": "ES384", "kid": "p384", "crv": "P-384", "x": P384[0], "y": P384[1]})
}

/// A key that says RSA and holds no number.
#[must_use]
pub fn nonsense() -> Value {
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "nonsense", "e": "", "n": "!!"})
}

/// The same key without one of its members, such as the optional `alg` and `use`.
#[must_use]
pub fn without(mut key: Value, member: &str) -> Value {
    key.as_object_mut().and_then(|members: &mut Map<String, Value>| members.remove(member));
    key
}

/// A key set.
#[must_use]
pub fn set(keys: impl IntoIterator<Item = Value>) -> Value {
    json!({"keys": keys.into_iter().collect::<Vec<_>>()})
}

const RSA_SIGNING: &str = "qQonum7S6rUidmvXLIKkdx-wLVuvsFQMbuZaAwoluoHTER7R7nB2OnAyHw5NKkxAY1cnfC0ftAo4p-coB6H4xRYM1wLMNL9g4MEMuykq9KpCHbhgX0NMpk4xmUh_Uh4ja_tIeLfJk5TmUxZpJF8Fnq2HpNIKsweMg86J0DAKg1aSKHMZHRhX0Y0uVAYwVy6osx-RcLOm6GrcuJ2om2RH5_NcKQwtUQv2HaG58_IAaJUrlf_6UfvhESAJfFziNlcb1-4VVNnfRypaGFKFrttrWACjeN_Dxk9CG-7YbLOqXHUHoiJQbPIsQfG8TL6CVtX-lqkuFzSDZGpX08zAEgYaIQ";
const RSA_ENCRYPTION: &str = "hhYT9aSu0j3yAMPIqNqbpvD8IHpmJzzSQG30WcrxeumZzupuaCkNEFchKCIBImFW1Ty_AuTLaZ_AeeY__jUUDOKy_fv_rTCBa-EK3NjXqCmTtplLHqWzZFRvWnytdDJ4wxjIyhv2nmXLFVIeVZt9AoP_S6G8mx0pWs4mY3sE7ANKQL_F4BrI_tKm5iLI6S0gDsErO1D5HxtCrAUNDAfLv4xrNhipzQMWLBxXW4CzdO_vdX9W50iujQW2RWrh_bZ_iBmpd44x_Rm3UQ-nooU8GRdAQU492psfDc0JWVroNUIgliRR3Ae_9RtE8YiHQWOKFX6hIOzTkriqwC3zFZKNpw";
/// `x` and `y`.
const P256: [&str; 2] = ["bWRYmjIzZqKiCVyasVfJMr0GbzEyZjH-TOPFzJNeFRU", "b1nOQCWfNp72kIK-a0iryrwq_AXqt0DIqai55bCLkEc"];
/// `x` and `y`.
const P384: [&str; 2] = [
    "anKfn3YsLgpSAw40KHl0g_GmZRhWZo8jXqZVDErctoXeqEXSa-QuNJT2prlfUElt",
    "WgakPob3MhBaQXXnW77ErG8_HEicpZV8Kmv62klGAwLkPCwiktQWfYuipMQBLrzr",
];
