//! Rows that go with one another more deeply than SQLite follows.

use life::{Fact, Folder, fact};
use protostore::{Kind, Timestamp};

fn hours(from_now: i64) -> Timestamp {
    Timestamp::new(Timestamp::now().seconds() + from_now * 3600, 0).expect("is normalised")
}

fn folder(id: &str, parent: &str) -> Folder {
    Folder { id: id.to_owned(), parent: parent.to_owned(), ..Folder::default() }
}

#[test]
fn a_sweep_that_goes_too_deep_changes_nothing_and_says_where() {
    let store = super::store();
    let fact = |n: usize| {
        let parent = n.checked_sub(1).map(|parent| format!("f{parent:04}")).unwrap_or_default();
        let expire_time = Some(if n == 0 { hours(-1) } else { hours(1) });
        Fact { id: format!("f{n:04}"), parent, expire_time, ..Fact::default() }
    };
    // The first expires when the others name it already.
    let grown = store.write(move |tx| {
        tx.insert(&Fact { expire_time: Some(hours(1)), ..fact(0) })?;
        (1..1002).try_for_each(|n| tx.insert(&fact(n)).map(|_| ()))?;
        tx.update(&fact(0), fact::expire_time)
    });
    grown.expect("grows");
    let e = super::wait(store.sweep()).expect_err("is too deep");
    assert_eq!((e.kind(), e.table(), e.field()), (Kind::Precondition, Some("facts"), Some("parent")));
    assert_eq!(super::wait(store.facts().count()).expect("counts"), 1001, "but for the one that has expired");
    assert!(super::wait(store.facts().delete("f0500")).expect("from the other end"));
    assert_eq!(super::wait(store.sweep()).expect("goes on"), 1);
    assert_eq!(super::wait(store.facts().count()).expect("counts"), 0);
}

#[test]
fn a_purge_that_goes_too_deep_changes_nothing_and_says_where() {
    let store = super::store();
    let grown = store.write(|tx| {
        for n in 0..1001_usize {
            let parent = n.checked_sub(1).map(|parent| format!("f{parent:04}")).unwrap_or_default();
            tx.insert(&folder(&format!("f{n:04}"), &parent))?;
        }
        tx.delete::<Folder>("f0000")
    });
    assert!(grown.expect("as many as there are are marked"));
    let all = || super::wait(store.folders().page_deleted(None, 2000)).expect("reads").records;
    let before = all();
    let e = super::wait(store.folders().purge("f0000")).expect_err("is too deep");
    assert_eq!((e.kind(), e.table(), e.field()), (Kind::Precondition, Some("folders"), Some("parent")));
    assert_eq!(all(), before);
    assert!(super::wait(store.folders().purge("f0500")).expect("from the other end"));
    assert!(super::wait(store.folders().purge("f0000")).expect("goes on"));
    assert_eq!(all(), Vec::new());
}
