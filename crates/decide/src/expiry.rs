//! Warnings ahead of the expiry of Secrets and certificates: one for each threshold, so that nothing is written on the days in between.

use std::time::Duration;

use cognigy_sso_api::{EXPIRES_AT, Expiring, ExpiringKind, IdentityProviderConfigStatus};
use jiff::{SignedDuration, Timestamp};

use crate::fault::InputFault;
use crate::observed::Inputs;
use crate::resource::Resource;

/// How many days ahead there is a warning, and one when it is over.
const THRESHOLDS: [u32; 4] = [0, 3, 14, 30];
/// The longest text that may be a date, in bytes.
const LONGEST_DATE: usize = 64;

/// When a Secret expires, as its annotation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The Secret's name.
    pub secret: Box<str>,
    /// When; `None` where the annotation holds no date.
    pub time: Option<Timestamp>,
}

impl Expiry {
    /// What the annotation of this Secret says (RFC 3339). Nothing else of its text is kept. Years that have not four digits are
    /// none that a status can hold.
    #[must_use]
    pub fn read(secret: &str, text: &str) -> Self {
        let text = Some(text).filter(|text| text.len() <= LONGEST_DATE);
        let time = text.and_then(|text| text.parse::<Timestamp>().ok()).filter(|time| *time >= Timestamp::UNIX_EPOCH);
        let time = time.and_then(|time| Timestamp::from_second(time.as_second()).ok());
        Self { secret: secret.into(), time }
    }

    fn warning(&self, now: Timestamp) -> Option<Expiring> {
        warning(ExpiringKind::Secret, &self.secret, self.time, now)
    }
}

fn warning(kind: ExpiringKind, name: &str, time: Option<Timestamp>, now: Timestamp) -> Option<Expiring> {
    let within_days = match time.map(|time| time.duration_since(now)) {
        Some(left) => THRESHOLDS.into_iter().find(|days| left <= ahead(*days))?,
        None => 0,
    };
    Some(Expiring { kind, name: name.into(), time, within_days })
}

/// How long until there is more to warn of what expires then.
fn until_threshold(time: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = time.duration_since(now);
    let pauses = THRESHOLDS.into_iter().filter_map(|days| Duration::try_from(left - ahead(days)).ok());
    pauses.filter(|pause| !pause.is_zero()).min()
}

fn ahead(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

/// What there is to warn of; `None` where nothing was read. A Secret that cannot be read for now leaves its warning as it is.
///
/// The signing certificate is the one that `status` shows.
pub(crate) fn warnings(
    resource: &Resource,
    inputs: &Inputs,
    status: &IdentityProviderConfigStatus,
    now: Timestamp,
) -> Option<Vec<Expiring>> {
    let expiries = inputs.expiries.as_ref()?;
    let is_kept = |warning: &&Expiring| warning.kind == ExpiringKind::Secret && inputs.is_unread(&warning.name);
    let kept = resource.status.expiring.iter().filter(is_kept).cloned();
    let certificate = status.saml.as_ref().map(|saml| &saml.certificate);
    let certificate = certificate.and_then(|certificate| {
        warning(ExpiringKind::Certificate, &certificate.sha256, Some(certificate.not_after), now)
    });
    let mut warnings: Vec<_> = expiries.iter().filter_map(|expiry| expiry.warning(now)).chain(kept).collect();
    warnings.extend(certificate);
    warnings.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    Some(warnings)
}

/// How long until there is more to warn of.
pub(crate) fn until_next_threshold(
    inputs: &Inputs,
    status: &IdentityProviderConfigStatus,
    now: Timestamp,
) -> Option<Duration> {
    let secrets = inputs.expiries.iter().flatten().filter_map(|expiry| expiry.time);
    let certificate = status.saml.as_ref().map(|saml| saml.certificate.not_after);
    secrets.chain(certificate).filter_map(|time| until_threshold(time, now)).min()
}

impl Inputs {
    /// When the Secrets in use expire, as far as that was read last: `former` stays where nothing was read, and of a Secret that
    /// cannot be read for now.
    #[must_use]
    pub fn expiries_after(&self, former: &[Expiry]) -> Box<[Expiry]> {
        let Some(expiries) = &self.expiries else { return former.into() };
        let is_read = |former: &Expiry| expiries.iter().any(|expiry| expiry.secret == former.secret);
        let kept = former.iter().filter(|former| self.is_unread(&former.secret) && !is_read(former));
        expiries.iter().chain(kept).cloned().collect()
    }

    fn is_unread(&self, secret: &str) -> bool {
        self.faults().any(|fault| InputFault::is_unread(fault) && *fault.name == *secret)
    }
}

impl Resource {
    /// How long until there is something to warn of that is not reported yet: at once, where there is by now.
    #[must_use]
    pub fn until_next_warning(&self, inputs: &Inputs, now: Timestamp) -> Option<Duration> {
        let is_news =
            warnings(self, inputs, &self.status, now).is_some_and(|warnings| warnings != self.status.expiring);
        if is_news { Some(Duration::ZERO) } else { until_next_threshold(inputs, &self.status, now) }
    }
}

/// The warning in words. It tells the date and the threshold: the days that are left would make each day's another.
pub(crate) fn message(warning: &Expiring) -> String {
    match warning.kind {
        ExpiringKind::Secret => message_of_secret(warning),
        ExpiringKind::Certificate => message_of_certificate(warning),
    }
}

fn message_of_certificate(Expiring { name, time, within_days, .. }: &Expiring) -> String {
    let when = match within_days {
        0 => "has expired".to_owned(),
        days => format!("expires within {days} days"),
    };
    let time = time.map_or_else(String::new, |time| format!(", on {time}"));
    format!(
        "The identity provider's signing certificate (SHA-256 {name}) {when}{time}. Renew it there. If it, or the metadata, is \
         stored in a Secret or ConfigMap, store the new one when it begins to sign."
    )
}

fn message_of_secret(warning: &Expiring) -> String {
    let Expiring { name, time, within_days, .. } = warning;
    let mend = format!("Put a new value in, and its date into the annotation {EXPIRES_AT}.");
    match (time, within_days) {
        (None, _) => format!(
            "Whether Secret {name} expires cannot be told: its annotation {EXPIRES_AT} holds no date. Write one such as \
             2030-01-31T00:00:00Z (RFC 3339)."
        ),
        (Some(time), 0) => format!("Secret {name} has expired, on {time}. {mend}"),
        (Some(time), days) => format!("Secret {name} expires within {days} days, on {time}. {mend}"),
    }
}
