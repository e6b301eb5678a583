//! The configuration of a project: one table, which is found as cargo finds a workspace.

mod dependency;
mod find;
mod keys;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use dependency::Dependency;
pub use table::ConfigError;

use crate::project::CrateOptions;
use crate::{Failure, Invocation, Project, Protos, protos};

/// The directory of the protos, where none is said.
const PROTOS: &str = "proto";
/// Where the stores go, where no place is said.
const OUT: &str = "generated";

/// What a project says about itself, in one of `[package.metadata.protostore]`, `[workspace.metadata.protostore]` and
/// `protostore.toml`. Paths start at the directory of that file.
///
/// ```toml
/// [workspace.metadata.protostore]
/// protos = "proto"                                            # the default
/// include = ["../their-api"]                                  # further directories for imports
/// out = "generated"                                           # the default: generated/<store>
/// runtime = { path = "../protostore/crates/protostore" }      # or { git = "…", rev = "…" }
/// features = ["sqlcipher-vendored", "grpc"]                   # the default features of the generated crates
/// license = "LicenseRef-Own"                                  # the licence of the generated crates
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file that has the table, as a path from where the command runs; none where there is no configuration.
    pub file: Option<PathBuf>,
    /// The directory that paths start from, as a path from where the command runs; empty where they are the same.
    pub dir: PathBuf,
    /// `protos`: the directory of one's own protos.
    pub protos: Option<PathBuf>,
    /// `descriptor_set`: a set of descriptors that protoc or buf made, in place of text.
    pub descriptor_set: Option<PathBuf>,
    /// `include`: further directories for imports.
    pub include: Vec<PathBuf>,
    /// `stores`: the files that hold the store messages that are meant; all below `protos` where there is none.
    pub stores: Vec<PathBuf>,
    /// `out`: where each store gets a directory.
    pub out: Option<PathBuf>,
    /// `runtime`: where the run-time crate is.
    pub runtime: Option<Dependency>,
    /// `features`, `extern_path`, `type_attribute`, `license`: what the generated crates are besides.
    pub crates: CrateOptions,
    /// `allow`: notes that are not shown.
    pub allow: Vec<String>,
    /// `dependencies`: the crates that `extern_path` and `type_attribute` name.
    pub dependencies: BTreeMap<String, Dependency>,
}

impl Config {
    /// Returns the configuration at or around a directory, up to the workspace, or to the repository of git. Where there
    /// is none, everything is as by default.
    ///
    /// `current` must be where the command runs.
    ///
    /// # Errors
    /// Where two tables configure the project, or one cannot be read.
    pub fn find(current: &Path) -> Result<Self, Failure> {
        find::find(current)
    }

    /// Returns the configuration that a file has, `protostore.toml` or a `Cargo.toml`.
    ///
    /// # Errors
    /// Where it has none, or two, or one that cannot be read.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        find::read(file)
    }

    /// Returns the project that this is, called in that way.
    ///
    /// # Errors
    /// Where the run-time crate is not named, or a crate is not where it is said to be.
    pub fn project(self, invocation: Invocation) -> Result<Project, Failure> {
        let (Some(runtime), out) = (&self.runtime, self.out_dir()) else {
            return Err(Failure::NoRunTime { file: self.file });
        };
        runtime.check("protostore")?;
        let run_time = runtime.for_crate_below(&out);
        let mut crates = self.crates.clone();
        for (name, dependency) in &self.dependencies {
            crates.dependencies.insert(name.clone(), dependency.for_crate_below(&out));
        }
        let root = self.protos_dir();
        let Self { protos, descriptor_set, include, stores, allow, .. } = self;
        // Files that are named may all be below other directories.
        let root = Some(root).filter(|root| protos.is_some() || root.is_dir());
        let includes = |root: Option<PathBuf>| root.into_iter().chain(include.iter().cloned()).collect();
        let (protos, includes) = match (descriptor_set, root) {
            (Some(set), root) => {
                let bytes = std::fs::read(&set).map_err(Failure::at(&set))?;
                let files = stores.iter().map(|file| import_name(file)).collect();
                (Protos::Set { name: set.display().to_string(), bytes, files }, includes(root))
            }
            (None, root) if !stores.is_empty() => (Protos::Files(stores), includes(root)),
            (None, Some(root)) => (Protos::Below(root), include),
            (None, None) => (Protos::Below(self.dir.join(PROTOS)), include),
        };
        Ok(Project { protos, includes, out, run_time, crates, allow, invocation })
    }

    /// Returns the directory of one's own protos.
    #[must_use]
    pub fn protos_dir(&self) -> PathBuf {
        self.protos.clone().unwrap_or_else(|| self.dir.join(PROTOS))
    }

    /// Returns the directory in which each store gets one.
    #[must_use]
    pub fn out_dir(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.dir.join(OUT))
    }
}

/// Returns a path as an import has it, with slashes on every system.
fn import_name(path: &Path) -> String {
    let part = |part: std::path::Component<'_>| match part {
        std::path::Component::RootDir => String::new(),
        part => part.as_os_str().to_string_lossy().into_owned(),
    };
    path.components().map(part).collect::<Vec<_>>().join("/")
}

/// Returns the way from one directory to another, or the full path where there is none.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    // The empty path is where the command runs.
    let here = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    let (from, to) = (protos::full(&here(from)), protos::full(&here(to)));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to;
    }
    let up = from.components().skip(common).map(|_| std::path::Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}
