//! The store without a daemon around it, as `docs/store-message.md` shows it.

use aurae::{Image, ImageFormat, Nic, VirtualMachine, VirtualMachineState, nic, virtual_machine};
use protostore::{Key, Kind, Timestamp};

fn machine() -> VirtualMachine {
    VirtualMachine { id: "vm-1".to_owned(), mem_size_mb: 512, vcpu_count: 2, ..Default::default() }
}

fn nic() -> Nic {
    Nic { mac_address: "52:54:00:12:34:56".to_owned(), machine_id: "vm-1".to_owned(), ..Default::default() }
}

fn image() -> Image {
    let (id, path) = ("debian".to_owned(), "/var/lib/images/debian.raw".to_owned());
    Image { id, path, format: ImageFormat::Raw, ..Default::default() }
}

#[tokio::test]
async fn one_table_asynchronously() -> protostore::Result<()> {
    let store = aurae::open_test()?;
    let inserted = store.virtual_machines().insert(machine()).await?;
    assert!(inserted.create_time.is_some());
    assert_eq!(store.virtual_machines().get("vm-1").await?, Some(inserted.clone()));
    let page = store.virtual_machines().page(None, 50).await?;
    assert_eq!((page.records, page.next), (vec![inserted.clone()], None));

    let started = VirtualMachine {
        state: VirtualMachineState::Running,
        start_time: Some(Timestamp::now()),
        vcpu_count: 64,
        ..inserted
    };
    store.virtual_machines().update(started.clone(), (virtual_machine::state, virtual_machine::start_time)).await?;
    let found = store.virtual_machines().get("vm-1").await?;
    assert_eq!(found, Some(VirtualMachine { vcpu_count: 2, ..started }), "only what the mask names");
    assert!(store.virtual_machines().delete("vm-1").await?);
    assert!(!store.virtual_machines().exists("vm-1").await?);
    Ok(())
}

#[test]
fn several_tables_in_one_transaction() -> protostore::Result<()> {
    let store = aurae::open_test()?;
    let write = |nic: Nic| {
        store.write(move |tx| {
            tx.insert(&machine())?;
            tx.insert(&nic)
        })
    };
    let refused = write(Nic { network_id: "nowhere".to_owned(), ..nic() }).unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("network_id")));
    assert!(!store.read(|r| r.exists::<VirtualMachine>("vm-1"))?, "all of it, or nothing");

    let nic = write(nic())?;
    let (machine, nics) =
        store.read(|r| Ok((r.get::<VirtualMachine>("vm-1")?, r.run(nic::list_by_machine_id("vm-1"))?)))?;
    assert_eq!((machine.map(|m| m.id), nics.records), (Some("vm-1".to_owned()), vec![nic]));
    assert!(store.write(|tx| tx.delete::<Nic>("52:54:00:12:34:56"))?);
    Ok(())
}

#[tokio::test]
async fn what_is_added_to_a_record_that_is_not_there_names_it() -> protostore::Result<()> {
    let store = aurae::open_test()?;
    store.images().insert(image()).await?;
    let refused = store.apply(virtual_machine::image_ids.of("vm-1").append("debian")).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);
    assert_eq!(refused.to_string(), "virtual_machines: no record has this key");

    store.virtual_machines().insert(machine()).await?;
    store.apply(virtual_machine::image_ids.of("vm-1").append("debian")).await?;
    let refused = store.apply(virtual_machine::image_ids.of("vm-1").append("plan9")).await.unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("image_ids")));
    Ok(())
}

#[test]
fn a_file_is_opened_with_options() -> protostore::Result<()> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (file, key) = (dir.path().join("aurae.db"), Key::from_secret([7; 32]));
    aurae::Options::new().readers(1).open(&file, &key)?.close()?;
    aurae::open(&file, &key)?.close()
}

#[test]
fn records_and_messages_are_tied() -> protostore::Result<()> {
    use aurae::proto::aurae::vms::v0 as message;
    let sent = message::VirtualMachine { id: "vm-1".to_owned(), state: 99, ..Default::default() };
    let record = VirtualMachine::try_from(sent.clone())?;
    assert!(matches!(record.state, VirtualMachineState::Unrecognized(number) if number.get() == 99));
    assert_eq!(message::VirtualMachine::from(record), sent, "an unknown number is kept");
    Ok(())
}
