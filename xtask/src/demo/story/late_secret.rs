use std::time::Duration;

use cognigy_sso_api::{ConditionType, IdentityProviderConfig, Reason};
use cognigy_sso_testkit::cognigy::Operation;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cluster::PATIENCE;
use super::super::company::{Company, EXAMPLE};
use super::super::report::Report;
use super::super::screen;
use super::super::stage::Stage;
use super::{configuration, verify};

/// What cannot be read on the screen.
const MASKED: &str = "••••••••";

pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    screen::say("Acme's sign-on is declared. The API key is in the cluster; the provider's client secret is not yet.");
    declare(stage).await?;
    waits(stage).await?;
    screen::say("Now the Secret comes. Nobody has to touch the resource.");
    becomes_ready(stage).await?;
    reached_cognigy(stage)
}

async fn declare(stage: &Stage) -> anyhow::Result<()> {
    screen::command(&format!("kubectl apply -f {EXAMPLE}   # with the demo's URLs"));
    screen::output(&stage.resource);
    stage.cluster.kubectl.run(&["apply", "--filename", "-"], &stage.resource).await?;
    Ok(())
}

async fn waits(stage: &Stage) -> anyhow::Result<()> {
    let secret = stage.acme.client_secret_ref;
    let waiting = |resource: &IdentityProviderConfig| {
        resource.lacks(ConditionType::Ready, Reason::SecretNotFound)
            && resource.lacks(ConditionType::SecretsResolved, Reason::SecretNotFound)
            && resource.current().is_some_and(|status| status.urls.is_some())
    };
    let resource = stage.cluster.until("acme", "acme waits for a Secret", waiting).await?;
    stage.cluster.kubectl.show(&["get", "idp"]).await?;
    screen::conditions(resource.conditions(&[ConditionType::SecretsResolved, ConditionType::Reconciling]));
    let message = resource.message(ConditionType::SecretsResolved);
    verify(message.contains(secret), format!("It waits for the Secret {secret}, and says so."), message)?;
    let callback = resource.current().and_then(|status| status.urls.as_ref()?.callback.as_deref()).unwrap_or_default();
    let expected = format!("{}/auth/oidc/login/callback/{}", stage.cognigy.origin(), stage.acme.organization);
    verify(
        callback == expected,
        format!("It already shows the callback URL to register at the provider (status.urls.callback): {expected}"),
        callback,
    )
}

async fn becomes_ready(stage: &Stage) -> anyhow::Result<()> {
    let secret = stage.acme.client_secret_ref;
    screen::command(&format!("kubectl create secret generic {secret} --from-literal=clientSecret={MASKED}"));
    let created = Timestamp::now();
    stage.cluster.put_secret(secret, "clientSecret", &stage.acme.client_secret).await?;
    stage.cluster.kubectl.show(&["wait", "--for=condition=Ready", "idp/acme", "--timeout=60s"]).await?;
    let resource = stage.cluster.until("acme", "acme is Ready", Report::is_ready).await?;
    stage.cluster.kubectl.show(&["get", "idp"]).await?;
    screen::conditions(resource.conditions(&ConditionType::ALL));
    let configured = |call: &_| is_configured(call);
    let call = stage.cognigy.wait_for_call(configured, PATIENCE).await?;
    let took = Duration::try_from(call.ended.unwrap_or(call.began) - created)?;
    screen::fact(format!("Cognigy.AI was configured {} after the Secret was created.", screen::spoken(took)));
    Ok(())
}

fn is_configured(call: &cognigy_sso_testkit::server::Call<Operation>) -> bool {
    call.operation == Operation::Configure && call.status == Some(200)
}

fn reached_cognigy(stage: &Stage) -> anyhow::Result<()> {
    let configuration = configuration(stage).unwrap_or_default();
    screen::say("What Cognigy.AI has got:");
    let members = configuration.as_object().into_iter().flatten();
    screen::table(members.map(|(name, value)| (name, shown(name, value))));
    screen::line("");
    verify(
        configuration == declared(&stage.acme, stage.provider.issuer()),
        "That is what was declared, with the client secret of the Secret, and not a member more.",
        "something else",
    )
}

/// The body that the documentation of Cognigy.AI shows for a resource with defaults.
fn declared(company: &Company, issuer: &str) -> Value {
    json!({
        "idpType": "oidc",
        "idpIssuer": issuer,
        "idpClientId": company.client_id,
        "idpClientSecret": company.client_secret,
        "idpIdTokenSignedResponseAlg": "RS256",
        "idpTokenEndpointAuthMethod": "client_secret_basic",
    })
}

fn shown(name: &str, value: &Value) -> String {
    if name == "idpClientSecret" { MASKED.to_owned() } else { value.as_str().unwrap_or_default().to_owned() }
}
