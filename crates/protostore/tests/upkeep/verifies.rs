//! Verifications: what is whole is said to be, and each byte that changed is found.

use protostore::Kind;
use protostore::upkeep::{Anchor, Check, CopyOptions, Database, FileOptions};

use super::{database, key, open, write};

#[test]
fn a_whole_database_is_sound_open_and_closed() {
    let (_home, path) = database(500);
    let store = open(&path, &key(1)).expect("opens");
    let report = store.verify(&Anchor::new().at_least(store.info().sequence)).expect("looks");
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.sequence, store.info().sequence);
    let made = |check| report.checks.iter().any(|made| made.check == check && made.left_out.is_none());
    for check in [Check::Cipher, Check::Pages, Check::References, Check::Versions, Check::Structure, Check::Anchor] {
        assert!(made(check), "{check} was not made: {report}");
    }
    store.close().expect("closes");
    let report = Database::open(&path, &key(1)).expect("opens").verify(&Anchor::new()).expect("looks");
    assert!(report.is_sound(), "{report}");
}

#[test]
fn every_changed_byte_is_found() {
    let (_home, path) = database(300);
    let whole = std::fs::read(&path).expect("reads");
    let (mut tried, mut refused) = (0, 0);
    // All pages, and all parts of a page: ciphertext, vector and authentication code.
    for at in (0..whole.len()).step_by(389) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&path, bytes).expect("writes");
        tried += 1;
        match Database::open(&path, &key(1)) {
            Err(e) => {
                assert!(matches!(e.kind(), Kind::Key | Kind::Damaged), "byte {at}: {e}");
                refused += 1;
            }
            Ok(mut database) => {
                let report = database.verify(&Anchor::new()).expect("looks");
                let found = report.findings().any(|(check, _)| check == Check::Cipher);
                assert!(found, "byte {at} was changed and not found: {report}");
            }
        }
    }
    assert!(tried > 100 && refused < tried / 2, "{refused} of {tried}");
    // The control: as it was, nothing is found.
    std::fs::write(&path, whole).expect("writes");
    assert!(Database::open(&path, &key(1)).expect("opens").verify(&Anchor::new()).expect("looks").is_sound());
}

#[test]
fn an_older_copy_is_found_by_its_anchor() {
    let (_home, path) = database(10);
    let old = path.with_file_name("old");
    let store = open(&path, &key(1)).expect("opens");
    store.backup(&old, &key(1), &CopyOptions::new()).expect("copies");
    write(&store, 10..11);
    let anchor = Anchor::new().at_least(store.verify(&Anchor::new()).expect("looks").sequence);
    store.close().expect("closes");
    assert!(Database::open(&path, &key(1)).expect("opens").verify(&anchor).expect("looks").is_sound());
    let report = Database::open(&old, &key(1)).expect("opens").verify(&anchor).expect("looks");
    let found: Vec<_> = report.findings().map(|(check, _)| check).collect();
    assert_eq!(found, [Check::Anchor], "{report}");
    assert!(Database::open(&old, &key(1)).expect("opens").verify(&Anchor::new()).expect("looks").is_sound());
}

#[test]
fn another_structure_and_a_lost_reference_are_found() {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().join("plain.db");
    let options = protostore::Options::new().plaintext(true);
    options.open(&super::fixture::SCHEMA, &path, &key(1)).expect("opens").close().expect("closes");
    let file = rusqlite::Connection::open(&path).expect("opens");
    file.execute_batch("PRAGMA foreign_keys = OFF; CREATE INDEX stray ON networks (cidr);").expect("changes");
    let row = "INSERT INTO machines__image_ids SELECT 'none', 1, 1 FROM (SELECT 1)";
    let orphan = file.execute(row, []).is_ok();
    file.close().expect("closes");
    let store = options.open(&super::fixture::SCHEMA, &path, &key(1)).expect("opens");
    let report = store.verify(&Anchor::new()).expect("looks");
    let found: Vec<_> = report.findings().map(|(check, _)| check).collect();
    assert!(found.contains(&Check::Structure), "{report}");
    assert_eq!(found.contains(&Check::References), orphan, "{report}");
    store.close().expect("closes");
    let mut database = FileOptions::new().plaintext(true).open(&path, &key(1)).expect("opens");
    let report = database.verify(&Anchor::new()).expect("looks");
    assert_eq!(report.is_sound(), !orphan, "{report}");
}
