//! Filters, orders and pages, as `docs/queries.md` shows them.

use aurae::{
    Drive, DriveSource, Nic, Store, VirtualMachine, VirtualMachineBoot, VirtualMachineState, nic, virtual_machine,
};
use protostore::{Mask, Timestamp};

fn machine(id: &str, mem_size_mb: u32) -> VirtualMachine {
    VirtualMachine { id: id.to_owned(), mem_size_mb, vcpu_count: 2, ..Default::default() }
}

fn ids(records: &[VirtualMachine]) -> Vec<&str> {
    records.iter().map(|r| r.id.as_str()).collect()
}

/// Four machines, of which three run.
fn store() -> protostore::Result<Store> {
    let store = aurae::open_test()?;
    store.write(|tx| {
        for (id, mem_size_mb) in [("a", 512), ("b", 2048), ("c", 4096)] {
            tx.insert(&VirtualMachine { state: VirtualMachineState::Running, ..machine(id, mem_size_mb) })?;
        }
        tx.insert(&machine("d", 8192))
    })?;
    Ok(store)
}

#[tokio::test]
async fn a_page_of_a_filter() -> protostore::Result<()> {
    let store = store()?;
    let machines = store.virtual_machines();
    let busy = virtual_machine::state.eq(VirtualMachineState::Running) & virtual_machine::mem_size_mb.gt(1024);
    let page = machines.filter(busy).order_by([virtual_machine::mem_size_mb.desc()]).size(50).page().await?;
    assert_eq!(ids(&page.records), ["c", "b"]);

    let since = Timestamp::now();
    let not_since = !virtual_machine::start_time.ge(since);
    assert_eq!(machines.filter(not_since).count().await?, 4);
    Ok(())
}

#[tokio::test]
async fn inside_messages_oneofs_and_lists() -> protostore::Result<()> {
    let store = store()?;
    let machines = store.virtual_machines();
    store.write(|tx| {
        tx.insert(&aurae::Image {
            id: "alpine".to_owned(),
            path: "/images/alpine".to_owned(),
            format: aurae::ImageFormat::Raw,
            ..Default::default()
        })?;
        let drive = |name: &str| Drive { name: name.to_owned(), ..Default::default() };
        let from_image =
            Drive { source: Some(DriveSource::ImageId("alpine".to_owned())), read_only: true, ..drive("data") };
        tx.insert(&VirtualMachine {
            root_drive: Some(Drive { read_only: true, ..drive("root") }),
            boot: Some(VirtualMachineBoot::FirmwarePath("/usr/share/firmware".to_owned())),
            drives: vec![from_image],
            ..machine("e", 512)
        })
    })?;
    let alone = [
        virtual_machine::root_drive.is_set(),
        virtual_machine::root_drive::read_only.eq(true),
        !virtual_machine::boot.is_unset(),
        virtual_machine::boot::firmware_path.starts_with("/usr/"),
        virtual_machine::drives::source::image_id.eq("alpine"),
        !virtual_machine::drives::read_only.eq(false) & !virtual_machine::drives.is_empty(),
    ];
    for filter in alone {
        let page = machines.filter(filter.clone()).page().await?;
        assert_eq!(ids(&page.records), ["e"], "{filter:?}");
        assert_eq!(machines.filter(!filter).count().await?, 4);
    }
    Ok(())
}

#[tokio::test]
async fn references_that_are_not_set() -> protostore::Result<()> {
    let store = store()?;
    let free = Nic { mac_address: "52:54:00:12:34:56".to_owned(), machine_id: "a".to_owned(), ..Default::default() };
    let free = store.nics().insert(free).await?;
    assert_eq!(store.nics().filter(nic::network_id.eq("")).first().await?, Some(free));
    Ok(())
}

#[tokio::test]
async fn pages_in_both_directions() -> protostore::Result<()> {
    let store = store()?;
    let machines = store.virtual_machines();
    let running = virtual_machine::state.eq(VirtualMachineState::Running);
    let first = machines.filter(running.clone()).size(2).page().await?;
    let second = machines.filter(running.clone()).size(2).after(first.next).page().await?;
    assert_eq!((ids(&second.records), &second.next), (vec!["c"], &None));
    let back = machines.filter(running).size(2).before(second.previous).page().await?;
    assert_eq!((ids(&back.records), back.previous), (vec!["a", "b"], None));
    Ok(())
}

#[tokio::test]
async fn count_exists_first() -> protostore::Result<()> {
    let store = store()?;
    let machines = store.virtual_machines();
    let large = virtual_machine::mem_size_mb.ge(1024);
    assert_eq!(machines.filter(large.clone()).count().await?, 3);
    assert!(machines.filter(large.clone()).exists().await?);
    let first = machines.filter(large).order_by([virtual_machine::mem_size_mb.asc()]).first().await?;
    assert_eq!(first.map(|r| r.id).as_deref(), Some("b"));

    let (many, page) = store.read(|r| {
        let large = virtual_machine::mem_size_mb.ge(1024);
        Ok((r.run(large.clone().count())?, r.run(large.find().size(10))?))
    })?;
    assert_eq!((many, ids(&page.records)), (3, vec!["b", "c", "d"]));
    Ok(())
}

#[tokio::test]
async fn masks_of_one_of_two_and_of_any_number() -> protostore::Result<()> {
    let store = store()?;
    let machines = store.virtual_machines();
    let machine = machine("a", 1);
    machines.update(machine.clone(), virtual_machine::state).await?;
    machines.update(machine.clone(), (virtual_machine::state, virtual_machine::start_time)).await?;
    machines.update(machine, Mask::of([virtual_machine::state.field(), virtual_machine::drives.field()])).await?;
    let found = machines.get("a").await?.unwrap_or_default();
    assert_eq!((found.state, found.mem_size_mb), (VirtualMachineState::default(), 512));
    Ok(())
}
