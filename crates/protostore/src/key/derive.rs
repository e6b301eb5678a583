//! From the secret and the salt of a file to the keys of that file.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

const CIPHER: &[u8] = b"protostore/sqlcipher/v1";
const ID: &[u8] = b"protostore/key-id/v1";
const PAGE_TOKEN: &[u8] = b"protostore/page-token/v1";

/// More than the computation of the keys takes of the stack.
const STACK: usize = 16 * 1024;

/// The keys of one database file: HKDF-SHA256 of the secret, with the first sixteen bytes of the file as the salt.
///
/// <https://www.rfc-editor.org/rfc/rfc5869>
pub struct FileKeys {
    cipher: Box<Zeroizing<[u8; 32]>>,
    page_token: Box<Zeroizing<[u8; 32]>>,
    id: KeyId,
}

/// What tells keys apart without telling anything about them: safe to log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 8]);

impl FileKeys {
    pub(super) fn derive(salt: &[u8; 16], secret: &[u8; 32]) -> Self {
        let mut keys = Self { cipher: Box::default(), page_token: Box::default(), id: KeyId([0; 8]) };
        keys.expand(salt, secret);
        // The computation leaves parts of the keys behind on the stack.
        zeroize::zeroize_stack::<STACK>();
        keys
    }

    /// Computes the keys in their places; as a function of its own, so that its stack is known to be below the caller's.
    #[inline(never)]
    fn expand(&mut self, salt: &[u8; 16], secret: &[u8; 32]) {
        let hkdf = Hkdf::<Sha256>::new(Some(salt), secret);
        let places: [(&[u8], &mut [u8]); 3] =
            [(CIPHER, self.cipher.as_mut_slice()), (PAGE_TOKEN, self.page_token.as_mut_slice()), (ID, &mut self.id.0)];
        for (purpose, place) in places {
            hkdf.expand(purpose, place).expect("32 bytes are less than the 8,160 that HKDF-SHA256 can give");
        }
    }

    /// Returns the key that SQLCipher takes as it is: `PRAGMA key = "x'<this><salt>'"` opens the file in any tool.
    pub fn expose_cipher(&self) -> &[u8; 32] {
        &self.cipher
    }

    /// Masks the key that the file is read with, or takes the mask off again.
    pub(crate) fn mask_cipher(&mut self, mask: &[u8; 32]) {
        self.cipher.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }

    /// Parts the key that page tokens are sealed with from the one that the file is read with, each where it is.
    pub(crate) fn take_page_token(&mut self) -> Self {
        Self { cipher: Box::default(), page_token: std::mem::take(&mut self.page_token), id: self.id }
    }

    /// Keeps the key that page tokens are sealed with, where it is, and wipes the others.
    pub(crate) fn into_page_token(self) -> Box<Zeroizing<[u8; 32]>> {
        self.page_token
    }

    /// Returns the key that page tokens are sealed with.
    pub fn expose_page_token(&self) -> &[u8; 32] {
        &self.page_token
    }

    /// Returns the key's id, which differs from file to file.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
