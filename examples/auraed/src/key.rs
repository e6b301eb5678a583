//! The server's key: made on the first start, read on every later one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::PemLabel;
use pkcs8::{AlgorithmIdentifierRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use crate::Failure;

/// Ed25519, [RFC 8410](https://www.rfc-editor.org/rfc/rfc8410#section-3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Makes sure that there is a key file, unless the database is there already: a new key cannot open it.
pub(crate) fn ensure(key: &Path, database: &Path) -> Result<(), Failure> {
    if key.symlink_metadata().is_ok() {
        return Ok(());
    }
    if database.symlink_metadata().is_ok() {
        return Err(Failure::KeyGone { key: key.to_owned(), database: database.to_owned() });
    }
    make(key).map_err(|error| Failure::MakeKey(key.to_owned(), error))?;
    tracing::info!(key = %key.display(), "made a key: whoever loses it loses the data");
    Ok(())
}

/// Writes a new Ed25519 key, readable by its owner alone. The file appears whole or not at all, and is never replaced.
fn make(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let pem = pem()?;
    let mut file = tempfile::Builder::new().prefix(".server.key.").tempfile_in(directory)?;
    file.write_all(pem.as_bytes())?;
    file.as_file().sync_all()?;
    // Linking, unlike renaming, leaves a key alone that another process made meanwhile.
    fs::hard_link(file.path(), path)?;
    drop(file);
    File::open(directory)?.sync_all()
}

/// Draws a key and returns it as PKCS#8 in PEM.
fn pem() -> io::Result<Zeroizing<String>> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(io::Error::other)?;
    // The private key is an octet string inside the octet string of PKCS#8.
    let mut private = Zeroizing::new([0; 34]);
    private[..2].copy_from_slice(&[0x04, 32]);
    private[2..].copy_from_slice(seed.as_slice());
    let octets = OctetStringRef::new(private.as_slice()).map_err(io::Error::other)?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid: ED25519, parameters: None }, octets);
    let document = SecretDocument::encode_msg(&info).map_err(io::Error::other)?;
    document.to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (key, database) = (directory.path().join("server.key"), directory.path().join("aurae.db"));
        ensure(&key, &database).unwrap();
        let first = fs::read_to_string(&key).unwrap();
        assert!(first.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{first}");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        ensure(&key, &database).unwrap();
        assert_eq!(fs::read_to_string(&key).unwrap(), first);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_key_is_not_made_for_a_database_that_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let (key, database) = (directory.path().join("server.key"), directory.path().join("aurae.db"));
        fs::write(&database, "a database").unwrap();
        let failure = ensure(&key, &database).unwrap_err();
        assert!(matches!(failure, Failure::KeyGone { .. }), "{failure}");
        assert!(!key.exists());
    }
}
