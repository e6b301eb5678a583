//! What a database has, as SQLite tells it: two are the same where these are equal.

use std::collections::BTreeSet;

use rusqlite::Connection;

/// Returns what there is, a line each; the order of columns and the text of comments are not asked.
pub(crate) fn structure(db: &Connection) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    let queries = [
        "SELECT 'table ' || name || ' ' || wr || strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'",
        "SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || c.\"notnull\" || ' ' || ifnull(c.dflt_value, '-') \
         || ' ' || c.pk FROM pragma_table_list t, pragma_table_xinfo(t.name) c WHERE t.schema = 'main' \
         AND t.type = 'table' AND t.name NOT LIKE 'sqlite%'",
        "SELECT 'reference ' || t.name || '.' || f.\"from\" || ' ' || f.\"table\" || '.' || ifnull(f.\"to\", '') || ' ' \
         || f.seq || f.on_delete FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE t.schema = 'main'",
        "SELECT 'index ' || i.name || ' ' || i.\"unique\" || ' ' || x.seqno || ' ' || ifnull(x.name, '') || x.\"desc\" \
         FROM pragma_table_list t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x \
         WHERE t.schema = 'main' AND i.origin = 'c'",
    ];
    for query in queries {
        let mut query = db.prepare(query).expect("a query");
        let rows = query.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        facts.extend(rows.map(|row| row.expect("a fact")));
    }
    let mut texts = db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").expect("a query");
    let mut rows = texts.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        let (kind, name, sql): (String, String, String) =
            (row.get(0).expect("a type"), row.get(1).expect("a name"), row.get(2).expect("a text"));
        match kind.as_str() {
            "table" => facts.extend(checks(&sql).into_iter().map(|check| format!("{name}: {check}"))),
            _ => drop(facts.insert(format!("{kind} {name}: {}", words(&sql)))),
        }
    }
    facts
}

/// Returns the named CHECKs of a table, its parts in one order.
fn checks(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in sql.match_indices("CONSTRAINT ") {
        let mut depth = 0;
        let end = sql[at..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            *c == ')' && depth == 0
        });
        let (end, _) = end.expect("a CHECK ends");
        let text = words(&sql[at..=at + end]);
        let (name, condition) = text.split_once(" CHECK ").expect("a CHECK");
        let mut parts: Vec<&str> = condition.trim_matches(|c| " ()".contains(c)).split(" AND ").collect();
        parts.sort_unstable();
        found.push(format!("{name} {}", parts.join(" AND ")));
    }
    found
}

fn words(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( ", "(").replace(" )", ")")
}
