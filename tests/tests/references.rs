//! References that are not enforced, that a resource says, and that name nothing.

use fastrand::Rng;
use protostore::{Kind, Record};
use shapes::remark::{self, Remark};
use shapes::{RemarkPart, Store, Topic};

fn topics(store: &Store, count: usize) {
    for n in 0..count {
        let topic = Topic { name: format!("topics/{n}"), text: String::new() };
        store.write(move |tx| tx.insert(&topic)).expect("a topic");
    }
}

fn insert(store: &Store, remark: Remark) -> protostore::Result<Remark> {
    store.write(move |tx| tx.insert(&remark))
}

fn ids<R: Record>(records: &[R], id: impl Fn(&R) -> String) -> Vec<String> {
    records.iter().map(id).collect()
}

#[test]
fn what_is_not_enforced_comes_before_and_stays_after() {
    let store = shapes::open_test().expect("a TEST store");
    topics(&store, 2);
    let first = Remark {
        id: "r".to_owned(),
        first_topic: "topics/9".to_owned(),
        seen_topics: ["topics/0", "topics/9", "topics/1"].map(str::to_owned).to_vec(),
        last_topic: Some("topics/1".to_owned()),
        ..Remark::default()
    };
    insert(&store, first.clone()).expect("nothing need be there");
    // Of what it names, what is there is found.
    let seen = store.read(|r| r.run(remark::topics_by_seen_topics("r"))).expect("a read");
    assert_eq!(ids(&seen, |t| t.name.clone()), ["topics/0", "topics/1"]);
    let add = store.write(|tx| tx.run(remark::add_to_seen_topics("none", "topics/0"))).expect_err("no such remark");
    assert_eq!(add.kind(), Kind::Reference);

    assert!(store.write(|tx| tx.delete::<Topic>("topics/1")).expect("nothing keeps it"));
    assert_eq!(store.read(|r| r.get::<Remark>("r")).expect("a read"), Some(first.clone()));
    let found = store.read(|r| r.run(remark::list_by_last_topic("topics/1"))).expect("a page").records;
    assert_eq!(found.first(), Some(&first));
    let found = store.read(|r| r.run(remark::list_by_seen_topics("topics/9"))).expect("a page").records;
    assert_eq!(found, [first]);
}

#[test]
fn what_a_resource_says_is_enforced() {
    let store = shapes::open_test().expect("a TEST store");
    topics(&store, 1);
    let about = |id: &str, topic: &str| Remark { id: id.to_owned(), topic: topic.to_owned(), ..Remark::default() };
    insert(&store, about("a", "topics/0")).expect("it is there");
    let refused = insert(&store, about("b", "topics/1")).expect_err("it is not there");
    assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("topic")));
    let part = RemarkPart { topic: "topics/1".to_owned() };
    let refused = insert(&store, Remark { parts: vec![part], ..about("c", "") }).expect_err("it is not there");
    assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("parts.topic")));
    let kept = store.write(|tx| tx.delete::<Topic>("topics/0")).expect_err("it is named");
    assert_eq!((kept.kind(), kept.table(), kept.field()), (Kind::Precondition, Some("remarks"), Some("topic")));
}

#[test]
fn lists_by_nothing_find_what_names_nothing() {
    let store = shapes::open_test().expect("a TEST store");
    topics(&store, 3);
    let mut rng = Rng::with_seed(3);
    let name = |rng: &mut Rng| if rng.bool() { String::new() } else { format!("topics/{}", rng.u8(0..3)) };
    let part = |rng: &mut Rng| RemarkPart { topic: name(rng) };
    let remarks: Vec<Remark> = (0..200)
        .map(|n| Remark {
            id: format!("r{n:03}"),
            topic: name(&mut rng),
            first_topic: name(&mut rng),
            part: rng.bool().then(|| part(&mut rng)),
            parts: (0..rng.usize(0..3)).map(|_| part(&mut rng)).collect(),
            ..Remark::default()
        })
        .collect();
    let all = remarks.clone();
    store.write(move |tx| all.iter().try_for_each(|r| tx.insert(r).map(|_| ()))).expect("inserts");
    let expected = |holds: &dyn Fn(&Remark) -> bool| remarks.iter().filter(|r| holds(r)).cloned().collect::<Vec<_>>();
    for topic in ["", "topics/0", "topics/2"] {
        let found = store.read(|r| r.run(remark::list_by_topic(topic).size(500))).expect("a page").records;
        assert_eq!(found, expected(&|r| r.topic == topic));
        let found = store.read(|r| r.run(remark::list_by_first_topic(topic).size(500))).expect("a page").records;
        assert_eq!(found, expected(&|r| r.first_topic == topic));
        // A message that is not set names neither something nor nothing.
        let found = store.read(|r| r.run(remark::list_by_part_topic(topic).size(500))).expect("a page").records;
        assert_eq!(found, expected(&|r| r.part.as_ref().is_some_and(|p| p.topic == topic)));
        let found = store.read(|r| r.run(remark::list_by_parts_topic(topic).size(500))).expect("a page").records;
        assert_eq!(found, expected(&|r| r.parts.iter().any(|p| p.topic == topic)));
    }
    let mut after = None;
    let mut found = Vec::new();
    loop {
        let page = store.read(|r| r.run(remark::list_by_topic("").size(9).after(after.take()))).expect("a page");
        found.extend(page.records);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected(&|r| r.topic.is_empty()));
}
