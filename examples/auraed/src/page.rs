//! Pages: from the fields of a list request to a place in a table, and back to a token.

use protostore::{Bind, ListBy, PageOf, Record};
use tonic::Status;

use crate::tokens::{self, Tokens};

/// Rows of a page where the request leaves it open.
const DEFAULT: usize = 50;

/// The most rows of a page; a request for more gets this many.
const MOST: usize = 1000;

/// A key that a page token can carry.
pub(crate) trait Place: Sized {
    /// Returns its parts.
    fn parts(&self) -> Vec<&str>;
    /// Puts the parts together again.
    fn from_parts(parts: Vec<String>) -> Option<Self>;
}

impl Place for String {
    fn parts(&self) -> Vec<&str> {
        vec![self]
    }

    fn from_parts(parts: Vec<String>) -> Option<Self> {
        let [part] = parts.try_into().ok()?;
        Some(part)
    }
}

impl Place for (String, String) {
    fn parts(&self) -> Vec<&str> {
        vec![&self.0, &self.1]
    }

    fn from_parts(parts: Vec<String>) -> Option<Self> {
        let [first, second] = parts.try_into().ok()?;
        Some((first, second))
    }
}

/// A page that was asked for.
pub(crate) struct Page<'a, K> {
    seal: &'a Tokens,
    question: Vec<&'a str>,
    /// The key to go on after; none for the first page.
    pub(crate) after: Option<K>,
    /// Rows to return.
    pub(crate) size: usize,
}

impl<'a, K: Place> Page<'a, K> {
    /// Reads `page_size` and `page_token`. The question is the method and what else the request says: a token is good
    /// for that question only, whatever the size.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a negative size and for a token that does not belong to the question.
    pub(crate) fn of(seal: &'a Tokens, question: Vec<&'a str>, size: i32, token: &str) -> Result<Self, Status> {
        let size = match usize::try_from(size) {
            Ok(0) => DEFAULT,
            Ok(size) => size.min(MOST),
            Err(_) => return Err(Status::invalid_argument("page_size: must not be negative")),
        };
        let after = match token {
            "" => None,
            token => Some(K::from_parts(seal.open(&question, token)?).ok_or_else(tokens::refused)?),
        };
        Ok(Self { seal, question, after, size })
    }

    /// Narrows a list to the page.
    pub(crate) fn list<R, P>(&self, list: ListBy<R, P>) -> ListBy<R, P>
    where
        R: Record<Key = K>,
        P: Bind + Send + Sync,
        K: Clone,
    {
        list.after(self.after.clone()).size(self.size)
    }

    /// Returns the page's records as messages, and the token for the next page.
    pub(crate) fn answer<R: Record<Key = K>, M: From<R>>(&self, page: PageOf<R>) -> (Vec<M>, String) {
        let token = page.next.map_or_else(String::new, |next| self.seal.seal(&self.question, &next.parts()));
        (page.records.into_iter().map(M::from).collect(), token)
    }
}
