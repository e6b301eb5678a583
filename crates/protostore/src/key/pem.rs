//! From the text of a PEM file to the one private key in it.

use rustls_pki_types::pem::{self, PemObject, SectionKind};
use zeroize::Zeroizing;

use super::canonical::{self, Canonical};
use super::refusal::Refusal;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";

/// Returns the canonical form of the only private key in the text.
pub(super) fn canonical(text: &[u8]) -> Result<Canonical, Refusal> {
    expect_one(text)?;
    let mut damage = None;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text) {
        let (kind, der) = match section {
            Ok((kind, der)) => (kind, Zeroizing::new(der)),
            Err(error) => {
                // Perhaps a certificate; if it was the key, none follows.
                damage.get_or_insert(Refusal::Malformed(match error {
                    pem::Error::MissingSectionEnd { .. } => "its END line is missing",
                    _ => "the text between its BEGIN and END lines is not base64",
                }));
                continue;
            }
        };
        match kind {
            SectionKind::RsaPrivateKey => return canonical::pkcs1(&der),
            SectionKind::EcPrivateKey => return canonical::sec1(&der, None),
            SectionKind::PrivateKey => return canonical::pkcs8(&der),
            _ => {}
        }
    }
    Err(damage.unwrap_or(Refusal::Malformed("it is not between a BEGIN and an END line")))
}

/// Counts what the labels promise, before anything is decoded: the parser passes over labels that it does not know.
fn expect_one(text: &[u8]) -> Result<(), Refusal> {
    let (mut private, mut others) = (0, Vec::new());
    for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.starts_with(b"Proc-Type:") && line.trim_ascii_end().ends_with(b"ENCRYPTED") {
            return Err(Refusal::Encrypted);
        }
        let Some(label) = label(line) else { continue };
        match label {
            b"PRIVATE KEY" | b"RSA PRIVATE KEY" | b"EC PRIVATE KEY" => private += 1,
            b"ENCRYPTED PRIVATE KEY" => return Err(Refusal::Encrypted),
            _ if label.ends_with(b"PRIVATE KEY") => return Err(Refusal::Encoding(readable(label))),
            _ => others.push(readable(label)),
        }
    }
    match (private, others.as_slice()) {
        (1, _) => Ok(()),
        (0, []) if is_der(text) => Err(Refusal::Der),
        (0, []) => Err(Refusal::NotPem),
        (0, there) => {
            others.truncate(there.len().min(4));
            others.dedup();
            Err(Refusal::NoPrivateKey(others.join(", ")))
        }
        (several, _) => Err(Refusal::Several(several)),
    }
}

fn label(line: &[u8]) -> Option<&[u8]> {
    line.trim_ascii_end().strip_prefix(BEGIN)?.strip_suffix(DASHES)
}

/// Returns a label for an error text, at a length that fits one.
fn readable(label: &[u8]) -> String {
    String::from_utf8_lossy(&label[..label.len().min(40)]).into_owned()
}

/// Whether the bytes begin with a DER sequence of more than 127 bytes, or of as many as there are.
fn is_der(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x81 | 0x82, ..] => true,
        [0x30, length, rest @ ..] => usize::from(*length) == rest.len(),
        _ => false,
    }
}
