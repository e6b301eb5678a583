//! What is OUTPUT_ONLY is the daemon's: a client that sets it is not refused, and changes nothing.

use aurae::proto::aurae::cells::v0::cell_service_client::CellServiceClient;
use aurae::proto::aurae::cells::v0::{
    Cell, CreateCellRequest, Executable, StartExecutableRequest, UpdateCellRequest, executable,
};
use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, Image, image};
use aurae::proto::aurae::net::v0::net_service_client::NetServiceClient;
use aurae::proto::aurae::net::v0::{CreateNetworkRequest, Network, Nic, UpdateNetworkRequest};
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use aurae::proto::aurae::vms::v0::{Guest, ReportGuestRequest, Transition, VirtualMachine, virtual_machine};
use prost_types::{FieldMask, Timestamp};

use crate::process::Daemon;
use crate::{create, machine};

/// A time that no daemon gives.
const FORGED: Timestamp = Timestamp { seconds: 1, nanos: 0 };

#[track_caller]
fn is_now(time: Option<Timestamp>) {
    assert!(time.is_some_and(|time| time.seconds > 1_700_000_000), "{time:?}");
}

#[tokio::test]
async fn a_client_sets_no_time_and_no_state() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;

    let given = VirtualMachine {
        state: virtual_machine::State::Running.into(),
        transitions: vec![Transition::default(), Transition::default()],
        create_time: Some(FORGED),
        start_time: Some(FORGED),
        nics: vec![Nic::default()],
        guest: Some(Guest::default()),
        ..machine("vm-1")
    };
    let created = create(&channel, given).await.unwrap();
    is_now(created.create_time);
    assert_eq!((created.state(), created.transitions.len()), (virtual_machine::State::Reserved, 1));
    assert_eq!((created.start_time, created.nics.len(), created.guest), (None, 0, None));

    let mut vms = VmServiceClient::new(channel.clone());
    let guest =
        Guest { id: "g".to_owned(), machine_id: "vm-1".to_owned(), report_time: Some(FORGED), ..Guest::default() };
    let reported = vms.report_guest(ReportGuestRequest { guest: Some(guest) }).await.unwrap();
    is_now(reported.into_inner().report_time);

    let mut networks = NetServiceClient::new(channel.clone());
    let network =
        Network { id: "n".to_owned(), cidr: "10.0.0.0/24".to_owned(), create_time: Some(FORGED), ..Network::default() };
    let request = CreateNetworkRequest { network: Some(network.clone()) };
    let created = networks.create_network(request).await.unwrap().into_inner();
    is_now(created.create_time);
    for paths in [&[][..], &["create_time"], &["*"]] {
        let mask = FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() };
        let request = UpdateNetworkRequest { network: Some(network.clone()), update_mask: Some(mask) };
        let updated = networks.update_network(request).await.unwrap().into_inner();
        assert_eq!(updated.create_time, created.create_time, "{paths:?}");
    }

    let image = Image {
        id: "a".to_owned(),
        path: "/images/a".to_owned(),
        format: image::Format::Raw.into(),
        create_time: Some(FORGED),
        ..Image::default()
    };
    let mut images = ImageServiceClient::new(channel.clone());
    let created = images.create_image(CreateImageRequest { image: Some(image) }).await.unwrap();
    is_now(created.into_inner().create_time);

    let mut cells = CellServiceClient::new(channel.clone());
    let cell = Cell { name: "c".to_owned(), create_time: Some(FORGED), cgroup_v2: false, ..Cell::default() };
    let created = cells.create_cell(CreateCellRequest { cell: Some(cell.clone()) }).await.unwrap().into_inner();
    is_now(created.create_time);
    assert!(created.cgroup_v2);
    let mask = Some(FieldMask { paths: vec!["cgroup_v2".to_owned(), "create_time".to_owned()] });
    let updated = cells.update_cell(UpdateCellRequest { cell: Some(cell), update_mask: mask }).await.unwrap();
    assert_eq!(updated.into_inner(), created);

    let given = Executable {
        cell_name: "c".to_owned(),
        name: "e".to_owned(),
        command: "sleep 1".to_owned(),
        pid: Some(7),
        start_time: Some(FORGED),
        end_time: Some(FORGED),
        outcome: Some(executable::Outcome::ExitCode(3)),
        ..Executable::default()
    };
    let started = cells.start_executable(StartExecutableRequest { executable: Some(given) }).await.unwrap();
    let started = started.into_inner();
    is_now(started.start_time);
    assert_eq!((started.pid, started.end_time, started.outcome), (None, None, None));
}
