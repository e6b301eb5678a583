//! Page tokens: a place in a list, sealed together with the question that the list answers.
//!
//! ```text
//! token      = base64url without padding: 1 || nonce, 24 bytes || XChaCha20-Poly1305(plaintext, associated data)
//! plaintext  = version of the schema, 32-bit big-endian || the place
//! associated = 1 || each of: the store's name, when it was made, the parts of the question; after its length
//! ```
//! The layout is decided in `docs/adr/0007-page-tokens.md`.

use std::fmt;
use std::time::SystemTime;

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};
use crate::filter::Cursor;
use crate::key::FileKeys;
use crate::random::random;
use crate::time::Timestamp;

/// The layout of a token, its first byte.
const LAYOUT: u8 = 1;
const NONCE: usize = 24;
const VERSION: usize = 4;

/// Seals places in lists as page tokens, and opens them again; a store has one, [`Store::page_tokens`](crate::Store::page_tokens).
///
/// A token shows nothing but its length. It is good for one question and one file only, under one version of the schema:
/// the question is all that selects and orders the rows of the list, such as the method, the parent and the filter, and
/// not the size of a page, which a client may change on the way. It stays good when the daemon starts anew.
pub struct PageTokens {
    key: Box<Zeroizing<[u8; 32]>>,
    store: &'static str,
    created: Timestamp,
    version: u32,
}

impl PageTokens {
    pub(crate) fn new(keys: FileKeys, store: &'static str, created: SystemTime, version: u32) -> Self {
        Self { key: keys.into_page_token(), store, created: created.into(), version }
    }

    /// Returns the token of a place in the list that answers this question; empty where there is none, as the token of
    /// the page after the last is.
    ///
    /// # Errors
    /// [`Kind::Engine`] where the system has no random numbers, and [`Kind::Invalid`] for a place that is too long.
    pub fn seal<R>(&self, question: &[&str], place: Option<&Cursor<R>>) -> Result<String> {
        let Some(place) = place else { return Ok(String::new()) };
        let mut plaintext = self.version.to_be_bytes().to_vec();
        plaintext.extend(place.to_bytes());
        let nonce: [u8; NONCE] =
            random().map_err(|why| Error::new(Kind::Engine, "the system gives no random numbers").because(why))?;
        let payload = Payload { msg: &plaintext, aad: &self.associated(question) };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        // It fails from 256 GiB on.
        let sealed = sealed.map_err(|_| Error::invalid("page_token", "is too long to be sealed"))?;
        Ok(Base64UrlUnpadded::encode_string(&[&[LAYOUT], nonce.as_slice(), &sealed].concat()))
    }

    /// Returns the place that a token holds; none for the empty token, which asks for the first page.
    ///
    /// # Errors
    /// [`Kind::Invalid`], naming `page_token`: it was changed, or made for another question, by another store, by another
    /// version of this one, or by another program.
    pub fn open<R>(&self, question: &[&str], token: &str) -> Result<Option<Cursor<R>>> {
        if token.is_empty() {
            return Ok(None);
        }
        let refused = || Error::invalid("page_token", "is not a token for this request; begin with the first page");
        let bytes = Base64UrlUnpadded::decode_vec(token).map_err(|_| refused())?;
        let (head, sealed) = bytes.split_at_checked(1 + NONCE).ok_or_else(refused)?;
        let nonce = XNonce::try_from(&head[1..]).map_err(|_| refused())?;
        if head[0] != LAYOUT {
            return Err(refused());
        }
        let payload = Payload { msg: sealed, aad: &self.associated(question) };
        let plaintext = self.cipher().decrypt(&nonce, payload).map_err(|_| refused())?;
        let (version, place) = plaintext.split_first_chunk::<VERSION>().ok_or_else(refused)?;
        if u32::from_be_bytes(*version) != self.version {
            let why = "is of another version of the schema; begin with the first page";
            return Err(Error::invalid("page_token", why));
        }
        Cursor::from_bytes(place).map(Some).map_err(|_| refused())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&**self.key).into())
    }

    /// Returns what a token belongs to, each part after its length, so that no two lists of parts are the same bytes.
    fn associated(&self, question: &[&str]) -> Vec<u8> {
        let created = [self.created.seconds().to_be_bytes().as_slice(), &self.created.nanos().to_be_bytes()].concat();
        let parts = [self.store.as_bytes(), &created].into_iter().chain(question.iter().map(|part| part.as_bytes()));
        let mut bytes = vec![LAYOUT];
        for part in parts {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

impl fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageTokens").field("store", &self.store).field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::key::Key;
    use crate::value::Kept;

    const QUESTION: &[&str] = &["ListNics", "machine_id", "vm-1"];

    fn tokens(secret: u8, store: &'static str, created: SystemTime, version: u32) -> PageTokens {
        PageTokens::new(Key::from_secret([secret; 32]).for_file(&[7; 16]), store, created, version)
    }

    fn own() -> PageTokens {
        tokens(1, "fixture.Store", UNIX_EPOCH, 3)
    }

    /// A place in a list of no table.
    fn at(values: Vec<Kept>) -> Cursor<()> {
        Cursor::new("mac_address -number".to_owned(), values)
    }

    fn place() -> Cursor<()> {
        at(vec![Kept::Text("52:54:00:00:00:01".to_owned()), Kept::Int(-7)])
    }

    #[track_caller]
    fn refused(tokens: &PageTokens, question: &[&str], token: &str, words: &str) {
        let error = tokens.open::<()>(question, token).expect_err("the token was taken");
        assert_eq!((error.kind(), error.field()), (Kind::Invalid, Some("page_token")));
        assert!(error.message().contains(words) && error.message().contains("begin with the first page"), "{error}");
    }

    #[test]
    fn a_place_comes_back_for_its_own_question() {
        let token = own().seal(QUESTION, Some(&place())).expect("seals");
        assert_eq!(own().open(QUESTION, &token).expect("opens"), Some(place()), "also after a restart");
        assert_eq!(own().open::<()>(QUESTION, "").expect("opens"), None);
        assert_eq!(own().seal::<()>(QUESTION, None).expect("seals"), "");
    }

    #[test]
    fn a_token_of_another_question_key_store_or_version_is_refused() {
        let token = own().seal(QUESTION, Some(&place())).expect("seals");
        let questions: [&[&str]; 6] = [
            &["ListNics", "machine_id", "vm-2"],
            &["ListNics", "machine_idvm-1"],
            &["ListNics", "machine_id", "vm-1", ""],
            &["ListNics", "network_id", "vm-1"],
            &["ListNicsmachine_id", "vm-1"],
            &[],
        ];
        for question in questions {
            refused(&own(), question, &token, "not a token for this request");
        }
        for other in [
            tokens(2, "fixture.Store", UNIX_EPOCH, 3),
            tokens(1, "other.Store", UNIX_EPOCH, 3),
            tokens(1, "fixture.Store", UNIX_EPOCH + std::time::Duration::from_nanos(1), 3),
        ] {
            refused(&other, QUESTION, &token, "not a token for this request");
        }
        refused(&tokens(1, "fixture.Store", UNIX_EPOCH, 4), QUESTION, &token, "another version of the schema");
    }

    #[test]
    fn every_change_of_every_byte_is_noticed() {
        let token = own().seal(QUESTION, Some(&place())).expect("seals");
        let bytes = Base64UrlUnpadded::decode_vec(&token).expect("is base64");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                refused(&own(), QUESTION, &Base64UrlUnpadded::encode_string(&changed), "not a token");
            }
            // Cut to nothing, it asks for the first page.
            if at > 0 {
                refused(&own(), QUESTION, &Base64UrlUnpadded::encode_string(&bytes[..at]), "not a token");
            }
            let longer = [&bytes[..at], &[0], &bytes[at..]].concat();
            refused(&own(), QUESTION, &Base64UrlUnpadded::encode_string(&longer), "not a token");
        }
        for at in 0..token.len() {
            for other in ['A', 'z', '-', '_', '=', '+', ' ', 'é', '\0'] {
                let changed: String = token.char_indices().map(|(i, c)| if i == at { other } else { c }).collect();
                if changed != token {
                    refused(&own(), QUESTION, &changed, "not a token");
                }
            }
        }
        for other in ["=", "AA==", "AQ", "nonsense", &format!("{token}="), &format!("{token}AAAA"), &token.repeat(2)] {
            refused(&own(), QUESTION, other, "not a token");
        }
    }

    #[test]
    fn a_token_shows_nothing_but_its_length() {
        let seal = |place: &str| own().seal(QUESTION, Some(&at(vec![Kept::Text(place.to_owned())]))).expect("seals");
        let (one, again, other) = (seal("machine-0001"), seal("machine-0001"), seal("machine-0002"));
        assert_ne!(one, again, "the same place twice is not seen to be the same");
        assert_eq!((one.len(), one.len()), (again.len(), other.len()));
        let bytes = Base64UrlUnpadded::decode_vec(&one).expect("is base64");
        for plain in ["machine", "fixture", "ListNics", "vm-1"] {
            assert!(!bytes.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain}");
        }
        assert!(!format!("{:?}", own()).contains("key"), "{:?}", own());
    }

    #[test]
    fn values_of_every_kind_are_places() {
        let values = [
            Kept::Null,
            Kept::Text(String::new()),
            Kept::Text("é😀\u{1}".to_owned()),
            Kept::Int(i64::MIN),
            Kept::Real(-0.5),
            Kept::Blob(vec![0, 255]),
        ];
        for many in [1, values.len()] {
            for some in values.chunks(many) {
                let place = at(some.to_vec());
                let token = own().seal(QUESTION, Some(&place)).expect("seals");
                assert_eq!(own().open(QUESTION, &token).expect("opens"), Some(place));
            }
        }
    }
}
