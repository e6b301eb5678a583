//! What an open store knows about itself, whatever its engine.

use std::time::SystemTime;

use crate::engine::Engine;
use crate::sqlite::Sqlite;

/// What an open store knows about itself, at the moment that it was asked.
///
/// ```
/// # fn show(store: &protostore::Store) {
/// let info = store.info();
/// println!("{} {} in {}", info.store, info.semver, info.engine.path.display());
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Info<E: Engine = Sqlite> {
    /// The full name of the store message.
    pub store: &'static str,
    /// The version of the schema in the database.
    pub version: u32,
    /// The same as a semantic version.
    pub semver: &'static str,
    /// The version of the rules that map protobuf onto SQL.
    pub mapping: u32,
    /// The sequence of the newest commit; see [`Committed`](crate::Committed).
    pub sequence: u64,
    /// When the database was made.
    pub created: SystemTime,
    /// What the engine knows: of SQLite, [`SqliteInfo`](crate::SqliteInfo).
    pub engine: E::Info,
}
