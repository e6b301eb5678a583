//! The keys of the configuration, and what each may say.

use std::path::Path;

use super::table::{ConfigError, Entry, suggestion};
use super::{Config, Dependency};
use crate::Failure;
use crate::lints::NAMES;

/// All keys.
const KEYS: [&str; 12] = [
    "protos",
    "descriptor_set",
    "include",
    "stores",
    "out",
    "runtime",
    "features",
    "extern_path",
    "type_attribute",
    "allow",
    "dependencies",
    "license",
];

/// The features of a generated crate; those of its service where it has one.
const FEATURES: [&str; 5] = ["sqlcipher", "sqlcipher-vendored", "sqlite", "grpc", "transport"];

/// Reads the keys of a table that is called `name`; paths start at `dir`.
pub(super) fn read<'e>(
    name: &str,
    entries: impl Iterator<Item = Entry<'e, 'e>>,
    dir: &Path,
) -> Result<Config, Failure> {
    let mut config = Config { dir: dir.to_owned(), ..Config::default() };
    for entry in entries {
        match entry.key() {
            "protos" => config.protos = Some(entry.path(dir)?),
            "descriptor_set" => config.descriptor_set = Some(entry.path(dir)?),
            "include" => config.include = entry.paths(dir)?,
            // As they are imported, or as paths: the compiler takes both.
            "stores" => config.stores = stores(&entry, dir)?,
            "out" => config.out = Some(entry.path(dir)?),
            "runtime" => config.runtime = Some(Dependency::read(&entry, dir)?),
            "features" => config.crates.features = features(&entry)?,
            "extern_path" => {
                for pair in entry.table(&[])? {
                    let (proto, rust) = extern_path(&pair)?;
                    config.crates.extern_paths.insert(proto, rust);
                }
            }
            "type_attribute" => {
                for pair in entry.table(&[])? {
                    config.crates.type_attributes.extend(attributes(&pair)?);
                }
            }
            "allow" => config.allow = allow(&entry)?,
            "dependencies" => {
                for pair in entry.table(&[])? {
                    config.dependencies.insert(pair.key().to_owned(), Dependency::read(&pair, dir)?);
                }
            }
            "license" => config.crates.license = Some(license(&entry)?),
            _ => return Err(entry.unknown(name, &KEYS)),
        }
    }
    for rust in config.crates.extern_paths.values() {
        let other = rust.trim_start_matches(':').split("::").next().unwrap_or_default();
        if !config.dependencies.keys().any(|known| known.replace('-', "_") == other) {
            let message =
                format!("`extern_path` names the crate `{other}`, and `dependencies` does not say where it is");
            let help = format!("write `dependencies.{other} = {{ path = \"…\" }}`: the crate that has these messages");
            return Err(ConfigError::of_table(name, message, &help));
        }
    }
    Ok(config)
}

fn stores(entry: &Entry<'_, '_>, dir: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let files = entry.texts()?;
    if let Some(other) = files.iter().find(|file| !file.ends_with(".proto")) {
        let help = "name the files that hold the store messages: [\"proto/shop/v1/store.proto\"]";
        return Err(entry.rejected_at_value(format!("`{other}` is not a .proto file"), help));
    }
    // A path from the configuration is taken where there is such a file; else it is a name that an import has.
    let file = |file: &str| {
        let path = dir.join(file);
        if path.is_file() { path } else { file.into() }
    };
    Ok(files.into_iter().map(file).collect())
}

fn features(entry: &Entry<'_, '_>) -> Result<Vec<String>, Failure> {
    let features = entry.texts()?;
    if let Some(unknown) = features.iter().find(|feature| !FEATURES.contains(feature)) {
        let message = format!("a generated crate has no feature `{unknown}`");
        return Err(entry.rejected_at_value(message, suggestion(unknown, &FEATURES)));
    }
    let engines = features.iter().filter(|feature| FEATURES[..3].contains(feature)).count();
    if engines == 1 {
        return Ok(features.into_iter().map(str::to_owned).collect());
    }
    let help = "name one of `sqlcipher` (encrypted, the system's OpenSSL), `sqlcipher-vendored` (encrypted, an OpenSSL that is \
                built along) and `sqlite` (not encrypted)";
    Err(entry.rejected_at_value("`features` must name one build of SQLite".to_owned(), help))
}

/// Reads the licence of the generated crates: `MIT OR Apache-2.0`, `LicenseRef-Own`.
fn license(entry: &Entry<'_, '_>) -> Result<String, Failure> {
    let text = entry.text()?;
    let of_spdx = |c: char| c.is_ascii_alphanumeric() || "-.+() ".contains(c);
    if !text.trim().is_empty() && text.chars().all(of_spdx) {
        return Ok(text.to_owned());
    }
    let help =
        "write an SPDX expression, as in Cargo.toml: \"MIT OR Apache-2.0\", or \"LicenseRef-Own\" for one of your own";
    Err(entry.rejected_at_value(format!("`{text}` is no licence"), help))
}

/// Reads the notes that are not shown: names, or names with a place.
fn allow(entry: &Entry<'_, '_>) -> Result<Vec<String>, Failure> {
    let allowed = entry.texts()?;
    let name = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    if let Some(unknown) = allowed.iter().map(|text| name(text)).find(|name| !NAMES.contains(&name.as_str())) {
        return Err(entry.rejected_at_value(format!("no note is called `{unknown}`"), suggestion(&unknown, &NAMES)));
    }
    Ok(allowed.into_iter().map(str::to_owned).collect())
}

/// Reads a package, and the module that has its messages: `".shop.v1" = "::shop::proto::shop::v1"`.
fn extern_path(entry: &Entry<'_, '_>) -> Result<(String, String), Failure> {
    let (proto, rust) = (entry.key(), entry.text()?);
    let is_path = |text: &str, by: &str, start: &str| {
        let is_word = |word: &str| {
            let mut chars = word.trim_start_matches("r#").chars();
            chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
                && chars.all(|c| c.is_alphanumeric() || c == '_')
        };
        text.strip_prefix(start).is_some_and(|rest| rest.split(by).all(is_word))
    };
    if !is_path(proto, ".", ".") {
        let help = "write the package with a dot before it, as prost does: \".shop.v1\"";
        return Err(entry.rejected(format!("`{proto}` is not a package"), help));
    }
    if !is_path(rust, "::", "::") {
        let help =
            "write the path of the module that has the messages, with `::` before it: \"::shop::proto::shop::v1\"";
        return Err(entry.rejected_at_value(format!("`{rust}` is not a path of another crate"), help));
    }
    Ok((proto.to_owned(), rust.to_owned()))
}

/// Reads attributes of the messages of a path: `"." = "#[derive(Eq)]"`, or a list of them.
fn attributes(entry: &Entry<'_, '_>) -> Result<Vec<(String, String)>, Failure> {
    if !entry.key().starts_with('.') {
        let help = "write \".\" for all messages, or a full name with a dot before it: \".shop.v1.Item\"";
        return Err(entry.rejected(format!("`{}` is not a path of messages", entry.key()), help));
    }
    let attributes = entry.texts()?;
    if let Some(serde) = attributes.iter().find(|attribute| attribute.contains("serde")) {
        let help = "convert a message with a crate that writes protobuf's JSON: what serde derives has other names, and other \
                    numbers, times and enums than protobuf's JSON";
        return Err(entry.rejected_at_value(format!("`{serde}` would write a JSON that protobuf does not read"), help));
    }
    let is_attribute = |text: &str| text.starts_with("#[") && text.ends_with(']');
    if let Some(other) = attributes.iter().find(|attribute| !is_attribute(attribute)) {
        return Err(
            entry.rejected_at_value(format!("`{other}` is not an attribute"), "write it as in Rust: \"#[derive(Eq)]\"")
        );
    }
    Ok(attributes.into_iter().map(|attribute| (entry.key().to_owned(), attribute.to_owned())).collect())
}
