//! What providers publish is fetched once for all resources that name the same issuer.

use std::sync::Arc;
use std::time::Duration;

use cognigy_sso_api::Issuer;
use cognigy_sso_decide::{Provider, ProviderFault};

use super::discovery;
use crate::egress::{CaBundle, Egress};
use crate::metrics::{self, Documents, Found};
use crate::shelf::{FAULT, Shelf, Weighed, lifetime};

impl Weighed for (Issuer, Option<CaBundle>) {
    fn bytes(&self) -> usize {
        self.0.as_str().len() + self.1.as_ref().map_or(0, |ca| ca.pem().len())
    }
}

impl Weighed for Provider {
    fn bytes(&self) -> usize {
        let lists =
            [Some(&self.algorithms), self.auth_methods.as_ref(), Some(&self.response_types), self.scopes.as_ref()];
        let texts = lists.into_iter().flatten().flatten().map(|text| size_of::<String>() + text.len());
        let endpoints = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri].map(|url| url.len());
        let keys = self.keys.iter().flatten().map(|key| {
            let names = [Some(&key.key_type), key.usage.as_ref(), key.algorithm.as_ref()];
            size_of_val(key) + names.into_iter().flatten().map(String::len).sum::<usize>()
        });
        texts.chain(endpoints).chain(keys).sum()
    }
}

/// All providers. A clone shares what is kept.
#[derive(Clone, Default)]
pub struct Providers {
    shelf: Shelf<(Issuer, Option<CaBundle>), Provider>,
    documents: Documents,
}

impl Providers {
    /// The same, with what is needed counted here.
    #[must_use]
    pub(crate) fn counting(self, documents: Documents) -> Self {
        Self { documents, ..self }
    }

    /// What this issuer publishes, and whether it was held already; `fresh` asks it anew.
    pub async fn get(
        &self,
        egress: &Egress,
        issuer: &Issuer,
        ca: Option<&CaBundle>,
        interval: Duration,
        fresh: bool,
    ) -> (Arc<Result<Provider, ProviderFault>>, Found) {
        let read = async {
            let (found, max_age) = discovery::read(egress, issuer, ca).await;
            let is_whole = matches!(found, Ok(Provider { keys: Ok(_), .. }));
            (found, if is_whole { lifetime(max_age, interval) } else { FAULT })
        };
        let (found, held) = self.shelf.get((issuer.clone(), ca.cloned()), fresh, read).await;
        self.documents.needed(metrics::Document::Discovery, held);
        if found.is_ok() {
            // They are held together, and without the one nobody knows where the other is.
            self.documents.needed(metrics::Document::Keys, held);
        }
        (found, held)
    }
}

#[cfg(test)]
mod tests {
    use cognigy_sso_testkit::pki::Authority;
    use cognigy_sso_testkit::provider::{Provider as Server, Style};

    use super::*;
    use crate::egress::{AddressPolicy, Authorities};

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn what_is_held_is_told_from_what_is_fetched() {
        let authority = Authority::new("cache").unwrap();
        let server = Server::start(&authority).await.unwrap();
        let issuer = Issuer::parse(&server.add("acme", Style::OidcProvider, Vec::new())).unwrap();
        let trusted = CaBundle::parse(authority.pem().as_bytes()).unwrap();
        let allowed = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap()).to_vec();
        let policy = AddressPolicy { allowed, deny_private: false };
        let egress = Egress::new(policy, Authorities::system_and(&[trusted]));
        let counted = Documents::default();
        let providers = Providers::default().counting(counted.clone());
        for (fresh, numbers) in [(false, [0, 1, 0, 1]), (false, [1, 1, 1, 1]), (true, [1, 2, 1, 2])] {
            assert!(providers.get(&egress, &issuer, None, HOUR, fresh).await.0.is_ok());
            assert_eq!(counted.numbers(), numbers);
        }
        let unknown = Issuer::parse(&format!("{}/other", issuer.as_str())).unwrap();
        assert!(providers.get(&egress, &unknown, None, HOUR, false).await.0.is_err());
        assert_eq!(counted.numbers(), [1, 3, 1, 2], "nobody knows where its keys are");
    }
}
