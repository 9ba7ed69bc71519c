//! Calling Cognigy.AI without an operator.

use cognigy_sso_api::ApiUrl;
use cognigy_sso_decide::CallFault;
use cognigy_sso_operator::cognigy::{Cognigy, HostPattern, Limits};
use cognigy_sso_operator::egress::{AddressPolicy, Authorities, CaBundle, Egress};
use cognigy_sso_operator::lease::Claim;
use cognigy_sso_testkit::cognigy::StandIn;
use cognigy_sso_testkit::pki::Authority;
use secrecy::SecretString;

use super::{API_KEY, ORGANIZATION};

/// A Cognigy.AI stand-in, and what it takes to call it.
pub struct Line {
    pub stand_in: StandIn,
    egress: Egress,
    limits: Limits,
}

impl Line {
    /// A line on which [`API_KEY`] is an admin's of [`ORGANIZATION`].
    pub async fn open() -> Self {
        let authority = Authority::new("line").unwrap();
        let stand_in = StandIn::start(&authority).await.unwrap();
        stand_in.add_admin(API_KEY, ORGANIZATION);
        let trusted = CaBundle::parse(authority.pem().as_bytes()).unwrap();
        let here = ["127.0.0.0/8", "::1/128"].map(|network| network.parse().unwrap());
        let policy = AddressPolicy { allowed: here.to_vec(), deny_private: false };
        let egress = Egress::new(policy, Authorities::system_and(&[trusted]));
        Self { stand_in, egress, limits: Limits::new().unwrap() }
    }

    /// Calls with this key.
    pub async fn call<T>(
        &self,
        key: &str,
        call: impl AsyncFnOnce(&Cognigy<'_>) -> Result<T, CallFault>,
    ) -> Result<T, CallFault> {
        let hosts: [HostPattern; 1] = ["localhost".parse().unwrap()];
        let (api, key) = (ApiUrl::parse(&self.stand_in.api_url()).unwrap(), SecretString::from(key));
        call(&Cognigy::new(&self.egress, &Claim::always(), &hosts, &self.limits, &api, None, &key)?).await
    }
}
