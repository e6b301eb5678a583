//! From the text of a PEM file to the one private key in it.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::canonical::{self, Canonical};
use super::refusal::Refusal;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// What some editors write before a text; openssl passes over it as well.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The label of OpenSSH's own encoding, which `openssl` reads neither.
pub(super) const OPENSSH: &str = "OPENSSH PRIVATE KEY";

/// The private keys that are read.
#[derive(Clone, Copy)]
enum Encoded {
    Pkcs1,
    Sec1,
    Pkcs8,
}

/// The labels that an error may name. A key file that has lost its line ends has part of the key where a label should
/// be, so an error never quotes what it found.
const LABELS: [&str; 19] = [
    "ANY PRIVATE KEY",
    "ATTRIBUTE CERTIFICATE",
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "CMS",
    "DH PARAMETERS",
    "DSA PARAMETERS",
    "DSA PRIVATE KEY",
    "EC PARAMETERS",
    "NEW CERTIFICATE REQUEST",
    OPENSSH,
    "PKCS7",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "SSH2 ENCRYPTED PRIVATE KEY",
    "TRUSTED CERTIFICATE",
    "TSS2 PRIVATE KEY",
    "X509 CERTIFICATE",
    "X509 CRL",
];

/// Returns the canonical form of the only private key in the text.
pub(super) fn canonical(text: &[u8]) -> Result<Canonical, Refusal> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let (encoded, body) = private_key(text)?;
    let mut der = Zeroizing::new(Vec::with_capacity(body.iter().map(|line| line.len()).sum()));
    body.iter().for_each(|line| der.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace())));
    // In place, so that there is one copy to wipe.
    let der = Base64::decode_in_place(&mut der)
        .map_err(|_| Refusal::Malformed("the text between its BEGIN and END lines is not base64"))?;
    match encoded {
        Encoded::Pkcs1 => canonical::pkcs1(der),
        Encoded::Sec1 => canonical::sec1(der, None),
        Encoded::Pkcs8 => canonical::pkcs8(der),
    }
}

/// Finds the only private key: its encoding, and the lines between BEGIN and END.
fn private_key(text: &[u8]) -> Result<(Encoded, Vec<&[u8]>), Refusal> {
    let lines: Vec<&[u8]> = text.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii_end).collect();
    let (mut private, mut others, mut broken) = (Vec::new(), Vec::new(), None);
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED") {
            return Err(Refusal::Encrypted);
        }
        match label(line, BEGIN) {
            Some(b"RSA PRIVATE KEY") => private.push((Encoded::Pkcs1, at)),
            Some(b"EC PRIVATE KEY") => private.push((Encoded::Sec1, at)),
            Some(b"PRIVATE KEY") => private.push((Encoded::Pkcs8, at)),
            Some(b"ENCRYPTED PRIVATE KEY") => return Err(Refusal::Encrypted),
            Some(label) if label.ends_with(b" PRIVATE KEY") => return Err(Refusal::Encoding(known(label))),
            Some(label) => others.push(known(label).unwrap_or("a section of an unknown kind")),
            None => broken = broken.or_else(|| broken_line(line)),
        }
    }
    match private[..] {
        [(encoded, begin)] => {
            let body: Vec<&[u8]> = lines[begin + 1..].iter().copied().take_while(|l| !l.starts_with(DASHES)).collect();
            let end = lines.get(begin + 1 + body.len()).and_then(|line| label(line, END));
            if end == label(lines[begin], BEGIN) {
                return Ok((encoded, body));
            }
            Err(broken.unwrap_or(Refusal::Malformed("its END line is missing")))
        }
        [] => Err(match broken {
            Some(refusal) => refusal,
            None if !others.is_empty() => {
                others.dedup();
                others.truncate(4);
                Refusal::NoPrivateKey(others)
            }
            None if is_der(text) => Refusal::Der,
            None if is_wide(text) => Refusal::Wide,
            None => Refusal::NotPem,
        }),
        _ => Err(Refusal::Several(private.len())),
    }
}

/// Returns the label of a line that begins or ends a section.
fn label<'t>(line: &'t [u8], marker: &[u8]) -> Option<&'t [u8]> {
    let label = line.strip_prefix(marker)?.strip_suffix(DASHES)?;
    label.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ')).then_some(label)
}

/// Returns the label as this program knows it.
fn known(label: &[u8]) -> Option<&'static str> {
    LABELS.into_iter().find(|known| known.as_bytes() == label)
}

/// Says what is wrong with a line that holds a marker and is not one.
fn broken_line(line: &[u8]) -> Option<Refusal> {
    let holds = |marker: &[u8]| line.windows(marker.len()).any(|part| part == marker);
    if label(line.trim_ascii_start(), BEGIN).is_some() {
        Some(Refusal::Indented)
    } else if holds(BEGIN) || (holds(END) && label(line, END).is_none()) {
        Some(Refusal::Joined)
    } else {
        None
    }
}

/// Whether the bytes begin with a DER sequence of more than 127 bytes, or of as many as there are.
fn is_der(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x81 | 0x82, ..] => true,
        [0x30, length, rest @ ..] => usize::from(*length) == rest.len(),
        _ => false,
    }
}

/// Whether the text has more than one byte a character: with a byte order mark, or before the first dash.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'-', 0, ..] | [0, b'-', ..] | [0, 0, ..])
}
