//! Health and reflection, over both ways in.

use std::collections::BTreeSet;

use aurae::proto::aurae::vms::v0::GetVirtualMachineRequest;
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use prost::Message;
use prost_types::FileDescriptorProto;
use tokio_stream::StreamExt;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::process::Daemon;
use crate::{create, get, machine};

#[tokio::test]
async fn both_ways_in_reach_the_same_store() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let created = create(&daemon.connect().await, machine("vm-1")).await.unwrap();
    assert_eq!(get(&daemon.connect_tcp().await, "vm-1").await.unwrap(), created);
}

#[tokio::test]
async fn a_generated_client_connects_by_itself() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let created = create(&daemon.connect().await, machine("vm-1")).await.unwrap();
    // The feature `transport` of the generated crate brings `connect`.
    let mut machines = VmServiceClient::connect(format!("http://{}", daemon.address)).await.unwrap();
    let request = GetVirtualMachineRequest { id: "vm-1".to_owned() };
    assert_eq!(machines.get_virtual_machine(request).await.unwrap().into_inner(), created);
}

#[tokio::test]
async fn health_answers_for_the_daemon_and_each_service() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let mut health = HealthClient::new(daemon.connect().await);
    for service in ["", "aurae.vms.v0.VmService", "aurae.net.v0.NetService", "aurae.cells.v0.CellService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let status = health.check(request).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service:?}");
    }
}

#[tokio::test]
async fn reflection_lists_the_services_and_hands_out_every_file() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let MessageResponse::ListServicesResponse(list) = ask(&channel, MessageRequest::ListServices(String::new())).await
    else {
        panic!("not a list of services")
    };
    let services: BTreeSet<_> = list.service.into_iter().map(|service| service.name).collect();
    for name in ["aurae.vms.v0.VmService", "aurae.net.v0.NetService", "aurae.cells.v0.CellService"] {
        assert!(services.contains(name), "{services:?}");
    }

    // A client such as grpcurl asks for a symbol, and then for everything that its file imports.
    let mut files = BTreeSet::new();
    let mut asked = vec![MessageRequest::FileContainingSymbol("aurae.vms.v0.VmService".to_owned())];
    while let Some(question) = asked.pop() {
        let MessageResponse::FileDescriptorResponse(answer) = ask(&channel, question.clone()).await else {
            panic!("no file for {question:?}")
        };
        for encoded in answer.file_descriptor_proto {
            let file = FileDescriptorProto::decode(encoded.as_slice()).unwrap();
            if files.insert(file.name().to_owned()) {
                asked.extend(file.dependency.into_iter().map(MessageRequest::FileByFilename));
            }
        }
    }
    assert!(files.contains("google/protobuf/timestamp.proto"), "{files:?}");
    assert!(files.contains("aurae/images/v0/images.proto"), "{files:?}");
}

async fn ask(channel: &Channel, question: MessageRequest) -> MessageResponse {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let mut reflection = ServerReflectionClient::new(channel.clone());
    let mut answers = reflection.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    answers.next().await.unwrap().unwrap().message_response.unwrap()
}
