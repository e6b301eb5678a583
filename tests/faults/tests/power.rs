//! Power cuts: at any moment of a recorded run, with any part of what was not synced, everything acknowledged is there.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use protostore_faults::images::{Disk, Moment};
use protostore_faults::work::{self, Work};
use protostore_faults::{plan, vfs};

/// How many writes a run has.
const WRITES: usize = 40;

/// How many images CI looks at; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 1_500;

/// How many images are made of one run.
const OF_ONE_RUN: u64 = 250;

#[test]
fn what_was_acknowledged_is_there_after_a_power_cut() {
    vfs::install();
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let mut looked_at = 0;
    while looked_at < cases {
        looked_at += run(&mut rng, Disk::Honest, OF_ONE_RUN.min(cases - looked_at))
            .unwrap_or_else(|wrong| panic!("after {looked_at} images, PROTOSTORE_SEED={seed}: {wrong}"));
    }
    plan::report(&format!("power cuts: {looked_at} images, nothing lost (PROTOSTORE_SEED={seed})"));
    // The control: a disk that forgets what it has synced.
    let noticed = (0..20).any(|_| run(&mut rng, Disk::Forgetful, 50).is_err());
    assert!(noticed, "a disk that forgets what it has synced was not noticed: the harness shows nothing");
}

/// Records a run, looks at so many images of it, and says what is wrong with the first that is.
fn run(rng: &mut Rng, disk: Disk, images: u64) -> Result<u64, String> {
    let home = tempfile::tempdir().expect("a directory");
    let data = home.path().join("data");
    fs::create_dir(&data).expect("a directory");
    let database = data.join("life.db");
    // The file is made and closed before: what is recorded begins with a file that is whole.
    work::open(&database).expect("opens").close().expect("closes");
    let before = Moment::of(&data, disk);
    vfs::watch(&data, None);
    vfs::record();
    let (work, sequences) = record(rng, &database);
    let events = vfs::recorded();
    vfs::watch(Path::new("/nowhere"), None);
    let mut cuts: Vec<usize> = (0..images).map(|_| rng.usize(..=events.len())).collect();
    cuts.sort_unstable();
    let (mut moment, mut at) = (before, 0);
    for (number, cut) in cuts.into_iter().enumerate() {
        while at < cut {
            moment.advance(&events[at]);
            at += 1;
        }
        let image = home.path().join(format!("image-{number}"));
        fs::create_dir(&image).expect("a directory");
        moment.write(rng, &data, &image);
        // Of a database that has answered nothing, nothing is known.
        let acknowledged = moment.answered.checked_sub(1).map_or(0, |last| sequences[last]);
        look(&work, &moment, acknowledged, &image.join("life.db"), rng.u8(..8) == 0).map_err(|wrong| {
            format!("cut at event {cut} of {}, {} answered: {wrong}", events.len(), moment.answered)
        })?;
        fs::remove_dir_all(&image).expect("removes");
    }
    Ok(images)
}

/// Draws the writes and runs them, with a mark in the recording for each answer; returns also the newest commit by then.
fn record(rng: &mut Rng, database: &Path) -> (Work, Vec<u64>) {
    let work = {
        // The writes are drawn over a store of their own, so that looking at it is not part of the recording.
        let home = tempfile::tempdir().expect("a directory");
        work::draw(rng, WRITES, &home.path().join("life.db"))
    };
    let mut store = Some(work::open(database).expect("opens"));
    let (mut sequences, mut newest) = (Vec::new(), 0);
    for (number, write) in work.writes.iter().enumerate() {
        let done = work::perform(&mut store, write, database);
        newest = done.as_ref().copied().unwrap_or(newest);
        assert!(sequences.last().is_none_or(|last| *last <= newest), "{write:?}: {sequences:?}, then {newest}");
        sequences.push(newest);
        assert_eq!(done.err().map(|e| e.kind()), work.rejected[number], "{write:?}");
        vfs::answered(number + 1);
    }
    store.expect("is open").close().expect("closes");
    (work, sequences)
}

/// Opens an image and compares: everything answered is there, and of the next write all or nothing; sequences go on after
/// the last that was told.
fn look(work: &Work, moment: &Moment, acknowledged: u64, database: &Path, twice: bool) -> Result<(), String> {
    let store = work::open(database).map_err(|e| format!("does not open: {e:?}"))?;
    let found = work::dump(&store).map_err(|e| format!("cannot be read: {e:?}"))?;
    let (answered, sequence) = (moment.answered, store.info().sequence);
    if sequence < acknowledged {
        return Err(format!("is at commit {sequence}, and {acknowledged} was acknowledged"));
    }
    if !work.states[answered..work.states.len().min(answered + 2)].contains(&found) {
        return Err(match work.states.iter().rposition(|state| *state == found) {
            Some(other) => format!("holds the state after {other} writes"),
            None => format!("holds a state that never was:\n{found}"),
        });
    }
    store.close().map_err(|e| format!("does not close: {e:?}"))?;
    if twice {
        let store = work::open(database).map_err(|e| format!("does not open a second time: {e:?}"))?;
        if work::dump(&store).map_err(|e| format!("cannot be read a second time: {e:?}"))? != found {
            return Err("holds another state when it is opened a second time".to_owned());
        }
    }
    Ok(())
}
