//! What is counted and timed, by labels.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;

use super::definition::Definition;

type Labels = Vec<(&'static str, &'static str)>;

/// The buckets of what takes milliseconds as a rule and half a minute at worst, in seconds.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// A metric with a series for each combination of its labels' values, all of them there from the start: what has happened for the
/// first time shows as an increase.
#[derive(Clone, Debug)]
pub(super) struct Counted<M, C = fn() -> M> {
    of: &'static Definition,
    pub(super) family: Family<Labels, M, C>,
}

pub(super) type Counters = Counted<Counter>;
pub(super) type Histograms = Counted<Histogram>;

impl Counters {
    pub(super) fn new(of: &'static Definition) -> Self {
        Self::with(of, Counter::default)
    }
}

impl Histograms {
    pub(super) fn new(of: &'static Definition) -> Self {
        Self::with(of, histogram)
    }
}

impl<M: Clone> Counted<M> {
    fn with(of: &'static Definition, constructor: fn() -> M) -> Self {
        let counted = Self { of, family: Family::new_with_constructor(constructor) };
        for values in of.combinations().into_iter().flatten() {
            counted.at(&values);
        }
        counted
    }
}

impl<M: Clone, C: MetricConstructor<M>> Counted<M, C> {
    /// The series with these values, in the order of the definition's labels.
    pub(super) fn at(&self, values: &[&'static str]) -> M {
        let labels: Labels = self.of.labels().zip(values.iter().copied()).collect();
        self.family.get_or_create_owned(&labels)
    }
}

pub(super) fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}
