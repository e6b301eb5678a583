//! Decides names: of SQL tables and columns, and of Rust items, which equal those that prost gives.

use heck::{ToSnakeCase, ToUpperCamelCase};
use protostore_schema::{SQL_NAME_BYTES, is_prelude_name, sql_name};

mod services;

pub(crate) use services::{client_module, method, server_module, service};

/// Prefixes of tables that belong to the engine, to the store itself and to the migration runner.
pub(crate) const RESERVED_PREFIXES: [&str; 3] = ["sqlite_", "protostore__", "refinery_"];

/// Keywords of Rust.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that come with Rust, and those that generated crates depend on.
const CRATES: [&str; 10] =
    ["alloc", "core", "proc_macro", "prost", "prost_types", "protostore", "std", "test", "tonic", "tonic_prost"];

/// The key of a table of at most one row, in the table and in its child tables.
pub(crate) const SINGLETON: &str = "_singleton";

/// Modules that generated code has beside those of records, and crates that it names.
const RESERVED_MODULES: [&str; 9] =
    ["behaviors", "documents", "mod", "proto", "protostore", "records", "std", "types", "upgrades"];

/// The types that each generated crate has beside its records.
const CRATE_TYPES: [&str; 2] = ["Options", "Store"];

/// Methods of a store, which the accessor of a table may not hide.
const STORE_METHODS: [&str; 17] = [
    "apply",
    "clone",
    "close",
    "deref",
    "info",
    "page_tokens",
    "read",
    "read_async",
    "run",
    "singleton",
    "sweep",
    "sweep_each",
    "table",
    "with",
    "write",
    "write_async",
    "write_committed",
];

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
    sql_name(&if meets { format!("_owner_{key}") } else { format!("_{key}") })
}

/// Returns the Rust field of a proto field or oneof: what prost has, without `r#`.
pub(crate) fn field(proto: &str) -> String {
    identifier(&proto.to_snake_case())
}

/// Returns the accessor of a table: its field's name, or `read_table` where the store has a method of that name.
pub(crate) fn accessor(proto: &str) -> String {
    let name = field(proto);
    if STORE_METHODS.contains(&name.as_str()) { format!("{name}_table") } else { name }
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
    match identifier(stripped.unwrap_or(&name)).as_str() {
        // Each enum has this variant for numbers without a name.
        "Unrecognized" => "UnrecognizedValue".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns the Rust type of a message or enum inside the messages around it: `VirtualMachineState`.
pub(crate) fn type_name(nesting: &[&str]) -> String {
    identifier(&nesting.iter().map(|name| name.to_upper_camel_case()).collect::<String>())
}

/// Returns whether generated code has another use for the name of a type.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    CRATE_TYPES.contains(&name) || is_prelude_name(name)
}

/// Returns the Rust name of a record, message, enum or oneof inside the messages around it: `OptionMessage` for an
/// `Option`, which generated code has another use for.
pub(crate) fn own_type(nesting: &[&str], kind: &str) -> String {
    let name = type_name(nesting);
    if is_reserved_type(&name) { format!("{name}{kind}") } else { name }
}

/// Returns the type with the last parts of its package in front: `VmsV0Drive` with two.
pub(crate) fn type_in_package(package: &str, parts: usize, type_name: &str) -> String {
    let segments: Vec<&str> = package.split('.').collect();
    let last = &segments[segments.len().saturating_sub(parts)..];
    identifier(&format!("{}{type_name}", last.iter().map(|part| part.to_upper_camel_case()).collect::<String>()))
}

/// Returns the module of a record.
pub(crate) fn module(record: &str) -> String {
    identifier(&record.to_snake_case())
}

/// Returns whether a record's module would take the place of another part of the generated code.
pub(crate) fn is_reserved_module(module: &str) -> bool {
    RESERVED_MODULES.contains(&module)
}

/// Returns the modules below `proto` that a package is.
pub(crate) fn package_modules(package: &str) -> Vec<String> {
    package.split('.').filter(|segment| !segment.is_empty()).map(field).collect()
}

/// Returns whether a message or enum of that name has a name in Rust: one that begins with a letter.
pub(crate) fn has_type_name(proto: &str) -> bool {
    type_name(&[proto]).starts_with(|c: char| c.is_ascii_uppercase())
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
        && name.len() <= SQL_NAME_BYTES
        && !is_keyword(name)
        && !CRATES.contains(&name)
}

/// Returns whether a name can be a method of Rust as it is written.
pub(crate) fn is_method(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= SQL_NAME_BYTES
        && !is_keyword(name)
}

/// Returns whether a name is a keyword of Rust.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
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
        && name.len() <= SQL_NAME_BYTES
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
