//! Finds the proto files below a root, in linked directories too.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protostore_lower::file_kind;

use crate::Failure;

/// What lies below a root.
#[derive(Default)]
pub(crate) struct Found {
    /// The proto files, sorted by path; each once, by the name that leads through the fewest links.
    pub(crate) files: Vec<PathBuf>,
    /// What was left out although it may hold protos, as sentences.
    pub(crate) left_out: Vec<String>,
}

/// Returns the proto files below a directory, in linked directories too.
///
/// # Errors
/// Where it is not a directory, or cannot be read.
pub fn proto_files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !root.is_dir() {
        return Err(Failure::NoDirectory { path: full(root), key: "protos" });
    }
    find(root).map(|found| found.files)
}

/// Returns the proto files below a directory.
pub(crate) fn find(root: &Path) -> Result<Found, Failure> {
    let real = root.canonicalize().map_err(Failure::at(root))?;
    let mut search = Search { seen: BTreeSet::new(), links: Vec::new(), found: Found::default() };
    search.directory(root, &real)?;
    // A directory is walked by its own name before it is met through a link.
    while !search.links.is_empty() {
        let mut links = std::mem::take(&mut search.links);
        links.sort();
        for link in links {
            search.link(&link, &real)?;
        }
    }
    search.found.files.sort();
    Ok(search.found)
}

struct Search {
    /// Where files and directories really are, so that links in a circle end.
    seen: BTreeSet<PathBuf>,
    /// Links that were met and not yet followed.
    links: Vec<PathBuf>,
    found: Found,
}

impl Search {
    /// Walks a directory; `real` is where it is, without links.
    fn directory(&mut self, dir: &Path, real: &Path) -> Result<(), Failure> {
        if !self.seen.insert(real.to_owned()) {
            return Ok(());
        }
        for entry in std::fs::read_dir(dir).map_err(Failure::at(dir))? {
            let entry = entry.map_err(Failure::at(dir))?;
            let (path, name) = (entry.path(), entry.file_name());
            let file_type = entry.file_type().map_err(Failure::at(&path))?;
            let is_proto = path.extension().is_some_and(|extension| extension == "proto");
            if name.to_str().is_none() && (is_proto || !file_type.is_file()) {
                self.leave_out(&path, "its name is not UTF-8");
            } else if file_type.is_dir() {
                self.directory(&path, &real.join(name))?;
            } else if file_type.is_symlink() {
                self.links.push(path);
            } else if is_proto && file_type.is_file() {
                self.file(path, real.join(name));
            } else if is_proto {
                self.leave_out(&path, &format!("it is {}", file_kind(file_type)));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf, real: PathBuf) {
        if self.seen.insert(real) {
            self.found.files.push(path);
        }
    }

    /// Follows a link, unless it leads nowhere or to what is around the root.
    fn link(&mut self, link: &Path, root: &Path) -> Result<(), Failure> {
        let (real, data) = match link.canonicalize().and_then(|real| Ok((real, link.metadata()?))) {
            Ok(found) => found,
            Err(error) => {
                let target = link.read_link().map_err(Failure::at(link))?;
                self.leave_out(link, &format!("it is a link to {}, which cannot be opened: {error}", target.display()));
                return Ok(());
            }
        };
        let is_proto = link.extension().is_some_and(|extension| extension == "proto");
        if data.is_dir() && real != root && root.starts_with(&real) {
            self.leave_out(link, &format!("it is a link to {}, which is around the protos", real.display()));
        } else if data.is_dir() {
            self.directory(link, &real)?;
        } else if is_proto && data.is_file() {
            self.file(link.to_owned(), real);
        } else if is_proto {
            self.leave_out(link, &format!("it is a link to {}", file_kind(data.file_type())));
        }
        Ok(())
    }

    fn leave_out(&mut self, path: &Path, why: &str) {
        self.found.left_out.push(format!("{} was left out: {why}", path.display()));
    }
}

/// Returns where a path leads, without links and `..`, whether or not it exists.
pub(crate) fn full(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = path.ancestors().find_map(|around| Some((around, around.canonicalize().ok()?)));
    match real {
        Some((around, real)) => match path.strip_prefix(around) {
            Ok(rest) if rest.as_os_str().is_empty() => real,
            Ok(rest) => real.join(rest),
            Err(_) => path,
        },
        None => path,
    }
}
