//! What was found of credentials lately: a thousand organizations that share a client cost one try.

use std::time::{Duration, Instant};

use cognigy_sso_decide::Credentials;
use moka::Expiry;
use moka::future::Cache;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::Client;
use crate::egress::Egress;

/// Clients that are remembered.
const CAPACITY: u64 = 10_000;
/// For how long accepted credentials are not tried again.
const ACCEPTED: Duration = Duration::from_mins(5);
/// All else is kept just long enough for those who ask at the same time.
const OTHERWISE: Duration = Duration::from_secs(10);

struct Lifetime;

impl Expiry<[u8; 32], Credentials> for Lifetime {
    fn expire_after_create(&self, _: &[u8; 32], found: &Credentials, _: Instant) -> Option<Duration> {
        Some(if *found == Credentials::Accepted { ACCEPTED } else { OTHERWISE })
    }
}

/// What was found of credentials, by a keyed hash of all that makes them. A clone shares what is kept.
#[derive(Clone)]
pub struct Trials {
    found: Cache<[u8; 32], Credentials>,
    key: hmac::Key,
}

impl Default for Trials {
    fn default() -> Self {
        let seed = [fastrand::u128(..).to_be_bytes(), fastrand::u128(..).to_be_bytes()].concat();
        Self {
            found: Cache::builder().max_capacity(CAPACITY).expire_after(Lifetime).build(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &seed),
        }
    }
}

impl Trials {
    pub(super) async fn credentials(&self, egress: &Egress, client: &Client<'_>, fresh: bool) -> Credentials {
        let Some(secret) = client.secret else { return Credentials::NoSecret };
        let key = self.key(client, secret);
        if fresh {
            self.found.invalidate(&key).await;
        }
        self.found.get_with(key, client.try_credentials(egress, secret)).await
    }

    fn key(&self, client: &Client<'_>, secret: &SecretString) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        let method = client.method().as_str();
        let parts = [&*client.oidc.issuer, &client.provider.token_endpoint, client.id, method];
        for part in parts.into_iter().chain([secret.expose_secret()]) {
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.sign().as_ref());
        key
    }
}
