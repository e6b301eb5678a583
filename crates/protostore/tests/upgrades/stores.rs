//! The real histories of the five stores: a file of every version, made by that version's own SQL, becomes the newest.
//!
//! `tests/histories/<store>` has rows of version 1, and what becomes of them.

use std::fs;
use std::path::{Path, PathBuf};

use protostore::{Migration, Schema};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::store::{Home, connect, key, options, schema, strings};

const STORES: [&str; 5] = ["aurae", "autoinstall", "froyo", "gantry", "mesh"];

fn root(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Returns a program of each version, whose whole schema is what all of its migrations make, but for the newest.
fn programs(store: &str) -> Vec<&'static Schema> {
    let versions = read(&format!("tests/histories/{store}/versions"));
    let slugs = versions.lines().map(|line| line.split(' ').next().expect("a name"));
    let numbered = (1..).zip(slugs);
    let mut texts: Vec<(u32, &'static str, &'static str, &'static str)> = Vec::new();
    for (version, slug) in numbered {
        let text = read(&format!("generated/{store}/migrations/sqlite/V{version}__{slug}.sql"));
        let snapshot = read(&format!("generated/{store}/schema/{version:04}.json"));
        texts.push((version, slug.to_owned().leak(), text.leak(), snapshot.leak()));
    }
    let program = |count: usize| {
        let migration = |&(version, slug, text, snapshot)| Migration {
            snapshot,
            // Another text is another history.
            chain: text,
            ..super::store::step(version, slug, text, (version, version))
        };
        let migrations: Vec<Migration> = texts[..count].iter().map(migration).collect();
        let whole = match count == texts.len() {
            true => read(&format!("generated/{store}/schema.sqlite.sql")),
            false => texts[..count].iter().map(|(_, _, text, _)| *text).collect(),
        };
        let program = schema(migrations.leak(), whole.leak());
        &*Box::leak(Box::new(program))
    };
    (1..=texts.len()).map(program).collect()
}

fn open(home: &Home, program: &'static Schema) {
    let opened = options().copy_before_upgrade(false).open(program, home.path(), &key());
    opened.unwrap_or_else(|e| panic!("opens: {e}")).close().expect("closes");
}

/// Returns all rows, as the files of the histories have them.
fn rows(db: &Connection) -> String {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                  AND name NOT LIKE 'protostore%' AND name NOT LIKE 'refinery%' ORDER BY 1";
    let mut text = String::new();
    for table in strings(db, tables) {
        let mut all = db.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a statement");
        let names: Vec<String> = all.column_names().map(str::to_owned).collect();
        let line = |row: &rusqlite::Row<'_>| {
            let values = names.iter().enumerate().filter_map(|(at, name)| match row.get(at).expect("a value") {
                Value::Null => None,
                Value::Integer(value) => Some(format!("{name}={value}")),
                Value::Real(value) => Some(format!("{name}={value:?}")),
                Value::Text(value) => Some(format!("{name}={value:?}")),
                Value::Blob(value) => Some(format!("{name}={value:02x?}")),
            });
            Ok(values.collect::<Vec<_>>().join(" "))
        };
        let lines = all.query_map([], line).expect("rows").collect::<rusqlite::Result<Vec<String>>>();
        let mut lines = lines.expect("reads");
        lines.sort();
        text.extend(lines.into_iter().map(|line| format!("{table}: {line}\n")));
    }
    text
}

#[test]
fn a_file_of_every_version_becomes_the_newest_with_the_rows_that_its_history_says() {
    for store in STORES {
        let programs = programs(store);
        assert!(programs.len() >= 4, "{store}");
        let expected = read(&format!("tests/histories/{store}/rows.txt"));
        for from in 1..programs.len() {
            let home = Home::new();
            open(&home, programs[0]);
            home.by_hand(&read(&format!("tests/histories/{store}/rows.sql")));
            programs[..from].iter().for_each(|program| open(&home, program));
            open(&home, programs[programs.len() - 1]);
            assert_eq!(rows(&connect(&home.path())), expected, "{store} from version {from}");
        }
    }
}

#[test]
fn an_empty_file_of_every_version_has_the_structure_of_a_new_one() {
    for store in STORES {
        let programs = programs(store);
        for program in &programs {
            let home = Home::new();
            open(&home, program);
            // The store compares the structure when it has upgraded, and refuses what differs.
            open(&home, programs[programs.len() - 1]);
        }
    }
}
