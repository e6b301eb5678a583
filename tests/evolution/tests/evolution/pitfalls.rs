//! What was measured to go wrong with migrations on SQLite, each by its name.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;

use crate::complaints::{KEY, Upgrade, machines};
use crate::lab::{Database, Rows, Store};

/// A change that rebuilds `machines`: a column that SQLite takes for the number of the row has another name.
fn rebuild() -> Upgrade {
    let fields = "  google.protobuf.Timestamp rowid = 7;";
    let upgrade = Upgrade::new(&machines(fields, KEY), &machines(&fields.replace("rowid", "seen"), KEY));
    assert!(upgrade.sql().up.contains("INSERT INTO \"protostore__1\""), "no rebuild:\n{}", upgrade.sql().up);
    upgrade
}

/// What a rebuild deletes is gone with a success, unless rows are counted.
#[test]
fn a_rebuild_that_loses_a_row_stops() {
    let upgrade = rebuild();
    let (copy, fewer) =
        ("\n  FROM \"machines\";", "\n  FROM \"machines\" WHERE \"id\" <> (SELECT min(\"id\") FROM \"machines\");");
    let copy = if upgrade.sql().up.contains(copy) { copy } else { " FROM \"machines\";" };
    let planted = upgrade.sql().up.replacen(copy, fewer, 1);
    assert_ne!(planted, upgrade.sql().up, "no copy of the rows in\n{planted}");
    let mut database = upgrade.filled().0;
    let before = (database.structure(), database.dump());
    let why = database.migrate(&planted, &upgrade.new).expect_err("a lost row");
    assert!(why.contains("machines has lost rows"), "{why}");
    assert_eq!((database.structure(), database.dump()), before);
}

/// RENAME of a table carries its references along, and rows are deleted as before.
#[test]
fn a_renamed_table_is_what_references_name() {
    let old = machines("", KEY);
    let new = old.replace("repeated Machine machines = 1", "repeated Machine hosts = 1");
    let upgrade = Upgrade::new(&old, &new.replace("table: \"machines\"", "table: \"hosts\""));
    let (mut database, _) = upgrade.filled();
    let before = database.dump();
    database.migrate(&upgrade.sql().up, &upgrade.new).unwrap_or_else(|why| panic!("{}\n{why}", upgrade.sql().up));
    let after = database.dump();
    assert_eq!((&after["hosts"], &after["nics"]), (&before["machines"], &before["nics"]));
    database.db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
    database.db.execute_batch("DELETE FROM \"hosts\"").expect("rows go with what belongs to them");
    assert!(database.dump().values().all(Vec::is_empty), "{:?}", database.dump());
}

/// SQL's RESTRICT lets the same delete pass or fail by the order in which tables were made, and a rebuild changes that.
#[test]
fn a_delete_does_the_same_after_a_rebuild_as_in_a_new_file() {
    let strict = "message Holder {\n  string id = 1 [(google.api.field_behavior) = IDENTIFIER];\n  \
        string machine = 2 [(protostore.v1.column) = {references: {table: \"machines\"}}];\n  \
        string nic = 3 [(protostore.v1.column) = {references: {table: \"nics\" on_delete: CASCADE}}];\n}\n";
    let store = |name: &str| {
        let text = machines(&format!("  google.protobuf.Timestamp {name} = 7;"), KEY);
        text.replace("message LabStore {", &format!("{strict}message LabStore {{"))
            .replace("repeated Nic nics = 2;", "repeated Nic nics = 2;\n  repeated Holder holders = 3;")
    };
    let upgrade = Upgrade::new(&store("rowid"), &store("seen"));
    let rows = "INSERT INTO \"machines\" (\"id\") VALUES ('a'), ('b'), ('c');\n\
        INSERT INTO \"nics\" (\"id\", \"machine\") VALUES ('n', 'a'), ('m', 'b');\n\
        INSERT INTO \"holders\" (\"id\", \"machine\", \"nic\") VALUES ('h', 'a', 'n'), ('g', 'b', NULL);";
    let mut upgraded = Database::fresh(&upgrade.old);
    upgraded.db.execute_batch(rows).expect("rows");
    upgraded.migrate(&upgrade.sql().up, &upgrade.new).unwrap_or_else(|why| panic!("{}\n{why}", upgrade.sql().up));
    let new = Database::fresh(&upgrade.new);
    new.db.execute_batch(rows).expect("rows");
    let mut answers = BTreeSet::new();
    for key in ["a", "b", "c"] {
        let delete = |database: &Database| {
            database.db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
            let done = database.db.execute("DELETE FROM \"machines\" WHERE \"id\" = ?1", [key]);
            done.map_err(|error| error.to_string())
        };
        let (old, new) = (delete(&upgraded), delete(&new));
        assert_eq!(old, new, "{key}");
        answers.insert(old.is_ok());
    }
    assert_eq!(answers.len(), 2, "one delete passes and one is refused");
    assert_eq!(upgraded.dump(), new.dump());
}

/// ADD CONSTRAINT over rows for which the expression is NULL passes in one SQLite and fails in another.
#[test]
fn a_check_is_never_null() {
    let fields = "  optional bool on = 7;\n  Drive root = 8;\n  google.protobuf.Timestamp seen = 9;\n  \
        oneof boot { string kernel = 10; uint64 number = 11; }\n  \
        optional int32 size = 12 [(buf.validate.field).int32 = {gte: 1 lte: 9}];\n  \
        optional string name = 13 [(buf.validate.field).string = {min_len: 2 prefix: \"a\"}];";
    let store = Store::new(&machines(fields, KEY)).unwrap_or_else(|why| panic!("{why}"));
    let mut looked_at = 0;
    for (table, check) in checks(&store.sql) {
        let columns = columns(&Database::fresh(&store).db, &table);
        // Each column that may be NULL is, alone and together with all others; what must not be is empty.
        let nullable: Vec<&String> = columns.iter().filter(|(_, not_null)| !not_null).map(|(name, _)| name).collect();
        let sets = nullable.iter().map(|name| vec![*name]).chain([nullable.clone(), Vec::new()]);
        for nulls in sets {
            let value = |name: &String| if nulls.contains(&name) { "NULL" } else { "0" };
            let row: Vec<String> = columns.iter().map(|(name, _)| format!("{} AS \"{name}\"", value(name))).collect();
            let sql = format!("SELECT ({check}) IS NULL FROM (SELECT {})", row.join(", "));
            let is_null: bool = Connection::open_in_memory()
                .and_then(|db| db.query_row(&sql, [], |row| row.get(0)))
                .unwrap_or_else(|why| panic!("{sql}: {why}"));
            assert!(!is_null, "{table}: {check} is NULL where {nulls:?} are");
            looked_at += 1;
        }
    }
    assert!(looked_at > 30, "{looked_at}");
}

/// Returns the table and the expression of each CHECK in the statements of a schema.
fn checks(sql: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for table in sql.split("CREATE TABLE \"").skip(1) {
        let (name, body) = table.split_once('"').expect("a name");
        let body = body.split(" STRICT").next().unwrap_or_default();
        for (at, _) in body.match_indices("CHECK (") {
            let text = &body[at + "CHECK (".len()..];
            let mut depth = 1;
            let end = text.find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            found.push((name.to_owned(), text[..end.expect("the end of a CHECK")].to_owned()));
        }
    }
    found
}

/// Returns the columns of a table, and whether each must not be NULL.
fn columns(db: &Connection, table: &str) -> Vec<(String, bool)> {
    let mut all = db.prepare("SELECT name, \"notnull\" FROM pragma_table_info(?1)").expect("a statement");
    let all = all.query_map([table], |row| Ok((row.get(0)?, row.get(1)?))).expect("columns");
    all.collect::<Result<_, _>>().expect("columns")
}

/// One view with a word that the reader's SQLite does not know makes every table of the file unreadable.
#[test]
fn a_view_has_only_words_that_every_sqlite_knows() {
    const KNOWN: [&str; 24] = [
        "AND", "AS", "CASE", "CAST", "CREATE", "ELSE", "END", "EXISTS", "FROM", "IS", "NOT", "NULL", "SELECT", "TEXT",
        "THEN", "VIEW", "WHEN", "WHERE", "abs", "coalesce", "count", "hex", "printf", "strftime",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut views = 0;
    for dir in ["generated", "tests/shapes/generated"] {
        for store in std::fs::read_dir(root.join(dir)).expect("the stores") {
            let path = store.expect("a store").path().join("schema.sqlite.sql");
            let Ok(sql) = std::fs::read_to_string(&path) else { continue };
            for view in sql.split("CREATE VIEW").skip(1).filter_map(|rest| rest.split(";\n").next()) {
                let words = words(view);
                let unknown: Vec<_> = words.iter().filter(|word| !KNOWN.contains(&word.as_str())).collect();
                assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
                views += 1;
            }
        }
    }
    assert!(views > 50, "{views}");
}

/// Returns the words of a statement that are neither quoted nor in a comment.
fn words(sql: &str) -> BTreeSet<String> {
    let code: String = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let mut quote = None;
    let plain = code.chars().map(|c| match (quote, c) {
        (None, '\'' | '"') => {
            quote = Some(c);
            ' '
        }
        (Some(open), c) if c == open => {
            quote = None;
            ' '
        }
        (Some(_), _) => ' ',
        (None, c) => c,
    });
    let plain: String = plain.collect();
    let words = plain.split(|c: char| !(c.is_ascii_alphabetic() || c == '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// NOT NULL and CHECK come and go by ALTER, so most changes need no rebuild.
#[test]
fn a_field_that_must_be_set_takes_no_rebuild() {
    let (old, new) =
        ("  optional string owner = 7;", "  optional string owner = 7 [(google.api.field_behavior) = REQUIRED];");
    let backfill = new.replace("REQUIRED]", "REQUIRED, (protostore.v1.column) = {backfill: {sql: \"'root'\"}}]");
    let upgrade = Upgrade::new(&machines(old, KEY), &machines(&backfill, KEY));
    let up = &upgrade.sql().up;
    assert!(up.contains("ALTER COLUMN \"owner\" SET NOT NULL"), "{up}");
    assert!(!up.contains("CREATE TABLE \"protostore__1\""), "{up}");
    let (mut database, rows): (Database, Rows) = upgrade.filled();
    database.migrate(up, &upgrade.new).unwrap_or_else(|why| panic!("{up}\n{why}"));
    assert_eq!(database.dump()["machines"].len(), rows[&1].len());
    let unset = "SELECT count(*) FROM \"machines\" WHERE \"owner\" IS NULL";
    assert_eq!(database.db.query_row(unset, [], |row| row.get::<_, i64>(0)), Ok(0));
}
