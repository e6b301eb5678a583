//! Random primary keys: of every type, of several parts, inside a message, or none because there is one row.

use std::fmt::Write;

use fastrand::Rng;

/// How a table tells its rows apart.
pub(crate) enum Key {
    /// By one field at the top, which others may name.
    One { ty: &'static str, options: &'static str },
    /// By several fields.
    Several(Vec<(&'static str, &'static str)>),
    /// By a field of a message inside.
    Inside,
    /// Not at all: it has one.
    Singleton,
}

const TYPES: [(&str, &str); 22] = [
    ("string", ""),
    ("string", "generated: UUID_V7"),
    ("bytes", ""),
    ("int32", ""),
    ("sint32", ""),
    ("sfixed32", ""),
    ("int64", ""),
    ("sint64", ""),
    ("sfixed64", ""),
    ("uint32", ""),
    ("fixed32", ""),
    ("uint64", ""),
    ("fixed64", ""),
    ("uint64", "encoding: FULL_RANGE"),
    ("fixed64", "encoding: FULL_RANGE"),
    ("bool", ""),
    ("Kind", ""),
    ("google.protobuf.Timestamp", ""),
    ("google.protobuf.Timestamp", "encoding: RFC3339"),
    ("google.protobuf.Timestamp", "encoding: MILLISECONDS"),
    ("google.protobuf.Duration", "encoding: SECONDS"),
    ("int64", "generated: SEQUENCE"),
];

impl Key {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let one = |rng: &mut Rng| TYPES[rng.usize(0..TYPES.len())];
        match rng.u8(0..10) {
            0 => Self::Singleton,
            1 => Self::Inside,
            2 | 3 => {
                let mut parts = vec![("string", "")];
                parts.extend(
                    (0..rng.usize(1..4)).map(|_| one(rng)).filter(|(_, options)| !options.contains("generated")),
                );
                rng.shuffle(&mut parts);
                Self::Several(parts)
            }
            4..=6 => Self::One { ty: "string", options: "" },
            _ => {
                let (ty, options) = one(rng);
                Self::One { ty, options }
            }
        }
    }

    /// Writes the message that holds the key, where one does.
    pub(super) fn message(&self, text: &mut String, table: usize) {
        if let Self::Inside = self {
            let _ = writeln!(text, "message Meta{table} {{ string label = 1; string name = 2; bytes data = 3; }}");
        }
    }

    /// Writes the key, and returns the last number that it takes.
    pub(super) fn fields(&self, rng: &mut Rng, text: &mut String, table: usize) -> usize {
        let optional = |rng: &mut Rng| if rng.u8(0..6) == 0 { "optional " } else { "" };
        match self {
            Self::One { ty, options } => {
                let label = if options.is_empty() && !ty.contains('.') { optional(rng) } else { "" };
                let column = column(options);
                let _ = writeln!(text, "  {label}{ty} id = 1 [(google.api.field_behavior) = IDENTIFIER{column}];");
                1
            }
            Self::Several(parts) => {
                for (i, (ty, options)) in parts.iter().enumerate() {
                    let options = column(options).trim_start_matches(", ").to_owned();
                    let options = if options.is_empty() { options } else { format!(" [{options}]") };
                    let _ = writeln!(text, "  {ty} id{i} = {}{options};", i + 1);
                }
                parts.len()
            }
            Self::Inside => {
                let _ = writeln!(text, "  Meta{table} meta = 1;");
                1
            }
            Self::Singleton => 0,
        }
    }

    /// Writes the store's field, with entries for its `column` list.
    pub(super) fn table(&self, store: &mut String, table: usize, listed: &[String]) {
        let mut options: Vec<String> = listed.iter().map(|entry| format!("column: {{{entry}}}")).collect();
        match self {
            Self::One { .. } | Self::Singleton => {}
            Self::Several(parts) => {
                let names: Vec<_> = (0..parts.len()).map(|i| format!("\"id{i}\"")).collect();
                options.push(format!("primary_key: [{}]", names.join(", ")));
            }
            Self::Inside => options.push("primary_key: \"meta.name\"".to_owned()),
        }
        let repeated = if matches!(self, Self::Singleton) { "" } else { "repeated " };
        let options = match options.as_slice() {
            [] => String::new(),
            some => format!(" [(protostore.v1.table) = {{{}}}]", some.join(" ")),
        };
        let _ = writeln!(store, "  {repeated}Record{table} records{table} = {}{options};", 3 * table + 1);
    }
}

fn column(options: &str) -> String {
    if options.is_empty() { String::new() } else { format!(", (protostore.v1.column) = {{{options}}}") }
}
