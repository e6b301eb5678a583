//! What lies in the directory of a store. No link is followed, and only regular files are opened.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::FileType;
use std::path::{Path, PathBuf};

use protostore_lower::{file_kind, read_regular};

use crate::Failure;

/// Files by path below a directory, with `/` on every system.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What lies in a directory, by path below it.
#[derive(Debug)]
pub(crate) struct Tree<File = Vec<u8>> {
    /// Regular files: their bytes, unless something else is said of them.
    pub(crate) files: BTreeMap<String, File>,
    /// Directories; their files are in `files`.
    pub(crate) directories: BTreeSet<String>,
    /// What is neither and is never opened, as [`file_kind`] says it; of the directory itself if its path is empty.
    pub(crate) others: BTreeMap<String, &'static str>,
}

/// Reads the directory of a store; it may be missing. What Cargo leaves where the crate is built alone is not looked at.
pub(crate) fn read(root: &Path) -> Result<Tree, Failure> {
    list(root)?.map(|paths| {
        let read = |path: &PathBuf| read_regular(path, u64::MAX).map_err(Failure::at(path));
        paths.iter().map(read).collect()
    })
}

/// Lists what [`read`] reads; a file is its path.
pub(crate) fn list(root: &Path) -> Result<Tree<PathBuf>, Failure> {
    let mut tree = Tree::default();
    let file_type = match root.symlink_metadata() {
        Ok(data) => data.file_type(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(tree),
        Err(error) => return Err(Failure::at(root)(error)),
    };
    tree.add(root, String::new(), file_type)?;
    Ok(tree)
}

impl<File> Default for Tree<File> {
    fn default() -> Self {
        Self { files: BTreeMap::new(), directories: BTreeSet::new(), others: BTreeMap::new() }
    }
}

impl Tree<PathBuf> {
    fn add(&mut self, file: &Path, path: String, file_type: FileType) -> Result<(), Failure> {
        if path == "Cargo.lock" || path == "target" {
            return Ok(());
        }
        if file_type.is_dir() {
            for entry in std::fs::read_dir(file).map_err(Failure::at(file))? {
                let entry = entry.map_err(Failure::at(file))?;
                let name = entry.file_name();
                let below = if path.is_empty() { String::new() } else { format!("{path}/") } + &name.to_string_lossy();
                let file_type = entry.file_type().map_err(Failure::at(&entry.path()))?;
                if name.to_str().is_none() {
                    self.others.insert(below, "a file whose name is not UTF-8");
                } else {
                    self.add(&entry.path(), below, file_type)?;
                }
            }
            self.directories.insert(path);
        } else if file_type.is_file() && !path.is_empty() {
            self.files.insert(path, file.to_owned());
        } else {
            self.others.insert(path, file_kind(file_type));
        }
        Ok(())
    }
}

impl<File> Tree<File> {
    /// Returns the tree with something else said of its files, all of them at once and in their order.
    pub(crate) fn map<Other, E>(self, of_all: impl FnOnce(&[File]) -> Result<Vec<Other>, E>) -> Result<Tree<Other>, E> {
        let (paths, files): (Vec<String>, Vec<File>) = self.files.into_iter().unzip();
        let files = paths.into_iter().zip(of_all(&files)?).collect();
        Ok(Tree { files, directories: self.directories, others: self.others })
    }

    /// Returns what is in the way of a file: the path, and what is there instead of the file or of a directory for it.
    pub(crate) fn obstacle(&self, path: &str) -> Option<(String, &'static str)> {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        let mut above = std::iter::once("").chain(parents);
        let here = |at: &str| self.others.get(at).map(|kind| (at.to_owned(), *kind));
        let file = |at: &str| self.files.contains_key(at).then(|| (at.to_owned(), "a file"));
        let directory = || self.directories.contains(path).then(|| (path.to_owned(), "a directory"));
        above.find_map(|at| here(at).or_else(|| file(at))).or_else(|| here(path)).or_else(directory)
    }
}
