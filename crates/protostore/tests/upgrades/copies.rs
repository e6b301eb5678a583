//! The copy that is made before an upgrade.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::store::{Home, VERSIONS, contents, has, key, options};

/// Opens a copy alone, in a directory of its own, with the program of before.
fn opens(copy: &Path, program: usize) {
    let alone = tempfile::tempdir().expect("a directory");
    let path = alone.path().join("test.db");
    fs::copy(copy, &path).expect("copies");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets");
    let store = options().open(&VERSIONS[program - 1], &path, &key()).unwrap_or_else(|e| panic!("opens: {e}"));
    assert!(!store.info().engine.recovered && store.info().upgraded.is_none());
    store.close().expect("closes");
}

#[test]
fn it_is_the_file_of_before_and_opens_alone_with_the_same_key_and_another_salt() {
    let home = Home::at(2);
    let (before, bytes) = (home.contents(), home.bytes());
    let store = home.open(&VERSIONS[3]).expect("upgrades");
    let copy = store.info().engine.copy.expect("made a copy");
    assert_eq!(copy, home.path().canonicalize().expect("is there").with_file_name("test.db.before-4"));
    store.close().expect("closes");
    assert_eq!(home.copies().len(), 1);
    assert_eq!(fs::metadata(&copy).expect("is there").permissions().mode() & 0o7777, 0o600);
    assert_eq!(contents(&copy), before);
    if cfg!(feature = "sqlcipher") {
        assert_ne!(fs::read(&copy).expect("reads")[..16], bytes[..16], "the salt is the file's own");
    }
    opens(&copy, 2);
    assert!(home.open(&VERSIONS[3]).expect("opens").info().engine.copy.is_none(), "of that upgrade alone");
}

#[test]
fn the_next_upgrade_replaces_it() {
    let home = Home::at(1);
    home.close(&VERSIONS[1]);
    assert!(home.copies()[0].ends_with("test.db.before-2"));
    // What others call alike is left alone.
    let others =
        ["test.db.before-2.tar", "other.db.before-2", "test.db.before-"].map(|name| home.path().with_file_name(name));
    others.iter().for_each(|path| fs::write(path, "mine").expect("writes"));
    // What is left of one that was killed in the middle.
    let half =
        ["test.db.before-3.creating", "test.db.before-3.creating-wal"].map(|name| home.path().with_file_name(name));
    half.iter().for_each(|path| fs::write(path, "half").expect("writes"));
    home.close(&VERSIONS[3]);
    assert!(others.iter().all(|path| path.exists()) && half.iter().all(|path| !path.exists()));
    let copies: Vec<_> = home.copies().into_iter().filter(|path| !others.contains(path)).collect();
    assert!(copies.len() == 1 && copies[0].ends_with("test.db.before-4"), "{copies:?}");
    opens(&copies[0], 2);
}

#[test]
fn none_is_made_where_it_is_not_wanted() {
    let home = Home::at(1);
    let store = options().copy_before_upgrade(false).open(&VERSIONS[3], home.path(), &key()).expect("upgrades");
    assert!(store.info().engine.copy.is_none() && store.info().upgraded.is_some());
    assert_eq!(home.copies(), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn what_has_its_name_and_is_no_file_is_left_and_nothing_is_upgraded() {
    let home = Home::at(1);
    let victim = home.path().with_file_name("victim");
    fs::write(&victim, "what somebody else needs").expect("writes");
    symlink(&victim, home.path().with_file_name("test.db.before-4")).expect("links");
    let before = home.contents();
    let refused = home.open(&VERSIONS[3]).expect_err("is refused");
    has(&refused, &["cannot name the copy of it"]);
    assert_eq!(fs::read_to_string(&victim).expect("reads"), "what somebody else needs");
    assert_eq!(home.contents(), before);
}

#[test]
fn a_file_that_was_not_closed_is_copied_whole() {
    let home = Home::at(1);
    let mut holder = super::process::Process::start("copies::holder", &home.path());
    assert_eq!(holder.line(), "holds");
    holder.kill();
    let store = home.open(&VERSIONS[3]).expect("upgrades");
    assert!(store.info().engine.recovered);
    opens(&store.info().engine.copy.expect("made a copy"), 1);
}

/// What the process does that is killed: it has the file open.
#[test]
#[ignore = "a process that other tests start"]
fn holder() {
    let Some(path) = super::process::database() else { return };
    let _store = options().open(&VERSIONS[0], path, &key()).expect("opens");
    super::process::say("holds");
    std::thread::park();
}
