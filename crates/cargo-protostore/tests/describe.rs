//! `cargo protostore describe`: what is stored, as text.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the command in the repository; returns whether it succeeded, and what it said.
fn run(words: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).arg("protostore").args(words);
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn a_store_is_described_in_a_terminal() {
    let (ok, said) = run(&["describe"]);
    // How far apart the cells are depends on the longest of each column.
    let words =
        |text: &str| text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    assert!(ok && said.starts_with("aurae: aurae.store.v0.AuraeStore, 7 tables, "), "{said}");
    let row = |line: &String| line.starts_with("nics mac_address 1 ") && line.ends_with("The interfaces of machines.");
    assert!(words(&said).iter().any(row), "{said}");
    assert!(said.contains(" fields are stored; not stored:\n  virtual_machines."), "{said}");
    let (ok, said) = run(&["describe", "nics"]);
    assert!(ok && said.starts_with("nics: table 2 of aurae, record Nic\n"), "{said}");
    for line in [
        "nics__ip__nameservers",
        "machine_id string TEXT machine_id = 2 -> virtual_machines",
        "index nics_by_network_id (network_id)",
        "pub fn list_by_network_id(",
    ] {
        assert!(words(&said).iter().any(|said| said == line), "{line:?} is not in\n{said}");
    }
    let (ok, said) = run(&["describe", "nix"]);
    assert!(!ok && said.contains("no store has a table `nix`"), "{said}");
}
