//! How long a row lives, on encrypted stores: rows that never change, rows that expire, and rows that are kept.

#[path = "life/expiry.rs"]
mod expiry;
#[path = "life/kept.rs"]
mod kept;
#[path = "life/order.rs"]
mod order;

use life::{Event, EventDetail, Founding, Topic};
use protostore::{Kind, Singleton};
use rusqlite::Connection;

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        topic_id: "t".to_owned(),
        topic_ids: vec!["t".to_owned(), "t".to_owned()],
        details: vec![EventDetail { text: "one".to_owned(), numbers: vec![1, 2] }],
    }
}

#[test]
fn what_is_append_only_is_inserted_and_read() {
    let store = life::open_test().expect("a TEST store");
    let (first, second) = (event("1"), event("2"));
    let written = first.clone();
    store
        .write(move |tx| {
            tx.insert(&Topic { id: "t".to_owned() })?;
            tx.insert(&written)?;
            tx.insert(&Founding { name: "here".to_owned() })
        })
        .expect("inserts");
    assert_eq!(store.read(|r| r.get::<Event>("1")).unwrap(), Some(first.clone()));
    assert_eq!(store.read(|r| r.get::<Founding>(Singleton)).unwrap(), Some(Founding { name: "here".to_owned() }));
    let again = store.write(move |tx| tx.insert(&first)).expect_err("is there");
    assert_eq!(again.kind(), Kind::AlreadyExists);
    store.write(move |tx| tx.insert(&second)).expect("another is inserted");
    // What is named can be deleted no more.
    let refused = store.write(|tx| tx.delete::<Topic>("t")).expect_err("is named");
    assert_eq!(refused.to_string(), "events.topic_id: still names the record of topics");
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
