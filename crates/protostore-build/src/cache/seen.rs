//! What a run reads, by hash: protos, imports, the directories of the stores, and histories beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protostore_lower::{Compiled, read_import};

use super::hash::{self, Hash, Values};
use crate::disk::{self, Tree};
use crate::protos::{self, Found};
use crate::{Failure, Project, Protos, moved};

/// What a run reads, by hash.
#[derive(Default)]
pub(crate) struct Seen {
    /// The files below the root of the protos, and what was left out there.
    pub(crate) protos: Vec<(PathBuf, Hash)>,
    pub(crate) left_out: Vec<String>,
    /// What imports are on the include path; none where a file is carried along.
    pub(crate) imports: BTreeMap<String, Option<Hash>>,
    /// What lies in the directory of each store.
    pub(crate) stores: BTreeMap<String, Tree<Hash>>,
    /// The locks, and the newest snapshots, of directories that belong to no store.
    pub(crate) left: BTreeMap<String, (Hash, Option<Hash>)>,
}

impl Seen {
    /// Reads it: `imports` and `stores` are the names that a run before met.
    pub(super) fn look(project: &Project, imports: &[String], stores: &[String]) -> Result<Self, Failure> {
        let (protos, left_out) = match &project.protos {
            Protos::Files(_) | Protos::Set { .. } => (Vec::new(), Vec::new()),
            Protos::Below(root) => {
                let Found { files, left_out } = protos::find(root)?;
                (hashed(files)?, left_out)
            }
        };
        let includes = project.includes();
        let import = |name: &String| {
            let read = read_import(&includes, name).transpose().map_err(Failure::at(Path::new(name)))?;
            Ok((name.clone(), read.map(|bytes| hash::of(&bytes))))
        };
        let imports = imports.iter().map(import).collect::<Result<_, Failure>>()?;
        let store = |name: &String| {
            let dir = project.out.join(name);
            let tree = disk::list(&dir)?.map(hash::of_files).map_err(Failure::at(&dir))?;
            Ok((name.clone(), tree))
        };
        let stores = stores.iter().map(store).collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let left = moved::histories(&project.out, |name| stores.contains_key(name))?;
        Ok(Self { protos, left_out, imports, stores, left: left.iter().map(moved::History::seen).collect() })
    }

    /// Adds what the compiler read.
    pub(crate) fn compiled(&mut self, compiled: &Compiled) {
        let imports = compiled.imports().map(|(name, text)| (name, text.map(|text| hash::of(text.as_bytes()))));
        self.imports = imports.collect();
    }

    /// Adds what lies in the directory of a store.
    pub(crate) fn store(&mut self, name: &str, tree: &Tree) {
        let (paths, files): (Vec<&String>, Vec<&Vec<u8>>) = tree.files.iter().unzip();
        let hashes = hash::in_shares(&files, |bytes| hash::of(bytes));
        let files = paths.into_iter().cloned().zip(hashes).collect();
        let tree = Tree { files, directories: tree.directories.clone(), others: tree.others.clone() };
        self.stores.insert(name.to_owned(), tree);
    }

    /// Returns the hash of all of it, for a command and a program on the project of that hash.
    pub(super) fn key(&self, place: &Hash, command: &str, tool: &Hash) -> Hash {
        let Self { protos, left_out, imports, stores, left } = self;
        let mut all = Values::of("protostore answer 1");
        all.add(command.as_bytes());
        all.add(tool);
        all.add(place);
        all.count(protos.len());
        for (path, hash) in protos {
            all.add(path.as_os_str().as_encoded_bytes());
            all.add(hash);
        }
        all.count(left_out.len());
        left_out.iter().for_each(|sentence| all.add(sentence.as_bytes()));
        all.count(imports.len());
        for (name, hash) in imports {
            all.add(name.as_bytes());
            optional(&mut all, hash.as_ref());
        }
        all.count(stores.len());
        for (name, Tree { files, directories, others }) in stores {
            all.add(name.as_bytes());
            all.count(files.len());
            for (path, hash) in files {
                all.add(path.as_bytes());
                all.add(hash);
            }
            all.count(directories.len());
            directories.iter().for_each(|path| all.add(path.as_bytes()));
            all.count(others.len());
            for (path, kind) in others {
                all.add(path.as_bytes());
                all.add(kind.as_bytes());
            }
        }
        all.count(left.len());
        for (name, (lock, snapshot)) in left {
            all.add(name.as_bytes());
            all.add(lock);
            optional(&mut all, snapshot.as_ref());
        }
        all.end()
    }
}

fn optional(all: &mut Values, hash: Option<&Hash>) {
    all.add(hash.map_or(&[][..], |hash| &hash[..]));
}

fn hashed(files: Vec<PathBuf>) -> Result<Vec<(PathBuf, Hash)>, Failure> {
    let hash = |path: PathBuf| {
        let hash = hash::of_file(&path).map_err(Failure::at(&path))?;
        Ok((path, hash))
    };
    files.into_iter().map(hash).collect()
}
