//! What happens outside the reader's terminal, as comments in a page say.

use cognigy_sso_testkit::saml::FIRST;

use crate::outside::{Outside, variable};
use crate::page::{Page, Step};
use crate::saml::NEXT;

const NOT_YET: &str = "the callback is registered";

/// Is the callback registered only later?
pub fn registers_callback(page: &Page) -> bool {
    page.steps.iter().any(|step| matches!(step, Step::Meanwhile(_, happening) if happening == NOT_YET))
}

/// Makes it happen.
pub fn happen(outside: &Outside, happening: &str) -> Result<(), String> {
    let next = variable("NEW_CLIENT_SECRET");
    match happening {
        NOT_YET => outside.register_callback(),
        "the provider knows a second secret" => {
            outside.edit_clients(|client| client.more_secrets.push(next.to_owned()));
        }
        "the provider forgets the first secret" => outside.edit_clients(|client| {
            client.more_secrets.clear();
            client.secret = Some(next.to_owned());
        }),
        "the identity provider publishes the next certificate too" => {
            outside.identity_providers.edit(|profile| profile.sign_with(&[FIRST, NEXT]));
        }
        "the identity provider signs with the next certificate alone" => {
            outside.identity_providers.edit(|profile| profile.sign_with(&[NEXT]));
        }
        "somebody configures the organization by hand" => outside.configure_by_hand(),
        other => return Err(format!("nobody knows how it comes that {other}")),
    }
    Ok(())
}
