//! Lists come in order, page by page, and their tokens cannot be made up.

use aurae::proto::aurae::cells::v0::cell_service_client::CellServiceClient;
use aurae::proto::aurae::cells::v0::{
    Cell, CreateCellRequest, Executable, ListExecutablesRequest, StartExecutableRequest,
};
use aurae::proto::aurae::net::v0::list_nics_request::Scope;
use aurae::proto::aurae::net::v0::net_service_client::NetServiceClient;
use aurae::proto::aurae::net::v0::{AttachNicRequest, ListNicsRequest, Nic};
use aurae::proto::aurae::vms::v0::ListVirtualMachinesRequest;
use aurae::proto::aurae::vms::v0::vm_service_client::VmServiceClient;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::process::Daemon;
use crate::{assert_refused, create, machine};

async fn list(channel: &Channel, page_size: i32, page_token: &str) -> Result<(Vec<String>, String), Status> {
    let request = ListVirtualMachinesRequest { page_size, page_token: page_token.to_owned(), ..Default::default() };
    let page = VmServiceClient::new(channel.clone()).list_virtual_machines(request).await?.into_inner();
    Ok((page.virtual_machines.into_iter().map(|machine| machine.id).collect(), page.next_page_token))
}

#[tokio::test]
async fn pages_come_in_order_and_end() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut daemon = Daemon::start(&data);
    let mut channel = daemon.connect().await;
    let names: Vec<_> = (0..10).map(|number| format!("vm-{number}")).collect();
    for name in names.iter().rev() {
        create(&channel, machine(name)).await.unwrap();
    }
    assert_eq!(list(&channel, 0, "").await.unwrap(), (names.clone(), String::new()));
    assert_eq!(list(&channel, 10, "").await.unwrap().1, "", "a page that is just full has no next one");

    let (mut seen, mut token) = list(&channel, 3, "").await.unwrap();
    assert_eq!(seen.len(), 3);
    // The list goes on where it was, also with another size and after a restart.
    daemon.kill();
    daemon = Daemon::start(&data);
    channel = daemon.connect().await;
    while !token.is_empty() {
        let (page, next) = list(&channel, 2, &token).await.unwrap();
        seen.extend(page);
        token = next;
    }
    assert_eq!(seen, names);
}

#[tokio::test]
async fn a_page_size_may_be_anything_but_negative() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    create(&channel, machine("vm-1")).await.unwrap();
    assert_eq!(list(&channel, i32::MAX, "").await.unwrap().0, ["vm-1"]);
    assert_refused(list(&channel, -1, "").await, Code::InvalidArgument, "page_size");
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    for number in 0..3 {
        create(&channel, machine(&format!("vm-{number}"))).await.unwrap();
    }
    let (_, token) = list(&channel, 1, "").await.unwrap();
    assert_eq!(list(&channel, 1, &token).await.unwrap().0, ["vm-1"]);
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_refused(list(&channel, 1, &changed).await, Code::InvalidArgument, "page_token");
    }
    for made_up in ["x", "vm-1", "dm0tMQ", "../..", &token[..token.len() - 1]] {
        assert_refused(list(&channel, 1, made_up).await, Code::InvalidArgument, "page_token");
    }
    // Nor does it serve for another question.
    let request = ListVirtualMachinesRequest { page_token: token, image_id: "linux".to_owned(), ..Default::default() };
    let answer = VmServiceClient::new(channel).list_virtual_machines(request).await;
    assert_refused(answer, Code::InvalidArgument, "page_token");
}

#[tokio::test]
async fn lists_by_a_reference_are_paged_too() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let channel = daemon.connect().await;
    let mut networks = NetServiceClient::new(channel.clone());
    let addresses: Vec<_> = (0..5).map(|number| format!("52:54:00:00:00:0{number}")).collect();
    for owner in ["vm-1", "vm-2"] {
        create(&channel, machine(owner)).await.unwrap();
    }
    for address in &addresses {
        let nic = Nic { mac_address: address.clone(), machine_id: "vm-1".to_owned(), ..Default::default() };
        networks.attach_nic(AttachNicRequest { nic: Some(nic) }).await.unwrap();
    }
    let other =
        Nic { mac_address: "52:54:00:00:00:99".to_owned(), machine_id: "vm-2".to_owned(), ..Default::default() };
    networks.attach_nic(AttachNicRequest { nic: Some(other) }).await.unwrap();

    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let scope = Some(Scope::MachineId("vm-1".to_owned()));
        let page = networks.list_nics(ListNicsRequest { page_size: 2, page_token, scope }).await.unwrap().into_inner();
        seen.extend(page.nics.into_iter().map(|nic| nic.mac_address));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, addresses);
}

#[tokio::test]
async fn a_key_of_two_parts_is_paged_by_both() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let mut cells = CellServiceClient::new(daemon.connect().await);
    let mut expected = Vec::new();
    for cell in ["a", "b"] {
        let given = Cell { name: cell.to_owned(), ..Default::default() };
        cells.create_cell(CreateCellRequest { cell: Some(given) }).await.unwrap();
        for name in ["x", "y", "z"] {
            let executable = Executable {
                cell_name: cell.to_owned(),
                name: name.to_owned(),
                command: "/bin/true".to_owned(),
                ..Default::default()
            };
            cells.start_executable(StartExecutableRequest { executable: Some(executable) }).await.unwrap();
            expected.push((cell.to_owned(), name.to_owned()));
        }
    }
    for (cell, expected) in [("", &expected[..]), ("b", &expected[3..])] {
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListExecutablesRequest { page_size: 2, page_token, cell_name: cell.to_owned() };
            let page = cells.list_executables(request).await.unwrap().into_inner();
            seen.extend(page.executables.into_iter().map(|executable| (executable.cell_name, executable.name)));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
}
