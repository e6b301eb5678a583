//! A process that is killed in a method of the program leaves a file of the old version, or of the new one, whole.
//!
//! `PROTOSTORE_CASES=300` says how often; a control, in which a part of the upgrade is committed, must be found.

use std::collections::BTreeMap;
use std::path::Path;

use fleet::upgrades::{Upgrades, v1, v2, v3, v4};
use protostore::RowRejected;

use super::lab::{Directory, Home, OWNERS, ROWS, connect, contents, key};
use super::process::{self, Process};

type Contents = BTreeMap<String, Vec<String>>;

/// Stops dead before a call, so that the parent can kill the process there.
struct Stopping {
    inner: Directory,
    calls: usize,
    stop: usize,
}

impl Stopping {
    fn called(&mut self) {
        if self.calls == self.stop {
            process::say("stopped");
            std::thread::park();
        }
        self.calls += 1;
    }
}

impl Upgrades for Stopping {
    fn machine_owner(&mut self, old: &v1::Machine) -> Result<String, RowRejected> {
        self.called();
        self.inner.machine_owner(old)
    }

    fn split_disk(&mut self, old: &v2::Machine, new: &mut v3::Machine) -> Result<(), RowRejected> {
        self.called();
        self.inner.split_disk(old, new)
    }

    fn machine_name(&mut self, old: &v3::Machine) -> Result<String, RowRejected> {
        self.called();
        self.inner.machine_name(old)
    }

    fn machine_contact(&mut self, old: &v3::Machine) -> Result<v4::Contact, RowRejected> {
        self.called();
        self.inner.machine_contact(old)
    }
}

/// How often methods are called for the rows here: each machine has no owner, is split and has no contact, and two have no
/// name.
const CALLS: usize = 3 + 3 + 2 + 3;

/// The process that is killed; in any other run it does nothing.
#[test]
#[ignore = "a process that another test starts"]
fn upgrader() {
    let Some(path) = process::database() else { return };
    let stop: usize = std::fs::read_to_string(path.with_extension("stop")).expect("reads").parse().expect("a number");
    let stopping = Stopping { inner: Directory::new(&OWNERS), calls: 0, stop };
    let store = fleet::Options::new().upgrades(stopping).open(path, &key()).expect("upgrades");
    process::say("upgraded");
    drop(store);
}

/// What a file holds before and after the upgrade.
fn both() -> [Contents; 2] {
    let home = Home::new(ROWS);
    let before = home.contents();
    home.open(Directory::new(&OWNERS)).expect("upgrades").close().expect("closes");
    [before, home.contents()]
}

/// Says what is wrong with a file whose upgrade was killed: it is neither of the two, or it does not go on.
fn judge(home: &Home, [before, after]: &[Contents; 2]) -> Result<usize, String> {
    // A log beside it is of the same moment.
    let found = contents(&home.path());
    let which = [before, after].iter().position(|known| **known == found).ok_or("it is neither old nor new")?;
    let opened = home.open(Directory::new(&OWNERS)).map_err(|why| why.to_string())?;
    opened.close().map_err(|why| why.to_string())?;
    let is_whole = home.contents() == *after;
    if is_whole { Ok(which) } else { Err("it does not become the newest".to_owned()) }
}

#[test]
fn a_process_that_is_killed_in_a_method_leaves_one_of_the_two_versions() {
    let kills = std::env::var("PROTOSTORE_CASES").ok().and_then(|kills| kills.parse().ok()).unwrap_or(CALLS + 1);
    let both = both();
    for kill in 0..kills {
        let (home, stop) = (Home::new(ROWS), kill % (CALLS + 1));
        std::fs::write(home.path().with_extension("stop"), stop.to_string()).expect("writes");
        let mut upgrader = Process::start("kills::upgrader", &home.path());
        let said = upgrader.line();
        upgrader.kill();
        assert_eq!(said, if stop == CALLS { "upgraded" } else { "stopped" }, "{kill}");
        let which = judge(&home, &both).unwrap_or_else(|why| panic!("kill {kill}, before call {stop}: {why}"));
        assert_eq!(which, usize::from(stop == CALLS), "{kill}");
    }
}

/// The control: a version that is committed before the next one asks the program is found.
#[test]
fn half_an_upgrade_is_found() {
    let both = both();
    let home = Home::new(ROWS);
    half_done(&home.path());
    judge(&home, &both).expect_err("it is neither");
}

/// Commits what a migration does before it asks the program.
fn half_done(path: &Path) {
    let text = fleet::SCHEMA.migrations[1].text;
    let begins = text.find("ALTER TABLE").expect("a column is added");
    let end = begins + text[begins..].find(';').expect("a statement") + 1;
    connect(path).execute_batch(&text[begins..end]).expect("runs");
}
