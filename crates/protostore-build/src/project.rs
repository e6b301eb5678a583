//! What is to be generated, from which files, to which place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protostore_lower::{Compiled, DescriptorInputs, Diagnostics, Inputs, compile, compile_descriptors, read_regular};

use crate::cache::hash::{self, Hash};
use crate::protos::{self, Found};
use crate::{Failure, asked};

/// The stores of a repository.
#[derive(Clone, Debug)]
pub struct Project {
    /// The files that hold the store messages.
    pub protos: Protos,
    /// Directories that imports are looked up in, after the root of the files.
    pub includes: Vec<PathBuf>,
    /// Where each store gets a directory of its name.
    pub out: PathBuf,
    /// The run-time crate as a Cargo dependency of a generated one: `path = "../../crates/protostore"`.
    pub run_time: String,
    /// What the generated crates are besides.
    pub crates: CrateOptions,
    /// Notes that are not shown: by name, or by name and place, `plain_reference:shop.orders.item_id`.
    pub allow: Vec<String>,
    /// How this was called, for the commands that findings end with.
    pub invocation: Invocation,
}

/// The files that hold the store messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protos {
    /// Every store message in a file below this directory, where imports are looked up first.
    Below(PathBuf),
    /// The store messages of these files, each below an include directory.
    Files(Vec<PathBuf>),
    /// The store messages of a set of descriptors.
    Set {
        /// What the set is called: its path, or what made it.
        name: String,
        /// The encoded `FileDescriptorSet`, with all imports.
        bytes: Vec<u8>,
        /// The files that are meant, as they are imported; all of the set where there is none.
        files: Vec<String>,
    },
}

/// What generated crates are besides their stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrateOptions {
    /// The default features; `sqlcipher` where there is none. One that a crate does not have is none of its.
    pub features: Vec<String>,
    /// Packages whose messages another crate has, and the module there: `.shop.v1` and `::shop_api::shop::v1`.
    pub extern_paths: BTreeMap<String, String>,
    /// Attributes of messages and enums, by a path as prost takes it: `.` and `#[derive(Eq)]`.
    pub type_attributes: Vec<(String, String)>,
    /// Further dependencies in Cargo's words, without braces.
    pub dependencies: BTreeMap<String, String>,
    /// The licence of the crates, as an SPDX expression: `MIT OR Apache-2.0`. None where their owner chose none.
    pub license: Option<String>,
}

/// A command line, apart from its subcommand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// `cargo xtask`.
    pub program: String,
    /// What follows the subcommand, `-I ../api`; may be empty.
    pub arguments: String,
}

impl Invocation {
    /// Returns what generated files say they are written by. Arguments differ from machine to machine, so they are left
    /// out.
    pub(crate) fn codegen(&self) -> String {
        format!("{} codegen", self.program)
    }

    /// Returns the command to type, in backquotes.
    pub(crate) fn command(&self, subcommand: &str, flags: &str) -> String {
        let words = [self.program.as_str(), subcommand, self.arguments.as_str(), flags];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        format!("`{}`", words.join(" "))
    }
}

/// The descriptors of a project's files.
pub(crate) struct Sources {
    pub(crate) compiled: Compiled,
    /// Full names of the store messages.
    pub(crate) stores: Vec<String>,
    /// What was left out although it may hold protos, as sentences.
    pub(crate) left_out: Vec<String>,
    /// The files below the root, with the hash of what was read.
    pub(crate) found: Vec<(PathBuf, Hash)>,
}

impl Project {
    /// Returns the directories of the stores that were generated: those below `out` that have a lock.
    ///
    /// # Errors
    /// If the directory of the stores cannot be read.
    pub fn histories(&self) -> Result<Vec<PathBuf>, Failure> {
        let entries = match std::fs::read_dir(&self.out) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(Failure::at(&self.out))?,
        };
        let dirs = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut dirs = dirs.collect::<Result<Vec<_>, _>>().map_err(Failure::at(&self.out))?;
        dirs.retain(|dir| dir.join("schema.lock").is_file());
        dirs.sort();
        Ok(dirs)
    }

    /// Returns the directories that imports are looked up in, the first match first.
    pub(crate) fn includes(&self) -> Vec<PathBuf> {
        let root = match &self.protos {
            Protos::Below(root) => Some(root),
            Protos::Files(_) | Protos::Set { .. } => None,
        };
        root.into_iter().chain(&self.includes).cloned().collect()
    }

    /// Compiles the files that hold the store messages.
    pub(crate) fn compile(&self) -> Result<Sources, Failure> {
        let root = usize::from(!matches!(self.protos, Protos::Below(_)));
        let key = |at: usize| if at < root { "protos" } else { "include" };
        self.includes.iter().enumerate().try_for_each(|(at, include)| directory(include, key(at)))?;
        let from_text = |files| {
            let inputs = Inputs { includes: self.includes(), files };
            compile(&inputs).map_err(|found| self.problems(vec![found]))
        };
        let (compiled, left_out, found) = match &self.protos {
            Protos::Files(files) => (from_text(files.clone())?, Vec::new(), Vec::new()),
            Protos::Set { name: _, bytes, files } => {
                let (set, files, includes) = (bytes.clone(), files.clone(), self.includes.clone());
                let compiled = compile_descriptors(&DescriptorInputs { set, files, includes });
                (compiled.map_err(|found| self.problems(vec![found]))?, Vec::new(), Vec::new())
            }
            Protos::Below(root) => {
                directory(root, "protos")?;
                let Found { files, left_out } = protos::find(root)?;
                let (candidates, found) = candidates(root, files)?;
                (from_text(candidates)?, left_out, found)
            }
        };
        let stores = compiled.stores();
        if stores.is_empty() {
            return Err(Failure::NoStore { protos: self.protos.clone(), left_out });
        }
        Ok(Sources { compiled, stores, left_out, found })
    }

    /// Returns the problems of protos, each in its file as a path from where the command runs.
    pub(crate) fn problems(&self, found: Vec<Diagnostics>) -> Failure {
        Failure::Protos(found.into_iter().map(|found| found.with_files(|file| asked::source(self, file))).collect())
    }
}

/// Checks that a directory of protos is one.
fn directory(dir: &Path, key: &'static str) -> Result<(), Failure> {
    if dir.is_dir() { Ok(()) } else { Err(Failure::NoDirectory { path: protos::full(dir), key }) }
}

/// Returns the files that may hold a store message, which are those that speak of this product at all, and the hash of
/// each file that was looked at.
///
/// So a directory may hold protos of others that do not even compile.
#[allow(clippy::type_complexity, reason = "the files, and the hashes of all that were read")]
fn candidates(root: &Path, files: Vec<PathBuf>) -> Result<(Vec<PathBuf>, Vec<(PathBuf, Hash)>), Failure> {
    let own = root.join("protostore/v1/options.proto");
    let (mut candidates, mut found) = (Vec::new(), Vec::new());
    for file in files {
        let text = read_regular(&file, u64::MAX).map_err(Failure::at(&file))?;
        if file != own && text.windows(b"protostore".len()).any(|window| window == b"protostore") {
            candidates.push(file.clone());
        }
        found.push((file, hash::of(&text)));
    }
    Ok((candidates, found))
}
