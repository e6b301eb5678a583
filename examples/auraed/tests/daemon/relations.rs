//! Records that name one another: one to one, one to many, many to many, and to their own kind.

use aurae::proto::aurae::cells::v0::cell_service_client::CellServiceClient;
use aurae::proto::aurae::cells::v0::{Cell, CreateCellRequest, GetCellRequest, ListCellsRequest};
use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, DeleteImageRequest, Image, image};
use aurae::proto::aurae::net::v0::net_service_client::NetServiceClient;
use aurae::proto::aurae::net::v0::{
    AttachNicRequest, CreateNetworkRequest, DeleteNetworkRequest, GetNicRequest, Network, Nic,
};
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{
    AttachImageRequest, DeleteVirtualMachineRequest, DetachImageRequest, GetGuestRequest, Guest, KernelBoot,
    ListAttachedImagesRequest, ListVirtualMachinesRequest, ReportGuestRequest, UpdateVirtualMachineRequest,
    virtual_machine,
};
use tonic::Code;

use crate::process::Daemon;
use crate::{assert_refused, create, get, machine};

#[tokio::test]
async fn nics_go_with_their_machine_and_outlive_their_network() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    create(&channel, machine("vm-1")).await.unwrap();
    let mut networks = NetServiceClient::new(channel.clone());
    let network = Network { id: "lan".to_owned(), cidr: "10.0.0.0/24".to_owned(), ..Default::default() };
    networks.create_network(CreateNetworkRequest { network: Some(network) }).await.unwrap();
    let nic = Nic {
        mac_address: "52:54:00:00:00:01".to_owned(),
        machine_id: "vm-1".to_owned(),
        network_id: "lan".to_owned(),
        ..Default::default()
    };
    let attached = networks.attach_nic(AttachNicRequest { nic: Some(nic) }).await.unwrap().into_inner();
    // The machine shows it, alone and in a page, and what a request says of it is ignored.
    let shown = get(&channel, "vm-1").await.unwrap();
    assert_eq!(shown.nics, std::slice::from_ref(&attached));
    let mut machines = VmServiceClient::new(channel.clone());
    let listed = machines.list_virtual_machines(ListVirtualMachinesRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.virtual_machines, std::slice::from_ref(&shown));
    let request = UpdateVirtualMachineRequest { virtual_machine: Some(shown.clone()), update_mask: None };
    assert_eq!(machines.update_virtual_machine(request).await.unwrap().into_inner(), shown);

    networks.delete_network(DeleteNetworkRequest { id: "lan".to_owned() }).await.unwrap();
    let request = GetNicRequest { mac_address: "52:54:00:00:00:01".to_owned() };
    let left = networks.get_nic(request.clone()).await.unwrap().into_inner();
    assert_eq!(left, Nic { network_id: String::new(), ..attached });

    let request_machine = DeleteVirtualMachineRequest { id: "vm-1".to_owned() };
    VmServiceClient::new(channel).delete_virtual_machine(request_machine).await.unwrap();
    assert_refused(networks.get_nic(request).await, Code::NotFound, "nics");
}

#[tokio::test]
async fn machines_use_images_and_images_know_their_machines() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let (mut images, mut machines) = (ImageServiceClient::new(channel.clone()), VmServiceClient::new(channel.clone()));
    for id in ["base", "tools"] {
        let path = format!("/images/{id}");
        let image = Image { id: id.to_owned(), path, format: image::Format::Raw.into(), ..Default::default() };
        images.create_image(CreateImageRequest { image: Some(image) }).await.unwrap();
    }
    for id in ["vm-1", "vm-2"] {
        create(&channel, machine(id)).await.unwrap();
    }
    let attach = |id: &str, image: &str| AttachImageRequest { id: id.to_owned(), image_id: image.to_owned() };
    machines.attach_image(attach("vm-1", "tools")).await.unwrap();
    let attached = machines.attach_image(attach("vm-1", "base")).await.unwrap().into_inner();
    assert_eq!(attached.image_ids, ["tools", "base"], "in the order in which they were attached");
    machines.attach_image(attach("vm-2", "base")).await.unwrap();
    assert_refused(machines.attach_image(attach("vm-1", "none")).await, Code::FailedPrecondition, "image_ids");
    let refused = machines.attach_image(attach("vm-3", "base")).await;
    assert!(matches!(refused.unwrap_err().code(), Code::NotFound | Code::FailedPrecondition));

    let request = ListAttachedImagesRequest { id: "vm-1".to_owned() };
    let listed = machines.list_attached_images(request).await.unwrap().into_inner().images;
    assert_eq!(listed.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), ["tools", "base"]);
    let request = ListVirtualMachinesRequest { image_id: "base".to_owned(), ..Default::default() };
    let users = machines.list_virtual_machines(request).await.unwrap().into_inner().virtual_machines;
    assert_eq!(users.iter().map(|machine| machine.id.as_str()).collect::<Vec<_>>(), ["vm-1", "vm-2"]);
    assert_eq!(users[0].image_ids, ["tools", "base"], "a page brings the children along");

    let delete = DeleteImageRequest { id: "base".to_owned() };
    assert_refused(images.delete_image(delete.clone()).await, Code::FailedPrecondition, "image_ids");
    for id in ["vm-1", "vm-2"] {
        machines.detach_image(DetachImageRequest { id: id.to_owned(), image_id: "base".to_owned() }).await.unwrap();
    }
    let mut booted = machine("vm-3");
    let kernel = KernelBoot { image_id: "base".to_owned(), ..Default::default() };
    booted.boot = Some(virtual_machine::Boot::Kernel(kernel));
    create(&channel, booted).await.unwrap();
    assert_refused(images.delete_image(delete.clone()).await, Code::FailedPrecondition, "kernel.image_id");
    machines.delete_virtual_machine(DeleteVirtualMachineRequest { id: "vm-3".to_owned() }).await.unwrap();

    images.delete_image(delete).await.unwrap();
    assert_eq!(get(&channel, "vm-1").await.unwrap().image_ids, ["tools"]);
}

#[tokio::test]
async fn a_machine_has_one_guest() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    create(&channel, machine("vm-1")).await.unwrap();
    let mut machines = VmServiceClient::new(channel);
    let guest = Guest {
        id: "inner".to_owned(),
        machine_id: "vm-1".to_owned(),
        load: 0.25,
        clock_offset_us: -1_500,
        key_fingerprint: vec![0, 1, 255],
        uptime: Some(prost_types::Duration { seconds: 60, nanos: 1 }),
        ..Default::default()
    };
    let report = |guest: Guest| ReportGuestRequest { guest: Some(guest) };
    machines.report_guest(report(guest.clone())).await.unwrap();
    let newer = machines.report_guest(report(Guest { load: 0.5, ..guest.clone() })).await.unwrap().into_inner();
    let request = GetGuestRequest { machine_id: "vm-1".to_owned() };
    assert_eq!(machines.get_guest(request).await.unwrap().into_inner(), newer);
    let second = machines.report_guest(report(Guest { id: "other".to_owned(), ..guest })).await;
    assert_refused(second, Code::AlreadyExists, "guests.machine_id");
}

#[tokio::test]
async fn cells_are_inside_cells_and_in_networks() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let (mut cells, mut networks) = (CellServiceClient::new(channel.clone()), NetServiceClient::new(channel));
    for (id, cidr) in [("lan", "10.0.0.0/24"), ("dmz", "10.0.1.0/24")] {
        let network = Network { id: id.to_owned(), cidr: cidr.to_owned(), ..Default::default() };
        networks.create_network(CreateNetworkRequest { network: Some(network) }).await.unwrap();
    }
    for (name, parent, network_ids) in [("web", "", &["lan", "dmz"][..]), ("web-1", "web", &[]), ("db", "", &[])] {
        let cell = Cell {
            name: name.to_owned(),
            parent_name: parent.to_owned(),
            network_ids: network_ids.iter().map(|&id| id.to_owned()).collect(),
            ..Default::default()
        };
        cells.create_cell(CreateCellRequest { cell: Some(cell) }).await.unwrap();
    }
    let request = ListCellsRequest { parent_name: "web".to_owned(), ..Default::default() };
    let inside = cells.list_cells(request).await.unwrap().into_inner().cells;
    assert_eq!(inside.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>(), ["web-1"]);
    let orphan = Cell { name: "x".to_owned(), parent_name: "nowhere".to_owned(), ..Default::default() };
    let created = cells.create_cell(CreateCellRequest { cell: Some(orphan) }).await;
    assert_refused(created, Code::FailedPrecondition, "cells.parent_name");

    networks.delete_network(DeleteNetworkRequest { id: "lan".to_owned() }).await.unwrap();
    let web = cells.get_cell(GetCellRequest { name: "web".to_owned() }).await.unwrap().into_inner();
    assert_eq!(web.network_ids, ["dmz"], "a deleted network leaves the lists");
}
