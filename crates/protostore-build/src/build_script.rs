//! A build script that fails the build where generated code is not what the protos say.

use std::path::{Path, PathBuf};

use crate::cache::directory;
use crate::{Comparison, Config, Failure, Finding, Invocation, Project, Protos, check, current_dir, proto_files};

/// Fails the build where generated code is not what the protos say, as `cargo protostore check` does. It writes nothing.
///
/// Called in the `build.rs` of a daemon, whose manifest has this crate among its build-dependencies. Cargo runs it again
/// when a proto, a generated file or the configuration changes.
///
/// ```no_run
/// // build.rs
/// fn main() {
///     protostore_build::build_script();
/// }
/// ```
#[allow(clippy::print_stdout, reason = "cargo reads what a build script prints")]
#[allow(clippy::needless_doctest_main, reason = "the example is a whole build.rs")]
pub fn build_script() {
    // Cargo runs a build script in the directory of its package.
    instructions(current_dir()).iter().for_each(|line| println!("{line}"));
}

/// Returns what a build script tells cargo: what to watch, and an error for each finding.
fn instructions(current: Result<PathBuf, Failure>) -> Vec<String> {
    let mut lines = Vec::new();
    let findings = match current.and_then(|current| Ok((project(&current, &mut lines)?, current))) {
        Ok((project, current)) => {
            let cache = directory::find(&current, std::env::var_os("CARGO_TARGET_DIR"));
            let found = check(&project, &Comparison { against: None, cache });
            found.map_or_else(|failure| failure.findings(), |report| report.findings)
        }
        Err(failure) => failure.findings(),
    };
    lines.extend(findings.iter().map(|finding| format!("cargo::error={}", line(finding))));
    lines
}

fn project(current: &Path, lines: &mut Vec<String>) -> Result<Project, Failure> {
    let mut watch = |path: &Path| lines.push(format!("cargo::rerun-if-changed={}", path.display()));
    let config = Config::find(current)?;
    config.file.iter().for_each(|file| watch(file));
    config.descriptor_set.iter().for_each(|file| watch(file));
    let invocation = Invocation { program: "cargo protostore".to_owned(), arguments: String::new() };
    let project = config.project(invocation)?;
    let files: Vec<PathBuf> = match &project.protos {
        // A directory is watched with all that is in it.
        Protos::Below(root) => {
            proto_files(root)?;
            vec![root.clone()]
        }
        Protos::Files(files) => files.clone(),
        Protos::Set { .. } => Vec::new(),
    };
    files.iter().chain(&project.includes).chain([&project.out]).for_each(|path| watch(path));
    Ok(project)
}

/// Returns a finding in one line, since cargo reads lines.
fn line(finding: &Finding) -> String {
    let place = match &finding.place {
        Some((file, 0)) => format!("{file}: "),
        Some((file, line)) => format!("{file}:{line}: "),
        None => String::new(),
    };
    // The file is part of the title of what is about a file.
    let place = if finding.title.contains(place.trim_end_matches(": ")) { String::new() } else { place };
    format!("{place}{}: {}", finding.title, finding.remedy).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::Finding;

    #[test]
    fn a_finding_is_one_line() {
        let finding = Finding::new("generated/lab/README.md is missing", Vec::new(), "to write it, run `codegen`");
        let finding = finding.at("generated/lab/README.md", 0);
        assert_eq!(line(&finding), "generated/lab/README.md is missing: to write it, run `codegen`");
        let finding = Finding::new("no key", vec!["more".to_owned()], "write\none").at("proto/lab.proto", 7);
        assert_eq!(line(&finding), "proto/lab.proto:7: no key: write one");
    }
}
