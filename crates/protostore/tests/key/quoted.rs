//! No error about a key file quotes any of the key, whatever was done to the file.

use std::collections::HashSet;
use std::error::Error as _;
use std::fmt::Write as _;
use std::fs;

use base64ct::{Base64, Encoding};
use fastrand::Rng;
use protostore::{Error, Key};

use super::{file, hex, vectors};

/// So many characters of a key in a row are not there by chance.
const RUN: usize = 8;

fn seed() -> u64 {
    std::env::var("PROTOSTORE_SEED").ok().map_or(0x5eed, |n| n.parse().expect("PROTOSTORE_SEED is a number"))
}

fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").ok().map_or(400, |n| n.parse().expect("PROTOSTORE_CASES is a number"))
}

/// All that an error says, and those that led to it.
fn said(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, " {error} {error:?} {error:#?}").unwrap();
        cause = error.source();
    }
    text
}

/// A PEM file of one private key, and what must not be said of it.
struct Secret {
    text: String,
    der: Vec<u8>,
    label: String,
    /// Parts of the key as base64 and in hexadecimal.
    runs: HashSet<String>,
    /// Parts of the key as lists of numbers.
    numbers: Vec<String>,
}

impl Secret {
    fn all() -> Vec<Self> {
        let files = fs::read_dir(vectors()).unwrap().map(|entry| entry.unwrap().path());
        let pem = files.filter(|path| path.extension().is_some_and(|extension| extension == "pem"));
        pem.map(|path| Self::of(&fs::read_to_string(path).unwrap())).collect()
    }

    fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let begin = lines.iter().position(|line| line.ends_with("PRIVATE KEY-----")).expect("has a private key");
        let body: String = lines[begin + 1..].iter().take_while(|line| !line.starts_with('-')).copied().collect();
        let der = Base64::decode_vec(&body).expect("is base64");
        let texts = [body, hex(&der), hex(&der).to_uppercase()];
        Self {
            text: text.to_owned(),
            label: lines[begin].trim_matches('-').trim_start_matches("BEGIN ").to_owned(),
            runs: texts.iter().flat_map(|text| runs(text)).collect(),
            numbers: der.windows(4).map(|run| format!("{run:?}").trim_matches(['[', ']']).to_owned()).collect(),
            der,
        }
    }

    fn pem(&self, der: &[u8]) -> String {
        let body = Base64::encode_string(der);
        let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {0}-----\n{1}\n-----END {0}-----\n", self.label, lines.join("\n"))
    }

    /// Returns what an error quotes of the key: as base64, in hexadecimal, or as a list of numbers.
    fn quoted(&self, error: &str) -> Option<String> {
        let run = runs(error).find(|run| self.runs.contains(run));
        run.or_else(|| self.numbers.iter().find(|run| error.contains(run.as_str())).cloned())
    }
}

/// Returns the pieces of a text at each place, of the length that is searched for.
fn runs(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    (RUN..=characters.len()).map(move |end| characters[end - RUN..end].iter().collect())
}

/// Does something to a key file that happens to key files.
fn change(rng: &mut Rng, secret: &Secret, mut text: Vec<u8>) -> Vec<u8> {
    let place = |rng: &mut Rng, text: &[u8]| rng.usize(0..=text.len());
    let at = place(rng, &text);
    let to = (at + rng.usize(0..120)).min(text.len());
    let replaced = |text: Vec<u8>, from: &str, to: &str| String::from_utf8_lossy(&text).replace(from, to).into_bytes();
    match rng.u8(0..18) {
        // Line ends are lost, all, some or one.
        0 => replaced(text, "\n", ""),
        1 => replaced(text, "\n", rng.choice(&[" ", "\\n", "\r", "\t", "\r\n", "\0"]).unwrap()),
        2 => {
            text.retain(|byte| *byte != b'\n' || rng.bool());
            text
        }
        3 => String::from_utf8_lossy(&text).replacen('\n', "", rng.usize(1..4)).into_bytes(),
        // Parts are cut out, doubled or put elsewhere.
        4 => {
            text.drain(at..to);
            text
        }
        5 => {
            text.truncate(at);
            text
        }
        6 => text[at..].to_vec(),
        7 => {
            let part = text[at..to].to_vec();
            let at = place(rng, &text);
            text.splice(at..at, part);
            text
        }
        // Something is put in.
        8 => {
            let labels = ["DSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "CERTIFICATE", "PRIVATE KEY", "X Y", &secret.label];
            let label = rng.choice(&labels).unwrap();
            let word = match rng.u8(0..4) {
                0 => format!("-----BEGIN {label}-----"),
                1 => format!("-----END {label}-----"),
                2 => "-----BEGIN ".to_owned(),
                _ => format!("{label}-----"),
            };
            text.splice(at..at, word.into_bytes());
            text
        }
        9 => {
            let bytes: Vec<u8> = (0..rng.usize(1..5)).map(|_| rng.u8(..)).collect();
            text.splice(at..at, bytes);
            text
        }
        10 => [b"\xef\xbb\xbf", text.as_slice()].concat(),
        11 => replaced(text, "\n", "\n   "),
        // The markers are damaged.
        12 => replaced(text, "-----\n", rng.choice(&["-----", "\n", "---\n", "----- \n"]).unwrap()),
        13 => replaced(text, " PRIVATE KEY", rng.choice(&["", " private key", " PRIVATEKEY", " "]).unwrap()),
        14 => replaced(text, "PRIVATE KEY-----\n", rng.choice(&["", "PRIVATE KEY"]).unwrap()),
        // It is text of another encoding, or no text.
        15 => String::from_utf8_lossy(&text).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        16 => secret.der.clone(),
        // The bytes that the text encodes change.
        _ => {
            let mut der = secret.der.clone();
            for _ in 0..rng.usize(1..6) {
                let at = rng.usize(0..der.len().min(64));
                der[at] = rng.u8(..);
            }
            secret.pem(&der).into_bytes()
        }
    }
}

#[test]
fn no_error_quotes_the_key() {
    let mut rng = Rng::with_seed(seed());
    let secrets = Secret::all();
    let mut refused = 0;
    for case in 0..cases() * secrets.len() {
        let secret = &secrets[case % secrets.len()];
        let mut text = secret.text.clone().into_bytes();
        for _ in 0..rng.usize(1..4) {
            text = change(&mut rng, secret, text);
        }
        let Err(error) = Key::from_pem(&text) else { continue };
        refused += 1;
        let said = said(&error);
        let quoted = secret.quoted(&said);
        assert_eq!(quoted, None, "{said} (case {case} of seed {}, {:?})", seed(), String::from_utf8_lossy(&text));
    }
    assert!(refused > cases(), "only {refused} files were refused");
}

#[test]
fn no_error_about_a_file_quotes_the_key() {
    for secret in Secret::all() {
        let one_line = secret.text.replace(['\r', '\n'], "");
        let (_directory, path) = file(one_line.as_bytes(), 0o600);
        let said = said(&Key::from_pem_file(path).unwrap_err());
        assert_eq!(secret.quoted(&said), None, "{said}");
        assert!(said.contains("has lost its line ends"), "{said}");
    }
}

/// The search finds what it must find.
#[test]
fn a_quoted_key_is_noticed() {
    for secret in Secret::all() {
        let middle = secret.der.len() / 2;
        let part = &secret.der[middle..middle + 6];
        let line = secret.text.lines().find(|line| line.len() == 64 && !line.starts_with('-'));
        let quotes = [hex(part), format!("{part:?}"), hex(part).to_uppercase()].into_iter();
        for quote in
            quotes.chain(line.filter(|line| Base64::encode_string(&secret.der).contains(*line)).map(str::to_owned))
        {
            assert!(secret.quoted(&format!("the key {quote} is wrong")).is_some(), "{quote}");
        }
    }
}
