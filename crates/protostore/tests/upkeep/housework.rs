//! What a store says about itself, and what it does by itself.

use protostore::Kind;
use protostore::upkeep::{Database, FileOptions};

use super::{database, key, open, write};

#[test]
fn the_status_of_a_file_and_of_a_store_agree() {
    let (_home, path) = database(200);
    let cold = Database::open(&path, &key(1)).expect("opens").status().expect("says");
    assert!(cold.closed);
    assert_eq!(
        (cold.store.as_str(), cold.version, cold.semver.as_str()),
        ("fixture.store.v1.FixtureStore", 1, "1.0.0")
    );
    assert_eq!(cold.sizes.file, path.metadata().expect("is there").len());
    assert_eq!((cold.versions.len(), cold.versions[0].slug.as_str()), (1, "initial"));
    let store = open(&path, &key(1)).expect("opens");
    write(&store, 200..201);
    let served = store.status().expect("says");
    assert!(!served.file.closed);
    assert_eq!(served.file.sequence, served.info.sequence);
    assert!(served.file.sequence > cold.sequence);
    assert_eq!((&served.file.key_id, served.file.created), (&cold.key_id, cold.created));
    assert_eq!((served.groups.groups, served.groups.requests), (1, 1));
    assert!(!served.groups.commit.is_zero() && served.groups.commit == served.groups.longest_commit);
    assert_eq!((served.queue.waiting, served.queue.bound), (0, 4096));
    assert!(served.keeper.runs && !served.keeper.paused);
    let rows = store.count_rows().expect("counts");
    assert!(rows.iter().any(|rows| rows.table == "networks" && rows.rows == 201), "{rows:?}");
    store.close().expect("closes");
    assert_eq!(Database::open(&path, &key(1)).expect("opens").count_rows().expect("counts"), rows);
}

#[test]
fn a_file_that_is_not_there_or_another_programs_is_refused() {
    let home = tempfile::tempdir().expect("a directory");
    let missing = Database::open(home.path().join("none.db"), &key(1)).expect_err("is not there");
    assert_eq!(missing.kind(), Kind::NotFound, "{missing}");
    let theirs = home.path().join("theirs.db");
    rusqlite::Connection::open(&theirs).expect("opens").execute_batch("CREATE TABLE t (a)").expect("makes");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&theirs, mode).expect("sets");
    let before = std::fs::read(&theirs).expect("reads");
    let refused = FileOptions::new().plaintext(true).open(&theirs, &key(1)).expect_err("is another program's");
    assert_eq!(refused.kind(), Kind::Open, "{refused}");
    assert_eq!(std::fs::read(&theirs).expect("reads"), before);
}

#[test]
fn a_round_of_the_keeper_gives_room_back_and_moves_the_log_into_the_file() {
    let (_home, path) = database(20_000);
    let store = open(&path, &key(1)).expect("opens");
    let before = store.status().expect("says").file.sizes;
    let ids: Vec<_> = (1_000..20_000).map(|number| super::network(number).id).collect();
    store
        .write(move |tx| tx.delete_many::<super::fixture::Network>(ids.iter().map(String::as_str)).map(drop))
        .expect("deletes");
    let kept = store.keep().expect("keeps");
    let status = store.status().expect("says");
    assert!(kept.pages > 0, "{kept:?}");
    assert!(status.file.sizes.file < before.file / 2, "{:?} of {before:?}", status.file.sizes);
    assert_eq!(status.keeper.rounds, 1);
    assert_eq!(status.keeper.kept, kept);
    // What a round asks the writer for, it does after it has answered.
    store.keep().expect("keeps");
    assert_eq!(super::read(&store), 1_000);
    store.close().expect("closes");
    assert_eq!(super::count(&path, &key(1)), 1_000);
}

#[test]
fn a_keeper_can_be_paused() {
    let (_home, path) = database(1);
    let store = open(&path, &key(1)).expect("opens");
    store.pause_keeper().expect("pauses");
    assert!(store.status().expect("says").keeper.paused);
    store.resume_keeper().expect("goes on");
    assert!(!store.status().expect("says").keeper.paused);
    store.close().expect("closes");
}
