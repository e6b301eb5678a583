//! Decides names: of SQL tables, columns and indexes, and of Rust items, which equal those that prost gives.

use heck::{ToSnakeCase, ToUpperCamelCase};
use sha2::{Digest, Sha256};

/// PostgreSQL's limit on identifiers, kept in every dialect so that adding one renames nothing.
const SQL_BYTES: usize = 63;
/// What is kept of a longer name, before `_` and 8 hexadecimal digits of its hash.
const SQL_KEPT: usize = 54;

/// Prefixes of tables that belong to the engine, to the store itself and to the migration runner.
pub(crate) const RESERVED_PREFIXES: [&str; 3] = ["sqlite_", "protostore__", "refinery_"];

/// Words that no crate can be called: keywords of Rust, and crates that come with it.
const KEYWORDS: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "protostore",
    "tonic",
];

/// Modules that generated code has beside those of records.
const RESERVED_MODULES: [&str; 2] = ["mod", "types"];

/// Returns a SQL name of 63 bytes at most.
pub(crate) fn sql(long: &str) -> String {
    if long.len() <= SQL_BYTES {
        return long.to_owned();
    }
    let kept = (0..=SQL_KEPT).rev().find(|i| long.is_char_boundary(*i)).unwrap_or(0);
    let hash = Sha256::digest(long);
    let hex: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{}_{hex}", &long[..kept])
}

/// Joins the path of a field, or a table and a field.
pub(crate) fn sql_join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}__{name}") }
}

/// Returns the name of the column that holds a part of the owner's key.
///
/// Keys called `key`, `position` or `position_2` would meet the child table's own `_key`, `_position`, `_position_2`.
pub(crate) fn owner_column(key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let rest = lower.strip_prefix("key").or_else(|| lower.strip_prefix("position"));
    let meets = rest.is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix('_').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()))
    });
    sql(&if meets { format!("_owner_{key}") } else { format!("_{key}") })
}

/// Returns the name of an index over columns of a table.
pub(crate) fn index(table: &str, unique: bool, columns: &[&str]) -> String {
    let word = if unique { "unique" } else { "by" };
    sql(&format!("{table}_{word}_{}", columns.join("_")))
}

/// Returns the name of the view beside a table.
pub(crate) fn view(table: &str) -> String {
    sql(&format!("{table}_readable"))
}

/// Returns the names of the constraints on a column, a message and a oneof.
pub(crate) fn check(column: &str) -> String {
    sql(&format!("{column}__check"))
}

/// As [`check`], for the columns of a message.
pub(crate) fn presence(message: &str) -> String {
    sql(&format!("{message}__presence"))
}

/// As [`check`], for the members of a oneof.
pub(crate) fn oneof(oneof: &str) -> String {
    sql(&format!("{oneof}__oneof"))
}

/// Returns the Rust field of a proto field or oneof: what prost has, without `r#`.
pub(crate) fn field(proto: &str) -> String {
    identifier(&proto.to_snake_case())
}

/// Returns the Rust name of a path of fields: `root_drive_image_path`.
pub(crate) fn path(fields: &[&str]) -> String {
    let parts: Vec<String> = fields.iter().map(|f| f.to_snake_case()).filter(|f| !f.is_empty()).collect();
    identifier(&parts.join("_"))
}

/// Returns the variant of a oneof's member.
pub(crate) fn variant(proto: &str) -> String {
    identifier(&proto.to_upper_camel_case())
}

/// Returns the variant of an enum's value: what prost has, the enum's name stripped where it is a true prefix.
pub(crate) fn enum_variant(enumeration: &str, value: &str) -> String {
    let prefix = identifier(&enumeration.to_upper_camel_case());
    let name = identifier(&value.to_upper_camel_case());
    let stripped = name.strip_prefix(&prefix).filter(|s| s.starts_with(char::is_uppercase));
    identifier(stripped.unwrap_or(&name))
}

/// Returns the Rust type of a message or enum inside the messages around it: `VirtualMachineState`.
pub(crate) fn type_name(nesting: &[&str]) -> String {
    identifier(&nesting.iter().map(|name| name.to_upper_camel_case()).collect::<String>())
}

/// Returns the type with the package in front that tells it from another of the same name: `VmsDrive`.
pub(crate) fn type_in_package(package: &str, type_name: &str) -> String {
    let segment = package.rsplit('.').find(|segment| !is_version(segment)).unwrap_or_default();
    identifier(&format!("{}{type_name}", segment.to_upper_camel_case()))
}

/// Returns whether a package's segment is a version, `v1`, `v1alpha2`.
fn is_version(segment: &str) -> bool {
    let mut chars = segment.chars();
    chars.next() == Some('v') && chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// Returns the module of a record.
pub(crate) fn module(record: &str) -> String {
    identifier(&record.to_snake_case())
}

/// Returns whether a record's module would take the place of another part of the generated code.
pub(crate) fn is_reserved_module(module: &str) -> bool {
    RESERVED_MODULES.contains(&module)
}

/// Returns the path below `proto` at which prost puts a message, enum or oneof: `aurae::vms::v0::virtual_machine::State`.
pub(crate) fn message_path(package: &str, around: &[&str], name: &str) -> String {
    let modules = package.split('.').filter(|segment| !segment.is_empty()).chain(around.iter().copied());
    let mut path: Vec<String> = modules.map(|module| identifier(&module.to_snake_case())).collect();
    path.push(name.to_owned());
    path.join("::")
}

/// Returns the type that prost gives to a oneof, beside the message's nested types of those names.
pub(crate) fn oneof_type<'a>(oneof: &str, mut nested: impl Iterator<Item = &'a str>) -> String {
    let name = variant(oneof);
    if nested.any(|other| variant(other) == name) { format!("{name}OneOf") } else { name }
}

/// Returns the default name of a store: its message's, in snake_case.
pub(crate) fn store(message: &str) -> String {
    identifier(&message.to_snake_case())
}

/// Returns whether a name can be a crate and a directory.
pub(crate) fn is_store(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= SQL_BYTES
        && !KEYWORDS.contains(&name)
}

/// Returns whether a name can be a Rust type as it is written.
pub(crate) fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name != "Self"
}

/// Returns whether a name can be a SQL name: what a proto field can be called.
pub(crate) fn is_sql(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= SQL_BYTES
}

/// Makes a Rust identifier of a word as prost does, apart from `r#`, which emission adds to keywords.
fn identifier(word: &str) -> String {
    match word {
        "_" | "super" | "self" | "Self" | "extern" | "crate" => format!("{word}_"),
        _ if word.starts_with(|c: char| c.is_numeric()) => format!("_{word}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests;
