//! Pages and lists: all records once, in the order of the key, with their children.

use protostore::{Cursor, Kind, Page};

use super::fixture::{Machine, Network, Nic, State, machine as m, nic as n};
use super::{machine, nic, store, told};

#[tokio::test]
async fn pages_hold_every_record_once_in_the_order_of_the_key() {
    let store = store();
    let ids: Vec<String> = (0..25).map(|n| format!("vm-{n:02}")).collect();
    let records: Vec<Machine> = ids.iter().map(|id| machine(id)).collect();
    let all = records.clone();
    store.write(move |tx| all.iter().rev().try_for_each(|record| tx.insert(record).map(|_| ()))).expect("inserts");
    for size in [1, 7, 24, 25, 26, usize::MAX] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = store.table::<Machine>().page(after, size).await.expect("reads");
            assert!(page.records.len() <= size);
            read.extend(page.records);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, records, "pages of {size}");
    }
    let none = store.table::<Machine>().page(Some(Cursor::of_key("z").expect("a key")), 5).await.expect("reads");
    assert_eq!((none.records, none.next), (vec![], None));
    let e = store.table::<Machine>().page(None, 0).await.expect_err("a page of nothing never ends");
    assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some("page_size")));
}

#[tokio::test]
async fn keys_of_two_parts_page_in_their_order_with_their_own_children() {
    let store = store();
    let mut wanted = Vec::new();
    for (machine_id, name) in [("a", "c"), ("a", "d"), ("ab", "a\"\\\u{1}["), ("b", "["), ("b", "é")] {
        let mut nic = nic(machine_id, name);
        nic.addresses = vec![format!("{machine_id}-{name}"), "x".into()];
        wanted.push(nic);
    }
    let all = wanted.clone();
    store
        .write(move |tx| {
            for id in ["a", "ab", "b"] {
                tx.insert(&Machine { id: id.into(), ..Machine::default() })?;
            }
            all.iter().try_for_each(|nic| tx.insert(nic).map(|_| ()))
        })
        .expect("inserts");
    let first = store.table::<Nic>().page(None, 3).await.expect("reads");
    assert_eq!(first.records, wanted[..3]);
    let rest = store.table::<Nic>().page(first.next, 3).await.expect("reads");
    assert_eq!((rest.records.as_slice(), rest.next), (&wanted[3..], None));

    let listed = store.run(n::list_by_network_id("lan").size(2)).await.expect("reads");
    assert_eq!(listed.records, wanted[..2]);
    let listed = store.run(n::list_by_network_id("lan").after(listed.next).size(9)).await.expect("reads");
    assert_eq!(listed.records, wanted[2..]);
    assert!(store.run(n::list_by_network_id("wan")).await.expect("reads").records.is_empty());
}

#[tokio::test]
async fn a_list_by_an_index_is_paged() {
    let store = store();
    store
        .write(|tx| {
            for n in 0..150 {
                let state = if n % 3 == 0 { State::Running } else { State::Unspecified };
                tx.insert(&Machine {
                    id: format!("{n:03}"),
                    state,
                    kernel_args: vec![n.to_string()],
                    ..Machine::default()
                })?;
            }
            Ok(())
        })
        .expect("inserts");
    let running = store.run(m::list_by_state(State::Running)).await.expect("reads");
    assert_eq!((running.records.len(), running.next), (50, None));
    assert!(running.records.iter().all(|r| r.kernel_args == [r.id.parse::<u32>().expect("number").to_string()]));
    let others = store.run(m::list_by_state(State::Unspecified)).await.expect("reads");
    assert_eq!(others.records.len(), 100, "100 unless told");
    let next = others.next.is_some();
    assert_eq!(next, store.run(m::list_by_state(State::Unspecified).size(100)).await.expect("reads").next.is_some());
}

#[test]
fn a_closure_reads_pages_too() {
    let store = store();
    let (networks, none) = store
        .read(|view| Ok((view.page::<Network>(None, 10)?, view.run(Page::<Machine> { after: None, size: 10 })?)))
        .expect("reads");
    assert_eq!((networks.records.len(), none.records.len()), (1, 0));
}

#[tokio::test]
async fn many_come_in_the_order_of_their_keys() {
    let store = store();
    let written = nic("vm-1", "a\"\\\u{1}[");
    let (first, second) = (machine("vm-1"), machine("vm-2"));
    let (a, b, c) = (first.clone(), second.clone(), written.clone());
    store.write(move |tx| tx.insert(&a).and(tx.insert(&b)).and(tx.insert(&c))).expect("inserts");
    let found = store.table::<Machine>().get_many(["vm-2", "nowhere", "vm-1", "vm-2"]).await.expect("reads");
    assert_eq!(found, [Some(second.clone()), None, Some(first), Some(second)]);
    let keys = [("vm-1", "b"), ("vm-1", "a\"\\\u{1}[")];
    assert_eq!(store.table::<Nic>().get_many(keys).await.expect("reads"), [None, Some(written)]);
    assert_eq!(store.table::<Nic>().get_many([]).await.expect("reads"), []);
    let keys = [("vm-1", "\0"), ("vm-1", "a\"\\\u{1}[")];
    assert!(
        matches!(&store.table::<Nic>().get_many(keys).await.expect("reads")[..], [None, Some(_)]),
        "no record has NUL"
    );
}

#[tokio::test]
async fn many_are_deleted_or_none() {
    let store = store();
    store
        .write(|tx| {
            (0..4).try_for_each(|n| tx.insert(&machine(&format!("vm-{n}"))).map(|_| ()))?;
            tx.insert(&Network { id: "wan".into(), cidr: "fd00::/8".into() }).map(|_| ())
        })
        .expect("inserts");
    let machines = store.table::<Machine>();
    let deleted = machines.delete_many(["vm-0", "nowhere", "vm-2", "vm-0"]).await.expect("deletes");
    assert_eq!((deleted, machines.count().await.expect("counts")), (2, 2));
    let e = store.table::<Network>().delete_many(["wan", "lan"]).await.expect_err("machines name one");
    assert_eq!(
        told(&e),
        (
            Kind::Precondition,
            Some("machines"),
            Some("network_id"),
            Some("network_id"),
            "still names the record of networks"
        )
    );
    assert!(store.table::<Network>().exists("wan").await.expect("reads"), "nothing of it was done");
}

#[tokio::test]
async fn what_a_list_selects_is_counted_and_deleted() {
    let store = store();
    store
        .write(|tx| {
            for n in 0..5 {
                let state = if n < 3 { State::Running } else { State::default() };
                tx.insert(&Machine { id: format!("vm-{n}"), state, image_ids: vec![1, 1, 2], ..Machine::default() })?;
                tx.insert(&nic(&format!("vm-{n}"), "eth0"))?;
            }
            Ok(())
        })
        .expect("inserts");
    let running = || m::list_by_state(State::Running).size(1);
    assert_eq!(store.run(running().count()).await.expect("counts"), 3, "on all pages");
    assert_eq!(store.run(m::list_by_image_ids(1).count()).await.expect("counts"), 5, "each record once");
    assert!(store.run(running().exists()).await.expect("reads"));
    assert!(!store.run(m::list_by_image_ids(3).exists()).await.expect("reads"));
    assert_eq!(store.apply(running().delete()).await.expect("deletes"), 3);
    assert!(!store.run(running().exists()).await.expect("reads"));
    // Children and what refers to them go along.
    assert_eq!(store.run(n::list_by_network_id("lan").count()).await.expect("counts"), 2);
    assert_eq!(store.apply(m::list_by_image_ids(2).delete()).await.expect("deletes"), 2);
    assert_eq!(store.table::<Nic>().count().await.expect("counts"), 0);
}
