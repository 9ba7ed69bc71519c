//! What can be tried while the demo stays up.

use super::screen;
use super::stage::Stage;

pub async fn show(stage: &Stage) -> anyhow::Result<()> {
    let control = stage.cognigy.open_control_port(0).await?;
    let organization = stage.acme.organization;
    screen::title("It stays up until you press Ctrl-C. In another terminal:");
    screen::quote(&format!("export KUBECONFIG={}", stage.cluster.kubeconfig().display()));
    screen::quote(&format!("alias kubectl={}", stage.cluster.kubectl.program().display()));
    screen::line("");
    screen::table([
        ("kubectl get idp -o wide".to_owned(), "# how it stands"),
        ("kubectl describe idp acme".to_owned(), "# all conditions, and the events"),
        ("kubectl explain idp.spec.oidc".to_owned(), "# what can be written"),
        ("kubectl edit idp acme".to_owned(), "# change something"),
        ("kubectl delete secret acme-oidc".to_owned(), "# or take something away"),
        (format!("curl {control}/configurations/{organization}"), "# what Cognigy.AI has got"),
        (format!("curl {control}/calls"), "# every call that it was sent"),
        (format!("tail -f {}", stage.operator.log().display()), "# the operator's log"),
    ]);
    Ok(())
}
