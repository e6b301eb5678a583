//! The flags that say what is generated, in place of what the configuration says.

use std::path::PathBuf;

use protostore_build::{Config, Dependency, Failure, Invocation, Project, current_dir};

/// What is generated. Without flags, the configuration says it: `[workspace.metadata.protostore]` or
/// `[package.metadata.protostore]` of a Cargo.toml, or protostore.toml.
#[derive(clap::Args)]
pub(crate) struct ProjectArgs {
    /// The file of the configuration, where the one at or around this directory is not meant.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The directory of your protos; imports are looked up here first.
    #[arg(long, value_name = "DIR", conflicts_with = "descriptor_set")]
    protos: Option<PathBuf>,
    /// A set of descriptors that protoc or buf made, in place of text.
    #[arg(long, value_name = "FILE")]
    descriptor_set: Option<PathBuf>,
    /// A further directory for imports: protos of others, which need not be changed.
    #[arg(short = 'I', long, value_name = "DIR")]
    include: Vec<PathBuf>,
    /// A file that holds a store message, instead of all below the directory of your protos.
    #[arg(long, value_name = "FILE")]
    stores: Vec<PathBuf>,
    /// Where each store gets a directory.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the run-time crate is: a directory, or in Cargo's words 'git = "…", rev = "…"'.
    #[arg(long, value_name = "SPEC")]
    runtime: Option<String>,
}

impl ProjectArgs {
    /// Returns the project, of what the configuration says and the flags say otherwise.
    pub(crate) fn project(self) -> Result<Project, Failure> {
        let invocation = Invocation { program: "cargo protostore".to_owned(), arguments: self.arguments() };
        let Self { config, protos, descriptor_set, include, stores, out, runtime } = self;
        let mut project = match config {
            Some(file) => Config::read(&file)?,
            None => Config::find(&current_dir()?)?,
        };
        if protos.is_some() {
            // The other input is that of the configuration.
            project.descriptor_set = None;
        }
        project.protos = protos.or(project.protos);
        project.descriptor_set = descriptor_set.or(project.descriptor_set);
        project.include.extend(include);
        if !stores.is_empty() {
            project.stores = stores;
        }
        project.out = out.or(project.out);
        project.runtime = runtime.map(|text| Dependency::parse(&text)).transpose()?.or(project.runtime);
        project.project(invocation)
    }

    /// Returns the flags as they would be typed.
    fn arguments(&self) -> String {
        let Self { config, protos, descriptor_set, include, stores, out, runtime } = self;
        let flag = |flag: &str, value: &PathBuf| format!("{flag} {}", quoted(&value.display().to_string()));
        let mut words = Vec::new();
        words.extend(config.as_ref().map(|file| flag("--config", file)));
        words.extend(protos.as_ref().map(|dir| flag("--protos", dir)));
        words.extend(descriptor_set.as_ref().map(|file| flag("--descriptor-set", file)));
        words.extend(include.iter().map(|dir| flag("-I", dir)));
        words.extend(stores.iter().map(|file| flag("--stores", file)));
        words.extend(out.as_ref().map(|dir| flag("--out", dir)));
        words.extend(runtime.as_ref().map(|text| format!("--runtime {}", quoted(text))));
        words.join(" ")
    }
}

/// Returns a word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::args::{Args, Command};

    #[test]
    fn a_finding_repeats_what_was_typed() {
        let line = ["cargo protostore", "check", "-I", "../their api", "--stores", "store.proto"];
        let Command::Check { project, .. } = Args::parse_from(line).command else { panic!("not a check") };
        assert_eq!(project.arguments(), "-I '../their api' --stores store.proto");
    }
}
