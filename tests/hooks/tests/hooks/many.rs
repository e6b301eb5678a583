//! Many rows: methods are called for all of them, page by page, and progress is told meanwhile.
//!
//! `PROTOSTORE_ROWS=1000000` says how many, and the times are shown.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fleet::upgrades::{Upgrades, v1, v2, v3, v4};
use protostore::RowRejected;

use super::lab::{Home, connect, key, strings};

/// Gives each machine an owner by its number, and counts the calls.
#[derive(Clone, Default)]
struct Counting {
    calls: Arc<AtomicUsize>,
    last: Arc<Mutex<String>>,
}

impl Counting {
    fn called(&self, id: &str) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        id.clone_into(&mut self.last.lock().expect("one thread"));
    }
}

impl Upgrades for Counting {
    fn machine_owner(&mut self, old: &v1::Machine) -> Result<String, RowRejected> {
        if *self.last.lock().expect("one thread") >= old.id {
            return Err(RowRejected::because("comes out of order"));
        }
        self.called(&old.id);
        Ok(format!("owner of {}", old.id))
    }

    fn split_disk(&mut self, old: &v2::Machine, new: &mut v3::Machine) -> Result<(), RowRejected> {
        self.called(&old.id);
        new.root_drive = old.disk.as_ref().map(|disk| v3::Drive { size_mb: disk.size_mb, ..Default::default() });
        Ok(())
    }

    fn machine_name(&mut self, old: &v3::Machine) -> Result<String, RowRejected> {
        self.called(&old.id);
        Ok(old.id.clone())
    }

    fn machine_contact(&mut self, old: &v3::Machine) -> Result<v4::Contact, RowRejected> {
        self.called(&old.id);
        Ok(v4::Contact { mail: old.owner.clone(), phone: None })
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "times are shown, and nothing is asserted about them")]
fn each_row_is_asked_about_once_in_the_order_of_the_key() {
    let rows = std::env::var("PROTOSTORE_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(2500_usize);
    let home = Home::new(&format!(
        r#"WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < {rows})
           INSERT INTO "machines" ("id", "disk", "disk__image", "disk__size_mb")
           SELECT printf('%08d', "n"), 1, 'image', "n" FROM "up";"#
    ));
    let (program, told) = (Counting::default(), Arc::new(AtomicUsize::new(0)));
    let (listener, done) = (Arc::clone(&told), Arc::new(AtomicUsize::new(0)));
    let all_done = Arc::clone(&done);
    let options = fleet::Options::new().upgrades(program.clone()).copy_before_upgrade(false).progress(move |at| {
        if at.step.contains("of the program over") {
            listener.fetch_add(1, Ordering::Relaxed);
            all_done.fetch_add(usize::from(at.rows == Some(rows as u64) && at.of_rows == at.rows), Ordering::Relaxed);
        }
    });
    let begun = Instant::now();
    let store = options.open(home.path(), &key()).expect("upgrades");
    eprintln!(
        "{rows} rows through four methods in {:.1?}, told {} times",
        begun.elapsed(),
        told.load(Ordering::Relaxed)
    );
    for applied in &store.info().upgraded.as_ref().expect("it was upgraded").versions {
        eprintln!("  {applied}");
    }
    store.close().expect("closes");
    assert_eq!(program.calls.load(Ordering::Relaxed), 4 * rows);
    assert!(told.load(Ordering::Relaxed) >= 3, "each of three lines is told");
    assert_eq!(done.load(Ordering::Relaxed), 3, "each of three lines ends with all rows");
    let wrong = "SELECT count(*) || '' FROM machines WHERE owner <> 'owner of ' || id OR name <> id \
                 OR contact__mail <> owner OR root_drive__size_mb <> CAST(id AS INTEGER)";
    assert_eq!(strings(&connect(&home.path()), wrong), ["0"]);
}
