//! Why a key is refused, and what to do about it: one text for each reason.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;

use crate::error::{Error, Kind};

/// Why a key is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The file cannot be opened or read.
    Unreadable(io::Error),
    /// A directory, a pipe, a device.
    NotRegular,
    /// The file has more bytes than a key with its certificates could need.
    TooLarge(u64),
    /// The file belongs to somebody else, who can read and change it.
    Foreign(u32),
    /// Others than the owner may do something with the file; its mode.
    Exposed(u32),
    /// Nothing in it begins like PEM.
    NotPem,
    /// It begins like DER.
    Der,
    /// PEM, but nothing private in it; what there is instead.
    NoPrivateKey(String),
    /// More than one private key; how many.
    Several(usize),
    /// The private key wants a passphrase.
    Encrypted,
    /// A private key in an encoding that is not read; its PEM label.
    Encoding(String),
    /// A private key of an algorithm or a curve that is not supported.
    Algorithm(Cow<'static, str>),
    /// It is not what its label says.
    Malformed(&'static str),
}

impl Refusal {
    /// Makes the error about a key file.
    pub(super) fn about(self, path: &Path) -> Error {
        let message = format!("key file {}: {self}", path.display());
        self.into_error(message)
    }

    fn into_error(self, message: String) -> Error {
        let error = Error::new(Kind::Key, message);
        match self {
            Self::Unreadable(source) => error.because(source),
            _ => error,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let message = format!("key: {refusal}");
        refusal.into_error(message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read ({why}); check the path and that this user may read it"),
            Self::NotRegular => f.write_str("is not a regular file; give the path of the PEM file itself"),
            Self::TooLarge(size) => {
                write!(
                    f,
                    "has {size} bytes, more than the {} a key may have; is it the right file?",
                    super::file::LIMIT
                )
            }
            Self::Foreign(uid) => {
                write!(f, "belongs to user {uid}, who could read and replace it; change its owner with chown")
            }
            Self::Exposed(mode) => write!(f, "may be read by others (mode {mode:04o}); run chmod 600 on it"),
            Self::NotPem => f.write_str("is not PEM; a line like -----BEGIN PRIVATE KEY----- must come before the key"),
            Self::Der => f.write_str("is DER, not PEM; convert it with openssl pkey -inform DER -out server.key"),
            Self::NoPrivateKey(there) => {
                write!(f, "holds no private key, only {there}; give the file with the private key")
            }
            Self::Several(count) => {
                write!(f, "holds {count} private keys, and any one could be meant; leave one in the file")
            }
            Self::Encrypted => f.write_str(
                "holds an encrypted private key, and nobody is there to ask for the passphrase; \
                 decrypt it with openssl pkey -in encrypted.key -out server.key",
            ),
            Self::Encoding(label) => write!(
                f,
                "holds a private key as {label:?}, which is not read; \
                 convert it to PKCS#8 (openssl pkey, or ssh-keygen -p -m PKCS8)"
            ),
            Self::Algorithm(name) => write!(
                f,
                "holds a private key of an unsupported algorithm ({name}); \
                 use RSA, Ed25519, or an elliptic curve key on P-256, P-384, P-521 or secp256k1"
            ),
            Self::Malformed(what) => {
                write!(
                    f,
                    "holds a private key that is damaged ({what}); restore the file, or check it with openssl pkey"
                )
            }
        }
    }
}
