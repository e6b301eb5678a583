//! Files of old versions for tests: made with rows of that version, brought to the newest, read, and compared.

mod rows;

use std::collections::BTreeMap;
use std::fmt;

use rusqlite::Connection;

use crate::Result;
use crate::key::Key;
use crate::ops::Page;
use crate::options::Options;
use crate::record::Record;
use crate::schema::Schema;
use crate::sqlite::Sqlite;
use crate::store::{Store, View};

/// An old version of a store, with rows of it: what the tests of a generated crate are made of.
///
/// ```ignore
/// let old = Old { schema: &shop::SCHEMA, version: 1, oldest: None, rows: include_str!("rows/0001.sql"), kept: &[], read: READ };
/// println!("{}", old.becomes_the_newest());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Old {
    /// The schema of this program.
    pub schema: &'static Schema,
    /// The old version.
    pub version: u32,
    /// The whole schema of the oldest version whose files are upgraded, where those before it were dropped.
    pub oldest: Option<&'static str>,
    /// Its rows: a line for each, and before those of a kind a comment, `-- kind 1`.
    pub rows: &'static str,
    /// What no later version changes.
    pub kept: &'static [Kept],
    /// How the rows of each table are read: [`read`] of its record.
    pub read: &'static [Read],
}

/// A table whose rows stay, with the columns whose values do; each has its SQL name in the old version, and today's.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The table.
    pub table: (&'static str, &'static str),
    /// The columns of its key.
    pub key: &'static [(&'static str, &'static str)],
    /// The columns that hold the same.
    pub columns: &'static [(&'static str, &'static str)],
}

/// Reads all rows of a table; returns its name, and how many there were.
pub type Read = fn(&mut View<'_, Sqlite>) -> Result<(&'static str, u64)>;

/// What became of the rows of an old version.
#[derive(Clone, Debug)]
pub struct Became {
    /// How many rows reached the newest version, those of child tables included.
    pub rows: usize,
    /// The rows that the old version refuses, each with the reason.
    pub left_out: Vec<String>,
    /// Why upgrades with more rows were stopped: guards, which keep rows that a version cannot hold from being lost.
    pub stopped: Vec<String>,
    /// How many values were compared with what they had been.
    pub compared: usize,
}

/// Reads all rows of the table of a record.
///
/// # Errors
/// Where a row cannot be read as the record.
pub fn read<R: Record>(view: &mut View<'_, Sqlite>) -> Result<(&'static str, u64)> {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = view.run(Page::<R> { after, size: 100 })?;
        count += page.records.len() as u64;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((R::TABLE.layout.name, count)),
        }
    }
}

/// What guards say in every engine.
const GUARD: &str = " rows, the first is ";

/// Rows that are tried together, until no guard stops them: the more kinds the better.
const KINDS: [&[u32]; 6] = [&[0, 1, 2], &[1, 2], &[0], &[1], &[2], &[]];

impl Old {
    /// Makes a file of the old version with its rows, opens it with this program, and reads it.
    ///
    /// # Panics
    /// Where the upgrade fails for another reason than a guard, where a row cannot be read afterwards, and where a value is
    /// another although no version changed its column.
    #[must_use]
    pub fn becomes_the_newest(&self) -> Became {
        let mut stopped = Vec::new();
        for kinds in KINDS {
            let made = rows::Made::of(self, kinds);
            match self.upgraded(&made) {
                Ok(compared) => return Became { rows: made.rows(), left_out: made.left_out, stopped, compared },
                Err(why) if why.contains(GUARD) => stopped.push(why),
                Err(why) => panic!("{}: a file of version {} {why}", self.schema.store, self.version),
            }
        }
        panic!("{}: a file of version {} without rows: {}", self.schema.store, self.version, stopped.join("\n"))
    }

    /// Brings the rows to the newest version; returns how many values were compared, or why not.
    fn upgraded(&self, made: &rows::Made) -> std::result::Result<usize, String> {
        let folder = tempfile::tempdir().map_err(|why| format!("has no directory: {why}"))?;
        let path = folder.path().join("old.db");
        // Nothing secret is in it, and a key would only cost time.
        let (key, options) = (Key::from_secret([0; 32]), Options::<Sqlite>::new().plaintext(true));
        let options = options.copy_before_upgrade(false);
        let opened = |schema| options.open(schema, &path, &key).map_err(|why| format!("cannot be opened: {why}"));
        let closed = |store: Store<Sqlite>| store.close().map_err(|why| format!("cannot be closed: {why}"));
        closed(opened(made.schema)?)?;
        let store = opened(self.schema)?;
        let counts = store
            .read(|view| self.read.iter().map(|read| read(view)).collect::<Result<BTreeMap<_, _>>>())
            .map_err(|why| format!("cannot be read after its upgrade: {why}"))?;
        closed(store)?;
        let db = Connection::open(&path).map_err(|why| format!("cannot be looked at: {why}"))?;
        self.compare(&made.db, &db, &counts).map_err(|why| format!("is not what it was: {why}"))
    }

    fn compare(
        &self,
        old: &Connection,
        new: &Connection,
        read: &BTreeMap<&str, u64>,
    ) -> std::result::Result<usize, String> {
        let hides = |table: &str| {
            let expiring = self.schema.expiring.iter().any(|expire| expire.table.layout.name == table);
            expiring || self.schema.soft_deleted.iter().any(|soft| soft.table.layout.name == table)
        };
        for (table, count) in read.iter().filter(|(table, _)| !hides(table)) {
            let there = rows::count(new, table)?;
            if there != *count {
                return Err(format!("{table} has {there} rows, and {count} of them are read"));
            }
        }
        let mut compared = 0;
        for Kept { table: (before, after), key, columns } in self.kept {
            let (was, is) = (rows::count(old, before)?, rows::count(new, after)?);
            if was != is {
                return Err(format!("{after} has {is} rows, and had {was}"));
            }
            for (was, is) in columns.iter() {
                let names = |of: fn(&(&'static str, &'static str)) -> &'static str, column| -> Vec<&'static str> {
                    key.iter().map(of).chain([column]).collect()
                };
                let values = [
                    rows::values(old, before, &names(|pair| pair.0, was))?,
                    rows::values(new, after, &names(|pair| pair.1, is))?,
                ];
                if values[0] != values[1] {
                    return Err(format!("{after}.{is} holds {:?}, and held {:?}", values[1], values[0]));
                }
                compared += values[0].len();
            }
        }
        Ok(compared)
    }
}

impl fmt::Display for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, left_out, stopped, compared } = self;
        write!(f, "{rows} rows became the newest version, and {compared} values are as they were")?;
        left_out.iter().try_for_each(|why| write!(f, "\nleft out: {why}"))?;
        stopped.iter().try_for_each(|why| write!(f, "\nstopped by a guard: {why}"))
    }
}
