//! Why a key is refused, and what to do about it: one text for each reason.

use std::fmt;
use std::io;
use std::path::Path;

use super::pem::OPENSSH;
use crate::error::{Error, Kind};

/// Where a service manager puts the files that it hands over, by the name of the variable that says so.
/// <https://systemd.io/CREDENTIALS/>
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// What makes a key.
const MAKES: &str = "openssl genpkey -algorithm ed25519 -out";

/// Why a key is refused.
///
/// Errors are logged, and a key file that is not what it should be has parts of the key anywhere. So nothing here is text
/// out of a key file: what a variant says of one is a number, or text of this program.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no file of that name.
    Missing,
    /// The file cannot be opened or read.
    Unreadable(io::Error),
    /// A directory, a pipe, a device.
    NotRegular,
    /// The file has more bytes than a key with its certificates could need.
    TooLarge(u64),
    /// The file belongs to another user, who can read and change it.
    Foreign(u32),
    /// Others than the owner may do something with the file.
    Exposed(Exposed),
    /// It has no line that begins like PEM.
    NotPem,
    /// It begins like DER.
    Der,
    /// It is text of more than one byte a character.
    Wide,
    /// Blanks come before the BEGIN line.
    Indented,
    /// Something else is on a line with BEGIN or END.
    Joined,
    /// PEM, but nothing private in it; the sections that it has instead.
    NoPrivateKey(Vec<&'static str>),
    /// More than one private key; how many.
    Several(usize),
    /// The private key wants a passphrase.
    Encrypted,
    /// A private key in an encoding that is not read; its PEM label, if it is a known one.
    Encoding(Option<&'static str>),
    /// A private key of an algorithm or a curve that is not supported.
    Algorithm(&'static str),
    /// It is not what its label says.
    Malformed(&'static str),
}

/// Who else than the owner may do something with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exposed {
    /// Those that the mode says.
    Mode(u32),
    /// A user that the access control list names.
    User(u32),
    /// A group that the access control list names.
    Group(u32),
}

impl Refusal {
    /// Makes the error about a key file.
    pub(super) fn about(self, path: &Path) -> Error {
        let credentials = std::env::var_os(CREDENTIALS);
        let message = self.message(path, credentials.as_deref().map(Path::new));
        self.into_error(message)
    }

    fn message(&self, path: &Path, credentials: Option<&Path>) -> String {
        // The owner and the mode of a credential are not the service's to change.
        let handed_over = credentials.is_some_and(|directory| path.starts_with(directory));
        let remedy = match self {
            Self::Missing => {
                let made = word(&path.display().to_string());
                return format!(
                    "key file {}: {self}; give the path of the key that the database was made with, or make a key for a new \
                     database: {MAKES} {made}",
                    path.display()
                );
            }
            Self::Foreign(_) | Self::Exposed(_) if handed_over => {
                "it is a credential: let the service manager hand it to this service alone (LoadCredential= and User= in its unit)"
            }
            Self::Foreign(_) => "change its owner with chown",
            Self::Exposed(Exposed::Mode(_)) => "run chmod 600 on it",
            Self::Exposed(Exposed::User(_) | Exposed::Group(_)) => "run setfacl --remove-all and then chmod 600 on it",
            _ => return format!("key file {}: {self}", path.display()),
        };
        format!("key file {}: {self}; {remedy}", path.display())
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

/// Returns a path as a shell reads it.
fn word(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = format_args!("make a key for a new database with {MAKES} server.key");
        match self {
            Self::Missing => f.write_str("does not exist"),
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
                write!(f, "belongs to user {uid}, who could read and replace it")
            }
            Self::Exposed(Exposed::Mode(mode)) => write!(f, "may be read by others (mode {mode:04o})"),
            Self::Exposed(Exposed::User(uid)) => {
                write!(f, "may be read by others (its access control list lets user {uid} in)")
            }
            Self::Exposed(Exposed::Group(gid)) => {
                write!(f, "may be read by others (its access control list lets group {gid} in)")
            }
            Self::NotPem => write!(f, "is not PEM; a line like -----BEGIN PRIVATE KEY----- must come before the key; {own}"),
            Self::Der => f.write_str("is DER, not PEM; convert it with openssl pkey -inform DER -out server.key"),
            Self::Wide => f.write_str("has more than one byte a character (UTF-16?); save it as ASCII text"),
            Self::Indented => f.write_str(
                "has blanks before -----BEGIN, which must be the first characters of their line; remove the blanks",
            ),
            Self::Joined => f.write_str(
                "has lost its line ends: the BEGIN line, the END line and the text between them must be separate lines; \
                 restore the file",
            ),
            Self::NoPrivateKey(there) => {
                write!(f, "holds no private key, only {}; give the file with the private key, or {own}", there.join(", "))
            }
            Self::Several(count) => {
                write!(f, "holds {count} private keys, and any one could be meant; leave one in the file")
            }
            Self::Encrypted => f.write_str(
                "holds an encrypted private key, and there is no prompt for its passphrase; \
                 decrypt it with openssl pkey -in encrypted.key -out server.key",
            ),
            Self::Encoding(Some(OPENSSH)) => write!(
                f,
                "holds a private key in an encoding that is not read ({OPENSSH}); {own}; or, of an RSA or ECDSA key, \
                 convert a copy in place with ssh-keygen -p -m PKCS8 -f COPY, which leaves an Ed25519 key as it is"
            ),
            Self::Encoding(label) => write!(
                f,
                "holds a private key in an encoding that is not read ({}), and PKCS#8, PKCS#1 and SEC1 are; {own}",
                label.unwrap_or("its label is unknown")
            ),
            Self::Algorithm(name) => write!(
                f,
                "holds a private key of an unsupported algorithm ({name}); \
                 use RSA, Ed25519, or an elliptic curve key on P-256, P-384, P-521 or secp256k1: {own}"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_of_a_credential_is_the_service_managers() {
        let directory = Path::new("/run/credentials/auraed.service");
        let credential = directory.join("server.key");
        for refusal in [
            Refusal::Foreign(7),
            Refusal::Exposed(Exposed::Mode(0o440)),
            Refusal::Exposed(Exposed::User(7)),
            Refusal::Exposed(Exposed::Group(7)),
        ] {
            let handed_over = refusal.message(&credential, Some(directory));
            assert!(handed_over.contains("LoadCredential=") && !handed_over.contains("run "), "{handed_over}");
            for elsewhere in
                [refusal.message(&credential, None), refusal.message(Path::new("server.key"), Some(directory))]
            {
                assert!(elsewhere.contains("ch") && !elsewhere.contains("LoadCredential="), "{elsewhere}");
            }
        }
        let gone = Refusal::Several(2).message(&credential, Some(directory));
        assert!(gone.ends_with("leave one in the file"), "{gone}");
    }
}
