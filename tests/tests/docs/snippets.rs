//! What a page shows of a case: fields as they are written, as SQL and as Rust.

use std::fmt::Write;

use protostore_schema::{ChildTable, Node, Schema, Table};

use super::cases;

/// Returns the blocks of `CASE TABLE FIELD…`, or of the whole table where no field is named.
pub(crate) fn blocks(what: &str) -> String {
    let mut words = what.split_whitespace();
    let (case, table) = (words.next().expect("a case"), words.next().expect("a table"));
    let fields: Vec<&str> = words.collect();
    let path = cases::folder().join(case).with_extension("proto");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let schema = cases::schema(&path);
    let table = schema.tables.iter().find(|t| t.name.proto == table).unwrap_or_else(|| panic!("{what}: no such table"));
    let nodes: Vec<&Node> = match &fields[..] {
        [] => table.record.nodes.iter().collect(),
        fields => fields
            .iter()
            .map(|field| {
                let found = table.record.nodes.iter().find(|node| node.name().proto == **field);
                found.unwrap_or_else(|| panic!("{what}: no field {field}"))
            })
            .collect(),
    };
    let record = record(&schema, table);
    let proto = proto(&text, table, &nodes, fields.is_empty());
    let sql = sql(&protostore_emit::schema_sql(&schema, "codegen"), table, &nodes, fields.is_empty());
    let rust = rust(&record, &table.record.ty.rust, &nodes);
    let rust = if rust.is_empty() { String::new() } else { format!("```rust\n{rust}```\n") };
    format!("```proto\n{proto}```\n```sql\n{sql}```\n{rust}")
}

/// Returns the text of a record's file, and of the types that it shares.
fn record(schema: &Schema, table: &Table) -> String {
    let files = cases::files(schema);
    let module = format!("src/records/{}.rs", table.record.module);
    let texts = [module.as_str(), "src/records/types.rs"].into_iter().filter_map(|path| files.get(path));
    texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

/// Returns the fields as the case has them, and the messages and enums of the case that they name.
fn proto(text: &str, table: &Table, nodes: &[&Node], whole: bool) -> String {
    let message = item(text, &format!("message {} {{", last(&table.record.ty.proto))).expect("the record's message");
    let mut shown = String::new();
    if whole {
        shown += &statement(text, &format!(" {} = ", table.name.proto)).expect("the field of the store");
        shown.push('\n');
        shown += &message;
    } else {
        for node in nodes {
            let name = last(&node.name().proto);
            let oneof = item(&message, &format!("oneof {name} {{"));
            shown += &oneof.or_else(|| statement(&message, &format!(" {name} = "))).expect("the field of the record");
        }
    }
    let mut named = shown.clone();
    let mut seen = vec![last(&table.record.ty.proto).to_owned()];
    while let Some(next) = next_type(text, &named, &seen) {
        let body = item(text, &next.1).expect("the type that was found");
        seen.push(next.0);
        if !shown.contains(&body) {
            shown.push('\n');
            shown += &body;
            named += &body;
        }
    }
    dedent(&shown)
}

/// Returns a message or enum of the case that is named and not shown yet, and how it begins.
fn next_type(text: &str, named: &str, seen: &[String]) -> Option<(String, String)> {
    let words = named.lines().filter(|l| !l.trim_start().starts_with("//")).flat_map(|line| {
        let declared = line.split(" = ").next().unwrap_or_default();
        declared.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned).collect::<Vec<_>>()
    });
    let types = words.filter(|word| word.starts_with(char::is_uppercase) && !seen.contains(word));
    types
        .flat_map(|word| ["message", "enum"].map(|kind| (word.clone(), format!("{kind} {word} {{"))))
        .find(|(_, head)| text.contains(head.as_str()))
}

/// Returns the item that begins with a line, with the comments before it, to the brace that ends it.
fn item(text: &str, head: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with(head))?;
    let indent = lines[at].len() - lines[at].trim_start().len();
    let end = match lines[at].ends_with('}') {
        true => at,
        false => at + lines[at..].iter().position(|line| *line == format!("{}}}", " ".repeat(indent)))?,
    };
    Some(joined(&lines[commented(&lines, at)..=end]))
}

/// Returns the field that a part of its line tells, with the comments before it, to the semicolon that ends it.
fn statement(text: &str, part: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains(part) && !line.trim_start().starts_with("//"))?;
    let end = at + lines[at..].iter().position(|line| line.ends_with(';'))?;
    Some(joined(&lines[commented(&lines, at)..=end]))
}

/// Returns where the comments begin that are right before a line.
fn commented(lines: &[&str], at: usize) -> usize {
    at - lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with("//")).count()
}

fn joined(lines: &[&str]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

/// Takes away the indent of each part, which its first line has.
fn dedent(text: &str) -> String {
    let mut out = String::new();
    let mut indent = 0;
    let mut fresh = true;
    for line in text.lines() {
        let own = line.len() - line.trim_start().len();
        if fresh || own < indent {
            indent = own;
        }
        fresh = line.is_empty();
        // Writing to a String never fails.
        let _ = writeln!(out, "{}", line.get(indent..).unwrap_or_default());
    }
    out
}

/// Returns what the fields are in SQL: their columns with the constraints over them, indexes, and child tables whole.
fn sql(schema: &str, table: &Table, nodes: &[&Node], whole: bool) -> String {
    let columns: Vec<&str> = nodes.iter().flat_map(|n| n.columns()).map(|c| c.name.sql.as_str()).collect();
    let create = create(schema, &table.name.sql);
    let mut shown = String::new();
    if whole {
        shown += &create;
    } else if !columns.is_empty() {
        let quoted: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let holds = |part: &&String| {
            let code = part.lines().find(|line| !line.trim_start().starts_with("--")).unwrap_or_default().trim_start();
            let is_column = quoted.iter().any(|c| code.starts_with(&format!("{c} ")));
            is_column || (code.starts_with("CONSTRAINT") && quoted.iter().any(|c| part.contains(c.as_str())))
        };
        shown += &parts(&create).iter().filter(holds).map(String::as_str).collect::<String>();
    }
    for (head, end) in [("CREATE INDEX", ";"), ("CREATE UNIQUE INDEX", ";"), ("CREATE TRIGGER", "END;")] {
        let on = format!(" ON \"{}\"", table.name.sql);
        for text in statements(schema, head, end).iter().filter(|text| text.contains(&on)) {
            let of = |c: &&str| text.split_once(&on).is_some_and(|(_, rest)| rest.contains(&format!("\"{c}\"")));
            if whole || (head != "CREATE TRIGGER" && columns.iter().any(of)) {
                // A blank line parts what follows a piece of a table from it.
                let gap = if shown.ends_with(",\n") { "\n" } else { "" };
                shown = shown + gap + text;
            }
        }
    }
    for child in nodes.iter().flat_map(|n| n.children()).flat_map(ChildTable::with_nested) {
        let gap = if shown.is_empty() { "" } else { "\n" };
        shown = shown + gap + &self::create(schema, &child.name.sql);
        let on = format!(" ON \"{}\"", child.name.sql);
        let indexes = ["CREATE INDEX", "CREATE UNIQUE INDEX"].map(|head| statements(schema, head, ";"));
        shown.extend(indexes.into_iter().flatten().filter(|index| index.contains(&on)));
    }
    dedent(&shown)
}

/// Returns the CREATE TABLE of a table.
fn create(schema: &str, table: &str) -> String {
    let head = format!("CREATE TABLE \"{table}\" (");
    let found = statements(schema, &head, ";");
    found.into_iter().next().unwrap_or_else(|| panic!("no table {table}"))
}

/// Returns the statements that begin and end so.
fn statements(schema: &str, head: &str, end: &str) -> Vec<String> {
    let lines: Vec<&str> = schema.lines().collect();
    let starts = (0..lines.len()).filter(|at| lines[*at].starts_with(head));
    starts
        .map(|at| {
            let length = lines[at..].iter().position(|line| line.ends_with(end)).expect("a statement ends");
            joined(&lines[at..=at + length])
        })
        .collect()
}

/// Returns the columns and constraints of a CREATE TABLE, each with the comments before it.
fn parts(create: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut after_comment = false;
    for line in create.lines().skip(1).filter(|line| line.starts_with("  ")) {
        let begins = line.as_bytes().get(2).is_some_and(|b| !matches!(b, b' ' | b')'));
        match parts.last_mut() {
            Some(last) if !begins || after_comment => *last += &format!("{line}\n"),
            _ => parts.push(format!("{line}\n")),
        }
        after_comment = line.trim_start().starts_with("--");
    }
    parts
}

/// Returns what the fields are in Rust, and the types of the record's file that they name.
fn rust(text: &str, record: &str, nodes: &[&Node]) -> String {
    let plain: String =
        text.lines().filter(|l| !l.trim_start().starts_with("//")).fold(String::new(), |t, l| t + l + "\n");
    let structure = item(&plain, &format!("pub struct {record} {{")).expect("the record");
    let fields: Vec<String> = nodes
        .iter()
        .filter_map(|node| {
            let name = &node.name().rust;
            let starts = [format!("    pub {name}: "), format!("    pub r#{name}: ")];
            structure
                .lines()
                .find(|line| starts.iter().any(|s| line.starts_with(s.as_str())))
                .map(|l| l.trim().to_owned())
        })
        .collect();
    let mut shown = joined(&fields.iter().map(String::as_str).collect::<Vec<_>>());
    let mut named = shown.clone();
    let mut seen = vec![record.to_owned()];
    loop {
        let words = named.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned);
        let heads = words
            .filter(|word| !seen.contains(word))
            .flat_map(|word| ["struct", "enum"].map(|kind| (word.clone(), format!("pub {kind} {word} {{"))));
        let Some((word, body)) = heads.into_iter().find_map(|(word, head)| Some((word, item(&plain, &head)?))) else {
            return shown;
        };
        seen.push(word);
        shown = shown + "\n" + &body;
        named += &body;
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
