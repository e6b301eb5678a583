//! The tests of how long a row lives, while each write fails once it has begun, so that the whole runs again: the same files, unchanged.

#[path = "../../tests/life/append_only.rs"]
mod append_only;
#[path = "../../tests/life/expiry.rs"]
mod expiry;
#[path = "../../tests/life/kept.rs"]
mod kept;
#[path = "../../tests/life/order.rs"]
mod order;

type Store = life::Store<protostore::testing::Strict>;

/// An empty store.
fn store() -> Store {
    protostore_strict::life(true).expect("opens")
}

/// Waits for the asynchronous face of a store.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}
