//! What users of other tools complain about when their databases are upgraded, and what was measured to go wrong: each
//! by its name.

use std::collections::BTreeMap;

use fastrand::Rng;
use protostore_evolve::History;
use protostore_evolve::plan::{Answers, Ask, ChangeKind, Line, Word};

use crate::lab::{Carry, Database, Planned, Rows, Store, answered, draw, same_database};

/// Two versions, the questions between them, and the SQL once they were answered.
pub(crate) struct Upgrade {
    pub(crate) old: Store,
    pub(crate) new: Store,
    pub(crate) asks: Vec<Ask>,
    planned: Option<Planned>,
}

impl Upgrade {
    pub(crate) fn new(old: &str, new: &str) -> Self {
        let store = |body: &str| Store::new(body).unwrap_or_else(|why| panic!("{why}"));
        let (old, new) = (store(old), store(new));
        let history = History::first(old.schema.clone());
        let first = Planned::plan(&history, &new, &new.answers).expect("a version");
        let asks = first.asks.clone();
        let planned = answered(&first, &new.answers).map(|answers: Answers| {
            let plan = Planned::plan(&history, &new, &answers).expect("a version");
            Planned::print(plan, &old.schema, &new.schema)
        });
        Self { old, new, asks, planned }
    }

    pub(crate) fn sql(&self) -> &Planned {
        self.planned.as_ref().unwrap_or_else(|| panic!("questions are left: {:?}", self.asks))
    }

    /// Returns a database of the older version, and the rows that were drawn into it.
    pub(crate) fn filled(&self) -> (Database, Rows) {
        let database = Database::fresh(&self.old);
        let rows = draw(&mut Rng::with_seed(7), &self.old, &database, 12, &Rows::new());
        (database, rows)
    }

    /// Upgrades drawn rows, and compares them with those of a fresh database.
    pub(crate) fn keeps_all(&self) -> Database {
        let (mut database, rows) = self.filled();
        database.migrate(&self.sql().up, &self.new).unwrap_or_else(|why| panic!("{}\n{why}", self.sql().up));
        let expected = Carry::default().rows(&self.old, &rows, &self.new).expect("rows that fit");
        let fresh = Database::fresh(&self.new);
        fresh.fill(&self.new, &expected).expect("rows that fit");
        same_database(&self.new, &database, &fresh).unwrap_or_else(|why| panic!("{}\n{why}", self.sql().up));
        database
    }
}

/// A store of machines with drives, whose names others refer to.
pub(crate) fn machines(fields: &str, table: &str) -> String {
    let options = if table.is_empty() { String::new() } else { format!(" [(protostore.v1.table) = {{{table}}}]") };
    format!(
        "message Drive {{\n  string path = 1;\n  repeated int32 blocks = 2;\n}}\n\
         message Machine {{\n  string id = 1;\n  repeated Drive drives = 2;\n  map<string, string> labels = 3;\n{fields}\n}}\n\
         message Nic {{\n  string id = 1 [(google.api.field_behavior) = IDENTIFIER];\n  \
         string machine = 2 [(protostore.v1.column) = {{references: {{table: \"machines\" on_delete: CASCADE}}}}];\n}}\n\
         message LabStore {{\n  option (protostore.v1.store) = {{name: \"lab\"}};\n  \
         repeated Machine machines = 1{options};\n  repeated Nic nics = 2;\n}}\n"
    )
}

pub(crate) const KEY: &str = "primary_key: \"id\"";

/// drizzle-orm#5782, rails#58705, efcore#37598, cherry-studio#17568: children went with the table that was rebuilt.
#[test]
fn a_rebuild_keeps_child_rows() {
    let fields = "  google.protobuf.Timestamp rowid = 7;";
    let upgrade = Upgrade::new(&machines(fields, KEY), &machines(&fields.replace("rowid", "seen"), KEY));
    assert!(upgrade.sql().up.contains("INSERT INTO"), "no rebuild:\n{}", upgrade.sql().up);
    let (mut database, _) = upgrade.filled();
    let count = |database: &Database| {
        let rows = database.dump();
        ["machines__drives", "machines__drives__blocks", "machines__labels", "nics"].map(|table| rows[table].len())
    };
    let before = count(&database);
    assert!(before.iter().all(|count| *count > 0), "{before:?}");
    database.migrate(&upgrade.sql().up, &upgrade.new).expect("an upgrade");
    assert_eq!(count(&database), before);
    upgrade.keeps_all();
}

/// A rebuild drops triggers, indexes and views without a word.
#[test]
fn a_rebuild_makes_triggers_indexes_and_views_again() {
    let fields =
        "  string rowid = 7 [(google.api.field_behavior) = IMMUTABLE, (protostore.v1.column) = {index: true}];";
    let upgrade = Upgrade::new(&machines(fields, KEY), &machines(&fields.replace("rowid", "serial"), KEY));
    let structure = upgrade.keeps_all().structure();
    for what in ["index \"machines_by_serial\"", "trigger \"machines__immutable\"", "view \"machines_readable\""] {
        assert!(structure.keys().any(|found| found.starts_with(what)), "{what}: {:#?}", structure.keys());
    }
}

/// prisma#7790, #4694, efcore#6689: renames that were guessed, or lost.
#[test]
fn a_rename_keeps_its_values() {
    let upgrade = Upgrade::new(&machines("  uint32 mem_mb = 7;", KEY), &machines("  uint32 memory_mb = 7;", KEY));
    assert_eq!(upgrade.asks, []);
    upgrade.keeps_all();
}

/// The same, where the old name moves to another number, so that no name helps.
#[test]
fn names_that_change_places_keep_their_values() {
    let (old, new) = ("  int32 low = 7;\n  int32 high = 8;", "  int32 high = 7;\n  int32 low = 8;");
    let upgrade = Upgrade::new(&machines(old, KEY), &machines(new, KEY));
    assert!(upgrade.asks.iter().all(|ask| matches!(&ask.line, Some(Line::Accept(a)) if a.word == Word::Swap)));
    upgrade.keeps_all();
}

/// mydia#292: migrations that were tested on empty databases.
#[test]
fn drawn_rows_hold_something_in_each_table() {
    let upgrade = Upgrade::new(&machines("  uint32 mem_mb = 7;", KEY), &machines("  uint32 memory_mb = 7;", KEY));
    let (database, _) = upgrade.filled();
    let empty: Vec<_> =
        database.dump().into_iter().filter(|(table, rows)| rows.is_empty() && !table.contains("protostore")).collect();
    assert_eq!(empty, []);
}

/// omicron#6433: NOT NULL without values for the rows that are there.
#[test]
fn a_required_field_asks_for_the_value_of_rows_that_are_there() {
    let new = "  string owner = 7 [(google.api.field_behavior) = REQUIRED];";
    let upgrade = Upgrade::new(&machines("", KEY), &machines(new, KEY));
    let [Ask { kind: ChangeKind::A08, line: Some(Line::Proto { text, .. }), .. }] = &upgrade.asks[..] else {
        panic!("{:?}", upgrade.asks)
    };
    assert!(text.contains("backfill"), "{text}");
    assert!(upgrade.planned.is_none());
}

/// prisma/migrate#442, codecov/shared#414: duplicates that a unique index meets in production.
#[test]
fn a_unique_index_over_duplicates_names_them_and_changes_nothing() {
    let (old, new) =
        ("  optional string serial = 7;", "  optional string serial = 7 [(protostore.v1.column) = {unique: true}];");
    let upgrade = Upgrade::new(&machines(old, KEY), &machines(new, KEY));
    assert!(upgrade.asks.iter().any(|ask| ask.kind == ChangeKind::C06), "{:?}", upgrade.asks);
    let mut database = Database::fresh(&upgrade.old);
    let sql = "INSERT INTO \"machines\" (\"id\", \"serial\") VALUES ('a', 'x'), ('b', 'y'), ('c', 'x')";
    database.db.execute_batch(sql).expect("rows");
    let before = (database.structure(), database.dump());
    let why = database.migrate(&upgrade.sql().up, &upgrade.new).expect_err("duplicates");
    assert!(why.contains("machines.serial") && why.contains("2 rows, the first is a"), "{why}");
    assert_eq!((database.structure(), database.dump()), before);
}

/// formancehq/ledger#1560: numbers that are used again over stored data.
#[test]
fn a_number_that_is_gone_is_never_used_again() {
    let gone = "  reserved 7;\n  reserved \"mem_mb\";";
    let upgrade = Upgrade::new(&machines(gone, KEY), &machines("  string owner = 7;", KEY));
    assert!(upgrade.asks.iter().any(|ask| ask.kind == ChangeKind::T11 && ask.line.is_none()), "{:?}", upgrade.asks);
}

/// memos#5540, openclaw#110487: no way back.
#[test]
fn a_rename_goes_back() {
    let upgrade = Upgrade::new(&machines("  uint32 mem_mb = 7;", KEY), &machines("  uint32 memory_mb = 7;", KEY));
    let (mut database, rows) = upgrade.filled();
    database.migrate(&upgrade.sql().up, &upgrade.new).expect("an upgrade");
    database.migrate(&upgrade.sql().down, &upgrade.old).expect("the way back");
    let fresh = Database::fresh(&upgrade.old);
    fresh.fill(&upgrade.old, &rows).expect("the same rows");
    same_database(&upgrade.old, &database, &fresh).unwrap_or_else(|why| panic!("{why}"));
}

/// With a migration in a transaction `PRAGMA foreign_keys` does nothing, so none says it; nor does one end it.
#[test]
fn a_migration_ends_no_transaction_and_sets_nothing() {
    let fields = "  google.protobuf.Timestamp rowid = 7;";
    let upgrade = Upgrade::new(&machines(fields, KEY), &machines(&fields.replace("rowid", "seen"), KEY));
    for sql in [&upgrade.sql().up, &upgrade.sql().down] {
        // A BEGIN alone on its line is that of a trigger's body.
        for line in sql.lines().filter(|line| line.ends_with(';') && !line.starts_with(' ')) {
            let word = line.split([' ', ';']).next().unwrap_or_default().to_ascii_uppercase();
            assert!(
                !["BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "ATTACH", "SAVEPOINT"].contains(&word.as_str()),
                "{line}"
            );
        }
    }
}

/// The look at references is inside the transaction, and undoes it with the data as it was.
#[test]
fn an_upgrade_over_a_reference_to_no_row_stops() {
    let upgrade = Upgrade::new(&machines("  uint32 mem_mb = 7;", KEY), &machines("  uint32 memory_mb = 7;", KEY));
    let mut database = Database::running(&upgrade.old).expect("a file");
    let rows = draw(&mut Rng::with_seed(7), &upgrade.old, &database, 12, &Rows::new());
    assert!(rows.values().all(|rows| !rows.is_empty()));
    database
        .db
        .execute_batch("INSERT INTO \"nics\" (\"id\", \"machine\") VALUES ('lost', 'nobody')")
        .expect("a reference");
    let before = (database.structure(), database.dump());
    let why = database.migrate(&upgrade.sql().up, &upgrade.new).expect_err("a reference to no row");
    assert!(why.contains("nics"), "{why}");
    assert_eq!((database.structure(), database.dump()), before);
}

/// RENAME leaves the names of constraints and the columns of views behind.
#[test]
fn a_rename_leaves_no_former_name_behind() {
    let (old, new) = ("  uint32 mem_mb = 7;", "  uint32 memory_mb = 7;");
    let rule = " [(buf.validate.field).uint32.gt = 0, (protostore.v1.column) = {index: true}];";
    let [old, new] = [old, new].map(|line| machines(&line.replace(';', rule), KEY));
    let upgrade = Upgrade::new(&old, &new);
    let mut database = upgrade.filled().0;
    database.db.execute_batch("DELETE FROM \"machines\"").expect("no rows");
    database.migrate(&upgrade.sql().up, &upgrade.new).unwrap_or_else(|why| panic!("{}\n{why}", upgrade.sql().up));
    let sql = "SELECT group_concat(sql, char(10)) FROM sqlite_schema";
    let all: String = database.db.query_row(sql, [], |row| row.get(0)).expect("the schema");
    assert!(!all.contains("mem_mb"), "{all}");
}

/// A CHECK without a name can never be dropped, and one that is NULL is refused by one SQLite and not by another.
#[test]
fn each_check_has_a_name() {
    let upgrade = Upgrade::new(&machines("", KEY), &machines("  optional bool on = 7;\n  Drive root = 8;", KEY));
    let structure = upgrade.keeps_all().structure();
    let unnamed: BTreeMap<_, _> = structure.iter().filter(|(what, _)| what.starts_with("check (")).collect();
    assert_eq!(unnamed, BTreeMap::new());
}
