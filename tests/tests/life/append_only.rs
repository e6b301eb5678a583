//! Rows that never change.

use life::{Event, EventDetail, Founding, Topic};
use protostore::{Kind, Singleton};

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
    let store = super::store();
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
