//! An SQLite database of one version of a store: made, filled, read, migrated.

use std::collections::BTreeMap;
use std::path::Path;

use prost_reflect::DynamicMessage;
use protostore_schema::{Generated, Table};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value as Sql;

use super::running::{Admitted, Doors, Running};
use super::{Rows, Store};
use crate::structure::{Structure, structure};
use crate::table::Interpreter;

/// What the run time keeps for itself, and statements and migrations name.
const BOOKKEEPING: &str = "CREATE TABLE \"protostore__sequences\" (\"table\" INTEGER NOT NULL, \"path\" TEXT NOT NULL, \
    \"last\" INTEGER NOT NULL, PRIMARY KEY (\"table\", \"path\")) STRICT, WITHOUT ROWID;";

/// Tables that the run time has for itself.
const OWN: [&str; 5] = [
    "protostore__store",
    "protostore__versions",
    "protostore__sequences",
    "protostore__state",
    "refinery_schema_history",
];

/// A database: in memory, in a file, or in a file that the run time made and upgrades.
pub(crate) struct Database {
    pub(crate) db: Connection,
    running: Option<Running>,
}

impl Database {
    /// Makes a database of a version in memory.
    pub(crate) fn fresh(store: &Store) -> Self {
        Self::make(Connection::open_in_memory().expect("a database in memory"), store)
    }

    /// Makes a database of a version in a file.
    pub(crate) fn in_file(path: &Path, store: &Store) -> Self {
        Self::make(Connection::open(path).expect("a database in a file"), store)
    }

    /// Makes a database of a version by the run time, which carries out what SQL cannot.
    pub(crate) fn running(store: &Store) -> Result<Self, String> {
        let running = Running::new(store)?;
        let db = connect(&running.path());
        Ok(Self { db, running: Some(running) })
    }

    /// Opens a file that is there.
    pub(crate) fn open(path: &Path) -> Self {
        Self { db: connect(path), running: None }
    }

    fn make(db: Connection, store: &Store) -> Self {
        settings(&db);
        db.execute_batch(BOOKKEEPING).expect("tables of the run time");
        db.execute_batch(&store.sql).unwrap_or_else(|e| panic!("{e}\n{}", store.sql));
        Self { db, running: None }
    }

    /// Inserts a record, whole or not at all.
    pub(crate) fn insert(&self, store: &Store, table: &Table, message: &DynamicMessage) -> Result<(), String> {
        let done = self.attempt(store, table, |interpreter| interpreter.insert(message).map_err(|e| e.to_string()));
        done.map_err(|e| format!("{}: {e}\n{message}", table.name.sql))
    }

    /// Writes a record over the one that has its key, whole or not at all.
    pub(crate) fn replace(&self, store: &Store, table: &Table, message: &DynamicMessage) -> Result<(), String> {
        let done = self.attempt(store, table, |interpreter| interpreter.replace(message).map_err(|e| e.to_string()));
        done.map_err(|e| format!("{}: {e}\n{message}", table.name.sql))
    }

    /// Deletes the record that has the key of this one.
    pub(crate) fn delete(&self, store: &Store, table: &Table, message: &DynamicMessage) -> Result<(), String> {
        let done = self.attempt(store, table, |interpreter| {
            let key = interpreter.key(message).map_err(|e| e.to_string())?;
            match interpreter.delete(&key) {
                Ok(1) => Ok(()),
                Ok(rows) => Err(format!("{rows} rows are deleted")),
                Err(e) => Err(e.to_string()),
            }
        });
        done.map_err(|e| format!("{}: {e}\n{message}", table.name.sql))
    }

    fn attempt(
        &self,
        store: &Store,
        table: &Table,
        write: impl FnOnce(&Interpreter<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        self.db.execute_batch("SAVEPOINT one").expect("a savepoint");
        let done = write(&self.interpreter(store, table));
        let done = done.and_then(|()| self.db.execute_batch("RELEASE one").map_err(|e| e.to_string()));
        if done.is_err() {
            self.db.execute_batch("ROLLBACK TO one; RELEASE one").expect("its end");
        }
        done
    }

    /// Enforces references from now on, as the run time does while it serves.
    pub(crate) fn enforce_references(&self) {
        self.db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
    }

    /// Inserts all records, whose references name rows among them.
    pub(crate) fn fill(&self, store: &Store, rows: &Rows) -> Result<(), String> {
        for table in &store.schema.tables {
            for message in rows.get(&table.number).into_iter().flatten() {
                self.insert(store, table, message)?;
            }
        }
        self.references()
    }

    /// Says which reference names no row.
    pub(crate) fn references(&self) -> Result<(), String> {
        let sql = "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check LIMIT 1";
        let dangling = self.db.query_row(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        match dangling {
            Ok((table, parent)) => Err(format!("a row of {table} refers to a row of {parent} that does not exist")),
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }

    /// Says which counter is behind its column.
    pub(crate) fn counters(&self, store: &Store) -> Result<(), String> {
        for table in &store.schema.tables {
            let columns = table.columns().into_iter().filter(|c| c.generated == Some(Generated::Sequence));
            for column in columns {
                let path: Vec<String> = column.path.iter().map(ToString::to_string).collect();
                let (name, of) = (&column.name.sql, &table.name.sql);
                let sql = format!(
                    "SELECT coalesce((SELECT \"last\" FROM \"protostore__sequences\" WHERE \"table\" = ?1 AND \"path\" = ?2), 0) \
                     >= coalesce((SELECT max(\"{name}\") FROM \"{of}\"), 0)"
                );
                let is_ahead = self.db.query_row(&sql, (table.number, path.join(".")), |row| row.get(0));
                if !is_ahead.map_err(|e| format!("{sql}: {e}"))? {
                    return Err(format!("the counter of {of}.{name} is behind"));
                }
            }
        }
        Ok(())
    }

    /// Reads all records that are there for readers, in the order of their keys.
    pub(crate) fn read(&self, store: &Store) -> Rows {
        let mut rows = Rows::new();
        for table in &store.schema.tables {
            let of = store.record(table.number).expect("a table holds records");
            let interpreter = self.interpreter(store, table);
            let keys = self.keys(table).unwrap_or_else(|e| panic!("{}: {e}", table.name.sql));
            let read = |key| interpreter.get(key, &of).unwrap_or_else(|e| panic!("{}: {e}", table.name.sql));
            rows.insert(table.number, keys.iter().filter_map(read).collect());
        }
        rows
    }

    fn keys(&self, table: &Table) -> rusqlite::Result<Vec<Vec<Sql>>> {
        let key = if table.singleton.is_some() { vec!["_singleton".to_owned()] } else { table.key.clone() };
        let columns: Vec<_> = key.iter().map(|column| format!("\"{column}\"")).collect();
        let columns = columns.join(", ");
        let mut all = self.db.prepare(&format!("SELECT {columns} FROM \"{}\" ORDER BY {columns}", table.name.sql))?;
        let all = all.query_map([], |row| (0..key.len()).map(|at| row.get(at)).collect())?;
        all.collect()
    }

    fn interpreter<'a>(&'a self, store: &'a Store, table: &'a Table) -> Interpreter<'a> {
        let Store { statements, constraints, names, .. } = store;
        Interpreter { db: &self.db, table, statements, constraints, names }
    }

    /// Takes the database to another version, whole or not at all.
    pub(crate) fn migrate(&mut self, sql: &str, to: &Store) -> Result<(), String> {
        self.upgrade(sql, to, None)
    }

    /// Takes the database to another version, which lets some earlier programs in.
    pub(crate) fn migrate_for(&mut self, sql: &str, to: &Store, doors: Doors) -> Result<(), String> {
        self.upgrade(sql, to, Some(doors))
    }

    fn upgrade(&mut self, sql: &str, to: &Store, doors: Option<Doors>) -> Result<(), String> {
        let Some(running) = &mut self.running else { return self.run(sql) };
        // The run time wants the file for itself.
        self.db = Connection::open_in_memory().expect("a database in memory");
        let done = match doors {
            None => running.migrate(sql, to),
            Some(doors) => running.migrate_for(sql, to, doors),
        };
        self.db = connect(&running.path());
        done
    }

    /// Returns what the program of an earlier version may do with the file, where the run time made it.
    pub(crate) fn admits(&mut self, store: &Store, version: usize) -> Option<Result<Admitted, String>> {
        let running = self.running.as_ref()?;
        self.db = Connection::open_in_memory().expect("a database in memory");
        let does = running.admits(store, version);
        self.db = connect(&running.path());
        Some(does)
    }

    /// Returns how many rows the last upgrade found that break its rules.
    pub(crate) fn broken(&self) -> u64 {
        self.running.as_ref().map_or(0, Running::broken)
    }

    /// Runs a migration as the run time does: in one transaction, without enforcing references while it runs.
    fn run(&self, sql: &str) -> Result<(), String> {
        let failed = |e: rusqlite::Error| match e {
            rusqlite::Error::SqlInputError { msg, sql, offset, .. } => {
                let from = usize::try_from(offset).unwrap_or(0).min(sql.len());
                let there: String = sql.get(from..).unwrap_or_default().chars().take(60).collect();
                format!("{msg}, before {there:?} of {sql}")
            }
            other => other.to_string(),
        };
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let done = self.db.execute_batch(sql).map_err(failed);
        if done.is_err() && self.db.is_autocommit() {
            return Err(format!("the transaction had ended: {done:?}"));
        }
        self.db.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(failed)?;
        done
    }

    /// Returns what there is and of what kind.
    pub(crate) fn structure(&self) -> Structure {
        let mut all = structure(&self.db, |_| true).expect("the structure of a database");
        all.retain(|what, _| !OWN.iter().any(|own| what.contains(own)));
        all
    }

    /// Returns every row of every table as SQL spells its values, the columns by name.
    pub(crate) fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let names = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let columns = "SELECT name FROM pragma_table_info(?1) ORDER BY name";
        let list = |sql: &str, of: &[&String]| -> rusqlite::Result<Vec<String>> {
            self.db.prepare(sql)?.query_map(rusqlite::params_from_iter(of), |row| row.get(0))?.collect()
        };
        let mut all = BTreeMap::new();
        for table in list(names, &[]).expect("tables") {
            if OWN.iter().any(|own| table.contains(own)) {
                continue;
            }
            let columns = list(columns, &[&table]).expect("columns");
            let spelled: Vec<_> = columns.iter().map(|c| format!("'{c}=' || quote(\"{c}\")")).collect();
            let rows =
                list(&format!("SELECT {} AS \"row\" FROM \"{table}\" ORDER BY 1", spelled.join(" || ' ' || ")), &[]);
            all.insert(table, rows.expect("rows"));
        }
        all
    }
}

fn connect(path: &Path) -> Connection {
    let db = Connection::open(path).expect("a database in a file");
    settings(&db);
    db
}

fn settings(db: &Connection) {
    for option in [DbConfig::SQLITE_DBCONFIG_DQS_DDL, DbConfig::SQLITE_DBCONFIG_DQS_DML] {
        db.set_db_config(option, false).expect("a setting");
    }
    db.pragma_update(None, "foreign_keys", false).expect("foreign keys are known");
}
