//! The daemon as a process: what it keeps, what it refuses, how it starts and stops.

mod client;
mod crash;
mod keys;
mod metrics;
mod outputs;
mod pages;
mod process;
mod protocol;
mod refusals;
mod relations;
mod updates;
mod upkeep;

use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{CreateVirtualMachineRequest, GetVirtualMachineRequest, VirtualMachine};
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

/// A machine that can be created.
fn machine(id: &str) -> VirtualMachine {
    VirtualMachine { id: id.to_owned(), mem_size_mb: 512, vcpu_count: 2, ..Default::default() }
}

async fn create(channel: &Channel, machine: VirtualMachine) -> Result<VirtualMachine, Status> {
    let request = CreateVirtualMachineRequest { virtual_machine: Some(machine) };
    VmServiceClient::new(channel.clone()).create_virtual_machine(request).await.map(Response::into_inner)
}

async fn get(channel: &Channel, id: &str) -> Result<VirtualMachine, Status> {
    let request = GetVirtualMachineRequest { id: id.to_owned() };
    VmServiceClient::new(channel.clone()).get_virtual_machine(request).await.map(Response::into_inner)
}

/// Asserts that a request was refused with that code, and that the message names what it should.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, names: &str) {
    let status = answer.expect_err("the request must be refused");
    assert_eq!(status.code(), code, "{status}");
    assert!(status.message().contains(names), "{:?} does not name {names:?}", status.message());
}
