//! What was found of credentials lately: a thousand organizations that share a client cost one try.

use std::time::Duration;

use cognigy_sso_decide::Credentials;
use quick_cache::UnitWeighter;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::Client;
use crate::egress::{CaBundle, Egress};
use crate::kept::Kept;

/// Clients that are remembered.
const CAPACITY: u64 = 10_000;
/// For how long accepted credentials are not tried again.
const ACCEPTED: Duration = Duration::from_mins(5);
/// All else is kept just long enough for those who ask at the same time.
const OTHERWISE: Duration = Duration::from_secs(10);
/// A provider that answers each question just in time shall not hold a resource up for long.
const PATIENCE: Duration = Duration::from_secs(30);

fn lifetime(found: &Credentials) -> Duration {
    if *found == Credentials::Accepted { ACCEPTED } else { OTHERWISE }
}

/// What was found of credentials, by a keyed hash of all that makes them. A clone shares what is kept.
#[derive(Clone)]
pub struct Trials {
    found: Kept<[u8; 32], Credentials>,
    key: hmac::Key,
    /// How long a part of a trial may take.
    pub(super) patience: Duration,
}

impl Default for Trials {
    fn default() -> Self {
        let seed = [fastrand::u128(..).to_be_bytes(), fastrand::u128(..).to_be_bytes()].concat();
        Self {
            found: Kept::new(CAPACITY, UnitWeighter),
            key: hmac::Key::new(hmac::HMAC_SHA256, &seed),
            patience: PATIENCE,
        }
    }
}

impl Trials {
    pub(super) async fn credentials(&self, egress: &Egress, client: &Client<'_>, fresh: bool) -> Credentials {
        let Some(secret) = client.secret else { return Credentials::NoSecret };
        let find = async {
            let found = client.try_credentials(egress, secret).await;
            let lifetime = lifetime(&found);
            (found, lifetime)
        };
        self.found.get(&self.key(client, secret), fresh, find).await.0
    }

    fn key(&self, client: &Client<'_>, secret: &SecretString) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        let method = client.method().as_str();
        let authority = client.ca.map(CaBundle::pem).unwrap_or_default();
        let parts = [&*client.oidc.issuer, &client.provider.token_endpoint, client.id, method, secret.expose_secret()];
        for part in parts.map(str::as_bytes).into_iter().chain([authority]) {
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.sign().as_ref());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_accepted_is_kept_for_minutes() {
        assert_eq!(lifetime(&Credentials::Accepted), ACCEPTED);
        for found in [Credentials::Indistinct, Credentials::OnlyRaw, Credentials::Issued, Credentials::FlowRefused] {
            assert_eq!(lifetime(&found), OTHERWISE);
        }
    }
}
