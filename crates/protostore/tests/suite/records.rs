//! What goes in comes out.

use protostore::{Kind, Mask, Timestamp};

use super::fixture::{Drive, Image, Machine, Network, Nic, State, machine as m, network, nic as n};
use super::{machine, nic, store, told};

#[tokio::test]
async fn a_record_comes_back_as_it_went_in() {
    let store = store();
    let (full, empty) = (machine("vm-1"), Machine { id: "vm-2".into(), ..Machine::default() });
    let machines = store.table::<Machine>();
    machines.insert(full.clone()).await.expect("inserts");
    machines.insert(empty.clone()).await.expect("inserts");
    assert_eq!(machines.get("vm-1").await.expect("reads"), Some(full));
    assert_eq!(machines.get("vm-2").await.expect("reads"), Some(empty));
    assert_eq!(machines.get("vm-3").await.expect("reads"), None);
    assert!(machines.exists("vm-1").await.expect("reads"));
    assert!(!machines.exists("vm-3").await.expect("reads"));
}

#[tokio::test]
async fn keys_of_one_number_and_of_two_parts_find_their_records() {
    let store = store();
    assert_eq!(store.table::<Image>().get(2).await.expect("reads"), Some(Image { number: 2, digest: vec![0, 255, 1] }));
    assert_eq!(store.table::<Image>().get(u64::MAX).await.expect("reads"), None, "no record has such a key");
    store.table::<Machine>().insert(machine("vm")).await.expect("inserts");
    store.table::<Nic>().insert(nic("vm", "eth0")).await.expect("inserts");
    assert_eq!(store.table::<Nic>().get(("vm", "eth0")).await.expect("reads"), Some(nic("vm", "eth0")));
    assert_eq!(store.table::<Nic>().get(("eth0", "vm")).await.expect("reads"), None);
    assert_eq!(
        store.run(network::get_by_cidr("10.0.0.0/8")).await.expect("reads").map(|n| n.id),
        Some("lan".to_owned())
    );
    assert_eq!(store.run(network::get_by_cidr("")).await.expect("reads"), None);
}

#[tokio::test]
async fn an_upsert_inserts_or_replaces_all_of_it() {
    let store = store();
    let machines = store.table::<Machine>();
    machines.upsert(machine("vm")).await.expect("inserts");
    assert_eq!(machines.get("vm").await.expect("reads"), Some(machine("vm")));
    let other = Machine { id: "vm".into(), kernel_args: vec!["x".into()], ..Machine::default() };
    machines.upsert(other.clone()).await.expect("replaces");
    assert_eq!(machines.get("vm").await.expect("reads"), Some(other));
}

#[tokio::test]
async fn an_update_writes_what_the_mask_names_and_nothing_else() {
    let store = store();
    let machines = store.table::<Machine>();
    machines.insert(machine("vm")).await.expect("inserts");
    let mut other = Machine { id: "vm".into(), mem_size_mb: 7, kernel_args: vec!["x".into()], ..Machine::default() };
    machines.update(other.clone(), [m::MEM_SIZE_MB, m::KERNEL_ARGS_FIELD]).await.expect("updates");
    let wanted = Machine { mem_size_mb: 7, kernel_args: vec!["x".into()], ..machine("vm") };
    assert_eq!(machines.get("vm").await.expect("reads"), Some(wanted.clone()));

    // A member that holds a repeated field is columns and rows at once.
    other.root_drive = Some(Drive { image_path: "p".into(), read_only: false, labels: vec!["l".into()] });
    machines.update(other.clone(), [m::ROOT_DRIVE]).await.expect("updates");
    let wanted = Machine { root_drive: other.root_drive.clone(), ..wanted };
    assert_eq!(machines.get("vm").await.expect("reads"), Some(wanted.clone()));
    other.root_drive = None;
    machines.update(other.clone(), [m::ROOT_DRIVE]).await.expect("updates");
    assert_eq!(machines.get("vm").await.expect("reads"), Some(Machine { root_drive: None, ..wanted }));

    machines.update(other.clone(), Mask::all()).await.expect("updates");
    assert_eq!(machines.get("vm").await.expect("reads"), Some(other));
}

#[tokio::test]
async fn an_update_of_nothing_is_refused() {
    let store = store();
    let machines = store.table::<Machine>();
    for mask in [Mask::of([m::STATE]), Mask::of([m::MOUNTS_FIELD]), Mask::of([])] {
        let e = machines.update(machine("none"), mask).await.expect_err("is not there");
        assert_eq!(told(&e), (Kind::NotFound, Some("machines"), None, None, "no record has this key"));
    }
    let e = store.table::<Nic>().update(nic("a", "b"), [n::MTU, n::ADDRESSES]).await.expect_err("is not there");
    assert_eq!(e.kind(), Kind::NotFound);
}

#[tokio::test]
async fn a_delete_takes_the_children_along_and_says_whether_there_was_one() {
    let store = store();
    let machines = store.table::<Machine>();
    machines.insert(machine("vm")).await.expect("inserts");
    machines
        .insert(Machine { id: "child".into(), parent_id: "vm".into(), ..Machine::default() })
        .await
        .expect("inserts");
    store.table::<Nic>().insert(nic("vm", "eth0")).await.expect("inserts");
    assert!(machines.delete("vm").await.expect("deletes"));
    assert!(!machines.delete("vm").await.expect("deletes"));
    // CASCADE, and SET NULL, which is the empty string of a reference.
    assert_eq!(store.table::<Nic>().get(("vm", "eth0")).await.expect("reads"), None);
    assert_eq!(machines.get("child").await.expect("reads").map(|m| m.parent_id), Some(String::new()));
    // No row of a child table is left for the next record of that key.
    machines.insert(Machine { id: "vm".into(), ..Machine::default() }).await.expect("inserts");
    assert_eq!(machines.get("vm").await.expect("reads"), Some(Machine { id: "vm".into(), ..Machine::default() }));
}

#[tokio::test]
async fn deleting_a_network_sets_what_names_it_to_nothing() {
    let store = store();
    store.table::<Network>().insert(Network { id: "wan".into(), cidr: "::/0".into() }).await.expect("inserts");
    store.table::<Machine>().insert(machine("vm")).await.expect("inserts");
    store.table::<Nic>().insert(Nic { network_id: "wan".into(), ..nic("vm", "eth0") }).await.expect("inserts");
    assert!(store.table::<Network>().delete("wan").await.expect("deletes"));
    let nic = store.table::<Nic>().get(("vm", "eth0")).await.expect("reads").expect("is there");
    assert_eq!(nic.network_id, "");
}

#[tokio::test]
async fn values_at_the_edges_are_exact() {
    let store = store();
    let machines = store.table::<Machine>();
    let first = Timestamp::new(-9_223_372_037, 145_224_192);
    let last = Timestamp::new(9_223_372_036, 854_775_807);
    for (n, created_at) in [first, last, Timestamp::new(0, 0), Timestamp::new(-1, 1)].into_iter().enumerate() {
        assert!(created_at.is_some());
        let record = Machine {
            id: format!("vm-{n}"),
            created_at,
            weight: f64::MIN_POSITIVE,
            state: State::Running,
            ..Machine::default()
        };
        machines.insert(record.clone()).await.expect("inserts");
        assert_eq!(machines.get(&record.id).await.expect("reads"), Some(record));
    }
    let big =
        Machine { id: "big".into(), kernel_args: (0..2000).map(|n| n.to_string()).collect(), ..Machine::default() };
    machines.insert(big.clone()).await.expect("inserts");
    assert_eq!(machines.get("big").await.expect("reads"), Some(big));
}
