//! What the store says in the log of the program. A process of its own: it has one subscriber for all threads.

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

use std::fmt::{Debug, Write};
use std::sync::Mutex;
use std::time::Duration;

use fixture::{Network, SCHEMA};
use protostore::Options;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the warnings.
struct Warnings;

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        WARNINGS.lock().expect("no panic").push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).expect("writes");
    }
}

#[test]
fn a_closure_that_writes_for_long_is_logged_with_how_long_it_took() {
    tracing::subscriber::set_global_default(Warnings).expect("is the first");
    let network = |id: &str| Network { id: id.into(), cidr: id.into() };
    let warned = |slow: Duration| {
        let store = Options::new().slow_write(slow).open_test(&SCHEMA).expect("opens");
        store.write(move |tx| tx.insert(&network("a"))).expect("writes");
        store.close().expect("closes");
        std::mem::take(&mut *WARNINGS.lock().expect("no panic"))
    };
    assert_eq!(warned(Duration::from_secs(3600)), [] as [String; 0]);
    let warnings = warned(Duration::ZERO);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("a closure held up all writes") && warnings[0].contains("took_ms="), "{warnings:?}");
}
