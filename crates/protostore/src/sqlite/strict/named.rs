//! A broken constraint by its name alone, as a server says it: SQLite says columns, and of a foreign key nothing.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::session::StrictSession;
use crate::error::{Error, Kind, Result, Violation};
use crate::schema::{Layout, Stmt, Table, Unique};
use crate::session::{Session, now};
use crate::sqlite::Held;
use crate::value::{Bind, Kept, Pick};

impl StrictSession {
    /// Puts the name of the constraint in place of what SQLite has said; `again` runs the statement once more, to find a
    /// foreign key.
    pub(super) fn named<P: Bind + Sync + ?Sized>(
        &mut self,
        e: Error,
        write: Option<(&'static Stmt, &P)>,
        again: impl Fn(&mut Held) -> Result<()>,
    ) -> Error {
        let named = match e.violation() {
            Some(Violation::Unique { table, columns }) => {
                let name = self.key_first(table, columns, write);
                Error::broken(Kind::AlreadyExists, name)
            }
            Some(Violation::ForeignKey) => Error::broken(Kind::Reference, self.foreign_key(again)),
            Some(Violation::Check(name)) => Error::broken(Kind::Invalid, name),
            _ => return e,
        };
        named.because(e)
    }

    /// Returns the name of a unique index; that of the primary key, which a server looks at first, where an insert breaks
    /// both.
    fn key_first<P: Bind + Sync + ?Sized>(
        &mut self,
        table: &str,
        columns: &[String],
        write: Option<(&'static Stmt, &P)>,
    ) -> &'static str {
        let inserted = write.and_then(|(stmt, row)| Some((self.inserts(stmt)?, row)));
        if let Some((table, row)) = inserted
            && self.has_key_of(table, row)
        {
            return table.layout.key.name;
        }
        let layout = self.layout(table);
        let is = |unique: &&Unique| unique.columns.iter().copied().eq(columns.iter().map(String::as_str));
        let unique = std::iter::once(&layout.key).chain(layout.uniques).find(is);
        unique.unwrap_or_else(|| panic!("{table} lists no unique index over {columns:?}")).name
    }

    fn inserts(&self, stmt: &'static Stmt) -> Option<&'static Table> {
        self.schema.tables.iter().copied().find(|table| table.insert.slot == stmt.slot)
    }

    fn has_key_of<P: Bind + Sync + ?Sized>(&mut self, table: &'static Table, row: &P) -> bool {
        let columns: Vec<&str> = table.column_names().collect();
        let at = |column: &&str| columns.iter().position(|name| name == column);
        let key: Option<Vec<Kept>> = table.key.iter().map(|column| Pick::from(&row, at(column)?)).collect();
        let Some(key) = key else { return false };
        let same: Vec<String> = table.key.iter().zip(1..).map(|(column, n)| format!("\"{column}\" = ${n}")).collect();
        let sql = format!("SELECT 1 FROM \"{}\" WHERE {}", table.layout.name, same.join(" AND "));
        let mut found: Vec<i64> = Vec::new();
        now(self.held.all_dynamic(&sql, &[], &key, &mut found)).is_ok() && !found.is_empty()
    }

    fn layout(&self, table: &str) -> &'static Layout {
        let mut layouts = self.schema.tables.iter().flat_map(|table| table.layouts());
        layouts.find(|layout| layout.name == table).unwrap_or_else(|| panic!("{table} is no table of the schema"))
    }

    /// Returns the name of the foreign key that a statement breaks, found where it breaks it: of several the one that was
    /// made first, as a server checks them.
    fn foreign_key(&mut self, again: impl Fn(&mut Held) -> Result<()>) -> &'static str {
        let db = |held: &Held, sql: &str| held.connection().execute_batch(sql).expect("runs");
        db(&self.held, "SAVEPOINT look; PRAGMA defer_foreign_keys = ON");
        again(&mut self.held).expect("breaks nothing but a foreign key");
        let broken = broken(self.held.connection());
        db(&self.held, "ROLLBACK TO look; RELEASE look; PRAGMA defer_foreign_keys = OFF");
        let is_broken = |layout: &Layout, columns: &[&str]| {
            broken
                .iter()
                .any(|(table, of)| table == layout.name && of.iter().map(String::as_str).eq(columns.iter().copied()))
        };
        let named = self.schema.tables.iter().flat_map(|table| table.layouts()).find_map(|layout| {
            let owner = layout.owner.as_ref().map(|owner| (owner.name, owner.columns));
            let keys = owner.into_iter().chain(layout.references.iter().map(|key| (key.name, key.columns)));
            keys.into_iter().find(|(_, columns)| is_broken(layout, columns)).map(|(name, _)| name)
        });
        named.unwrap_or_else(|| panic!("the schema lists none of the foreign keys {broken:?}"))
    }
}

/// Returns the tables and the columns of rows that name what is not there.
fn broken(db: &Connection) -> BTreeSet<(String, Vec<String>)> {
    let mut check = db.prepare("PRAGMA foreign_key_check").expect("prepares");
    let rows = check.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(3)?))).expect("reads");
    let keys: BTreeSet<(String, i64)> = rows.map(|row| row.expect("a row")).collect();
    let columns = |(table, id): (String, i64)| {
        let mut all = db.prepare(&format!("PRAGMA foreign_key_list(\"{table}\")")).expect("prepares");
        let columns = all.query_map((), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(3)?)));
        let columns = columns.expect("reads").map(|column| column.expect("a column"));
        let mut columns: Vec<(i64, i64, String)> = columns.filter(|(of, ..)| *of == id).collect();
        columns.sort_unstable();
        (table, columns.into_iter().map(|(.., from)| from).collect())
    };
    keys.into_iter().map(columns).collect()
}
