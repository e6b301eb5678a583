//! The engine: which one this program carries, and what it must be able to do.

use super::refusal::Refusal;

/// The oldest SQLite that the rules here were tested with.
const FLOOR: i32 = 3_053_003;
/// The same, as people write it.
pub(super) const FLOOR_NAME: &str = "3.53.3";

/// Whether this program can encrypt at all.
pub(super) const ENCRYPTS: bool = cfg!(feature = "sqlcipher");

/// Starts the engine, and refuses one that is too old, such as one that another crate brought along.
pub(super) fn check() -> Result<(), Refusal> {
    super::ffi::start();
    if rusqlite::version_number() < FLOOR { Err(Refusal::OldEngine(rusqlite::version())) } else { Ok(()) }
}
