//! Whether an upgraded database has the structure of the program's whole schema, as SQLite itself tells it.
//!
//! The order of columns, comments and white space are not asked; what a CHECK, a trigger, a view or the condition of an
//! index says is compared as the bag of its tokens, since the parts of a condition may come in another order. The generator
//! compares more closely, on each migration that it writes: what is found here was done to the file or to the program.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result};

use super::Cause;

/// What there is (`column "id" of "networks"`) to how it is (`TEXT NOT NULL`).
type Structure = BTreeMap<String, String>;

/// How many differences are told.
const FEW: usize = 3;

/// Refuses a database whose structure is not that of a whole schema.
pub(in crate::sqlite::open) fn compare(connection: &Connection, whole: &str) -> Result<(), Cause> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(whole)?;
    compare_with(connection, &model)
}

/// Refuses a database whose structure is not that of another.
pub(in crate::sqlite::open) fn compare_with(connection: &Connection, model: &Connection) -> Result<(), Cause> {
    let (wanted, found) = (read(model)?, read(connection)?);
    let differs = |(what, how): (&String, &String)| match found.get(what) {
        None => Some(format!("it has no {what}")),
        Some(found) if found == how => None,
        Some(found) => Some(format!("{what} is `{found}` and must be `{how}`")),
    };
    let extra = found.keys().filter(|what| !wanted.contains_key(*what));
    let mut differences: Vec<_> = wanted.iter().filter_map(differs).collect();
    differences.extend(extra.map(|what| format!("it has {what}, and the schema has none")));
    if differences.is_empty() {
        return Ok(());
    }
    let more = differences.len().saturating_sub(FEW);
    differences.truncate(FEW);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(format!("{}{more}", differences.join("; ")).into())
}

/// Returns the definitions of a database, as a whole schema.
pub(in crate::sqlite::open) fn definitions(db: &Connection) -> Result<String> {
    let mut all = db.prepare(
        "SELECT sql || ';\n' FROM sqlite_schema WHERE sql IS NOT NULL AND substr(tbl_name, 1, 12) <> 'protostore__' \
         AND tbl_name <> 'refinery_schema_history' AND substr(tbl_name, 1, 7) <> 'sqlite_' ORDER BY rowid",
    )?;
    all.query_map([], |row| row.get::<_, String>(0))?.collect()
}

fn read(db: &Connection) -> Result<Structure> {
    let mut facts = Structure::new();
    let mut objects = db.prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE substr(tbl_name, 1, 12) <> 'protostore__' \
         AND tbl_name <> 'refinery_schema_history' AND substr(tbl_name, 1, 7) <> 'sqlite_'",
    )?;
    let objects = objects.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    for object in objects.collect::<Result<Vec<(String, String, String, Option<String>)>>>()? {
        let (kind, name, table, sql) = object;
        let tokens = sql.as_deref().map(tokens).unwrap_or_default();
        match kind.as_str() {
            "table" => {
                columns(db, &name, &mut facts)?;
                foreign_keys(db, &name, &mut facts)?;
                checks(&name, &tokens, &mut facts);
                facts.insert(format!("table \"{name}\""), options(db, &name)?);
            }
            "index" => drop(facts.insert(format!("index \"{name}\" of \"{table}\""), index(db, &name, &tokens)?)),
            _ => drop(facts.insert(format!("{kind} \"{name}\" of \"{table}\""), bag(&tokens))),
        }
    }
    Ok(facts)
}

fn options(db: &Connection, table: &str) -> Result<String> {
    let options = "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1";
    db.query_row(options, [table], |row| {
        let (without_rowid, strict): (bool, bool) = (row.get(0)?, row.get(1)?);
        Ok(format!("strict {strict}, without rowid {without_rowid}"))
    })
}

fn columns(db: &Connection, table: &str, facts: &mut Structure) -> Result<()> {
    let mut columns =
        db.prepare_cached("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)")?;
    let mut rows = columns.query([table])?;
    while let Some(row) = rows.next()? {
        let (name, ty, pk, hidden): (String, String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(4)?, row.get(5)?);
        let not_null = if row.get(2)? { " NOT NULL" } else { "" };
        let default = row.get::<_, Option<String>>(3)?.map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
        let key = if pk > 0 { format!(" part {pk} of the key") } else { String::new() };
        let generated = if hidden > 0 { " generated" } else { "" };
        facts.insert(format!("column \"{name}\" of \"{table}\""), format!("{ty}{not_null}{default}{key}{generated}"));
    }
    Ok(())
}

fn index(db: &Connection, name: &str, tokens: &[&str]) -> Result<String> {
    let mut parts =
        db.prepare_cached("SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno")?;
    let parts = parts.query_map([name], |part| {
        let column: Option<String> = part.get(0)?;
        let order = if part.get(1)? { " DESC" } else { "" };
        Ok(format!("{}{order} {}", column.unwrap_or_else(|| "an expression".to_owned()), part.get::<_, String>(2)?))
    })?;
    let parts = parts.collect::<Result<Vec<_>>>()?.join(", ");
    let unique = if tokens.get(1).is_some_and(|word| word.eq_ignore_ascii_case("UNIQUE")) { "unique " } else { "" };
    let condition = tokens.iter().position(|word| word.eq_ignore_ascii_case("WHERE")).map_or("", |_| " where ");
    let rows =
        tokens.iter().position(|word| word.eq_ignore_ascii_case("WHERE")).map_or(&[][..], |at| &tokens[at + 1..]);
    Ok(format!("{unique}({parts}){condition}{}", bag(rows)))
}

fn foreign_keys(db: &Connection, table: &str, facts: &mut Structure) -> Result<()> {
    let mut keys = db.prepare_cached(
        "SELECT id, \"table\", group_concat('\"' || \"from\" || '\" -> \"' || coalesce(\"to\", 'key') || '\"', ', '), on_update, on_delete \
         FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) GROUP BY id",
    )?;
    let mut rows = keys.query([table])?;
    while let Some(row) = rows.next()? {
        let (parent, columns): (String, String) = (row.get(1)?, row.get(2)?);
        let (update, delete): (String, String) = (row.get(3)?, row.get(4)?);
        let what = format!("foreign key ({columns}) of \"{table}\" to \"{parent}\"");
        facts.insert(what, format!("on update {update}, on delete {delete}"));
    }
    Ok(())
}

/// The CHECKs of a table by their names; those without one share the empty name.
fn checks(table: &str, tokens: &[&str], facts: &mut Structure) {
    for (at, _) in tokens.iter().enumerate().filter(|(_, word)| word.eq_ignore_ascii_case("CHECK")) {
        let is_named = at >= 2 && tokens[at - 2].eq_ignore_ascii_case("CONSTRAINT");
        let name = if is_named { tokens[at - 1].trim_matches('"') } else { "" };
        let body = &tokens[at + 1..];
        let mut depth = 0;
        let length = body.iter().position(|word| {
            depth += i32::from(*word == "(") - i32::from(*word == ")");
            depth == 0
        });
        let says = bag(&body[..length.map_or(body.len(), |last| last + 1)]);
        let fact = facts.entry(format!("CHECK \"{name}\" of \"{table}\"")).or_default();
        // Several without a name, in whatever order.
        let mut all: Vec<_> = fact.split("; ").filter(|one| !one.is_empty()).chain([says.as_str()]).collect();
        all.sort_unstable();
        *fact = all.join("; ");
    }
}

/// Returns the tokens in the order of their texts, without parentheses: those around a whole condition say nothing, and
/// are in one spelling of it and not in another.
fn bag(tokens: &[&str]) -> String {
    let mut tokens: Vec<&str> = tokens.iter().copied().filter(|token| !matches!(*token, "(" | ")")).collect();
    tokens.sort_unstable();
    tokens.join(" ")
}

/// Returns the tokens of an SQL text; quoted ones with their quotes, and no comments.
fn tokens(sql: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            '\'' | '"' | '`' => {
                let mut quotes = rest[1..].match_indices(first).map(|(at, _)| at + 1).peekable();
                loop {
                    match (quotes.next(), quotes.peek()) {
                        // A quote in it is doubled.
                        (Some(at), Some(next)) if at + 1 == *next => drop(quotes.next()),
                        (Some(at), _) => break at + 1,
                        (None, _) => break rest.len(),
                    }
                }
            }
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        if !rest.starts_with("--") && !rest.starts_with("/*") {
            tokens.push(&rest[..length]);
        }
        rest = rest[length..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(sql: &str) -> Structure {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(sql).unwrap();
        read(&db).unwrap()
    }

    const TABLE: &str = r#"CREATE TABLE "a" (
        -- The key.
        "id" TEXT NOT NULL CONSTRAINT "id__check" CHECK ("id" <> '' AND length("id") < 9), "b" INTEGER DEFAULT 0,
        PRIMARY KEY ("id")) STRICT;
        CREATE INDEX "a__b" ON "a" ("b" DESC, "id") WHERE "b" > 1 /* none */ AND "id" <> 'it''s';
        CREATE VIEW "v" AS SELECT "id", "b" FROM "a";"#;

    #[test]
    fn comments_and_orders_make_no_difference() {
        let other = r#"CREATE TABLE "a" ("b" INTEGER DEFAULT 0, "id" TEXT NOT NULL, PRIMARY KEY ("id"),
            CONSTRAINT "id__check" CHECK (length("id")<9 AND "id" <> '')) STRICT;
            CREATE INDEX "a__b" ON "a" ("b" DESC, "id") WHERE "id" <> 'it''s' AND "b" > 1;
            CREATE VIEW "v" AS SELECT "b", "id" FROM "a";"#;
        assert_eq!(facts(TABLE), facts(other));
    }

    #[test]
    fn everything_else_does() {
        for (from, to) in [
            ("STRICT", ""),
            ("DEFAULT 0", "DEFAULT 1"),
            ("\"id\" TEXT", "\"id\" BLOB"),
            ("CHECK (\"id\" <> ''", "CHECK (\"id\" <> 'x'"),
            ("id__check", "id_check"),
            ("DESC", "ASC"),
            ("CREATE INDEX", "CREATE UNIQUE INDEX"),
            ("> 1", "> 2"),
            ("it''s", "its"),
            ("SELECT \"id\", \"b\"", "SELECT \"id\""),
            ("CREATE VIEW \"v\"", "CREATE VIEW \"w\""),
        ] {
            assert!(TABLE.contains(from));
            assert_ne!(facts(TABLE), facts(&TABLE.replace(from, to)), "{from}");
        }
    }

    #[test]
    fn a_foreign_key_is_its_columns_its_table_and_what_a_delete_does() {
        let child = |key: &str| {
            facts(&format!(
                "CREATE TABLE p (x, y, PRIMARY KEY (x, y)); CREATE TABLE q (x, y, PRIMARY KEY (x, y));
                 CREATE TABLE c (a, b, FOREIGN KEY (a, b) REFERENCES {key});"
            ))
        };
        for other in ["p (y, x)", "q (x, y)", "p (x, y) ON DELETE CASCADE"] {
            assert_ne!(child("p (x, y)"), child(other), "{other}");
        }
    }
}
