//! What is refused is refused with a code that a program can act on, and a message that names the field.

use aurae::proto::aurae::cells::v0::cell_service_client::CellServiceClient;
use aurae::proto::aurae::cells::v0::{Cell, CpuController, CreateCellRequest, DeleteCellRequest};
use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, Image, image};
use aurae::proto::aurae::net::v0::net_service_client::NetServiceClient;
use aurae::proto::aurae::net::v0::{AttachNicRequest, CreateNetworkRequest, Network, Nic};
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{
    CreateVirtualMachineRequest, DeleteVirtualMachineRequest, StartVirtualMachineRequest,
};
use tonic::Code;
use tonic::transport::Channel;

use crate::process::Daemon;
use crate::{assert_refused, create, get, machine};

async fn daemon() -> (tempfile::TempDir, Daemon, Channel) {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    (home, daemon, channel)
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_home, _daemon, channel) = daemon().await;
    assert_refused(get(&channel, "vm-1").await, Code::NotFound, "vm-1");
    let request = DeleteVirtualMachineRequest { id: "vm-1".to_owned() };
    let deleted = VmServiceClient::new(channel).delete_virtual_machine(request).await;
    assert_refused(deleted, Code::NotFound, "virtual_machines");
}

#[tokio::test]
async fn a_refusal_quotes_a_line_of_a_long_name() {
    let (_home, _daemon, channel) = daemon().await;
    for letter in ["x", "é", "\n"] {
        let refused = get(&channel, &letter.repeat(20_000)).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound, "{refused}");
        assert!(refused.message().ends_with('…') && refused.message().chars().count() < 200, "{refused}");
    }
}

#[tokio::test]
async fn a_taken_name_already_exists() {
    let (_home, _daemon, channel) = daemon().await;
    let first = create(&channel, machine("vm-1")).await.unwrap();
    let mut second = machine("vm-1");
    second.mem_size_mb = 1024;
    assert_refused(create(&channel, second).await, Code::AlreadyExists, "virtual_machines.id");
    assert_eq!(get(&channel, "vm-1").await.unwrap(), first, "the first stays as it was");
}

#[tokio::test]
async fn a_taken_unique_value_already_exists() {
    let (_home, _daemon, channel) = daemon().await;
    let mut networks = NetServiceClient::new(channel);
    let network = |id: &str| CreateNetworkRequest {
        network: Some(Network { id: id.to_owned(), cidr: "10.0.0.0/24".to_owned(), ..Default::default() }),
    };
    networks.create_network(network("one")).await.unwrap();
    assert_refused(networks.create_network(network("two")).await, Code::AlreadyExists, "networks.cidr");
}

#[tokio::test]
async fn a_nic_in_an_unknown_network_names_the_field() {
    let (_home, _daemon, channel) = daemon().await;
    create(&channel, machine("vm-1")).await.unwrap();
    let nic = Nic {
        mac_address: "52:54:00:00:00:01".to_owned(),
        machine_id: "vm-1".to_owned(),
        network_id: "nowhere".to_owned(),
        ..Default::default()
    };
    let mut networks = NetServiceClient::new(channel);
    let attached = networks.attach_nic(AttachNicRequest { nic: Some(nic.clone()) }).await;
    assert_refused(attached, Code::FailedPrecondition, "nics.network_id");
    let nic = Nic { machine_id: "vm-2".to_owned(), network_id: String::new(), ..nic };
    let attached = networks.attach_nic(AttachNicRequest { nic: Some(nic) }).await;
    assert_refused(attached, Code::FailedPrecondition, "nics.machine_id");
}

#[tokio::test]
async fn a_missing_value_names_the_field() {
    let (_home, _daemon, channel) = daemon().await;
    let mut given = machine("vm-1");
    given.mem_size_mb = 0;
    assert_refused(create(&channel, given).await, Code::InvalidArgument, "mem_size_mb");
    assert_refused(create(&channel, machine("")).await, Code::InvalidArgument, "id");
    let request = CreateVirtualMachineRequest::default();
    let created = VmServiceClient::new(channel).create_virtual_machine(request).await;
    assert_refused(created, Code::InvalidArgument, "virtual_machine");
}

#[tokio::test]
async fn what_the_store_cannot_hold_is_not_rounded() {
    let (_home, _daemon, channel) = daemon().await;
    let cell = Cell {
        name: "web".to_owned(),
        cpu: Some(CpuController { weight: Some(10_001), ..Default::default() }),
        ..Default::default()
    };
    let created = CellServiceClient::new(channel.clone()).create_cell(CreateCellRequest { cell: Some(cell) }).await;
    assert_refused(created, Code::InvalidArgument, "cells.cpu.weight");
    let image = Image {
        id: "alpine".to_owned(),
        path: "/img/alpine.raw".to_owned(),
        format: image::Format::Raw.into(),
        size_bytes: 1 << 63,
        ..Default::default()
    };
    let created =
        ImageServiceClient::new(channel.clone()).create_image(CreateImageRequest { image: Some(image) }).await;
    assert_refused(created, Code::OutOfRange, "images.size_bytes");
    let mut given = machine("vm-1");
    given.tags = vec!["a\0b".to_owned()];
    assert_refused(create(&channel, given).await, Code::InvalidArgument, "tags");
}

#[tokio::test]
async fn what_others_need_is_not_deleted() {
    let (_home, _daemon, channel) = daemon().await;
    let mut cells = CellServiceClient::new(channel.clone());
    for (name, parent) in [("web", ""), ("web-1", "web")] {
        let cell = Cell { name: name.to_owned(), parent_name: parent.to_owned(), ..Default::default() };
        cells.create_cell(CreateCellRequest { cell: Some(cell) }).await.unwrap();
    }
    let deleted = cells.delete_cell(DeleteCellRequest { name: "web".to_owned() }).await;
    assert_refused(deleted, Code::FailedPrecondition, "parent_name");

    create(&channel, machine("vm-1")).await.unwrap();
    let mut machines = VmServiceClient::new(channel);
    machines.start_virtual_machine(StartVirtualMachineRequest { id: "vm-1".to_owned() }).await.unwrap();
    let deleted = machines.delete_virtual_machine(DeleteVirtualMachineRequest { id: "vm-1".to_owned() }).await;
    assert_refused(deleted, Code::FailedPrecondition, "stop it first");
}
