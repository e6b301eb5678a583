//! Page tokens: the last key of a page, sealed together with the question that the page answers.
//!
//! A token that was changed, or that is used for another question, is refused rather than trusted.
//! The seal comes from the store's key, so that a list goes on after the daemon was restarted.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tonic::Status;
use zeroize::Zeroizing;

/// Bytes of the seal that a token carries.
const SEAL: usize = 16;

/// Seals tokens and opens them again.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<Zeroizing<[u8; 32]>>);

impl Tokens {
    /// Takes the key that the store has for this purpose.
    pub(crate) fn of(key: &[u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(*key)))
    }

    /// Returns the token for the rows after `last`, as an answer to `question`.
    pub(crate) fn seal(&self, question: &[&str], last: &[&str]) -> String {
        let body = parts(last);
        let mut token = self.mac(question, &body).finalize().into_bytes()[..SEAL].to_vec();
        token.extend(body);
        Base64UrlUnpadded::encode_string(&token)
    }

    /// Returns the parts of the key that a token for `question` carries.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if this daemon did not make the token, or made it for another question.
    pub(crate) fn open(&self, question: &[&str], token: &str) -> Result<Vec<String>, Status> {
        let refused =
            || Status::invalid_argument("page_token: not a token for this request; begin with the first page");
        let token = Base64UrlUnpadded::decode_vec(token).map_err(|_| refused())?;
        let (seal, body) = token.split_at_checked(SEAL).ok_or_else(refused)?;
        self.mac(question, body).verify_truncated_left(seal).map_err(|_| refused())?;
        split(body).ok_or_else(refused)
    }

    fn mac(&self, question: &[&str], body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        let question = parts(question);
        // The length keeps the question and the body apart.
        mac.update(&(question.len() as u64).to_be_bytes());
        mac.update(&question);
        mac.update(body);
        mac
    }
}

/// Says that a token does not belong to the request.
pub(crate) fn refused() -> Status {
    Status::invalid_argument("page_token: not a token for this request; begin with the first page")
}

/// Writes texts one after the other, each after its length.
fn parts(texts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// Reads what [`parts`] wrote.
fn split(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        texts.push(String::from_utf8(text.to_vec()).ok()?);
        bytes = rest;
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(secret: u8) -> Tokens {
        Tokens::of(&[secret; 32])
    }

    #[test]
    fn a_token_opens_for_its_own_question_only() {
        let tokens = tokens(1);
        let token = tokens.seal(&["ListNics", "vm-1"], &["52:54:00:00:00:01"]);
        assert_eq!(tokens.open(&["ListNics", "vm-1"], &token).unwrap(), ["52:54:00:00:00:01"]);
        assert!(tokens.open(&["ListNics", "vm-2"], &token).is_err());
        assert!(tokens.open(&["ListNicsvm-1"], &token).is_err());
        assert!(self::tokens(2).open(&["ListNics", "vm-1"], &token).is_err(), "another store's");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let tokens = tokens(1);
        let token = tokens.seal(&["ListExecutables"], &["web", "nginx"]);
        assert_eq!(tokens.open(&["ListExecutables"], &token).unwrap(), ["web", "nginx"]);
        for at in 0..token.len() {
            for other in [b'A', b'z', b'-', b'='] {
                let mut changed = token.clone().into_bytes();
                if std::mem::replace(&mut changed[at], other) != other {
                    let changed = String::from_utf8(changed).unwrap();
                    assert!(tokens.open(&["ListExecutables"], &changed).is_err(), "{changed}");
                }
            }
            assert!(tokens.open(&["ListExecutables"], &token[..at]).is_err(), "cut at {at}");
        }
    }
}
