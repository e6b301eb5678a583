//! A crate as a dependency, in Cargo's words: where it is.

use std::path::{Path, PathBuf};

use super::relative;
use super::table::{Entry, Kind};
use crate::Failure;
use crate::config::ConfigError;

/// Keys that say where a crate is. What else a dependency can say is decided by what is generated.
const KEYS: [&str; 8] = ["path", "git", "rev", "tag", "version", "registry", "package", "workspace"];

/// A crate that generated crates depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its directory, as a path from where the command runs; none where git or a registry has it.
    pub path: Option<PathBuf>,
    /// The other keys, as they are written.
    rest: Vec<String>,
}

impl Dependency {
    /// Reads a dependency as it is typed on the command line: a directory, or `git = "…", rev = "…"`.
    ///
    /// # Errors
    /// Where Cargo would not read it, or it does not say where the crate is.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if !text.is_empty() && !text.contains(['=', '\n']) {
            return Ok(Self::at(text));
        }
        let line = format!("runtime = {{ {text} }}");
        let table = toml::de::DeTable::parse(&line).map_err(|error| ConfigError::flag("--runtime", error.message()))?;
        let file = super::table::File::of_flag("--runtime", &line);
        let entry = file.entries(table.get_ref()).next().expect("the line has a key");
        Self::read(&entry, Path::new(""))
    }

    /// Returns the crate in a directory.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), rest: Vec::new() }
    }

    /// Reads the value of a key, with paths that start at a directory.
    pub(super) fn read(entry: &Entry<'_, '_>, dir: &Path) -> Result<Self, Failure> {
        let (mut path, mut rest) = (None, Vec::new());
        let mut says = |key: &str, value: String| rest.push(format!("{key} = {value}"));
        for part in entry.table(&KEYS)? {
            match part.key() {
                "path" => path = Some(dir.join(part.text()?)),
                "workspace" => match part.kind() {
                    Kind::Boolean(true) => says("workspace", "true".to_owned()),
                    _ => return Err(part.wrong("`true`")),
                },
                key => says(key, toml::Value::String(part.text()?.to_owned()).to_string()),
            }
        }
        let has = |key: &str| rest.iter().any(|part| part.starts_with(&format!("{key} =")));
        let origins = [path.is_some(), has("git"), has("registry"), has("workspace")];
        let message = match origins.iter().filter(|is| **is).count() {
            0 if has("version") => "a version alone means the crate of that name on crates.io, which is another one",
            0 => "it does not say where the crate is",
            1 if has("git") && !has("rev") && !has("tag") => {
                "a git repository needs a revision, so that a build stays the same"
            }
            1 => return Ok(Self { path, rest }),
            _ => "it says in two ways where the crate is",
        };
        let help = "write { path = \"…\" }, or { git = \"…\", rev = \"…\" }";
        Err(entry.rejected(format!("`{}`: {message}", entry.key()), help))
    }

    /// Checks that a directory holds the crate of that name.
    ///
    /// # Errors
    /// Where it does not; what git or a registry has is not looked at.
    pub fn check(&self, name: &str) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
        let table: toml::Table = manifest.parse().unwrap_or_default();
        let package = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        if package == Some(name) {
            return Ok(());
        }
        Err(Failure::RunTime { path: crate::protos::full(path), name: name.to_owned() })
    }

    /// Returns the dependency of a crate in a directory below `out`, without braces.
    pub(super) fn for_crate_below(&self, out: &Path) -> String {
        self.in_crate(&out.join("store"))
    }

    /// Returns the dependency of a crate in a directory, without braces.
    #[must_use]
    pub fn in_crate(&self, dir: &Path) -> String {
        let path = self.path.as_ref().map(|path| {
            let path = if path.is_absolute() { path.clone() } else { relative(dir, path) };
            let path = path.to_string_lossy().replace('\\', "/");
            format!("path = {}", toml::Value::String(path))
        });
        path.into_iter().chain(self.rest.iter().cloned()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Dependency;

    #[test]
    fn what_says_where_the_crate_is_is_accepted() {
        for value in [
            "path = \"../../crates/protostore\"",
            "git = \"https://example.com/protostore\", tag = \"v1\"",
            "git = \"https://example.com/protostore\", rev = \"86a74abf\"",
            "workspace = true",
            "version = '0.1', registry = \"own\"",
        ] {
            assert!(Dependency::parse(value).is_ok(), "{value}");
        }
    }

    #[test]
    fn what_the_manifest_could_not_hold_or_cargo_would_look_up_elsewhere_is_rejected() {
        for value in [
            "",
            "version = \"0.1.0\"",
            "git = \"https://example.com/protostore\"",
            "path = \"x\", git = \"https://example.com\", rev = \"1\"",
            "path = ../protostore",
            "path = \"x\" }\n[patch]",
            "path = \"x\" }, x = { version = \"1\"",
            "features = [\"grpc\"], path = \"x\"",
            "registry = 1",
        ] {
            assert!(Dependency::parse(value).is_err(), "{value}");
        }
    }
}
