//! The commands that messages and pages name, run: what makes a key, and what converts one of OpenSSH's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use protostore::Key;

use super::{MAKES, refused};

/// Whether a program is there. CI sets `PROTOSTORE_SQLCIPHER=required`, and has it.
#[allow(clippy::print_stderr, reason = "says what was not tried")]
fn has(program: &str, version: &str) -> bool {
    let mut found = Command::new(program);
    found.arg(version).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let found = found.status().is_ok();
    let required = std::env::var_os("PROTOSTORE_SQLCIPHER").is_some_and(|value| value == "required");
    assert!(found || !required, "{program} is missing, and PROTOSTORE_SQLCIPHER=required");
    if !found {
        eprintln!("NOT tried: {program} is not installed");
    }
    found
}

fn run(command: &str, directory: &Path) {
    let done = Command::new("sh").args(["-c", command]).current_dir(directory).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{command}\n{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_line_in_every_message_makes_a_key_that_is_taken() {
    if !has("openssl", "version") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a server's.key");
    let said = Key::from_pem_file(&path).unwrap_err().to_string();
    let (_, line) = said.split_once(MAKES).unwrap_or_else(|| panic!("{said}"));
    run(&format!("{MAKES}{line}"), directory.path());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "openssl keeps others out");
    Key::from_pem_file(&path).unwrap();
}

#[test]
fn ssh_keygen_converts_what_the_message_says_and_nothing_else() {
    if !has("ssh-keygen", "-?") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for (kind, is_converted) in [("rsa -b 2048", true), ("ecdsa -b 256", true), ("ed25519", false)] {
        let name = kind.split(' ').next().unwrap();
        run(&format!("ssh-keygen -q -t {kind} -N '' -f {name} && cp {name} COPY"), directory.path());
        let copy = directory.path().join("COPY");
        refused(Key::from_pem_file(&copy), &["ssh-keygen -p -m PKCS8 -f COPY"]);
        // Without -P and -N it asks for the passphrases.
        run("ssh-keygen -p -m PKCS8 -f COPY -P '' -N ''", directory.path());
        assert_eq!(Key::from_pem_file(&copy).is_ok(), is_converted, "{kind}");
    }
}
