//! What the store says in the log of the program. A process of its own: it has one subscriber for all threads.

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

use std::fmt::{Debug, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use fixture::{Network, SCHEMA};
use protostore::Options;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static SPANS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the warnings, and the spans.
struct Kept;

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() || *metadata.level() <= Level::WARN
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(format!("{}: ", span.metadata().name()));
        span.record(&mut text);
        SPANS.lock().expect("no panic").push(text.0.trim_end().to_owned());
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
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, "{}={value} ", field.name()).expect("writes");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).expect("writes");
    }
}

/// Keeps the warnings of one test at a time, from now on.
fn watched() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    static BEGUN: Once = Once::new();
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    BEGUN.call_once(|| tracing::subscriber::set_global_default(Kept).expect("is the first"));
    one
}

fn network(id: &str) -> Network {
    Network { id: id.into(), cidr: id.into() }
}

/// Returns what a store of these options warns of while it writes and reads.
fn warned(options: Options) -> Vec<String> {
    let store = options.open_test(&SCHEMA).expect("opens");
    store.write(move |tx| tx.insert(&network("a-value"))).expect("writes");
    assert!(store.read(|r| r.get::<Network>("a-value")).expect("reads").is_some());
    store.close().expect("closes");
    std::mem::take(&mut *WARNINGS.lock().expect("no panic"))
}

#[test]
fn a_closure_that_writes_for_long_is_logged_with_how_long_it_took() {
    let _one = watched();
    assert_eq!(warned(Options::new().slow_write(Duration::from_secs(3600))), [] as [String; 0]);
    let warnings = warned(Options::new().slow_write(Duration::ZERO));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("a closure held up all writes") && warnings[0].contains("took_ms="), "{warnings:?}");
}

#[test]
fn each_operation_has_a_span_with_its_table_and_without_values() {
    let _one = watched();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store = Options::new().open_test(&SCHEMA).expect("opens");
    SPANS.lock().expect("no panic").clear();
    let spans = || std::mem::take(&mut *SPANS.lock().expect("no panic"));
    runtime.block_on(store.table::<Network>().insert(network("a-value"))).expect("writes");
    // That of the caller, and those of the writer.
    let insert = "operation=insert table=networks";
    assert_eq!(spans(), [format!("operation: {insert}"), "group: requests=1".into(), format!("request: {insert}")]);
    let get = "operation: operation=get table=networks";
    runtime.block_on(store.table::<Network>().get("a-value")).expect("reads");
    assert_eq!(spans(), [get]);
    let closure = "operation: operation=a closure table=";
    store.read(|view| view.get::<Network>("a-value")).expect("reads");
    assert_eq!(spans(), [closure, get]);
    store.write(|tx| tx.insert(&network("another-value"))).expect("writes");
    assert_eq!(spans(), [closure, "group: requests=1", &format!("operation: {insert}")]);
    store.close().expect("closes");
}

#[test]
fn a_slow_statement_is_logged_with_its_text_and_without_its_values() {
    let _one = watched();
    assert_eq!(warned(Options::new().slow_statement(Duration::from_secs(3600))), [] as [String; 0]);
    let warnings = warned(Options::new().slow_statement(Duration::ZERO));
    for begin in ["INSERT INTO \"networks\"", "SELECT \"id\""] {
        assert!(warnings.iter().any(|warning| warning.contains(begin)), "{begin} is not in {warnings:?}");
    }
    for warning in &warnings {
        assert!(warning.contains("a statement was slow") && warning.contains("took_ms="), "{warning}");
        assert!(!warning.contains("a-value"), "{warning}");
    }
}
