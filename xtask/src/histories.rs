//! The histories of the stores, made anew from the protos that each version had.
//!
//! `tests/histories/<store>/versions` names the versions, one a line, each with the risks that were accepted;
//! `tests/histories/<store>/0001` has the files of version 1 that differ from today's, and so on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use protostore_build::{Project, Protos, Request, codegen};

use crate::stores;

/// Makes each history anew. Nothing of it may be released: the versions become those of today's tool.
pub(crate) fn rewrite() -> ExitCode {
    let mut stores: Vec<PathBuf> = match fs::read_dir("tests/histories") {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect(),
        Err(error) => return failed("tests/histories", &error),
    };
    stores.sort();
    for store in stores {
        if let Err(error) = history(&store) {
            return failed(&store.display().to_string(), &error);
        }
    }
    ExitCode::SUCCESS
}

fn failed(place: &str, error: &io::Error) -> ExitCode {
    eprintln!("{place}: {error}");
    ExitCode::FAILURE
}

fn history(store: &Path) -> io::Result<()> {
    let name = store.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let generated = Path::new("generated").join(&name);
    remove(&generated.join("schema.lock"))?;
    remove(&generated.join("schema"))?;
    remove(&generated.join("migrations"))?;
    let versions = fs::read_to_string(store.join("versions"))?;
    for (number, line) in (1..).zip(versions.lines()) {
        let dir = std::env::temp_dir().join(format!("protostore-history-{}-{name}-{number}", std::process::id()));
        copy(Path::new("proto"), &dir)?;
        // The newest version is that of today's files.
        let former = store.join(format!("{number:04}"));
        if former.is_dir() {
            copy(&former, &dir)?;
        }
        let report = codegen(&project(&dir)?, request(&name, number, line)?).map_err(io::Error::other);
        fs::remove_dir_all(&dir)?;
        let report = report?;
        if !report.is_ok() {
            return Err(io::Error::other(report.to_string()));
        }
        println!("{name}: version {number} `{}`", line.split(' ').next().unwrap_or_default());
    }
    Ok(())
}

fn project(protos: &Path) -> io::Result<Project> {
    let project = stores::project(Path::new("Cargo.toml"), "").map_err(io::Error::other)?;
    Ok(Project { protos: Protos::Below(protos.to_owned()), ..project })
}

fn request(store: &str, number: u32, line: &str) -> io::Result<Request> {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let name = (number > 1).then(|| name.parse()).transpose().map_err(io::Error::other)?;
    let accept = words.map(str::parse).collect::<Result<_, _>>().map_err(io::Error::other)?;
    Ok(Request { store: Some(store.to_owned()), name, accept, ..Request::default() })
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
