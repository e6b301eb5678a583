//! `protostore backup`, `restore` and `rotate`: copies of a database that are checked before they get their name.
#![allow(clippy::print_stderr, reason = "how far a copy is, is for the terminal")]

use std::io::{IsTerminal as _, stderr};
use std::ops::ControlFlow;
use std::path::Path;

use protostore::Key;
use protostore::upkeep::{Copied, CopyOptions, CopyProgress, Stage};

use crate::args::File;
use crate::failure::{Answer, Failure};
use crate::output::{Output, object, text};
use crate::status::{bytes, millis};
use crate::{key, open};

/// Copies a database into another file.
pub(crate) fn backup(file: &File, to: &Path, replace: bool, out: &mut Output) -> Result<Answer, Failure> {
    let database = open::read(file)?;
    let copied = database.backup(to, &key::of(file)?, &watched().replace(replace));
    print(&open::told(to, copied)?, "the backup", out)
}

/// Puts a backup in the place of a database.
pub(crate) fn restore(
    backup: &Path,
    file: &File,
    backup_key: Option<&Path>,
    replace: bool,
    out: &mut Output,
) -> Result<Answer, Failure> {
    let mut options = watched().replace(replace);
    if let Some(path) = backup_key {
        options = options.backup_key(&Key::from_pem_file(path)?);
    }
    let restored = open::options(file).restore(backup, &file.file, &key::of(file)?, &options);
    print(&open::told(&file.file, restored)?, "the database", out)
}

/// Encrypts a database under another key.
pub(crate) fn rotate(file: &File, new_key: &Path, out: &mut Output) -> Result<Answer, Failure> {
    let (old, new) = (key::of(file)?, Key::from_pem_file(new_key)?);
    let rotated = open::options(file).rotate(&file.file, &old, &new, &watched());
    print(&open::told(&file.file, rotated)?, "the database", out)
}

fn print(copied: &Copied, what: &str, out: &mut Output) -> Result<Answer, Failure> {
    let id = copied.key_id.as_deref();
    if out.is_json() {
        out.line(&object([
            ("file", text(&copied.path.display().to_string())),
            ("key_id", id.map_or_else(|| "null".to_owned(), text)),
            ("sequence", copied.sequence.to_string()),
            ("bytes", copied.bytes.to_string()),
            ("took_ms", millis(copied.took)),
        ]))?;
    } else {
        let key = id.map_or_else(|| "not encrypted".to_owned(), |id| format!("key id {id}"));
        let (path, size, sequence) = (copied.path.display(), bytes(copied.bytes), copied.sequence);
        out.line(&format!("{what} {path} is whole and checked: size {size}, sequence {sequence}, {key}"))?;
    }
    Ok(Answer::Yes)
}

/// Returns the options of a copy that says on the terminal how far it is.
fn watched() -> CopyOptions {
    if !stderr().is_terminal() {
        return CopyOptions::new();
    }
    CopyOptions::new().progress(|at: &CopyProgress| {
        let what = match at.stage {
            Stage::Copies => "copies",
            _ => "checks",
        };
        eprint!("\r\x1b[K{what} {} %", at.done * 100 / at.of.max(1));
        if at.done >= at.of {
            eprint!("\r\x1b[K");
        }
        ControlFlow::Continue(())
    })
}
