//! References that are not enforced, that a resource says, and that name nothing.

use fastrand::Rng;
use protostore::{Kind, Record};
use shapes::plan_unit::{self, PlanUnit};
use shapes::remark::{self, Remark};
use shapes::unit_log::{self, UnitLog};
use shapes::{PlanUnitDependency, RemarkPart, Store, Topic, UnitLogFrom};

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
    let add = store.write(|tx| tx.run(remark::seen_topics.of("none").append("topics/0"))).expect_err("no such remark");
    assert_eq!(add.kind(), Kind::NotFound);

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

fn unit(run: &str, number: u32, after: &[u32]) -> PlanUnit {
    let dependency = |unit: &u32| PlanUnitDependency { unit: Some(*unit), why: format!("after {unit}") };
    let dependencies = after.iter().map(dependency).collect();
    PlanUnit { run: run.to_owned(), number, made_for: None, dependencies, beside: Vec::new() }
}

fn write(store: &Store, unit: PlanUnit) -> protostore::Result<PlanUnit> {
    store.write(move |tx| tx.insert(&unit))
}

fn log(id: &str, run: &str, unit: Option<u32>) -> UnitLog {
    UnitLog { id: id.to_owned(), run: run.to_owned(), unit, from: None, text: String::new() }
}

/// Random units, each after some of those before it, and the same in another run.
fn planned() -> (Store, Vec<PlanUnit>) {
    let store = shapes::open_test().expect("a TEST store");
    let mut rng = Rng::with_seed(11);
    let mut units = Vec::new();
    for run in ["a", "b"] {
        for number in 0..40 {
            let count = if number == 0 { 0 } else { rng.usize(0..4) };
            let after: Vec<u32> = (0..count).map(|_| rng.u32(0..number)).collect();
            let mut unit = unit(run, number, &after);
            if rng.bool() {
                unit.dependencies.push(PlanUnitDependency { unit: None, why: "weather".to_owned() });
            }
            unit.made_for = (number > 0 && rng.bool()).then(|| rng.u32(0..number));
            unit.beside = (0..rng.usize(0..3)).map(|_| rng.u32(0..50)).collect();
            units.push(unit);
        }
    }
    let all = units.clone();
    store.write(move |tx| all.iter().try_for_each(|u| tx.insert(u).map(|_| ()))).expect("inserts");
    (store, units)
}

#[test]
fn references_of_several_fields_are_followed_both_ways() {
    let (store, units) = planned();
    let page = store.read(|r| r.page::<PlanUnit>(None, 500)).expect("a page").records;
    assert_eq!(page, units);
    let numbers = |units: &[PlanUnit]| units.iter().map(|u| (u.run.clone(), u.number)).collect::<Vec<_>>();
    let expected = |holds: &dyn Fn(&PlanUnit) -> bool| units.iter().filter(|u| holds(u)).cloned().collect::<Vec<_>>();
    for (run, number) in [("a", 0), ("a", 7), ("b", 7), ("b", 39), ("c", 0)] {
        let names = |u: &PlanUnit| u.run == run && u.dependencies.iter().any(|d| d.unit == Some(number));
        let list = plan_unit::list_by_dependencies_run_unit(run, number).size(500);
        assert_eq!(store.read(|r| r.run(list.clone())).expect("a page").records, expected(&names));
        let beside = |u: &PlanUnit| u.run == run && u.beside.contains(&number);
        let list = plan_unit::list_by_beside_run(run, number).size(500);
        assert_eq!(store.read(|r| r.run(list.clone())).expect("a page").records, expected(&beside));
        let made = |u: &PlanUnit| u.run == run && u.made_for == Some(number);
        let list = plan_unit::list_by_run_made_for(run, number).size(500);
        assert_eq!(store.read(|r| r.run(list.clone())).expect("a page").records, expected(&made));
        let after = store.read(|r| r.run(plan_unit::plan_units_by_dependencies(run, number))).expect("a read");
        let own = units.iter().find(|u| u.run == run && u.number == number);
        let own: Vec<u32> = own.into_iter().flat_map(|u| &u.dependencies).filter_map(|d| d.unit).collect();
        assert_eq!(numbers(&after), own.into_iter().map(|n| (run.to_owned(), n)).collect::<Vec<_>>());
    }
}

#[test]
fn a_missing_row_is_named_by_all_fields() {
    let store = shapes::open_test().expect("a TEST store");
    write(&store, unit("a", 0, &[])).expect("the first");
    write(&store, unit("b", 1, &[])).expect("another run");
    for (refused, field) in [
        (unit("a", 2, &[0, 1]), "run, dependencies.unit"),
        (PlanUnit { made_for: Some(1), ..unit("a", 2, &[]) }, "run, made_for"),
    ] {
        let refused = write(&store, refused).expect_err("unit 1 is of another run");
        assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some(field)));
        assert!(refused.to_string().ends_with("refers to a record of plan_units that does not exist"), "{refused}");
    }
    // A row may name itself, and what is not enforced names anything.
    let itself = PlanUnit { made_for: Some(2), beside: vec![9], ..unit("a", 2, &[2, 0]) };
    write(&store, itself).expect("it is there with the write");

    let put = |log: UnitLog| store.write(move |tx| tx.insert(&log));
    put(log("half", "nowhere", None)).expect("a part alone names nothing");
    put(log("none", "", Some(77))).expect("and neither does the other");
    let refused = put(log("wrong", "a", Some(1))).expect_err("it is not there");
    assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("run, unit")));
    let from = |run: &str, unit| Some(UnitLogFrom { run: run.to_owned(), unit });
    let refused = put(UnitLog { from: from("a", 1), ..log("wrong", "", None) }).expect_err("it is not there");
    assert_eq!(refused.field(), Some("from.run, from.unit"));
    // Zero is a number like any other; an empty run is none.
    put(UnitLog { from: from("a", 0), ..log("zero", "", None) }).expect("unit 0 is there");
    put(UnitLog { from: from("", 5), ..log("empty", "", None) }).expect("no run, no unit");
    let found = store.read(|r| r.run(unit_log::list_by_from_run_from_unit("a", 0))).expect("a page").records;
    assert_eq!(ids(&found, |l| l.id.clone()), ["zero"]);
}

#[test]
fn deletes_follow_references_of_several_fields() {
    let store = shapes::open_test().expect("a TEST store");
    for plan in [unit("a", 0, &[]), unit("a", 1, &[0]), unit("b", 0, &[])] {
        write(&store, plan).expect("a unit");
    }
    let put = |log: UnitLog| store.write(move |tx| tx.insert(&log));
    put(log("l", "a", Some(0))).expect("unit 0 is there");
    let delete = |run: &'static str, number: u32| store.write(move |tx| tx.delete::<PlanUnit>((run, number)));
    // CASCADE takes the element, SET_NULL both fields.
    assert!(delete("a", 0).expect("nothing keeps it"));
    let left = store.read(|r| r.get::<PlanUnit>(("a", 1))).expect("a read").expect("it stays");
    assert_eq!(left, unit("a", 1, &[]));
    assert_eq!(store.read(|r| r.get::<UnitLog>("l")).expect("a read"), Some(log("l", "", None)));

    // RESTRICT says who keeps it.
    let from = Some(UnitLogFrom { run: "b".to_owned(), unit: 0 });
    put(UnitLog { from, ..log("k", "", None) }).expect("unit 0 is there");
    let kept = delete("b", 0).expect_err("the log names it");
    assert_eq!(
        (kept.kind(), kept.table(), kept.field()),
        (Kind::Precondition, Some("unit_logs"), Some("from.run, from.unit"))
    );
    write(&store, PlanUnit { made_for: Some(1), ..unit("a", 2, &[]) }).expect("a unit");
    let kept = delete("a", 1).expect_err("unit 2 was made for it");
    assert_eq!((kept.kind(), kept.field()), (Kind::Precondition, Some("run, made_for")));
    assert!(delete("a", 2).expect("nothing keeps it") && delete("a", 1).expect("nothing does now"));
}

#[test]
fn relations_show_the_rows_that_refer() {
    use shapes::crate_::{self, Crate};
    use shapes::proto::shapes::v1 as proto;
    use shapes::{Item, Label};
    let store = shapes::open_test().expect("a TEST store");
    let mut rng = Rng::with_seed(5);
    let crates: Vec<Crate> = (0..30)
        .map(|n| Crate { id: format!("c{n:02}"), tags: vec!["t".to_owned(); n % 3], ..Crate::default() })
        .collect();
    let items: Vec<Item> = (1..200)
        .map(|id| Item {
            id,
            crate_: if rng.u8(0..4) == 0 { String::new() } else { format!("c{:02}", rng.u8(0..25)) },
            names: (0..rng.usize(0..3)).map(|n| format!("name {n} of {id}")).collect(),
        })
        .collect();
    let labels: Vec<Label> =
        (0..30).step_by(2).map(|n| Label { text: format!("label {n}"), crate_: format!("c{n:02}") }).collect();
    let (all, most, some) = (crates.clone(), items.clone(), labels.clone());
    store
        .write(move |tx| {
            all.iter().try_for_each(|r| tx.insert(r).map(|_| ()))?;
            most.iter().try_for_each(|r| tx.insert(r).map(|_| ()))?;
            some.iter().try_for_each(|r| tx.insert(r).map(|_| ()))
        })
        .expect("inserts");
    let of = |id: &str| items.iter().filter(|i| i.crate_ == id).cloned().collect::<Vec<_>>();
    let label = |id: &str| labels.iter().filter(|l| l.crate_ == id).cloned().collect::<Vec<_>>();

    // A record twice, in an order of the caller's, and one that is not there.
    let mut asked: Vec<Crate> = crates.iter().rev().cloned().collect();
    asked.extend([crates[3].clone(), Crate { id: "none".to_owned(), ..Crate::default() }]);
    let shown = store.read(|r| r.run(crate_::items_of_all(&asked))).expect("a read");
    assert_eq!(shown, asked.iter().map(|c| of(&c.id)).collect::<Vec<_>>());
    let shown = store.read(|r| r.run(crate_::label_of_all(&asked))).expect("a read");
    assert_eq!(shown, asked.iter().map(|c| label(&c.id)).collect::<Vec<_>>());
    assert!(store.read(|r| r.run(crate_::items_of_all(&[]))).expect("a read").is_empty());
    for one in &crates {
        assert_eq!(store.read(|r| r.run(crate_::items_of(&*one.id))).expect("a read"), of(&one.id));
    }

    // Into the message, from which no record is made.
    let mut message = proto::Crate::from(crates[2].clone());
    crate_::fill_items(&mut message, of("c02"));
    crate_::fill_label(&mut message, label("c02"));
    assert_eq!(message.items.len(), of("c02").len());
    assert_eq!(message.label.as_ref().map(|l| l.text.as_str()), Some("label 2"));
    let refused = Crate::try_from(message.clone()).expect_err("it shows rows");
    assert_eq!(refused.to_string(), "items: shows rows of another table, so it must not be set");
    let refused = Crate::try_from(proto::Crate { items: Vec::new(), ..message }).expect_err("it shows a row");
    assert_eq!(refused.field(), Some("label"));
}
