//! What is refused, and that the refusal says where and why.

use protostore::{Kind, Timestamp};

use super::fixture::{Drive, Image, Machine, Mount, Network, Nic, machine as m};
use super::{machine, nic, store, told};

#[tokio::test]
async fn a_taken_key_or_unique_value_names_its_fields() {
    let store = store();
    store.table::<Machine>().insert(machine("vm")).await.expect("inserts");
    store.table::<Nic>().insert(nic("vm", "eth0")).await.expect("inserts");
    let why = "is taken by another record";

    let e = store.table::<Machine>().insert(machine("vm")).await.expect_err("taken");
    assert_eq!(told(&e), (Kind::AlreadyExists, Some("machines"), Some("id"), Some("machines.id"), why));
    assert_eq!(e.to_string(), "machines.id: is taken by another record");

    let same = Nic { mac_address: "other".into(), ..nic("vm", "eth0") };
    let e = store.table::<Nic>().insert(same).await.expect_err("taken");
    let both = Some("nics.machine_id, nics.name");
    assert_eq!(told(&e), (Kind::AlreadyExists, Some("nics"), Some("machine_id, name"), both, why));

    let e = store.table::<Image>().insert(Image { number: 1, digest: vec![] }).await.expect_err("taken");
    assert_eq!(told(&e), (Kind::AlreadyExists, Some("images"), Some("number"), Some("images.number"), why));

    // By an upsert too: it replaces the record of its key only.
    let other = Nic { mac_address: "vm/eth0".into(), ..nic("vm", "eth1") };
    for e in [
        store.table::<Nic>().insert(other.clone()).await.expect_err("taken"),
        store.table::<Nic>().upsert(other).await.expect_err("taken"),
    ] {
        assert_eq!(told(&e), (Kind::AlreadyExists, Some("nics"), Some("mac_address"), Some("nics.mac_address"), why));
    }
}

#[tokio::test]
async fn a_broken_rule_is_told_in_the_words_of_the_schema() {
    let store = store();
    let machines = store.table::<Machine>();
    let e = machines.insert(Machine { mem_size_mb: 65537, ..machine("vm") }).await.expect_err("refused");
    let told_at = (Some("machines"), Some("mem_size_mb"), Some("mem_size_mb__check"));
    assert_eq!(told(&e), (Kind::Invalid, told_at.0, told_at.1, told_at.2, "must be between 0 and 65536"));

    machines.insert(machine("vm")).await.expect("inserts");
    let e =
        machines.update(Machine { mem_size_mb: 65537, ..machine("vm") }, [m::MEM_SIZE_MB]).await.expect_err("refused");
    assert_eq!(told(&e), (Kind::Invalid, told_at.0, told_at.1, told_at.2, "must be between 0 and 65536"));

    let e = machines.insert(machine("")).await.expect_err("refused");
    assert_eq!(told(&e), (Kind::Invalid, Some("machines"), Some("id"), Some("id__check"), "must not be empty"));

    let long = Machine { kernel_args: vec!["ok".into(), "x".repeat(1000)], ..machine("vm-2") };
    let e = machines.insert(long).await.expect_err("refused");
    let (table, field) = (Some("machines"), Some("kernel_args"));
    assert_eq!(told(&e), (Kind::Invalid, table, field, Some("value__check"), "must be shorter than 1000 characters"));
    assert_eq!(machines.get("vm-2").await.expect("reads"), None, "the record went with its child");
}

#[tokio::test]
async fn what_no_column_can_hold_is_refused_before_sql_with_its_field() {
    let store = store();
    let machines = store.table::<Machine>();
    let refused = async |record: Machine| {
        let e = machines.insert(record).await.expect_err("refused");
        assert_eq!(e.constraint(), None);
        (e.kind(), e.table().map(str::to_owned), e.field().map(str::to_owned))
    };
    let at = |kind, table: &str, field: &str| (kind, Some(table.to_owned()), Some(field.to_owned()));
    let nul = || "a\0b".to_owned();
    let drive = Drive { image_path: nul(), ..Drive::default() };
    let mount = |host_path: String, size| vec![Mount::default(), Mount { host_path, size, read_only: None }];

    assert_eq!(refused(Machine { weight: f64::NAN, ..machine("a") }).await, at(Kind::Invalid, "machines", "weight"));
    assert_eq!(refused(Machine { id: nul(), ..machine("a") }).await, at(Kind::Invalid, "machines", "id"));
    assert_eq!(
        refused(Machine { vcpu_count: Some(1 << 63), ..machine("a") }).await,
        at(Kind::OutOfRange, "machines", "vcpu_count")
    );
    assert_eq!(
        refused(Machine { root_drive: Some(drive), ..machine("a") }).await,
        at(Kind::Invalid, "machines", "root_drive.image_path")
    );
    assert_eq!(
        refused(Machine { created_at: Timestamp::new(1 << 40, 0), ..machine("a") }).await,
        at(Kind::OutOfRange, "machines", "created_at")
    );
    assert_eq!(
        refused(Machine { mounts: mount(nul(), 1), ..machine("a") }).await,
        at(Kind::Invalid, "machines", "mounts.host_path")
    );
    assert_eq!(
        refused(Machine { mounts: mount("/".into(), u64::MAX), ..machine("a") }).await,
        at(Kind::OutOfRange, "machines", "mounts.size")
    );
    // In an update, the parameter's place is not that of the column.
    machines.insert(machine("a")).await.expect("inserts");
    let e = machines
        .update(Machine { weight: f64::NAN, ..machine("a") }, [m::STATE, m::WEIGHT])
        .await
        .expect_err("refused");
    assert_eq!(told(&e), (Kind::Invalid, Some("machines"), Some("weight"), None, "must not be NaN"));
    assert_eq!(machines.get(&nul()).await.expect("reads"), None, "no record has it");
}

#[tokio::test]
async fn a_reference_to_nothing_names_field_and_table() {
    let store = store();
    let machines = store.table::<Machine>();
    let none = Machine { network_id: "none".into(), ..machine("vm") };
    let why = "refers to a record of networks that does not exist";
    let wanted = (Kind::Reference, Some("machines"), Some("network_id"), Some("network_id"), why);
    assert_eq!(told(&machines.insert(none.clone()).await.expect_err("refused")), wanted);
    assert_eq!(told(&machines.upsert(none.clone()).await.expect_err("refused")), wanted);
    machines.insert(machine("vm")).await.expect("inserts");
    assert_eq!(told(&machines.update(none, [m::NETWORK_ID]).await.expect_err("refused")), wanted);

    // One that names itself is no culprit.
    let own = Machine { parent_id: "me".into(), network_id: "none".into(), ..machine("me") };
    assert_eq!(told(&machines.insert(own).await.expect_err("refused")), wanted);
    let own = Machine { parent_id: "me".into(), ..machine("me") };
    machines.insert(own).await.expect("inserts");

    let e = machines.insert(Machine { image_ids: vec![1, 9], ..machine("vm-2") }).await.expect_err("refused");
    let (table, field) = (Some("machines"), Some("image_ids"));
    assert_eq!(
        told(&e),
        (Kind::Reference, table, field, Some("value"), "refers to a record of images that does not exist")
    );

    let e = store.table::<Nic>().insert(nic("none", "eth0")).await.expect_err("refused");
    assert_eq!((e.kind(), e.field()), (Kind::Reference, Some("machine_id")));
}

#[tokio::test]
async fn what_is_still_named_is_not_deleted_and_the_refusal_names_who() {
    let store = store();
    store.table::<Machine>().insert(machine("vm")).await.expect("inserts");
    let e = store.table::<Network>().delete("lan").await.expect_err("refused");
    let why = "still names the record of networks";
    assert_eq!(told(&e), (Kind::Precondition, Some("machines"), Some("network_id"), Some("network_id"), why));
    let e = store.table::<Image>().delete(2).await.expect_err("refused");
    let (table, field) = (Some("machines"), Some("image_ids"));
    assert_eq!(told(&e), (Kind::Precondition, table, field, Some("value"), "still names the record of images"));
    assert!(store.table::<Image>().delete(3).await.expect("no row refers to it"));
}
