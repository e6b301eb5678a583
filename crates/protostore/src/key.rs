//! The key of a store: one secret, made from a private key that the daemon has already, from which each file has keys of its own.
//!
//! The bytes that are hashed here are on disk permanently, in the sense that no database opens without them; they are
//! written down in `docs/adr/0001-key-and-file.md` and frozen in `tests/vectors`.

use std::fmt;
use std::path::Path;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::Result;

mod access;
mod canonical;
mod derive;
mod file;
mod pem;
mod refusal;

pub use derive::{FileKeys, KeyId};
use refusal::Refusal;

/// Says what the hash over a private key is for, so that no other hash over it can be taken for the secret.
const SECRET: &[u8] = b"protostore/secret/v1\0";

/// The secret that unlocks stores; it is wiped from memory when it is dropped, and never printed.
///
/// It is made from a private key, such as a daemon's `server.key`, and depends on the key alone: not on its encoding,
/// on line endings, or on what else the file holds.
#[derive(Clone)]
pub struct Key {
    // On the heap, so that moving a `Key` leaves no copies of the secret behind.
    secret: Box<Zeroizing<[u8; 32]>>,
}

/// Where a key comes from that lives elsewhere than in a file: a key service, a TPM, a parent process.
pub trait KeySource {
    /// Writes the secret into the place that is given, so that no copy of it stays on the way.
    ///
    /// # Errors
    /// Whatever keeps the secret from being had, best as [`Kind::Key`](crate::Kind::Key).
    fn secret(&self, into: &mut [u8; 32]) -> Result<()>;
}

impl Key {
    /// Reads the private key from a PEM file that other users cannot read, as this makes one:
    ///
    /// ```sh
    /// openssl genpkey -algorithm ed25519 -out server.key
    /// ```
    ///
    /// RSA (PKCS#1, PKCS#8), elliptic curves P-256, P-384, P-521 and secp256k1 (SEC1, PKCS#8) and Ed25519 (PKCS#8) are
    /// taken; certificates around the key are passed over. A symbolic link is followed, and what it points at is checked.
    ///
    /// # Errors
    /// [`Kind::Key`](crate::Kind::Key), saying what to do about it: the file cannot be read, is not a regular file, is
    /// too large, belongs to or may be read by others; or what [`Key::from_pem`] refuses.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        file::read(path).and_then(|text| Self::parse(&text)).map_err(|refusal| refusal.about(path))
    }

    /// Takes the private key from the text of a PEM file.
    ///
    /// # Errors
    /// [`Kind::Key`](crate::Kind::Key): not PEM, no private key or several, an encrypted one, an algorithm or an encoding
    /// that is not supported, a damaged one.
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Self> {
        Self::parse(text.as_ref()).map_err(Into::into)
    }

    /// Takes a secret as it is: what [`Key::expose_secret`] of another process gave.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        let given = Zeroizing::new(secret);
        let mut key = Self { secret: Box::default() };
        key.secret.copy_from_slice(&*given);
        key
    }

    /// Asks a source for the secret.
    ///
    /// # Errors
    /// Those of the source.
    pub fn from_source(source: &(impl KeySource + ?Sized)) -> Result<Self> {
        let mut key = Self { secret: Box::default() };
        source.secret(&mut key.secret)?;
        Ok(key)
    }

    /// Returns the secret: whoever has it can open the store, but cannot compute the private key from it.
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Computes the keys of the file that begins with these sixteen bytes.
    pub fn for_file(&self, salt: &[u8; 16]) -> FileKeys {
        FileKeys::derive(salt, &self.secret)
    }

    fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let canonical = pem::canonical(text)?;
        let mut key = Self { secret: Box::default() };
        let place: &mut [u8; 32] = &mut key.secret;
        Sha256::new().chain_update(SECRET).chain_update(&*canonical).finalize_into(place.into());
        Ok(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
