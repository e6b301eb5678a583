//! Power cuts in the middle of a first start, a backup, a restore, a rotation and an upgrade with the copy before it: whatever of it is on the disk, every file is
//! whole, and one of those that it may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use protostore::Kind;
use protostore::upkeep::{CopyOptions, Database, restore, rotate};
use protostore_faults::facts::{add, all, crash, database, renewed, whole};
use protostore_faults::images::{Disk, Moment};
use protostore_faults::versions::Program;
use protostore_faults::{plan, vfs, work};

/// How many images CI looks at, of all kinds together; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 400;

/// How many images are made of one run.
const OF_ONE_RUN: u64 = 50;

/// How many facts there are before, and how many in the backup.
const FACTS: usize = 40;
const IN_BACKUP: usize = 30;

/// What the power is cut in the middle of.
#[derive(Clone, Copy, Debug)]
enum Upkeep {
    Start,
    Backup,
    Restore,
    Rotation,
    Upgrade,
}

const ALL: [Upkeep; 5] = [Upkeep::Start, Upkeep::Backup, Upkeep::Restore, Upkeep::Rotation, Upkeep::Upgrade];

#[test]
fn upkeep_leaves_whole_files_after_a_power_cut() {
    vfs::install();
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let mut looked_at = 0;
    for upkeep in ALL.into_iter().cycle() {
        if looked_at >= cases {
            break;
        }
        looked_at += run(&mut rng, upkeep, Disk::Honest, OF_ONE_RUN.min(cases - looked_at))
            .unwrap_or_else(|wrong| panic!("{upkeep:?}, after {looked_at} images, PROTOSTORE_SEED={seed}: {wrong}"));
    }
    plan::report(&format!("power cuts in upkeep: {looked_at} images, every file whole (PROTOSTORE_SEED={seed})"));
    // The control: a disk that forgets what it has synced.
    for upkeep in ALL {
        let noticed = (0..10).any(|_| run(&mut rng, upkeep, Disk::Forgetful, 20).is_err());
        assert!(noticed, "{upkeep:?} on a disk that forgets was not noticed: the harness shows nothing");
    }
}

/// Records a run, looks at so many images of it, and says what is wrong with the first that is.
fn run(rng: &mut Rng, upkeep: Upkeep, disk: Disk, images: u64) -> Result<u64, String> {
    let home = tempfile::tempdir().expect("a directory");
    let data = home.path().canonicalize().expect("is there").join("data");
    fs::create_dir(&data).expect("a directory");
    upkeep.lay(&data);
    let mut moment = Moment::of(&data, disk);
    vfs::watch(&data, None);
    vfs::record();
    upkeep.run(&data);
    let events = vfs::recorded();
    vfs::watch(Path::new("/nowhere"), None);
    let mut cuts: Vec<usize> = (0..images).map(|_| rng.usize(..=events.len())).collect();
    cuts.sort_unstable();
    let mut at = 0;
    for (number, cut) in cuts.into_iter().enumerate() {
        while at < cut {
            moment.advance(&events[at]);
            at += 1;
        }
        let image = home.path().join(format!("image-{number}"));
        fs::create_dir(&image).expect("a directory");
        moment.write(rng, &data, &image);
        let done = moment.answered > 0;
        let wrong = |wrong| format!("cut at event {cut} of {}, done: {done}: {wrong}", events.len());
        upkeep.look(&image, done).map_err(wrong)?;
        fs::remove_dir_all(&image).expect("removes");
    }
    Ok(images)
}

/// The ids of so many facts.
fn ids(count: usize) -> BTreeSet<String> {
    (0..count).map(|number| format!("f{number}")).collect()
}

impl Upkeep {
    /// Makes what is there before, on the disk.
    fn lay(self, data: &Path) {
        let path = data.join("life.db");
        match self {
            Self::Start => {}
            Self::Backup => database(&path, FACTS),
            Self::Restore => {
                database(&path, IN_BACKUP);
                let old = Database::open(&path, &work::key()).expect("opens");
                old.backup(data.join("backup"), &work::key(), &CopyOptions::new()).expect("copies");
                drop(old);
                crash(&path, IN_BACKUP..FACTS);
            }
            Self::Rotation | Self::Upgrade => {
                database(&path, IN_BACKUP);
                crash(&path, IN_BACKUP..FACTS);
            }
        }
    }

    /// Does what is recorded, with a mark when it is done.
    fn run(self, data: &Path) {
        let (path, backup) = (data.join("life.db"), data.join("backup"));
        let options = CopyOptions::new().replace(true);
        match self {
            Self::Start => {
                let store = work::open(&path).expect("opens");
                add(&store, 0..1);
                vfs::answered(1);
                store.close().expect("closes");
            }
            Self::Backup => {
                let database = Database::open(&path, &work::key()).expect("opens");
                database.backup(&backup, &work::key(), &CopyOptions::new()).expect("copies");
                vfs::answered(1);
            }
            Self::Restore => {
                restore(&backup, &path, &work::key(), &options).expect("restores");
                vfs::answered(1);
            }
            Self::Rotation => {
                rotate(&path, &work::key(), &renewed(), &options).expect("rotates");
                vfs::answered(1);
            }
            Self::Upgrade => {
                let store = Program::New.open(&path).expect("upgrades");
                vfs::answered(1);
                store.close().expect("closes");
            }
        }
    }

    /// Looks at what is there after the power cut.
    fn look(self, image: &Path, done: bool) -> Result<(), String> {
        let (path, backup) = (image.join("life.db"), image.join("backup"));
        let expect = |what: &str, is_so: bool| if is_so { Ok(()) } else { Err(what.to_owned()) };
        match self {
            Self::Start => {
                let store = work::open(&path).map_err(|e| format!("does not open: {e:?}"))?;
                let found = all(&store)?;
                store.close().map_err(|e| format!("does not close: {e:?}"))?;
                expect("what was acknowledged is gone", found == ids(1) || (found.is_empty() && !done))
            }
            Self::Backup => {
                expect("the database has lost something", whole(&path, &work::key())? == ids(FACTS))?;
                match backup.exists() {
                    true => expect("the backup is not whole", whole(&backup, &work::key())? == ids(FACTS)),
                    false => expect("the backup is gone", !done),
                }
            }
            Self::Restore => {
                let found = whole(&path, &work::key())?;
                expect("the backup has changed", whole(&backup, &work::key())? == ids(IN_BACKUP))?;
                let is_one = found == ids(IN_BACKUP) || (found == ids(FACTS) && !done);
                expect("the database is neither the old nor the restored one", is_one)
            }
            Self::Rotation => {
                let keys = [work::key(), renewed()];
                let opens = |key| !matches!(Database::open(&path, key), Err(e) if e.kind() == Kind::Key);
                match keys.each_ref().map(opens) {
                    [true, false] if !done => {}
                    [false, true] => {}
                    which => return Err(format!("not exactly one key opens the database: {which:?}")),
                }
                let key = if opens(&keys[0]) { &keys[0] } else { &keys[1] };
                expect("facts are gone", whole(&path, key)? == ids(FACTS))
            }
            Self::Upgrade => {
                // The copy is made before the database changes, and is whole as soon as it has its name.
                let copy = image.join("life.db.before-2");
                let is_copied = copy.exists();
                if is_copied {
                    let copied = Program::Old.read(&copy).map_err(|wrong| format!("the copy: {wrong}"))?;
                    expect("the copy before the upgrade is not the old database", copied == Some(ids(FACTS)))?;
                }
                match Program::Old.read(&path)? {
                    Some(found) => {
                        expect("a database that was not upgraded has changed", found == ids(FACTS) && !done)?
                    }
                    None => expect("the database is upgraded, and its copy is gone", is_copied)?,
                }
                expect("facts are gone", Program::New.read(&path)? == Some(ids(FACTS)))
            }
        }
    }
}
