//! A daemon looks after its store while it serves, as nobody else can open its file.

use std::os::unix::fs::PermissionsExt;

use aurae::proto::aurae::upkeep::v0::upkeep_service_client::UpkeepServiceClient;
use aurae::proto::aurae::upkeep::v0::{BackUpRequest, GetStatusRequest};
use protostore::Key;
use protostore::upkeep::{CopyOptions, restore};
use tonic::Code;

use crate::client::client;
use crate::process::Daemon;

#[test]
fn a_backup_is_made_while_the_daemon_serves_and_takes_the_place_of_its_store() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let daemon = Daemon::start(&data);
    let done = |arguments: &[&str]| {
        let (succeeded, said) = client(&daemon, arguments);
        assert!(succeeded, "{arguments:?}: {said}");
        said
    };
    done(&["create-network", "lan", "10.0.0.0/24"]);
    let said = done(&["backup", "first"]);
    let backup = data.join("backups/first");
    assert!(said.contains(&backup.canonicalize().unwrap().display().to_string()), "{said}");
    assert_eq!(backup.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(data.join("backups").metadata().unwrap().permissions().mode() & 0o7777, 0o700);
    done(&["create-network", "wan", "10.1.0.0/24"]);
    // No backup is replaced, and none leaves the directory.
    for name in ["first", "../escaped", "/tmp/escaped", "a/b", "", ".."] {
        let (succeeded, said) = client(&daemon, &["backup", name]);
        assert!(!succeeded, "{name:?}: {said}");
    }
    let status = done(&["status", "--rows"]);
    for line in ["store aurae.store.v0.AuraeStore", "rows       2 of networks", "aurae.db"] {
        assert!(status.contains(line), "{line:?} is not in\n{status}");
    }
    // What the groups, the commits and the page caches do, with figures that were counted.
    let figures = |label: &str| -> Vec<f64> {
        let line =
            status.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap_or_else(|| panic!("{status}"));
        line.split([' ', ',']).filter_map(|word| word.parse().ok()).collect()
    };
    assert_eq!(figures("group "), [1.0, 1.0], "{status}");
    assert!(figures("commit ").iter().all(|time| *time > 0.0) && figures("commit ").len() == 2, "{status}");
    assert!(figures("cache ").len() == 3 && figures("cache ")[..2].iter().all(|count| *count > 0.0), "{status}");
    let sound = done(&["verify"]);
    assert!(sound.contains("cipher       sound") && sound.contains("structure    sound"), "{sound}");
    let (succeeded, said) = client(&daemon, &["verify", "--at-least", "1000000"]);
    assert!(!succeeded && said.contains("1000000 was acknowledged"), "{said}");
    // A file that a daemon holds is not restored over.
    let key = Key::from_pem_file(data.join("server.key")).unwrap();
    let replace = CopyOptions::new().replace(true);
    let refused = restore(&backup, data.join("aurae.db"), &key, &replace).unwrap_err();
    assert!(refused.to_string().contains(&daemon.pid().to_string()), "{refused}");
    daemon.kill();
    restore(&backup, data.join("aurae.db"), &key, &replace).unwrap();
    let daemon = Daemon::start(&data);
    let (_, shown) = client(&daemon, &["status", "--rows"]);
    assert!(shown.contains("rows       1 of networks"), "{shown}");
}

#[tokio::test]
async fn other_users_of_the_host_cannot_ask_for_upkeep() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let mut over_tcp = UpkeepServiceClient::new(daemon.connect_tcp().await);
    let refused = over_tcp.get_status(GetStatusRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
    let refused = over_tcp.back_up(BackUpRequest { name: "x".to_owned() }).await.map(drop).unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
    let mut over_socket = UpkeepServiceClient::new(daemon.connect().await);
    let status = over_socket.get_status(GetStatusRequest::default()).await.unwrap().into_inner();
    assert_eq!((status.version, status.rows.len()), (aurae::SCHEMA.version, 0));
    // A client that goes away ends its backup, or has it; the daemon serves on.
    let backup = over_socket.back_up(BackUpRequest { name: "gone".to_owned() }).await.unwrap();
    drop(backup);
    over_socket.get_status(GetStatusRequest { count_rows: true }).await.unwrap();
}
