//! The lease as Kubernetes keeps it: what is read out of it and what is written into it.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use tokio::time::Instant;

use super::DURATION;

/// The lease as it was last seen, and from when on it may be taken.
#[derive(Debug)]
pub(super) struct Seen {
    identity: String,
    lease: Option<Lease>,
    free_from: Instant,
}

impl Seen {
    /// Nothing was seen yet.
    pub(super) fn nothing(identity: String, now: Instant) -> Self {
        Self { identity, lease: None, free_from: now }
    }

    /// Notes how the lease looks. Whoever holds it is left to it for as long as its lease says, counted from the last change
    /// that was seen: only the own clock is looked at, never the times that another machine wrote down.
    ///
    /// A lease that was deleted frees nobody from waiting: its holder may not know yet.
    pub(super) fn note(&mut self, lease: Option<Lease>, now: Instant) {
        if let Some(lease) = &lease
            && version(lease) != self.lease.as_ref().and_then(version)
        {
            let is_free = holder(lease).is_none() || self.names_me(lease);
            self.free_from = now + if is_free { Duration::ZERO } else { duration(lease) };
        }
        self.lease = lease;
    }

    /// From when on the lease may be taken, if nothing more is seen of its holder.
    pub(super) fn free_from(&self) -> Instant {
        self.free_from
    }

    pub(super) fn is_mine(&self) -> bool {
        self.lease.as_ref().is_some_and(|lease| self.names_me(lease))
    }

    /// Does this state of the lease name this replica as its holder?
    pub(super) fn names_me(&self, lease: &Lease) -> bool {
        holder(lease) == Some(&self.identity)
    }

    /// Who holds the lease; `None` where it was released or is not there.
    pub(super) fn holder(&self) -> Option<&str> {
        holder(self.lease.as_ref()?)
    }

    pub(super) fn exists(&self) -> bool {
        self.lease.is_some()
    }

    /// The lease as it is to be written by one who takes it.
    pub(super) fn taken(&self, name: &str, now: Timestamp) -> Lease {
        let mut lease = self.lease.clone().unwrap_or_else(|| Lease {
            metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
            spec: None,
        });
        let former = lease.spec.take();
        // As client-go counts: a lease that was never held has seen no transition.
        let transitions = former.as_ref().map(|former| former.lease_transitions.unwrap_or_default());
        let was_mine = former.as_ref().filter(|_| self.is_mine());
        lease.spec = Some(LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: was_mine.and_then(|mine| mine.acquire_time.clone()).or(Some(MicroTime(now))),
            renew_time: Some(MicroTime(now)),
            lease_transitions: Some(match transitions {
                None => 0,
                Some(count) if was_mine.is_some() => count,
                Some(count) => count.saturating_add(1),
            }),
            ..former.unwrap_or_default()
        });
        lease
    }

    /// The lease as it is to be written by one who lets go of it; `None` for anybody else.
    pub(super) fn released(&self, now: Timestamp) -> Option<Lease> {
        let mut lease = self.lease.clone().filter(|_| self.is_mine())?;
        let spec = lease.spec.get_or_insert_default();
        spec.holder_identity = Some(String::new());
        // As client-go does: nobody who looks at the times alone waits long.
        spec.lease_duration_seconds = Some(1);
        spec.renew_time = Some(MicroTime(now));
        Some(lease)
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref().filter(|holder| !holder.is_empty())
}

/// How long its holder may rely on it.
fn duration(lease: &Lease) -> Duration {
    let seconds = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    seconds.and_then(|seconds| u64::try_from(seconds).ok()).map_or(DURATION, Duration::from_secs)
}

/// What differs between any two states of any two leases.
fn version(lease: &Lease) -> Option<(&str, &str)> {
    Some((lease.metadata.uid.as_deref()?, lease.metadata.resource_version.as_deref()?))
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lease(version: u32, holder: &str) -> Lease {
        let metadata = ObjectMeta {
            name: Some("lease".to_owned()),
            uid: Some("uid".to_owned()),
            resource_version: Some(version.to_string()),
            ..ObjectMeta::default()
        };
        let spec = LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            lease_transitions: Some(3),
            acquire_time: Some(MicroTime(at(1))),
            ..LeaseSpec::default()
        };
        Lease { metadata, spec: Some(spec) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(lease: Option<Lease>) -> Seen {
        let mut seen = Seen::nothing("me".to_owned(), Instant::now());
        seen.note(lease, Instant::now());
        seen
    }

    fn wait(seen: &Seen) -> Duration {
        seen.free_from().saturating_duration_since(Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_there_or_released_or_mine_is_taken_at_once() {
        for lease in [None, Some(lease(1, "")), Some(lease(1, "me"))] {
            assert_eq!(wait(&seen(lease)), Duration::ZERO);
        }
        let never_held = Lease { spec: None, ..lease(1, "") };
        assert_eq!(wait(&seen(Some(never_held))), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_lease_of_another_is_taken_when_it_changes_no_more() {
        let mut seen = seen(Some(lease(1, "other")));
        assert_eq!(wait(&seen), 15 * SECOND);
        advance(10 * SECOND).await;
        seen.note(Some(lease(1, "other")), Instant::now());
        assert_eq!(wait(&seen), 5 * SECOND, "seen again, but no change");
        seen.note(Some(lease(2, "other")), Instant::now());
        assert_eq!(wait(&seen), 15 * SECOND, "renewed");
        advance(15 * SECOND).await;
        assert_eq!(wait(&seen), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_times_of_another_machine_decide_nothing() {
        let mut old = lease(1, "other");
        old.spec.as_mut().unwrap().renew_time = Some(MicroTime(at(0)));
        assert_eq!(wait(&seen(Some(old))), 15 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_does_not_say_how_long_it_lasts_lasts_as_long_as_ours() {
        for seconds in [None, Some(-1)] {
            let mut silent = lease(1, "other");
            silent.spec.as_mut().unwrap().lease_duration_seconds = seconds;
            assert_eq!(wait(&seen(Some(silent))), DURATION);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_release_ends_the_wait() {
        let mut seen = seen(Some(lease(1, "other")));
        seen.note(Some(lease(2, "")), Instant::now());
        assert_eq!(wait(&seen), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deletion_does_not_end_the_wait_for_its_holder() {
        let mut seen = seen(Some(lease(1, "other")));
        advance(5 * SECOND).await;
        seen.note(None, Instant::now());
        assert_eq!(wait(&seen), 10 * SECOND);
        let mut again = lease(1, "other");
        again.metadata.uid = Some("another".to_owned());
        seen.note(Some(again), Instant::now());
        assert_eq!(wait(&seen), 15 * SECOND, "another lease, although of the same version");
    }

    #[tokio::test(start_paused = true)]
    async fn each_new_holder_counts_as_a_transition() {
        let spec = |lease| seen(lease).taken("lease", at(9)).spec.unwrap();
        let facts = |spec: LeaseSpec| (spec.lease_transitions, spec.acquire_time.map(|time| time.0));
        assert_eq!(facts(spec(None)), (Some(0), Some(at(9))), "created");
        assert_eq!(facts(spec(Some(lease(1, "other")))), (Some(4), Some(at(9))), "taken");
        assert_eq!(facts(spec(Some(lease(1, "")))), (Some(4), Some(at(9))), "taken after a release");
        assert_eq!(facts(spec(Some(lease(1, "me")))), (Some(3), Some(at(1))), "renewed");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_written_is_what_was_seen_with_another_holder() {
        let taken = seen(Some(lease(7, "other"))).taken("lease", at(9));
        assert_eq!(taken.metadata, lease(7, "other").metadata, "its version guards the write");
        let spec = taken.spec.unwrap();
        assert_eq!(spec.holder_identity.as_deref(), Some("me"));
        assert_eq!(spec.lease_duration_seconds, Some(40));
        assert_eq!(spec.renew_time, Some(MicroTime(at(9))));
        let created = seen(None).taken("lease", at(9));
        assert_eq!((created.metadata.name.as_deref(), created.metadata.resource_version), (Some("lease"), None));
    }

    #[tokio::test(start_paused = true)]
    async fn only_its_holder_releases_a_lease() {
        assert_eq!(seen(Some(lease(1, "other"))).released(at(9)), None);
        assert_eq!(seen(None).released(at(9)), None);
        let spec = seen(Some(lease(1, "me"))).released(at(9)).unwrap().spec.unwrap();
        assert_eq!((spec.holder_identity.as_deref(), spec.lease_transitions), (Some(""), Some(3)));
    }
}
