//! The chain of hashes of an append-only table: each row holds a hash over the one before and its own record.

use sha2::{Digest, Sha256};

use super::Record;
use crate::error::{Error, Result};
use crate::ops::{Verified, Verify};
use crate::schema::Stmt;
use crate::session::Session;
use crate::sqlite::Sqlite;
use crate::store::View;
use crate::value::{Decode, Row};

/// How the hash of a row is reached and made.
pub struct Chain<R: Record> {
    /// The path of the field that holds the hash.
    pub field: &'static str,
    /// Reads the number and the hash of the last row.
    pub last: Stmt,
    /// Returns the number of a record, where it has one.
    pub number: fn(&R) -> Option<i64>,
    /// Returns the key of a number, unless it is too large for one.
    pub key: fn(i64) -> Option<R::Key>,
    /// Returns the hash of a record; empty where it has none.
    pub hash: fn(&R) -> &[u8],
    /// Puts the hash in.
    pub set: fn(&mut R, Vec<u8>),
    /// Returns the protobuf encoding of a record without its hash.
    pub encode: fn(&R) -> Vec<u8>,
}

/// How the chain of a table is verified that is known by its data.
#[derive(Clone, Copy, Debug)]
pub struct ChainOf {
    /// The table.
    pub table: &'static str,
    /// Verifies the rows after one that was verified before, or all of them.
    pub verify: fn(&mut View<'_, Sqlite>, Option<Link>) -> Result<Verified>,
}

/// Returns how the chain of a record's table is verified.
#[must_use]
pub const fn chain_of<R: Chained>() -> ChainOf {
    ChainOf {
        table: R::TABLE.layout.name,
        verify: |view, after| view.run(after.map_or_else(Verify::<R>::new, Verify::after)),
    }
}

/// A record whose table has a `hash_chain`.
pub trait Chained: Record {}

/// A row of a chain: its number, and the hash over it and everything before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of the row.
    pub number: i64,
    /// SHA-256, 32 bytes.
    pub hash: Vec<u8>,
}

impl Decode for Link {
    fn decode<R: Row>(r: &mut R) -> Result<Self> {
        Ok(Self { number: r.take()?, hash: r.take()? })
    }
}

/// Returns what is in place of a hash before the first row of a table: SHA-256 of `protostore.v1.hash_chain/<number>`,
/// with the number of the table.
#[must_use]
pub fn chain_origin(table: u32) -> Vec<u8> {
    Sha256::digest(format!("protostore.v1.hash_chain/{table}")).to_vec()
}

/// Returns the hash of a row: SHA-256 of the hash before it, and of its record's encoding without its own.
#[must_use]
pub fn chain_hash(before: &[u8], encoding: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(before).chain_update(encoding).finalize().to_vec()
}

impl<R: Record> Chain<R> {
    /// Returns the hash that a record must have after this one.
    pub(crate) fn hash_after(&self, before: &[u8], record: &R) -> Vec<u8> {
        chain_hash(before, &(self.encode)(record))
    }
}

/// Links a record, which has its number already, to the last row of its table.
pub(crate) async fn link<R: Record, S: Session>(s: &mut S, record: &mut R) -> Result<()> {
    let Some(chain) = R::CHAIN else { return Ok(()) };
    let refused = |e: Error| Err(e.in_table(R::TABLE.layout.name));
    if !(chain.hash)(record).is_empty() {
        return refused(Error::invalid(chain.field, "is made by the store: leave it unset"));
    }
    let last: Option<Link> = s.one(&chain.last, &()).await.map_err(|e| e.explained(&R::TABLE.layout))?;
    let before = match last {
        None => chain_origin(R::TABLE.number),
        Some(last) if (chain.number)(record) > Some(last.number) => last.hash,
        Some(last) => {
            let key = R::TABLE.columns().iter().find(|column| [column.name] == R::TABLE.key).map(|column| column.field);
            let why = format!("is not after {}, the last row of the chain", last.number);
            return refused(Error::invalid(key.unwrap_or_default(), why));
        }
    };
    (chain.set)(record, chain.hash_after(&before, record));
    Ok(())
}
