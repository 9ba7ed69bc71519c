//! The exposition: all metrics, as they stand when they are asked for.

use std::fmt;

use cognigy_sso_api::{ConditionStatus, ConditionType};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::info::Info;

use super::Metrics;
use super::definition::{
    BUILD, CERTIFICATE_EXPIRY, CONCURRENCY, DISCOVERY_CACHE, Definition, EVENTS, LAST_VERIFIED, LEADER, NOT_READY,
    OUTSIDE_DURATION, OUTSIDE_REQUESTS, PANICS, QUEUE_DEPTH, RECONCILE_DURATION, RECONCILES, RECONCILES_ACTIVE,
    RESOURCES, SECRET_EXPIRY, SPANS, SPANS_SENT, STALLED, WATCH_FAILURES, WRITE_FAILURES,
};
use super::sight::{Seen, Sight};

/// What is told at one time.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) metrics: Metrics,
    pub(super) leads: bool,
    pub(super) concurrency: u16,
    pub(super) sight: Sight,
}

impl Collector for Page {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut pen = Pen(encoder);
        pen.metric(&BUILD, &Info::new([("version", env!("CARGO_PKG_VERSION"))]))?;
        pen.gauge(&LEADER, &u32::from(self.leads))?;
        self.work(&mut pen)?;
        self.resources(&mut pen)?;
        self.outside(&mut pen)?;
        pen.metric(&EVENTS, &self.metrics.events.family)?;
        pen.metric(&PANICS, &self.metrics.panics)?;
        pen.metric(&WATCH_FAILURES, &self.metrics.watch_failures.family)?;
        pen.metric(&WRITE_FAILURES, &self.metrics.write_failures)?;
        pen.metric(&SPANS, &self.metrics.spans.ended)?;
        pen.metric(&SPANS_SENT, &self.metrics.spans.sent)
    }
}

impl Page {
    fn work(&self, pen: &mut Pen<'_>) -> fmt::Result {
        pen.metric(&RECONCILES, &self.metrics.reconciles.family)?;
        pen.metric(&RECONCILE_DURATION, &self.metrics.reconcile_duration)?;
        pen.gauge(&QUEUE_DEPTH, &self.sight.queued)?;
        pen.gauge(&RECONCILES_ACTIVE, &self.sight.active)?;
        pen.gauge(&CONCURRENCY, &u32::from(self.concurrency))
    }

    fn outside(&self, pen: &mut Pen<'_>) -> fmt::Result {
        pen.metric(&OUTSIDE_REQUESTS, &self.metrics.outside.requests.family)?;
        pen.metric(&OUTSIDE_DURATION, &self.metrics.outside.durations.family)?;
        pen.metric(&DISCOVERY_CACHE, &self.metrics.documents.0.family)
    }

    fn resources(&self, pen: &mut Pen<'_>) -> fmt::Result {
        let seen = &self.sight.resources;
        pen.gauges(&RESOURCES, by_condition(seen))?;
        pen.gauges(&NOT_READY, seen.iter().filter_map(not_ready))?;
        pen.gauges(&STALLED, seen.iter().filter_map(stalled))?;
        pen.gauges(&LAST_VERIFIED, seen.iter().filter_map(verified))?;
        pen.gauges(&SECRET_EXPIRY, seen.iter().flat_map(expiries))?;
        pen.gauges(&CERTIFICATE_EXPIRY, seen.iter().filter_map(certificate_expiry))
    }
}

/// The values of a series' labels, and its own.
type Sample<'a, const N: usize, V> = ([&'a str; N], V);

fn by_condition(seen: &[Seen]) -> impl Iterator<Item = Sample<'static, 2, usize>> {
    let pairs = ConditionType::ALL.into_iter().flat_map(|r#type| ConditionStatus::ALL.map(|status| (r#type, status)));
    pairs.map(|(r#type, status)| {
        let number = seen.iter().filter(|seen| seen.standing.status(r#type) == status).count();
        ([r#type.as_str(), status.as_str()], number)
    })
}

fn not_ready(Seen { key, standing, .. }: &Seen) -> Option<Sample<'_, 4, u32>> {
    let (status, reason) = standing.not_ready()?;
    Some(([key.namespace(), key.name(), status.as_str(), reason.as_str()], 1))
}

fn stalled(Seen { key, standing, .. }: &Seen) -> Option<Sample<'_, 3, u32>> {
    Some(([key.namespace(), key.name(), standing.stalled()?.as_str()], 1))
}

fn verified(Seen { key, verified, .. }: &Seen) -> Option<Sample<'_, 2, i64>> {
    Some(([key.namespace(), key.name()], verified.as_ref()?.as_second()))
}

fn expiries(Seen { key, expiries, .. }: &Seen) -> impl Iterator<Item = Sample<'_, 3, i64>> {
    let dated = expiries.iter().filter_map(|expiry| Some((&*expiry.secret, expiry.time?)));
    dated.map(move |(secret, time)| ([key.namespace(), key.name(), secret], time.as_second()))
}

fn certificate_expiry(Seen { key, standing, .. }: &Seen) -> Option<Sample<'_, 2, i64>> {
    Some(([key.namespace(), key.name()], standing.certificate_expiry?.as_second()))
}

/// Writes what is defined.
struct Pen<'a>(DescriptorEncoder<'a>);

impl Pen<'_> {
    fn describe(&mut self, of: &'static Definition) -> Result<MetricEncoder<'_>, fmt::Error> {
        self.0.encode_descriptor(of.name, &of.help(), of.unit, of.kind)
    }

    fn metric(&mut self, of: &'static Definition, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.describe(of)?)
    }

    fn gauge(&mut self, of: &'static Definition, value: &impl EncodeGaugeValue) -> fmt::Result {
        self.describe(of)?.encode_gauge(value)
    }

    fn gauges<'s, const N: usize, V: EncodeGaugeValue>(
        &mut self,
        of: &'static Definition,
        samples: impl Iterator<Item = Sample<'s, N, V>>,
    ) -> fmt::Result {
        let mut encoder = self.describe(of)?;
        let mut labels = Vec::with_capacity(N);
        for (values, value) in samples {
            labels.clear();
            labels.extend(of.labels().zip(values));
            encoder.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }
}
