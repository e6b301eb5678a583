//! What is to be generated, from which files, to which place.

use std::path::{Path, PathBuf};

use protostore_lower::{Compiled, Inputs, compile};

use crate::{Failure, disk};

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

impl Project {
    /// Compiles the files, and returns the full names of their store messages.
    pub(crate) fn compile(&self) -> Result<(Compiled, Vec<String>), Failure> {
        let inputs = match &self.protos {
            Protos::Files(files) => Inputs { includes: self.includes.clone(), files: files.clone() },
            Protos::Below(root) => {
                let includes = std::iter::once(root).chain(&self.includes).cloned().collect();
                Inputs { includes, files: candidates(root)? }
            }
        };
        let compiled = compile(&inputs).map_err(|diagnostics| Failure::Protos(vec![diagnostics]))?;
        let stores = compiled.stores();
        if stores.is_empty() { Err(Failure::NoStore { protos: self.protos.clone() }) } else { Ok((compiled, stores)) }
    }
}

/// Returns the files that may hold a store message: those that speak of this product at all.
///
/// So a directory may hold protos of others that do not even compile.
fn candidates(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in disk::paths(root)? {
        let file = root.join(&path);
        if path.ends_with(".proto") && path != "protostore/v1/options.proto" {
            let text = std::fs::read(&file).map_err(Failure::at(&file))?;
            if text.windows(b"protostore".len()).any(|window| window == b"protostore") {
                files.push(file);
            }
        }
    }
    Ok(files)
}
