//! Random proto files whose packages, messages, enums, fields, services and tables have names that mean something
//! elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write;

use fastrand::Rng;

use super::words::Words;

/// The files of a store, by path.
pub(crate) type Files = Vec<(&'static str, String)>;

/// Comments that rustc or rustdoc would stumble over.
const COMMENTS: &[&str] = &[
    "right \u{202e}to\u{202c} left",
    "a \u{2066}b\u{2069}",
    "bell \u{7} and \r return",
    "[`x`] <b> */ /* \\",
    "```",
    "",
];

/// Draws a store of that name, whose store message is `Names`.
pub(crate) fn store(rng: &mut Rng, name: &str) -> Files {
    let mut draw = Draw { words: Words::new(), rng, text: String::new() };
    let api = draw.package();
    let own = match draw.rng.u8(0..3) {
        0 => api.clone(),
        1 => draw.package(),
        // Where a module meets a package.
        _ => format!("{api}.{}", draw.words.name(draw.rng)),
    };
    let api_types = draw.api(&api);
    let others = std::mem::take(&mut draw.text);
    draw.store(&own, name, &api_types);
    vec![("api.proto", others), ("store.proto", draw.text)]
}

/// What a package declares, by full name.
struct Declared {
    messages: Vec<String>,
    enums: Vec<String>,
}

struct Draw<'r> {
    words: Words,
    rng: &'r mut Rng,
    text: String,
}

impl Draw<'_> {
    fn package(&mut self) -> String {
        let parts: Vec<String> = (0..self.rng.usize(1..4)).map(|_| self.words.name(self.rng)).collect();
        parts.join(".")
    }

    /// Returns a name that the scope does not have yet; protobuf tells names apart by case, but JSON does not always.
    fn fresh(&mut self, scope: &mut BTreeSet<String>) -> String {
        loop {
            let name = self.words.name(self.rng);
            if scope.insert(json(&name)) {
                return name;
            }
        }
    }

    /// As [`fresh`](Self::fresh), for names that have no JSON: these may differ in case or underscores alone.
    fn fresh_exactly(&mut self, scope: &mut BTreeSet<String>) -> String {
        loop {
            let name = self.words.name(self.rng);
            if scope.insert(name.clone()) {
                return name;
            }
        }
    }

    fn comment(&mut self, indent: &str) {
        if self.rng.u8(0..6) == 0 {
            let comment = COMMENTS[self.rng.usize(0..COMMENTS.len())];
            let _ = writeln!(self.text, "{indent}// {comment}");
        }
    }

    /// Writes messages and enums of others, of which records hold some.
    fn api(&mut self, package: &str) -> Declared {
        let _ = writeln!(self.text, "syntax = \"proto3\";\npackage {package};");
        let mut scope = BTreeSet::new();
        let mut declared = Declared { messages: Vec::new(), enums: Vec::new() };
        for _ in 0..self.rng.usize(1..3) {
            let name = self.enumeration(&mut scope, "");
            declared.enums.push(format!(".{package}.{name}"));
        }
        for _ in 0..self.rng.usize(1..4) {
            let name = self.fresh_exactly(&mut scope);
            self.message(&name, &declared, true);
            declared.messages.push(format!(".{package}.{name}"));
        }
        if self.rng.bool() {
            self.service(&mut scope, &declared);
        }
        declared
    }

    fn enumeration(&mut self, scope: &mut BTreeSet<String>, indent: &str) -> String {
        // Values are in the scope around their enum.
        let name = self.fresh_exactly(scope);
        self.comment(indent);
        let _ = writeln!(self.text, "{indent}enum {name} {{");
        for number in 0..self.rng.usize(1..5) {
            let value = match self.rng.u8(0..3) {
                0 => format!("{}_{}", name.trim_matches('_').to_ascii_uppercase(), self.words.name(self.rng)),
                _ => self.words.name(self.rng),
            };
            let value = if scope.insert(value.clone()) { value } else { format!("{value}_{}", scope.len()) };
            scope.insert(value.clone());
            self.comment(indent);
            let _ = writeln!(self.text, "{indent}  {value} = {number};");
        }
        let _ = writeln!(self.text, "{indent}}}");
        name
    }

    /// Writes a message, which holds itself nowhere.
    fn message(&mut self, name: &str, declared: &Declared, nests: bool) {
        self.comment("");
        let _ = writeln!(self.text, "message {name} {{");
        let mut types = BTreeSet::new();
        let mut fields = BTreeSet::new();
        let mut inner = Declared { messages: declared.messages.clone(), enums: declared.enums.clone() };
        if nests && self.rng.bool() {
            let nested = self.enumeration(&mut types, "  ");
            inner.enums.push(nested);
        }
        if nests && self.rng.bool() {
            let nested = self.fresh_exactly(&mut types);
            let field = self.words.name(self.rng);
            let _ = writeln!(self.text, "  message {nested} {{ string {field} = 1; }}");
            inner.messages.push(nested);
        }
        self.fields(&mut types, &mut fields, &inner, 1);
        self.text.push_str("}\n");
    }

    /// Writes fields of every kind from a number on. Fields, oneofs and types of a message share one scope.
    fn fields(
        &mut self,
        types: &mut BTreeSet<String>,
        fields: &mut BTreeSet<String>,
        declared: &Declared,
        first: usize,
    ) -> Vec<String> {
        let mut plain = Vec::new();
        let mut number = first;
        for _ in 0..self.rng.usize(0..7) {
            let name = self.fresh(fields);
            if !types.insert(name.clone()) {
                continue;
            }
            self.comment("  ");
            let message = declared.messages.get(self.rng.usize(0..declared.messages.len().max(1))).cloned();
            let enumeration = declared.enums[self.rng.usize(0..declared.enums.len())].clone();
            let storage = ["CHILD_TABLE", "JSON", "BYTES", "COLUMNS"][self.rng.usize(0..4)];
            let stored = format!("[(protostore.v1.column) = {{storage: {storage}}}]");
            let line = match (self.rng.u8(0..12), message) {
                (0, Some(message)) => format!("{message} {name} = {number};"),
                (11, Some(message)) if first > 1 => format!("{message} {name} = {number} {stored};"),
                (1, Some(message)) => format!("repeated {message} {name} = {number};"),
                (2, Some(message)) => format!("map<string, {message}> {name} = {number};"),
                (3, _) => format!("{enumeration} {name} = {number};"),
                (4, _) => format!("repeated {enumeration} {name} = {number};"),
                (5, _) => format!("map<int32, {enumeration}> {name} = {number};"),
                (6, _) => format!("optional int64 {name} = {number};"),
                (7, _) => format!("repeated string {name} = {number};"),
                (8, _) => {
                    let (one, two) = (self.fresh(fields), self.fresh(fields));
                    if !types.insert(one.clone()) || !types.insert(two.clone()) {
                        continue;
                    }
                    let line =
                        format!("oneof {name} {{ string {one} = {number}; {enumeration} {two} = {}; }}", number + 1);
                    number += 1;
                    line
                }
                _ => {
                    plain.push(name.clone());
                    format!("string {name} = {number};")
                }
            };
            let _ = writeln!(self.text, "  {line}");
            number += 1;
        }
        plain
    }

    fn service(&mut self, scope: &mut BTreeSet<String>, declared: &Declared) {
        let name = self.fresh_exactly(scope);
        self.comment("");
        let _ = writeln!(self.text, "service {name} {{");
        let mut methods = BTreeSet::new();
        for _ in 0..self.rng.usize(1..5) {
            let method = self.fresh_exactly(&mut methods);
            let of = |rng: &mut Rng| {
                let stream = if rng.u8(0..4) == 0 { "stream " } else { "" };
                format!("{stream}{}", declared.messages[rng.usize(0..declared.messages.len())])
            };
            let (request, response) = (of(self.rng), of(self.rng));
            self.comment("  ");
            let _ = writeln!(self.text, "  rpc {method}({request}) returns ({response});");
        }
        self.text.push_str("}\n");
    }

    /// Writes the records and the store message.
    fn store(&mut self, package: &str, store: &str, api: &Declared) {
        let _ = writeln!(
            self.text,
            "syntax = \"proto3\";\npackage {package};\nimport \"api.proto\";\n\
             import \"google/protobuf/timestamp.proto\";\nimport \"protostore/v1/options.proto\";"
        );
        let mut scope: BTreeSet<String> = BTreeSet::from(["Names".to_owned()]);
        // Where both files are of one package, they share its scope.
        scope.extend(api.messages.iter().chain(&api.enums).filter_map(|n| n.rsplit('.').next().map(str::to_owned)));
        let mut fields = BTreeSet::new();
        let tables: Vec<Table> = (0..self.rng.usize(1..4))
            .map(|_| Table {
                name: self.fresh_exactly(&mut scope),
                field: self.fresh(&mut fields),
                reference: self.words.name(self.rng),
            })
            .collect();
        let _ = writeln!(self.text, "message Names {{\n  option (protostore.v1.store) = {{name: \"{store}\"}};");
        let mut records = String::new();
        for (n, table) in tables.iter().enumerate() {
            let around = std::mem::take(&mut self.text);
            let options =
                self.record(package, table, (n > 0).then(|| &tables[0]), tables.get(1).filter(|_| n == 0), api);
            records += &std::mem::replace(&mut self.text, around);
            let Table { name, field, .. } = table;
            let table = format!("[(protostore.v1.table) = {{{options}}}]");
            let _ = writeln!(self.text, "  repeated .{package}.{name} {field} = {} {table};", n + 1);
        }
        // A table of at most one row, of a message with no fields or with none that is stored.
        if self.rng.u8(0..4) == 0 {
            let (name, field) = (self.fresh_exactly(&mut scope), self.fresh(&mut fields));
            let lost = self.words.name(self.rng);
            let lost = format!(" string {lost} = 1 [(protostore.v1.column) = {{storage: NOT_STORED}}]; ");
            let _ = writeln!(records, "message {name} {{{}}}", if self.rng.bool() { "" } else { &lost });
            let _ = writeln!(self.text, "  .{package}.{name} {field} = 9;");
        }
        let _ = writeln!(self.text, "}}\n{records}");
        if self.rng.u8(0..4) == 0 {
            let own = Declared { messages: api.messages.clone(), enums: Vec::new() };
            self.service(&mut scope, &own);
        }
    }

    /// Writes a record that refers to the table before it and shows the rows of the one after it; returns the options of
    /// its table.
    fn record(
        &mut self,
        package: &str,
        table: &Table,
        before: Option<&Table>,
        after: Option<&Table>,
        api: &Declared,
    ) -> String {
        // What has no JSON of its own need not differ in it.
        let mut fields = BTreeSet::from([json(&table.reference)]);
        let mut types = BTreeSet::from([table.reference.clone()]);
        self.comment("");
        let _ = writeln!(self.text, "message {} {{", table.name);
        let [key, many, shown, time, count] = std::array::from_fn(|_| self.fresh(&mut fields));
        types.extend([&key, &many, &shown, &time, &count].map(Clone::clone));
        let _ = writeln!(self.text, "  string {key} = 1;");
        if let Some(before) = before {
            let refers = format!("[(protostore.v1.column) = {{references: {{table: \"{}\"}}}}]", before.field);
            let _ = writeln!(
                self.text,
                "  string {} = 2 {refers};\n  repeated string {many} = 3 {refers};",
                table.reference
            );
        }
        if let Some(after) = after.filter(|_| self.rng.bool()) {
            let relation = format!("[(protostore.v1.column) = {{relation: \"{}.{}\"}}]", after.field, after.reference);
            let _ = writeln!(self.text, "  repeated .{package}.{} {shown} = 4 {relation};", after.name);
        }
        let mut options = String::new();
        match self.rng.u8(0..8) {
            0 => {
                let _ = writeln!(self.text, "  google.protobuf.Timestamp {time} = 5;");
                let _ = write!(options, " soft_delete: \"{time}\"");
            }
            1 => {
                let _ = writeln!(self.text, "  google.protobuf.Timestamp {time} = 5;");
                let _ = write!(options, " expire: \"{time}\"");
            }
            2 => {
                let _ = writeln!(self.text, "  int64 {count} = 6;");
                let _ = write!(options, " revision: \"{count}\"");
            }
            3 => options.push_str(" append_only: true"),
            _ => {}
        }
        let plain = self.fields(&mut types, &mut fields, api, 7);
        self.text.push_str("}\n");
        for (i, column) in plain.iter().enumerate() {
            let _ = match self.rng.u8(0..4) {
                0 => write!(options, " column: {{field: \"{column}\" unique: true}}"),
                1 => write!(options, " column: {{field: \"{column}\" index: true}}"),
                2 if i > 0 => write!(options, " index: {{fields: [\"{column}\", \"{}\"]}}", plain[i - 1]),
                2 => write!(options, " index: {{fields: \"{column}\" where: \"{column} != 'a\u{202e}b'\"}}"),
                _ => Ok(()),
            };
        }
        // A key of two fields cannot be referred to by one.
        match plain.first() {
            Some(second) if before.is_some() && self.rng.u8(0..4) == 0 => {
                format!("primary_key: [\"{key}\", \"{second}\"]{options}")
            }
            _ => format!("primary_key: \"{key}\"{options}"),
        }
    }
}

/// A table of a store.
struct Table {
    /// The record's message.
    name: String,
    field: String,
    /// The field by which a row refers to the first table.
    reference: String,
}

/// Returns a field's name in JSON, which protobuf wants to differ.
fn json(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}
