//! What was acknowledged is there after the daemon was killed, and a stop is clean and bounded.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aurae::proto::aurae::images::v0::image_service_client::ImageServiceClient;
use aurae::proto::aurae::images::v0::{CreateImageRequest, Image, image};
use aurae::proto::aurae::vms::v0::{Drive, KernelBoot, drive, virtual_machine};
use rustix::process::Signal;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::process::{Daemon, refused, serve};
use crate::{create, get, machine};

#[tokio::test]
async fn a_record_survives_kill_9() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let daemon = Daemon::start(&data);
    let channel = daemon.connect().await;
    let image = Image {
        id: "linux".to_owned(),
        path: "/images/vmlinux".to_owned(),
        format: image::Format::Kernel.into(),
        ..Default::default()
    };
    ImageServiceClient::new(channel.clone()).create_image(CreateImageRequest { image: Some(image) }).await.unwrap();
    let mut given = machine("vm-1");
    given.boot = Some(virtual_machine::Boot::Kernel(KernelBoot {
        image_id: "linux".to_owned(),
        arguments: vec!["console=ttyS0".to_owned(), "quiet".to_owned()],
        ..Default::default()
    }));
    given.root_drive = Some(Drive {
        name: "root".to_owned(),
        source: Some(drive::Source::HostPath("/disks/root.ext4".to_owned())),
        ..Default::default()
    });
    given.image_ids = vec!["linux".to_owned()];
    given.stop_timeout = Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 });
    let created = create(&channel, given).await.unwrap();
    daemon.kill();

    let daemon = Daemon::start(&data);
    assert_eq!(get(&daemon.connect().await, "vm-1").await.unwrap(), created);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_acknowledged_is_lost_when_killed_under_load() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for round in 0..5 {
        let daemon = Daemon::start(&data);
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (acknowledged, connecting) = (acknowledged.clone(), daemon.socket.clone());
                tokio::spawn(async move {
                    let uri = format!("unix:{}", connecting.display());
                    let channel = tonic::transport::Endpoint::from_shared(uri).unwrap().connect().await.unwrap();
                    for number in 0.. {
                        let id = format!("vm-{round}-{writer}-{number}");
                        match create(&channel, machine(&id)).await {
                            Ok(_) => acknowledged.lock().unwrap().push(id),
                            Err(_) => break,
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(150 + 50 * round)).await;
        daemon.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let daemon = Daemon::start(&data);
    let channel = daemon.connect().await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 20, "only {} requests were acknowledged: the test shows nothing", acknowledged.len());
    for id in acknowledged {
        get(&channel, &id).await.unwrap_or_else(|status| panic!("{id} was acknowledged and is gone: {status}"));
    }
}

#[tokio::test]
async fn a_signal_stops_the_daemon_cleanly_and_in_time() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let daemon = Daemon::start(&data);
        let channel = daemon.connect().await;
        create(&channel, machine("vm-1")).await.unwrap();
        // A stream that never ends by itself must not keep the daemon from stopping.
        let _watch = HealthClient::new(daemon.connect_tcp().await).watch(HealthCheckRequest::default()).await.unwrap();
        let socket = daemon.socket.clone();
        let (status, took) = daemon.stop(signal);
        assert!(status.success(), "{signal:?}: {status}");
        assert!(took < Duration::from_secs(15), "{signal:?}: {took:?}");
        assert!(!socket.exists(), "the socket is left behind");
        let left = std::fs::metadata(data.join("aurae.db-wal")).map_or(0, |wal| wal.len());
        assert_eq!(left, 0, "the log was not written back");
        let daemon = Daemon::start(&data);
        get(&daemon.connect().await, "vm-1").await.unwrap();
    }
}

#[tokio::test]
async fn a_second_daemon_is_refused_and_told_of_the_first() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let first = Daemon::start(&data);
    let said = refused(serve(&data));
    assert!(said.contains(&first.pid().to_string()), "{said:?} does not name process {}", first.pid());
    create(&first.connect().await, machine("vm-1")).await.unwrap();
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_auraed"));
    command.arg("serve").arg("--data").arg(&data).args(["--listen", "0.0.0.0:0"]);
    let said = refused(command);
    assert!(said.contains("loopback"), "{said}");
    assert!(!data.exists(), "nothing is made before the arguments are known to be good");
}
