//! An error and what led to it, in one line.

use std::error::Error;

use anyhow::Chain;

/// The error with its causes, each said once: many libraries repeat in their own words what caused them. What the API server
/// answered ends it, without all that comes beside its message.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    for cause in Chain::new(error) {
        let said = cause.to_string();
        if !told.contains(&said) {
            told.push_str(": ");
            told.push_str(&said);
        }
        if let Some(kube::Error::Api(answer)) = cause.downcast_ref() {
            return told.replace(&said, &format!("{} ({})", answer.message.trim_end(), answer.code));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use std::io;

    use anyhow::anyhow;
    use kube::core::Status;
    use kube::runtime::watcher;

    use super::*;

    #[test]
    fn each_cause_is_said_once() {
        let refused = || anyhow!("refused").context("not reached");
        assert_eq!(told(refused().context("nothing is listed").as_ref()), "nothing is listed: not reached: refused");
        assert_eq!(told(refused().context("call: not reached").as_ref()), "call: not reached: refused");
        assert_eq!(told(&io::Error::other("refused")), "refused");
    }

    #[test]
    fn of_an_answer_of_the_api_server_the_message_is_told() {
        let answer = || kube::Error::Api(Box::new(Status::failure("secrets is forbidden", "Forbidden").with_code(403)));
        assert_eq!(told(&answer()), "secrets is forbidden (403)");
        assert_eq!(told(anyhow!(answer()).context("not read").as_ref()), "not read: secrets is forbidden (403)");
        let watch = watcher::Error::InitialListFailed(answer());
        assert_eq!(told(&watch), "failed to perform initial object list: secrets is forbidden (403)");
    }
}
