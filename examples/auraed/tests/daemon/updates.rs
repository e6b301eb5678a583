//! Updates change what the mask names, and nothing else.

use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, Image, image};
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{
    Drive, KernelBoot, UpdateVirtualMachineRequest, VirtualMachine, drive, virtual_machine,
};
use prost_types::FieldMask;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use crate::process::Daemon;
use crate::{assert_refused, create, get, machine};

async fn update(channel: &Channel, machine: VirtualMachine, paths: Option<&[&str]>) -> Result<VirtualMachine, Status> {
    let update_mask = paths.map(|paths| FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() });
    let request = UpdateVirtualMachineRequest { virtual_machine: Some(machine), update_mask };
    VmServiceClient::new(channel.clone()).update_virtual_machine(request).await.map(Response::into_inner)
}

fn full() -> VirtualMachine {
    VirtualMachine {
        tags: vec!["web".to_owned(), "blue".to_owned()],
        root_drive: Some(Drive {
            source: Some(drive::Source::HostPath("/disks/root".to_owned())),
            ..Default::default()
        }),
        auraed_address: Some("[fe80::1%tap0]:8080".to_owned()),
        boot: Some(virtual_machine::Boot::FirmwarePath("/firmware".to_owned())),
        ..machine("vm-1")
    }
}

#[tokio::test]
async fn only_the_named_fields_change() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let created = create(&channel, full()).await.unwrap();
    let given = VirtualMachine { mem_size_mb: 2048, vcpu_count: 8, ..machine("vm-1") };
    let updated = update(&channel, given, Some(&["mem_size_mb", "tags"])).await.unwrap();
    assert_eq!(updated, VirtualMachine { mem_size_mb: 2048, tags: Vec::new(), ..created });
    assert_eq!(get(&channel, "vm-1").await.unwrap(), updated);
}

#[tokio::test]
async fn without_a_mask_what_is_set_changes() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let created = create(&channel, full()).await.unwrap();
    let given = VirtualMachine {
        id: "vm-1".to_owned(),
        vcpu_count: 4,
        auraed_address: Some(String::new()),
        boot: Some(virtual_machine::Boot::SnapshotPath("/snapshot".to_owned())),
        ..Default::default()
    };
    let updated = update(&channel, given.clone(), None).await.unwrap();
    let expected = VirtualMachine { vcpu_count: 4, auraed_address: given.auraed_address, boot: given.boot, ..created };
    assert_eq!(updated, expected);
}

#[tokio::test]
async fn another_member_of_a_oneof_takes_the_rows_of_the_last_one_along() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let image = Image {
        id: "linux".to_owned(),
        path: "/images/vmlinux".to_owned(),
        format: image::Format::Kernel.into(),
        ..Default::default()
    };
    ImageServiceClient::new(channel.clone()).create_image(CreateImageRequest { image: Some(image) }).await.unwrap();
    let created = create(&channel, full()).await.unwrap();
    let kernel = |arguments: &[&str]| {
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        Some(virtual_machine::Boot::Kernel(KernelBoot {
            image_id: "linux".to_owned(),
            arguments,
            ..Default::default()
        }))
    };
    for (boot, path) in [
        (kernel(&["console=ttyS0", "quiet"]), "kernel"),
        (kernel(&["quiet"]), "boot"),
        (Some(virtual_machine::Boot::FirmwarePath("/firmware".to_owned())), "boot"),
        (kernel(&[]), "firmware_path"),
        (None, "snapshot_path"),
    ] {
        let given = VirtualMachine { boot, ..machine("vm-1") };
        let updated = update(&channel, given.clone(), Some(&[path])).await.unwrap();
        assert_eq!(updated, VirtualMachine { boot: given.boot, ..created.clone() });
        assert_eq!(get(&channel, "vm-1").await.unwrap(), updated);
    }
}

#[tokio::test]
async fn a_star_changes_all_but_what_the_daemon_decides() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let created = create(&channel, full()).await.unwrap();
    let mut given = machine("vm-1");
    given.set_state(virtual_machine::State::Failed);
    let updated = update(&channel, given, Some(&["*"])).await.unwrap();
    let expected = VirtualMachine {
        state: created.state,
        transitions: created.transitions,
        create_time: created.create_time,
        ..machine("vm-1")
    };
    assert_eq!(updated, expected);
}

#[tokio::test]
async fn a_mask_that_names_no_field_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    create(&channel, full()).await.unwrap();
    for path in ["memory", "id", "root_drive.memory", "memSizeMb", ""] {
        let updated = update(&channel, machine("vm-1"), Some(&[path])).await;
        assert_refused(updated, Code::InvalidArgument, path);
    }
    let updated = update(&channel, machine("vm-2"), Some(&["tags"])).await;
    assert_refused(updated, Code::NotFound, "vm-2");
    let updated = update(&channel, VirtualMachine { mem_size_mb: 0, ..machine("vm-1") }, Some(&["mem_size_mb"])).await;
    assert_refused(updated, Code::InvalidArgument, "mem_size_mb");
}
