//! The client on the command line, against a daemon.

use std::process::Command;

use crate::process::Daemon;

/// Runs the client and returns whether it succeeded, and what it said.
pub(crate) fn client(daemon: &Daemon, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auraed"));
    let output = command.arg("client").arg("--socket").arg(&daemon.socket).args(arguments).output().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_session_at_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&home.path().join("data"));
    let done = |arguments: &[&str]| {
        let (succeeded, said) = client(&daemon, arguments);
        assert!(succeeded, "{arguments:?}: {said}");
        said
    };
    done(&["create-image", "linux", "/images/vmlinux", "--format", "kernel"]);
    done(&["create-vm", "vm-1", "--kernel", "linux", "--kernel-arg", "console=ttyS0", "--tag", "web"]);
    done(&["create-network", "lan", "10.0.0.0/24"]);
    done(&["attach-nic", "52:54:00:00:00:01", "--vm", "vm-1", "--network", "lan", "--ip", "10.0.0.2/24"]);
    done(&["attach-image", "vm-1", "linux"]);
    done(&["update-vm", "vm-1", "--memory", "1024"]);
    let started = done(&["start-vm", "vm-1"]);
    for line in ["machine vm-1", "1024 MiB", "running", "linux console=ttyS0", "web"] {
        assert!(started.contains(line), "{line:?} is not in\n{started}");
    }
    assert_eq!(done(&["get-vm", "vm-1"]), started);
    assert_eq!(done(&["list-vms", "--image", "linux", "--page-size", "1"]), started);
    assert!(done(&["list-nics", "--vm", "vm-1"]).contains("10.0.0.2/24"));
    done(&["create-cell", "web", "--cpu-weight", "200"]);
    done(&["create-cell", "web-1", "--parent", "web", "--network", "lan"]);
    assert!(done(&["list-cells", "--parent", "web"]).contains("cell web-1"));
    done(&["start-executable", "web-1", "nginx", "/usr/sbin/nginx", "-g", "daemon off;"]);
    assert!(done(&["list-executables", "--cell", "web-1"]).contains("-g daemon off;"));
    done(&["stop-vm", "vm-1"]);
    done(&["delete-vm", "vm-1"]);
    let (succeeded, said) = client(&daemon, &["get-vm", "vm-1"]);
    assert!(!succeeded && said.contains("vm-1"), "{said}");
}
