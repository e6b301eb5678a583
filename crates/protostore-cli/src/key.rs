//! Which key unlocks a file, and the id that it has there.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use protostore::Key;

use crate::args::File;
use crate::failure::{Answer, Failure};
use crate::output::{Output, object, text};

/// The variable that names a key file where the command line does not.
const VARIABLE: &str = "PROTOSTORE_KEY";

/// Reads the key of a file; for one that is not encrypted, some key, which seals nothing here.
pub(crate) fn of(file: &File) -> Result<Key, Failure> {
    if file.plaintext {
        return Ok(Key::from_secret([0; 32]));
    }
    let named = file.key.clone().or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
    let path = match named {
        Some(path) => path,
        None => {
            let beside = file.file.with_file_name("server.key");
            if fs::symlink_metadata(&beside).is_err() {
                return Err(Failure::NoKey(beside));
            }
            beside
        }
    };
    Ok(Key::from_pem_file(path)?)
}

/// Prints the id that the key has for a file.
pub(crate) fn id(file: &File, out: &mut Output) -> Result<Answer, Failure> {
    if file.plaintext {
        return Err(Failure::Key("a database that is not encrypted has no key".to_owned()));
    }
    let id = of(file)?.for_file(&salt(&file.file)?).id().to_string();
    if out.is_json() {
        out.line(&object([("key_id", text(&id))]))?
    } else {
        out.line(&id)?
    }
    Ok(Answer::Yes)
}

/// Reads the salt: the first 16 bytes of the file. This process has no connection to it, whose locks that could drop.
fn salt(path: &Path) -> Result<[u8; 16], Failure> {
    let mut salt = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut salt));
    read.map_err(|why| Failure::Io(format!("read the beginning of {}", path.display()), why))?;
    if salt == *b"SQLite format 3\0" {
        return Err(Failure::Key(format!("database {}: is a plain SQLite file, which has no key", path.display())));
    }
    Ok(salt)
}
