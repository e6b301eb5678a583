//! A backup, a restore and a rotation are killed at any moment: every file is whole, and of one of the states that it may have.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use protostore::Kind;
use protostore::upkeep::{CopyOptions, Database, restore, rotate};
use protostore_faults::child::{Child, say};
use protostore_faults::facts::{add, all, fact, renewed, whole};
use protostore_faults::{facts, plan, work};
use tempfile::TempDir;

/// How many kills CI makes of each; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 12;

/// What the process that is killed is told.
const DOES: &str = "PROTOSTORE_FAULTS_DOES";
const HOME: &str = "PROTOSTORE_FAULTS_HOME";

/// What a harness has seen: how many kills came before the end of what was killed.
type Seen = Result<u64, String>;

#[test]
fn a_backup_that_is_killed_leaves_whole_files() {
    harness("backups", "backup", "copies the file of an open store", backup);
}

#[test]
fn a_restore_that_is_killed_leaves_one_of_the_two_databases() {
    harness("restores", "restore", "copies the backup over the database", restored);
}

#[test]
fn a_rotation_that_is_killed_leaves_exactly_one_key() {
    harness("rotations", "rotation", "writes the copy over the database", rotation);
}

/// Kills so many, and then those of the control, which must be noticed.
fn harness(name: &str, does: &str, control: &str, kill: fn(&mut Rng, &str, u64) -> Seen) {
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let met = kill(&mut rng, does, cases).unwrap_or_else(|wrong| panic!("PROTOSTORE_SEED={seed}: {wrong}"));
    assert!(met * 4 > cases, "only {met} of {cases} were killed in the middle: the harness shows nothing");
    plan::report(&format!("{name}: {cases} kills, {met} in the middle, every file whole (PROTOSTORE_SEED={seed})"));
    let noticed = kill(&mut rng, &format!("naive {does}"), 24);
    assert!(noticed.is_err(), "a program that {control} was not noticed: the harness shows nothing");
}

/// A directory with a database of so many facts, closed.
fn database(facts: usize) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().canonicalize().expect("is there").join("life.db");
    facts::database(&path, facts);
    (home, path)
}

/// Measures how long a process takes that is not killed, and returns a moment in it.
struct Moments(Duration);

impl Moments {
    fn draw(&self, rng: &mut Rng) -> Duration {
        // Some come after the end.
        self.0.mul_f64(rng.f64() * 1.1)
    }
}

/// Starts the process, waits until it has begun, and kills it after a time. Returns what it has said.
fn run(does: &str, home: &Path, time: Duration) -> Vec<String> {
    let home = home.to_str().expect("is text");
    Child::start("the_process_that_is_killed", &[(DOES, does), (HOME, home)], "began").kill_after(time)
}

/// Measures a process that is not killed.
fn measure(does: &str, home: &Path) -> Moments {
    let since = Instant::now();
    let mut child =
        Child::start("the_process_that_is_killed", &[(DOES, does), (HOME, home.to_str().expect("is text"))], "began");
    let began = since.elapsed();
    child.wait_for("done");
    Moments((since.elapsed() - began).max(Duration::from_millis(5)))
}

/// Kills a store that backs itself up while it writes, again and again.
fn backup(rng: &mut Rng, does: &str, kills: u64) -> Seen {
    let (home, path) = database(1_500);
    let moments = measure(does, home.path());
    let (mut met, mut acknowledged) = (0, BTreeSet::new());
    let to = path.with_file_name("backup");
    // Where there is one already, it is replaced.
    for round in 0..kills {
        if rng.bool() {
            let _ = fs::remove_file(&to);
        }
        let before = to.exists().then(|| whole(&to, &work::key())).transpose()?;
        let said = run(does, home.path(), moments.draw(rng));
        let done = said.iter().any(|line| line == "done");
        met += u64::from(!done);
        acknowledged.extend(said.iter().filter_map(|line| line.strip_prefix("there ")).map(str::to_owned));
        let wrong = |why: String| format!("after kill {round}: {why}");
        // First the copy, which must open whatever becomes of the store.
        if to.exists() {
            let found = whole(&to, &work::key()).map_err(wrong)?;
            let least = before.as_ref().map_or(1_500, BTreeSet::len);
            if found.len() < least {
                return Err(wrong(format!("the backup has {} facts of at least {least}", found.len())));
            }
        } else if before.is_some() || done {
            return Err(wrong("the backup is gone".to_owned()));
        }
        let found = whole(&path, &work::key()).map_err(wrong)?;
        if let Some(lost) = acknowledged.iter().find(|id| !found.contains(*id)) {
            return Err(wrong(format!("{lost} was acknowledged and is gone")));
        }
    }
    Ok(met)
}

/// Kills a restore over a database that has a log of a crash.
fn restored(rng: &mut Rng, does: &str, kills: u64) -> Seen {
    let (home, path) = database(1_200);
    let backup = path.with_file_name("backup");
    let old = whole(&path, &work::key())?;
    Database::open(&path, &work::key())
        .and_then(|database| database.backup(&backup, &work::key(), &CopyOptions::new()))
        .map_err(|e| format!("{e:?}"))?;
    // The newest state is in part in the log: the pair is copied while the store is open.
    let store = work::open(&path).expect("opens");
    add(&store, 1_200..1_400);
    let log = path.with_file_name("life.db-wal");
    let pair = [fs::read(&path).expect("reads"), fs::read(&log).expect("reads")];
    let new = all(&store)?;
    store.close().expect("closes");
    let lay = || {
        let _ = fs::remove_file(&log);
        fs::write(&path, &pair[0]).expect("writes");
        fs::write(&log, &pair[1]).expect("writes");
    };
    let sealed = fs::read(&backup).expect("reads");
    lay();
    let moments = measure(does, home.path());
    let mut met = 0;
    for round in 0..kills {
        lay();
        let said = run(does, home.path(), moments.draw(rng));
        let done = said.iter().any(|line| line == "done");
        met += u64::from(!done);
        let found = whole(&path, &work::key()).map_err(|why| format!("after kill {round}: {why}"))?;
        if !(found == old || (found == new && !done)) {
            return Err(format!("after kill {round}: {} facts, and it was done: {done}", found.len()));
        }
        if fs::read(&backup).expect("reads") != sealed {
            return Err(format!("after kill {round}: the backup has changed"));
        }
    }
    Ok(met)
}

/// Kills a rotation, of a database with a log of a crash.
fn rotation(rng: &mut Rng, does: &str, kills: u64) -> Seen {
    let (home, path) = database(1_200);
    let store = work::open(&path).expect("opens");
    add(&store, 1_200..1_400);
    let log = path.with_file_name("life.db-wal");
    let pair = [fs::read(&path).expect("reads"), fs::read(&log).expect("reads")];
    let there = all(&store)?;
    store.close().expect("closes");
    let lay = || {
        let _ = fs::remove_file(&log);
        fs::write(&path, &pair[0]).expect("writes");
        fs::write(&log, &pair[1]).expect("writes");
    };
    lay();
    let moments = measure(does, home.path());
    let mut met = 0;
    for round in 0..kills {
        lay();
        let said = run(does, home.path(), moments.draw(rng));
        let done = said.iter().any(|line| line == "done");
        met += u64::from(!done);
        let wrong = |why: String| format!("after kill {round}: {why}");
        let keys = [(work::key(), "old"), (renewed(), "new")];
        let opens = keys.iter().filter(|(key, _)| match Database::open(&path, key) {
            Ok(_) => true,
            Err(e) => e.kind() != Kind::Key,
        });
        let [(key, which)] = &opens.collect::<Vec<_>>()[..] else {
            return Err(wrong("not exactly one key opens the database".to_owned()));
        };
        if done && *which == "old" {
            return Err(wrong("it was done, and the old key opens the database".to_owned()));
        }
        if whole(&path, key).map_err(wrong)? != there {
            return Err(wrong("facts are gone".to_owned()));
        }
    }
    Ok(met)
}

/// What the process does that is killed.
#[test]
#[ignore = "a process that another test starts"]
fn the_process_that_is_killed() {
    let (Ok(does), Ok(home)) = (env::var(DOES), env::var(HOME)) else { return };
    let path = Path::new(&home).canonicalize().expect("is there").join("life.db");
    let (backup, options) = (path.with_file_name("backup"), CopyOptions::new().replace(true));
    let naive = does.starts_with("naive ");
    match does.rsplit(' ').next().expect("one word") {
        "backup" => {
            let store = work::open(&path).expect("opens");
            let writes = store.clone();
            std::thread::spawn(move || {
                let run = fastrand::u64(..);
                for number in 0.. {
                    let id = format!("w{run:x}-{number}");
                    let written = fact(&id);
                    if writes.write(move |tx| tx.insert(&written).map(drop)).is_err() {
                        break;
                    }
                    say(&format!("there {id}"));
                }
            });
            say("began");
            if naive {
                slowly(&path, &backup);
            } else {
                store.backup(&backup, &work::key(), &options).expect("copies");
            }
            say("done");
        }
        "restore" => {
            say("began");
            if naive {
                slowly(&backup, &path);
            } else {
                restore(&backup, &path, &work::key(), &options).expect("restores");
            }
            say("done");
        }
        "rotation" => {
            say("began");
            if naive {
                let other = path.with_file_name("other");
                Database::open(&path, &work::key())
                    .and_then(|database| database.backup(&other, &renewed(), &options))
                    .expect("copies");
                slowly(&other, &path);
                let _ = fs::remove_file(path.with_file_name("life.db-wal"));
            } else {
                rotate(&path, &work::key(), &renewed(), &options).expect("rotates");
            }
            say("done");
        }
        other => panic!("{other} is not known"),
    }
}

/// Copies a file onto another as a careless program would, in so many steps that it is met in the middle.
fn slowly(from: &Path, to: &Path) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let bytes = fs::read(from).expect("reads");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to).expect("opens");
    for part in bytes.chunks(bytes.len() / 50 + 1) {
        file.write_all(part).expect("writes");
        file.sync_all().expect("syncs");
        std::thread::sleep(Duration::from_millis(4));
    }
}
