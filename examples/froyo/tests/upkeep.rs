//! A verification follows the chain of the audit, and holds it against a row that was kept elsewhere; a round sweeps facts.

use froyo::{AuditEntry, Fact};
use protostore::upkeep::{Anchor, Check};
use protostore::{Link, Timestamp};

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        action: action.into(),
        actor: "somebody".into(),
        time: Some(Timestamp::now()),
        ..AuditEntry::default()
    }
}

#[test]
fn the_chain_of_the_audit_is_verified_against_what_was_kept() {
    let store = froyo::open_test().unwrap();
    let add = |count: usize| {
        store.write(move |tx| (0..count).try_for_each(|n| tx.insert(&entry(&format!("run.{n}"))).map(drop))).unwrap();
    };
    add(300);
    let report = store.verify(&Anchor::new()).unwrap();
    assert!(report.is_sound(), "{report}");
    let [chain] = &report.chains[..] else { panic!("one table has a chain: {:?}", report.chains) };
    assert_eq!((chain.table.as_str(), chain.rows), ("audit", 300));
    let head = chain.head.clone().unwrap();
    // Later, with more rows, the row that was kept is still there.
    add(10);
    let kept = Anchor::new().at_least(report.sequence).head("audit", head.clone());
    assert!(store.verify(&kept).unwrap().is_sound());
    // A row that no longer exists, or has another hash, shows that the end was cut off.
    for lost in [Link { number: 9_999, ..head.clone() }, Link { hash: vec![7; 32], ..head }] {
        let report = store.verify(&Anchor::new().head("audit", lost)).unwrap();
        let found: Vec<_> = report.findings().collect();
        assert!(matches!(found[..], [(Check::Chains, what)] if what.contains("is not there")), "{report}");
    }
}

#[test]
fn a_round_sweeps_what_has_expired() {
    let store = froyo::open_test().unwrap();
    let fact = |key: &str, expires| Fact {
        target_id: "host".into(),
        namespace: "os".into(),
        key: key.into(),
        value: prost_types::Value { kind: Some(prost_types::value::Kind::BoolValue(true)) },
        expire_time: expires,
        ..Fact::default()
    };
    let facts = [fact("old", Timestamp::new(1, 0)), fact("new", None)];
    store.write(move |tx| facts.iter().try_for_each(|fact| tx.insert(fact).map(drop))).unwrap();
    let count =
        |store: &froyo::Store| store.count_rows().unwrap().iter().find(|rows| rows.table == "facts").unwrap().rows;
    assert_eq!(count(&store), 2);
    let kept = store.keep().unwrap();
    assert_eq!((kept.swept, count(&store)), (1, 1));
    assert_eq!(store.status().unwrap().keeper.kept, kept);
}
