//! Which keys a process that serves a store has in its memory: what it needs, once.
#![cfg(all(target_os = "linux", feature = "sqlcipher"))]

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;
mod process;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use fixture::{Network, SCHEMA};
use process::Process;
use protostore::{Cursor, Key, Options};

/// What the control looks for: the process makes it of two halves, and keeps it.
const MARKER: ([u8; 16], [u8; 16]) = (*b"a marker that is", *b" searched for as");

const PEM: &str = include_str!("vectors/ed25519-pkcs8.pem");

fn write_key(database: &Path) {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(key_file(database));
    file.unwrap().write_all(PEM.as_bytes()).unwrap();
}

fn key_file(database: &Path) -> PathBuf {
    database.with_file_name("server.key")
}

/// The process that is looked into: it has opened, written, listed and sealed, and given its `Key` back.
#[test]
#[ignore = "a process that other tests start"]
fn server() {
    let Some(path) = process::database() else { return };
    let store = Options::new().open(&SCHEMA, &path, &Key::from_pem_file(key_file(&path)).unwrap()).unwrap();
    let marker = [MARKER.0, MARKER.1].concat();
    store.write(|tx| tx.insert(&Network { id: "lan".into(), cidr: "10.0.0.0/8".into() })).unwrap();
    for _ in 0..3 {
        let page = store.read(|view| view.page::<Network>(None, 1)).unwrap();
        let last = page.records.last().map(|network| Cursor::<Network>::of_key(&network.id).unwrap());
        let token = store.page_tokens().seal(&["ListNetworks"], last.as_ref()).unwrap();
        assert_eq!(store.page_tokens().open(&["ListNetworks"], &token).unwrap(), last);
        assert!(store.page_tokens().open::<Network>(&["ListOthers"], &token).is_err());
    }
    process::say("serving");
    std::thread::sleep(Duration::from_secs(600));
    drop((std::hint::black_box(marker), store));
}

/// The process that keeps what it should not.
#[test]
#[ignore = "a process that other tests start"]
fn keeper() {
    let Some(path) = process::database() else { return };
    let key = Key::from_pem_file(key_file(&path)).unwrap();
    let keys = key.for_file(&[9; 16]);
    process::say("keeps");
    std::thread::sleep(Duration::from_secs(600));
    drop(std::hint::black_box((key, keys)));
}

/// Counts how often each of these is in the memory of a process.
fn count<const N: usize>(process: u32, wanted: [&[u8]; N]) -> [usize; N] {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = [0; N];
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, mode) = (words.next().unwrap(), words.next().unwrap());
        // What a program can only read came from a file.
        if !mode.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // Some of what the kernel maps cannot be read.
        if memory.read_exact_at(&mut bytes, start).is_err() {
            continue;
        }
        for (found, wanted) in found.iter_mut().zip(wanted) {
            let first = wanted[0];
            let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first).map(|(at, _)| at);
            *found += starts.filter(|at| bytes[*at..].starts_with(wanted)).count();
        }
    }
    found
}

#[test]
fn a_serving_process_holds_the_keys_that_it_needs_once() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("fixture.db");
    write_key(&path);
    let mut server = Process::start("server", &path);
    assert_eq!(server.line(), "serving");

    // What is looked for is made after the process, which therefore has it from nowhere else.
    let mut salt = [0; 16];
    File::open(&path).unwrap().read_exact_at(&mut salt, 0).unwrap();
    let key = Key::from_pem(PEM).unwrap();
    let keys = key.for_file(&salt);
    let hex: String = keys.expose_cipher().iter().map(|byte| format!("{byte:02x}")).collect();
    let body: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
    let der = Base64::decode_vec(&body).unwrap();
    let marker = [MARKER.0, MARKER.1].concat();

    let [marker, token, cipher, lower, upper, secret, seed, text] = count(
        server.id(),
        [
            &marker,
            keys.expose_page_token(),
            keys.expose_cipher(),
            hex.as_bytes(),
            hex.to_uppercase().as_bytes(),
            key.expose_secret(),
            &der[der.len() - 32..],
            &body.as_bytes()[body.len() - 24..],
        ],
    );
    assert_eq!(marker, 1, "the search finds what is there");
    assert_eq!(token, 1, "the key of page tokens is there once");
    // SQLCipher keeps its own copies masked.
    assert_eq!((cipher, lower, upper, secret, seed, text), (0, 0, 0, 0, 0, 0), "the others are not there");
}

#[test]
fn keys_that_are_kept_are_found() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("fixture.db");
    write_key(&path);
    let mut keeper = Process::start("keeper", &path);
    assert_eq!(keeper.line(), "keeps");
    let key = Key::from_pem(PEM).unwrap();
    let keys = key.for_file(&[9; 16]);
    let found = count(keeper.id(), [key.expose_secret(), keys.expose_cipher(), keys.expose_page_token()]);
    assert_eq!(found, [1, 1, 1]);
}
