//! The structure of an SQLite database, as SQLite itself tells it: what there is, and of what kind.
//!
//! Two databases are the same if these are equal; the text of their SQL and the order of columns are not asked. What has
//! the same text is the same, so only the other tables are looked into.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, Result};

use crate::canonical::{expression, plain, statement};
use crate::sql::{Tree, bare, read};

/// What there is (`column "id" of "networks"`) to how it is (`TEXT NOT NULL`).
pub(crate) type Structure = BTreeMap<String, String>;

/// The SQL of each table with its indexes and triggers, and of each view, without layout and comments.
pub(crate) type Texts = BTreeMap<String, BTreeSet<String>>;

/// Returns the SQL of the main database.
pub(crate) fn texts(db: &Connection) -> Result<Texts> {
    let mut texts = Texts::new();
    let mut items =
        db.prepare(&format!("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND {OURS}"))?;
    let mut rows = items.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, of): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sql = bare(row.get_ref(3)?.as_str()?);
        texts.entry(of).or_default().insert(format!("{kind} {name:?} {sql}"));
    }
    Ok(texts)
}

/// Returns the tables and views whose SQL is not the same in two databases.
pub(crate) fn differing<'a>(found: &'a Texts, wanted: &'a Texts) -> BTreeSet<&'a str> {
    let names = found.keys().chain(wanted.keys());
    names.filter(|name| found.get(*name) != wanted.get(*name)).map(String::as_str).collect()
}

/// What is not the store's own bookkeeping.
const OURS: &str = "name NOT LIKE 'protostore\\_\\_%' ESCAPE '\\'";

/// Returns the structure of some tables and views of the main database, by their names.
pub(crate) fn structure(db: &Connection, of: impl Fn(&str) -> bool) -> Result<Structure> {
    let mut facts = Structure::new();
    let mut tables = db.prepare(&format!(
        "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND {OURS}"
    ))?;
    // One look at the texts of all indexes: one for each index would read the whole schema each time.
    let mut texts_of = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    let filters = texts_of.query_map([], |row| Ok((row.get(0)?, filter(&read(&row.get::<_, String>(1)?)))))?;
    let filters: Filters = filters.collect::<Result<_>>()?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for table in tables.collect::<Result<Vec<(String, bool, bool)>>>()? {
        let (name, without_rowid, strict) = table;
        if !of(&name) {
            continue;
        }
        facts.insert(format!("table \"{name}\""), format!("strict {strict}, without rowid {without_rowid}"));
        columns(db, &name, &mut facts)?;
        indexes(db, &name, &filters, &mut facts)?;
        foreign_keys(db, &name, &mut facts)?;
    }
    said(db, &of, &mut facts)?;
    Ok(facts)
}

fn columns(db: &Connection, table: &str, facts: &mut Structure) -> Result<()> {
    let mut columns =
        db.prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)")?;
    let mut rows = columns.query([table])?;
    while let Some(row) = rows.next()? {
        let (name, ty, pk, hidden): (String, String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(4)?, row.get(5)?);
        let not_null = if row.get(2)? { " NOT NULL" } else { "" };
        let default = row.get::<_, Option<String>>(3)?.map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
        let key = if pk > 0 { format!(" part {pk} of the key") } else { String::new() };
        let generated = if hidden > 0 { format!(" generated ({hidden})") } else { String::new() };
        facts.insert(format!("column \"{name}\" of \"{table}\""), format!("{ty}{not_null}{default}{key}{generated}"));
    }
    Ok(())
}

/// The condition of each index that was created, by its name.
type Filters = HashMap<String, String>;

fn indexes(db: &Connection, table: &str, filters: &Filters, facts: &mut Structure) -> Result<()> {
    let mut indexes = db.prepare("SELECT name, \"unique\", origin FROM pragma_index_list(?1)")?;
    let mut parts = db.prepare("SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno")?;
    let mut rows = indexes.query([table])?;
    while let Some(row) = rows.next()? {
        let (name, unique, origin): (String, bool, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let columns = parts.query_map([&name], |part| {
            let column: Option<String> = part.get(0)?;
            let order = if part.get(1)? { " DESC" } else { "" };
            Ok(format!("{}{order} {}", column.unwrap_or_else(|| "an expression".to_owned()), part.get::<_, String>(2)?))
        })?;
        let columns = columns.collect::<Result<Vec<_>>>()?.join(", ");
        // The engine names the indexes of PRIMARY KEY and UNIQUE by their order, so their columns are what they are.
        let what = if origin == "c" {
            format!("index \"{name}\" of \"{table}\"")
        } else {
            format!("{origin} of \"{table}\" over {columns}")
        };
        // The index of a key without a rowid is the table itself, and has no row there.
        let filter = filters.get(&name).map_or("", String::as_str);
        facts.insert(what, format!("over {columns}, unique {unique}{filter}"));
    }
    Ok(())
}

/// The condition of a partial index.
fn filter(index: &[Tree]) -> String {
    let condition = index.iter().position(|tree| tree.is("WHERE"));
    condition.map(|at| format!(", where {}", expression(&index[at + 1..]))).unwrap_or_default()
}

fn foreign_keys(db: &Connection, table: &str, facts: &mut Structure) -> Result<()> {
    let mut keys = db.prepare(
        "SELECT group_concat(quote(\"from\"), ', '), \"table\", group_concat(coalesce(quote(\"to\"), 'its key'), ', '), \
         on_delete, on_update, \"match\" \
         FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) GROUP BY id",
    )?;
    let mut rows = keys.query([table])?;
    while let Some(row) = rows.next()? {
        let (from, other, to): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (on_delete, on_update, rule): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let how = format!("on delete {on_delete}, on update {on_update}, match {rule}");
        facts.insert(format!("reference of \"{table}\" ({from}) to \"{other}\" ({to})"), how);
    }
    Ok(())
}

/// What only the text tells: CHECKs, views and triggers.
fn said(db: &Connection, of: &impl Fn(&str) -> bool, facts: &mut Structure) -> Result<()> {
    let mut items =
        db.prepare(&format!("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND {OURS}"))?;
    let mut rows = items.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !of(&table) {
            continue;
        }
        let trees = read(row.get_ref(3)?.as_str()?);
        match kind.as_str() {
            "table" => checks(&name, &trees, facts),
            "view" => drop(facts.insert(format!("view \"{name}\""), statement(&trees))),
            "trigger" => drop(facts.insert(format!("trigger \"{name}\" of \"{table}\""), plain(&trees))),
            _ => {}
        }
    }
    Ok(())
}

/// A CHECK is at a column or at the table, which is the same to the engine.
fn checks(table: &str, create: &[Tree], facts: &mut Structure) {
    let body = create.iter().find_map(|tree| if let Tree::Group(body) = tree { Some(body) } else { None });
    let Some(body) = body else { return };
    for (at, pair) in body.windows(2).enumerate() {
        let [word, Tree::Group(condition)] = pair else { continue };
        if !word.is("CHECK") {
            continue;
        }
        let condition = expression(condition);
        let named = at >= 2 && body[at - 2].is("CONSTRAINT");
        let name = if named { plain(&body[at - 1..at]) } else { format!("({condition})") };
        facts.insert(format!("check {name} of \"{table}\""), condition);
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

    use std::collections::BTreeSet;

    use super::{Structure, differing, structure, texts};

    /// Each index once looked up its text in all of the schema, which took a store of 337 tables seconds.
    #[test]
    fn the_texts_of_indexes_are_read_once() {
        let table = |n| format!("CREATE TABLE t{n} (a INTEGER) STRICT; CREATE INDEX i{n} ON t{n} (a) WHERE a = {n};");
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(&(0..50).map(table).collect::<String>()).unwrap();
        let scans = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let seen = scans.clone();
        let look = move |context: AuthContext<'_>| {
            if matches!(context.action, AuthAction::Read { table_name, column_name: "sql" } if table_name == "sqlite_master")
            {
                seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            Authorization::Allow
        };
        let mut db = db;
        db.authorizer(Some(look)).unwrap();
        let facts = structure(&db, |_| true).unwrap();
        assert_eq!(facts.keys().filter(|what| what.starts_with("index")).count(), 50);
        assert!(facts["index \"i7\" of \"t7\""].contains("where A = 7"), "{facts:?}");
        assert!(scans.load(std::sync::atomic::Ordering::Relaxed) <= 8, "{scans:?}");
    }

    #[test]
    fn what_the_store_keeps_for_itself_is_left_aside() {
        assert_eq!(of(FRESH), of(&format!("{FRESH} CREATE TABLE protostore__own (a INTEGER) STRICT;")));
    }

    fn of(sql: &str) -> Structure {
        structure(&made(sql), |_| true).unwrap()
    }

    fn made(sql: &str) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(sql).unwrap();
        db
    }

    const FRESH: &str = "CREATE TABLE \"a\" (\"id\" TEXT NOT NULL CONSTRAINT \"id__check\" CHECK (\"id\" <> ''), \
        \"n\" INTEGER NOT NULL DEFAULT 0, \"m\" INTEGER, CONSTRAINT \"one\" CHECK ((\"n\" = 0) + (\"m\" = 0) <= 1), \
        PRIMARY KEY (\"id\")) STRICT; CREATE INDEX \"a_by_n\" ON \"a\" (\"n\" DESC);";

    #[test]
    fn order_layout_and_comments_are_nothing() {
        let other = "create table a ( -- a comment\n \"m\" INTEGER, n INTEGER NOT NULL DEFAULT 0, \"id\" TEXT NOT NULL \
            CONSTRAINT \"id__check\" CHECK (\"id\"<>''), PRIMARY KEY (\"id\"), \
            CONSTRAINT \"one\" CHECK ((\"m\" = 0) + (\"n\" = 0) <= 1)) STRICT; CREATE INDEX a_by_n ON a (n DESC)";
        assert_eq!(of(FRESH), of(other));
    }

    #[test]
    fn what_has_the_same_text_but_for_layout_and_comments_is_not_looked_into() {
        let texts = |sql: &str| texts(&made(sql)).unwrap();
        let other = FRESH.replace(", ", ",\n  -- a comment\n  ").replace("NOT NULL", "NOT /* not */   NULL");
        assert_eq!(differing(&texts(FRESH), &texts(&other)), BTreeSet::new());
        let more = format!("{FRESH} CREATE TABLE b (a INTEGER) STRICT; CREATE INDEX c ON b (a);");
        assert_eq!(differing(&texts(FRESH), &texts(&more)), BTreeSet::from(["b"]));
        assert_eq!(differing(&texts(&more), &texts(FRESH)), BTreeSet::from(["b"]));
    }

    #[test]
    fn everything_else_is_something() {
        let edits = [
            ("<> ''", "<> 'x'"),
            ("\"one\"", "\"two\""),
            ("DEFAULT 0", "DEFAULT 1"),
            ("INTEGER NOT NULL", "INTEGER"),
            ("\"m\" INTEGER,", "\"m\" TEXT,"),
            (" DESC", ""),
            ("STRICT", "STRICT, WITHOUT ROWID"),
            ("CREATE INDEX", "CREATE UNIQUE INDEX"),
            ("\"m\" INTEGER,", "\"m\" INTEGER REFERENCES \"a\" (\"id\"),"),
        ];
        for (from, to) in edits {
            let other = FRESH.replace(from, to);
            assert_ne!(of(FRESH), of(&other), "{from} to {to}");
            let (a, b) = (texts(&made(FRESH)).unwrap(), texts(&made(&other)).unwrap());
            assert_eq!(differing(&a, &b), BTreeSet::from(["a"]), "{from} to {to}");
        }
    }
}
