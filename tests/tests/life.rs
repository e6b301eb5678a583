//! How long a row lives, on encrypted stores: rows that never change, rows that expire, and rows that are kept.

#[path = "life/append_only.rs"]
mod append_only;
#[path = "life/expiry.rs"]
mod expiry;
#[path = "life/kept.rs"]
mod kept;
#[path = "life/order.rs"]
mod order;
#[path = "life/too_deep.rs"]
mod too_deep;

use rusqlite::Connection;

type Store = life::Store;

/// An empty TEST store.
fn store() -> Store {
    life::open_test().expect("a TEST store")
}

#[test]
fn triggers_refuse_whatever_is_not_an_insert() {
    let db = Connection::open_in_memory().expect("a database");
    db.execute_batch(life::SCHEMA.migrations[0].text).expect("the schema");
    db.execute_batch(
        "INSERT INTO topics VALUES ('t');
         INSERT INTO events VALUES ('1', 't');
         INSERT INTO events__topic_ids VALUES ('1', 0, 't');
         INSERT INTO events__details VALUES ('1', 0, 'one');
         INSERT INTO events__details__numbers VALUES ('1', 0, 0, 7);
         INSERT INTO founding VALUES (1, 'here');",
    )
    .expect("inserts");
    let tables = ["events", "events__topic_ids", "events__details", "events__details__numbers", "founding"];
    for table in tables {
        let column = if table == "founding" { "_singleton" } else { if table == "events" { "id" } else { "_id" } };
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET {column} = {column}")] {
            let error = db.execute_batch(&sql).expect_err(&sql).to_string();
            let of = table.split("__").next().unwrap();
            assert_eq!(error, format!("{of} is append-only"), "{sql}");
        }
    }
    db.execute_batch("DELETE FROM topics").expect_err("is named");
}

/// Waits for the asynchronous face of a store.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}
