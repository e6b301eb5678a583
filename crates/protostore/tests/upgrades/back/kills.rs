//! However a downgrade ends, the file is at the version that it had, or at the earlier one: whole.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use protostore::Schema;
use protostore::upkeep::DowngradeOptions;

use super::super::process::{self, Process};
use super::super::store::{Home, connect, contents, key, options};
use super::{BY_COPY, Contents, VERSIONS, database, file_options, first};

/// How many kills CI makes of each; `PROTOSTORE_CASES` asks for others.
const IN_CI: usize = 16;

fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").map_or(IN_CI, |cases| cases.parse().expect("a number"))
}

/// The programs of a downgrade: by steps, or by the copy.
fn programs(by_copy: bool) -> &'static [Schema; 4] {
    if by_copy { &BY_COPY } else { &VERSIONS }
}

/// A file of version 4 that was upgraded from version 2, with a row that was written since.
fn newest(by_copy: bool) -> Home {
    let home = first(programs(by_copy));
    home.close(&programs(by_copy)[1]);
    home.close(&programs(by_copy)[3]);
    home.by_hand(r#"INSERT INTO "machines" ("name", "id", "mem_mb", "owner") VALUES ('d', 4, 4, 'root')"#);
    home
}

/// What the file holds before and after it went back to version 1.
fn both(by_copy: bool) -> [Contents; 2] {
    let home = newest(by_copy);
    let before = home.contents();
    super::back(&home, 1).expect("goes back");
    home.close(&programs(by_copy)[0]);
    [before, home.contents()]
}

/// Which of the two a file holds, once the program of its version has opened and closed it: 4 or 1; 0 for neither.
fn version(home: &Home, by_copy: bool, [before, after]: &[Contents; 2]) -> u32 {
    let Ok(opened) = file_options().open(home.path(), &key()) else { return 0 };
    let Ok(status) = opened.status() else { return 0 };
    drop(opened);
    let Some(program) = programs(by_copy).get(status.version as usize - 1) else { return 0 };
    let Ok(store) = options().open(program, home.path(), &key()) else { return 0 };
    store.close().expect("closes");
    match home.contents() {
        found if found == *before => 4,
        found if found == *after => 1,
        _ => 0,
    }
}

fn go_back(path: &Path, options: &DowngradeOptions) -> protostore::Result<()> {
    let database = file_options().open(path, &key())?;
    let way = database.way_back(1, &key())?;
    database.downgrade(&way, &key(), options).map(drop)
}

/// How often a downgrade tells how far it is, which are the moments at which it is stopped.
fn moments(by_copy: bool) -> usize {
    let told = Arc::new(AtomicUsize::new(0));
    let listener = Arc::clone(&told);
    let counting = DowngradeOptions::new().progress(move |_| {
        listener.fetch_add(1, Ordering::Relaxed);
    });
    go_back(&newest(by_copy).path(), &counting).expect("goes back");
    told.load(Ordering::Relaxed)
}

#[test]
fn stopped_before_each_step_nothing_has_changed() {
    for by_copy in [false, true] {
        let (both, moments) = (both(by_copy), moments(by_copy));
        assert!(moments > 8, "{moments}");
        for stop in 0..moments {
            let home = newest(by_copy);
            let told = AtomicUsize::new(0);
            let stopping = DowngradeOptions::new()
                .progress(move |_| assert!(told.fetch_add(1, Ordering::Relaxed) != stop, "stopped"));
            let ended = catch_unwind(AssertUnwindSafe(|| go_back(&home.path(), &stopping)));
            assert!(ended.map_or(true, |ended| ended.is_err()), "{stop} of {moments}");
            assert_eq!(version(&home, by_copy, &both), 4, "{stop} of {moments}, by copy {by_copy}");
        }
    }
}

/// What the process does that is killed: it goes back, and at the moment that the file beside it names it says so; it stops
/// dead there, or goes on.
#[test]
#[ignore = "a process that other tests start"]
fn downgrader() {
    let Some(path) = process::database() else { return };
    let order = fs::read_to_string(path.with_extension("stop")).expect("reads");
    let (stop, stays) = order.split_once(' ').expect("two words");
    let (stop, stays): (usize, bool) = (stop.parse().expect("a number"), stays == "stays");
    let told = AtomicUsize::new(0);
    let stopping = DowngradeOptions::new().progress(move |_| {
        if told.fetch_add(1, Ordering::Relaxed) == stop {
            process::say("there");
            if stays {
                std::thread::park();
            }
        }
    });
    go_back(&path, &stopping).expect("goes back");
    process::say("done");
    std::thread::park();
}

fn killed(by_copy: bool) {
    let (both, moments, cases) = (both(by_copy), moments(by_copy), cases());
    let mut seen = [0; 2];
    for round in 0..cases {
        let home = newest(by_copy);
        let (stop, stays) = (fastrand::usize(..=moments), fastrand::bool());
        let stop_at = format!("{stop} {}", if stays { "stays" } else { "goes" });
        fs::write(home.path().with_extension("stop"), stop_at).expect("writes");
        let mut process = Process::start("back::kills::downgrader", &home.path());
        let said = process.line();
        if said == "there" && !stays {
            std::thread::sleep(Duration::from_micros(fastrand::u64(0..3_000)));
        }
        process.kill();
        let found = version(&home, by_copy, &both);
        match (said.as_str(), stays) {
            ("done", _) => assert_eq!(found, 1, "kill {round}, after the end"),
            (_, true) => assert_eq!(found, 4, "kill {round}, at {stop} of {moments}"),
            (_, false) => assert_ne!(found, 0, "kill {round}, soon after {stop} of {moments}"),
        }
        seen[usize::from(found == 1)] += 1;
        // Whatever was left, the next downgrade ends well.
        if found == 4 {
            super::back(&home, 1).expect("goes back");
        }
        assert_eq!(version(&home, by_copy, &both), 1, "kill {round}");
    }
    assert!(seen[0] > 0, "none was killed in time: {seen:?}");
}

#[test]
fn killed_at_any_moment_by_steps_it_is_one_of_the_two() {
    killed(false);
}

#[test]
fn killed_at_any_moment_by_the_copy_it_is_one_of_the_two() {
    killed(true);
}

#[test]
fn the_controls_are_neither() {
    // The steps without a transaction around them, as a COMMIT that was smuggled in would leave them.
    let found = both(false);
    for statements in [1, 4, 6] {
        let home = newest(false);
        let db = connect(&home.path());
        for text in super::DOWN_4.split_inclusive(";\n").take(statements) {
            db.execute_batch(text).expect("runs");
        }
        drop(db);
        assert_eq!(version(&home, false, &found), 0, "{statements}");
    }
    // The copy written over the file, page by page, and killed in the middle.
    let (found, home) = (both(true), newest(true));
    let (mut bytes, copy) = (home.bytes(), fs::read(home.copies().pop().expect("is there")).expect("reads"));
    let half = copy.len() / 8192 * 4096;
    bytes[..half].copy_from_slice(&copy[..half]);
    fs::write(home.path(), bytes).expect("writes");
    assert_eq!(version(&home, true, &found), 0);
}

/// A file of version 1 whose copy takes a while, and what it holds.
fn large() -> Home {
    let home = first(&VERSIONS);
    home.by_hand(
        r#"WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < 2500)
           INSERT INTO "machines" SELECT printf('%0800d', "n"), "n" FROM "up";"#,
    );
    home
}

/// What the process does that is killed while it copies: it upgrades.
#[test]
#[ignore = "a process that other tests start"]
fn upgrader() {
    let Some(path) = process::database() else { return };
    let telling = options().progress(|at| {
        if at.step == "copy the database" {
            process::say("copies");
        }
    });
    let store = telling.open(&VERSIONS[3], &path, &key()).expect("upgrades");
    process::say("upgraded");
    std::thread::park();
    drop(store);
}

#[test]
fn killed_while_it_copies_before_an_upgrade_the_file_is_whole_and_so_is_each_copy_that_has_its_name() {
    let template = large();
    let before = contents(&template.path());
    let measured = large();
    let mut process = Process::start("back::kills::upgrader", &measured.path());
    assert_eq!(process.line(), "copies");
    let start = std::time::Instant::now();
    while process.line() != "upgraded" {}
    let whole = start.elapsed();
    process.kill();
    let mut in_time = 0;
    for round in 0..cases() {
        let home = Home::new();
        fs::copy(template.path(), home.path()).expect("copies");
        let mut process = Process::start("back::kills::upgrader", &home.path());
        assert_eq!(process.line(), "copies");
        std::thread::sleep(whole.mul_f64(fastrand::f64() * 0.8));
        process.kill();
        let copies: Vec<_> = home.copies();
        for copy in copies.iter().filter(|copy| !copy.to_string_lossy().contains("creating")) {
            assert_eq!(contents(copy), before, "kill {round}");
        }
        in_time += usize::from(copies.iter().any(|copy| copy.to_string_lossy().contains("creating")));
        let status = database(&home).status().expect("is whole");
        match status.version {
            1 => assert_eq!(home.contents(), before, "kill {round}"),
            version => assert_eq!(version, 4, "kill {round}"),
        }
        home.close(&VERSIONS[3]);
        assert!(!home.copies().iter().any(|copy| copy.to_string_lossy().contains("creating")), "it is cleared away");
        assert_eq!(home.contents()["machines"].len(), before["machines"].len(), "kill {round}");
    }
    assert!(in_time > 0, "none was killed in the middle of a copy");
}
