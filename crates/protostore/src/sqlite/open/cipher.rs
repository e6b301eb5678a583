//! How the pages of a file are encrypted: SQLCipher 4 under a key of the file's own, or not at all where that was asked for.

use std::sync::Once;

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::ffi;
use super::refusal::Refusal;
use crate::key::{FileKeys, Key, KeyId};
use crate::random::random;

/// How every plain SQLite file begins, <https://www.sqlite.org/fileformat2.html#the_database_header>.
const PLAIN: [u8; 16] = *b"SQLite format 3\0";

/// The keys of one file; without a salt it is plain SQLite, and only page tokens are sealed.
#[derive(Debug)]
pub(super) struct Cipher {
    keys: FileKeys,
    salt: Option<[u8; 16]>,
    /// What the key is masked with, in a store that serves: what reads its memory does not find it, as it does not find
    /// those that SQLCipher keeps.
    mask: Option<Box<Zeroizing<[u8; 32]>>>,
}

impl Cipher {
    /// Chooses the salt of a new file.
    pub(super) fn fresh(key: &Key) -> Result<Self, Refusal> {
        let salt = random().map_err(|why| Refusal::Io("get random numbers", why))?;
        Ok(Self { keys: key.for_file(&salt), salt: Some(salt), mask: None })
    }

    /// Reads the salt of a file that is there.
    ///
    /// It is the first 16 bytes of the file, and the engine reads them: any other handle to the file would, when it is
    /// closed, drop the locks of the engine. Asking takes some key, which is replaced before it is used.
    pub(super) fn of_file(connection: &Connection, key: &Key) -> Result<Self, Refusal> {
        silence(connection)?;
        let any = Zeroizing::new(*b"x'0000000000000000000000000000000000000000000000000000000000000000'");
        ffi::set_key(connection, &*any).map_err(|why| Refusal::Engine("read its salt", why))?;
        let hex: String = connection
            .query_row("PRAGMA cipher_salt", [], |row| row.get(0))
            .map_err(|why| Refusal::Engine("read its salt", why))?;
        let salt = unhex(&hex).ok_or_else(|| Refusal::Damaged("its salt cannot be read".to_owned()))?;
        if salt == PLAIN {
            Err(Refusal::Plain)
        } else {
            Ok(Self { keys: key.for_file(&salt), salt: Some(salt), mask: None })
        }
    }

    /// Leaves the file plain.
    pub(super) fn plain(key: &Key) -> Self {
        Self { keys: key.for_file(&[0; 16]), salt: None, mask: None }
    }

    /// Sets the key of a connection, which has not read anything yet; a wrong key shows at the first read.
    pub(super) fn unlock(&self, connection: &Connection) -> Result<(), Refusal> {
        let Some(salt) = &self.salt else { return Ok(()) };
        silence(connection)?;
        let failed = |why| Refusal::Engine("set its key", why);
        let mut key = Box::new(Zeroizing::new([0; 32]));
        let mask = self.mask.as_ref().map_or([0; 32], |mask| ***mask);
        for ((byte, kept), mask) in key.iter_mut().zip(self.keys.expose_cipher()).zip(mask) {
            *byte = kept ^ mask;
        }
        ffi::set_key(connection, specification(&key, salt).as_slice()).map_err(failed)?;
        // The format is that of SQLCipher 4, whatever the defaults of a later one or of another user in this process.
        connection.execute_batch("PRAGMA cipher_compatibility = 4").map_err(failed)?;
        let on: Option<String> = connection.query_row("PRAGMA cipher_status", [], |row| row.get(0)).map_err(failed)?;
        if on.as_deref() == Some("1") { Ok(()) } else { Err(Refusal::Setting("encryption", "active")) }
    }

    /// Returns the id of the key, if there is one.
    pub(super) fn id(&self) -> Option<KeyId> {
        self.salt.map(|_| self.keys.id())
    }

    /// Masks the key, which is used again only where another connection is made.
    pub(super) fn mask(&mut self) -> Result<(), Refusal> {
        let mask = Box::new(Zeroizing::new(random().map_err(|why| Refusal::Io("get random numbers", why))?));
        self.keys.mask_cipher(&mask);
        self.mask = Some(mask);
        Ok(())
    }

    /// Gives the key away that seals page tokens: it is in memory once, as the other is.
    pub(super) fn take_page_token(&mut self) -> FileKeys {
        self.keys.take_page_token()
    }
}

/// Says whether SQLCipher has met a page that it could not decrypt: then it reads none any more.
pub(crate) fn has_failed(connection: &Connection) -> bool {
    let says = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, String>(0)).ok();
    // The status of a plain file is the same, and it has no salt.
    says("PRAGMA cipher_status").as_deref() == Some("0") && says("PRAGMA cipher_salt").is_some()
}

/// Returns the version of SQLCipher, where there is one.
pub(super) fn version(connection: &Connection) -> Option<String> {
    connection.query_row("PRAGMA cipher_version", [], |row| row.get(0)).ok()
}

/// Writes `x'<key><salt>'`: with both given, SQLCipher derives nothing.
/// <https://www.zetetic.net/sqlcipher/sqlcipher-api/#key>
fn specification(key: &[u8; 32], salt: &[u8; 16]) -> Box<Zeroizing<[u8; 99]>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // On the heap, so that returning it leaves no copy behind.
    let mut text = Box::new(Zeroizing::new([b'\''; 99]));
    text[0] = b'x';
    for (byte, place) in key.iter().chain(salt).zip(text[2..98].chunks_exact_mut(2)) {
        place[0] = DIGITS[usize::from(byte >> 4)];
        place[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32).then_some(number.to_be_bytes())
}

/// Stops SQLCipher from writing to standard error; what it has to say comes back as errors as well.
///
/// The destination is one for the whole process, so it is set once.
fn silence(connection: &Connection) -> Result<(), Refusal> {
    static SILENT: Once = Once::new();
    let mut outcome = Ok(());
    SILENT.call_once(|| outcome = connection.execute_batch("PRAGMA cipher_log = off"));
    outcome.map_err(|why| Refusal::Engine("quieten SQLCipher", why))
}
