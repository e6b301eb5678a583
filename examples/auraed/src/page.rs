//! Pages: from the fields of a list request to a place in a table, and back to a token.

use protostore::{Bind, Cursor, ListBy, PageTokens, Record};
use tonic::Status;

/// Rows of a page where the request leaves it open.
const DEFAULT: usize = 50;

/// The most rows of a page; a request for more gets this many.
const MOST: usize = 1000;

/// A page that was asked for.
pub(crate) struct Page<'a, R> {
    tokens: &'a PageTokens,
    question: Vec<&'a str>,
    after: Option<Cursor<R>>,
    size: usize,
}

impl<'a, R: Record> Page<'a, R> {
    /// Reads `page_size` and `page_token`. The question is the method and what else the request says: a token is good
    /// for that question only, whatever the size.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a negative size and for a token that does not belong to the question.
    pub(crate) fn of(tokens: &'a PageTokens, question: Vec<&'a str>, size: i32, token: &str) -> Result<Self, Status> {
        let size = match usize::try_from(size) {
            Ok(0) => DEFAULT,
            Ok(size) => size.min(MOST),
            Err(_) => return Err(Status::invalid_argument("page_size: must not be negative")),
        };
        Ok(Self { after: tokens.open(&question, token)?, tokens, question, size })
    }

    /// Returns the operation that reads the page of all records.
    pub(crate) fn all(&self) -> protostore::Page<R> {
        protostore::Page { after: self.after.clone(), size: self.size }
    }

    /// Narrows a list to the page.
    pub(crate) fn list<P: Bind + Send + Sync>(&self, list: ListBy<R, P>) -> ListBy<R, P> {
        list.after(self.after.clone()).size(self.size)
    }

    /// Returns the token of the next page, which begins after that place; empty where there is none.
    pub(crate) fn token(&self, next: Option<&Cursor<R>>) -> Result<String, Status> {
        Ok(self.tokens.seal(&self.question, next)?)
    }
}
