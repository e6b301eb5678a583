//! The run-time crate as a dependency of a generated one, in Cargo's words.

use crate::Failure;

/// Checks that the generated manifest can hold what names the run-time crate.
pub(crate) fn check(value: &str) -> Result<(), Failure> {
    let refuse = |why: String| Failure::RunTime { value: value.to_owned(), why };
    if value.contains(|c: char| c.is_control()) {
        return Err(refuse("it has more than one line, or a control character".to_owned()));
    }
    // As the manifest has it, so that a key which the manifest writes itself is a second one.
    let line = format!("protostore = {{ {value}, default-features = false, features = [] }}");
    let manifest: toml::Table = toml::from_str(&line).map_err(|error| refuse(error.message().to_owned()))?;
    let dependency = manifest.get("protostore").and_then(toml::Value::as_table).filter(|_| manifest.len() == 1);
    let origins = ["version", "path", "git", "workspace"];
    match dependency {
        Some(table) if origins.iter().any(|key| table.contains_key(*key)) => Ok(()),
        Some(_) => Err(refuse("it has no `version`, `path`, `git` or `workspace`".to_owned())),
        None => Err(refuse("it is more than one dependency".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_cargo_reads_is_accepted() {
        for value in [
            "version = \"0.1.0\"",
            "path = \"../../crates/protostore\"",
            "git = \"https://example.com/protostore\", tag = \"v1\"",
            "workspace = true",
            "version = '0.1', registry = \"own\"",
        ] {
            assert!(check(value).is_ok(), "{value}");
        }
    }

    #[test]
    fn what_the_manifest_could_not_hold_is_rejected() {
        for value in [
            "",
            "0.1.0",
            "path = ../protostore",
            "../protostore",
            "version = \"0.1.0\",",
            "version = \"0.1.0\" }\n[patch]",
            "version = \"0.1.0\" }, x = { version = \"1\"",
            "version = \"0.1.0\" # comment",
            "features = [\"grpc\"], version = \"1\"",
            "registry = \"own\"",
        ] {
            assert!(check(value).is_err(), "{value}");
        }
    }
}
