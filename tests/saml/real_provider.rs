//! What holds for the programmable identity provider holds for a real one, whose metadata and whose opinion of a request are
//! nobody's here.

use cognigy_sso_api::{ConditionStatus, ConditionType, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use cognigy_sso_testkit::pki::Leaf;
use cognigy_sso_testkit::real_provider::{Crewjam, ServiceProvider, Tls};
use reqwest::Certificate;
use serde_json::{Value, json};

use crate::support::{ORGANIZATION, World, declared, eventually};

/// A world with a real identity provider that knows Cognigy.AI by its login URL.
struct Real {
    world: World,
    provider: Crewjam,
    browser: reqwest::Client,
}

impl Real {
    async fn new(name: &str) -> Self {
        let world = World::new(name).await;
        let (chain, key) = world.authority.issue_pem(&["localhost", "127.0.0.1"], Leaf::Good).unwrap();
        let known = [ServiceProvider { entity_id: login_url(&world), acs_url: login_url(&world) }];
        let provider = Crewjam::start(&Tls { chain, key }, &known).await.unwrap();
        let authority = Certificate::from_pem(world.authority.pem().as_bytes()).unwrap();
        let browser = reqwest::Client::builder()
            .tls_certs_only([authority])
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { world, provider, browser }
    }

    /// What declares it.
    fn declared(&self) -> Value {
        json!({ "issuer": login_url(&self.world), "metadataUrl": self.provider.entity_id() })
    }

    /// The certificates that it publishes for signing, as anybody can cut them out.
    async fn published(&self) -> Vec<String> {
        let metadata = self.browser.get(self.provider.entity_id()).send().await.unwrap().text().await.unwrap();
        let of_signing = metadata.split("<KeyDescriptor").filter(|key| key.starts_with(" use=\"signing\""));
        of_signing.map(|key| between(key, "X509Certificate").split_whitespace().collect()).collect()
    }

    /// Waits until Cognigy.AI holds this certificate.
    async fn holds(&self, certificate: &str) {
        let held =
            async || (self.world.cognigy.configuration(ORGANIZATION)?["idpCertificate"] == certificate).then_some(());
        assert!(eventually(held).await.is_some(), "the certificate was never applied");
    }

    /// Where somebody who wants to sign in ends up, and what is shown there.
    async fn sign_in(&self) -> (String, u16, String) {
        let answer = self.browser.get(login_url(&self.world)).send().await.unwrap();
        let place = format!("{}{}", answer.url().origin().ascii_serialization(), answer.url().path());
        (place, answer.status().as_u16(), answer.text().await.unwrap())
    }
}

fn login_url(world: &World) -> String {
    format!("{}/auth/saml/login/{ORGANIZATION}", world.cognigy.origin())
}

/// The text of the first element of this name, whatever its attributes.
fn between<'a>(text: &'a str, name: &str) -> &'a str {
    let rest = text.split_once(&format!("<{name}")).unwrap().1.split_once('>').unwrap().1;
    rest.split_once("</").unwrap().0
}

const CHANGED: [Operation; 3] = [Operation::Configure, Operation::Reset, Operation::Configure];

#[tokio::test]
async fn what_it_publishes_is_configured_and_it_accepts_the_request_that_follows() {
    let real = Real::new("real").await;
    let (world, place) = (&real.world, real.provider.entity_id().replace("/metadata", "/sso"));
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(real.declared())).await;
    let saml = world.ready("acme").await.status.unwrap().saml.unwrap();
    assert_eq!((saml.entity_id.as_deref(), &*saml.login_endpoint), (Some(real.provider.entity_id()), &*place));
    let held = world.cognigy.configuration(ORGANIZATION).unwrap();
    assert_eq!((&held["idpLoginEndpoint"], &held["idpIssuer"]), (&json!(place), &json!(login_url(world))));
    assert_eq!(held["idpLogoutEndpoint"], place.replace("/sso", "/slo"));
    assert_eq!(json!([held["idpCertificate"]]), json!(real.published().await));

    let (ended, status, page) = real.sign_in().await;
    assert_eq!((ended, status), (place.clone(), 200), "{page}");
    assert!(page.contains(r#"type="password""#), "it asks who is there: {page}");
    // It looks at the request: a name that it does not know is refused.
    world.patch("acme", declared(&json!({ "issuer": "unknown" }))).await;
    world.ready("acme").await;
    let (ended, status, page) = real.sign_in().await;
    assert_eq!((ended, status), (place, 400), "{page}");
}

#[tokio::test]
async fn its_next_certificate_is_followed_once_the_former_one_is_gone() {
    let real = Real::new("real-rotation").await;
    let world = &real.world;
    let _operator = world.operator().await;
    world.create(world.idp("acme").declaring(real.declared())).await;
    world.ready("acme").await;
    real.provider.announce_certificate().await.unwrap();
    let [former, next] = real.published().await.try_into().unwrap();
    world.check("acme").await;
    world.ready("acme").await;
    real.holds(&former).await;
    assert_eq!(world.changes(), [Operation::Configure]);

    real.provider.promote_certificate().await.unwrap();
    world.check("acme").await;
    real.holds(&next).await;
    world.ready("acme").await;
    assert_eq!(world.changes(), CHANGED);
}

#[tokio::test]
async fn its_signature_over_the_metadata_holds_for_its_certificate_alone() {
    let real = Real::new("real-signed").await;
    let world = &real.world;
    let [signer] = real.published().await.try_into().unwrap();
    world.put_config_map("signer", &[("idp.txt", &signer)]).await;
    let _operator = world.operator().await;
    let proven = json!({ "metadataCertificate": { "configMapRef": { "name": "signer", "key": "idp.txt" } } });
    world.create(world.idp("acme").declaring(real.declared()).declaring(proven)).await;
    world.ready("acme").await;

    real.provider.announce_certificate().await.unwrap();
    real.provider.promote_certificate().await.unwrap();
    world.check("acme").await;
    world.condition("acme", ConditionType::IssuerVerified, ConditionStatus::False, Reason::SignatureInvalid).await;
    real.holds(&signer).await;
    assert_eq!(world.changes(), [Operation::Configure]);
}
