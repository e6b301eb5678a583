//! What the `metrics` facade is told of each operation. A process of its own: it has one recorder for all threads.
#![cfg(feature = "metrics")]

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fixture::{Network, SCHEMA};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use protostore::{Options, Store};

/// What was counted by name and labels, as far as it was not forgotten.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, Arc<Count>>>>);

/// A counter, or how many values a histogram has.
#[derive(Default)]
struct Count(AtomicU64);

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

impl HistogramFn for Count {
    fn record(&self, _value: f64) {
        self.increment(1);
    }
}

impl Counts {
    fn count(&self, key: &Key) -> Arc<Count> {
        let labels: Vec<String> = key.labels().map(|label| format!(" {}", label.value())).collect();
        let name = format!("{}{}", key.name(), labels.concat());
        Arc::clone(self.0.lock().expect("counts").entry(name).or_default())
    }

    /// Returns how many gets were counted, and of how many the time was taken.
    fn gets(&self) -> [u64; 2] {
        ["protostore_operations_total get networks ok", "protostore_operation_duration_seconds get networks"]
            .map(|name| self.0.lock().expect("counts").get(name).map_or(0, |count| count.0.load(Ordering::Relaxed)))
    }

    /// Drops everything, as a recorder does with what was idle.
    fn forget(&self) {
        self.0.lock().expect("counts").clear();
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.count(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.count(key))
    }
}

fn get(store: &Store, times: usize) {
    for _ in 0..times {
        assert!(store.read(|view| view.get::<Network>("lan")).expect("reads").is_none());
    }
}

#[test]
fn each_operation_is_told_to_the_recorder_that_is_there() {
    let store = Options::new().readers(1).plaintext(true).open_test(&SCHEMA).expect("a TEST store opens");
    // Without a recorder; what is kept of that is not used once there is one.
    get(&store, 3);

    // Recorders of this thread alone, each where the one before it was.
    for times in [2, 5] {
        let mine = Counts::default();
        metrics::with_local_recorder(&mine, || get(&store, times));
        assert_eq!(mine.gets(), [times as u64; 2]);
        get(&store, 1);
        assert_eq!(mine.gets(), [times as u64; 2]);
    }

    let all = Counts::default();
    assert!(metrics::set_global_recorder(all.clone()).is_ok());
    get(&store, 7);
    std::thread::scope(|threads| {
        (0..4).for_each(|_| drop(threads.spawn(|| get(&store, 100))));
    });
    assert_eq!(all.gets(), [407; 2]);

    let mine = Counts::default();
    metrics::with_local_recorder(&mine, || get(&store, 4));
    get(&store, 1);
    assert_eq!((mine.gets(), all.gets()), ([4; 2], [408; 2]));

    all.forget();
    std::thread::sleep(Duration::from_millis(1100));
    get(&store, 6);
    assert_eq!(all.gets(), [6; 2], "what was told after a pause went to what the recorder has dropped");

    // The kind of an error is its outcome.
    let failed =
        store.write(|tx| tx.update(&Network { id: "lan".to_owned(), ..Network::default() }, protostore::Mask::all()));
    assert!(failed.is_err());
    let names: Vec<String> = all.0.lock().expect("counts").keys().cloned().collect();
    assert!(names.iter().any(|name| name == "protostore_operations_total update networks not_found"), "{names:?}");
    store.close().expect("closes");
}
