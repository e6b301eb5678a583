//! An engine for tests: SQLite that goes wrong as a server does, and the suite of the run time over it.
//!
//! After an error it rejects every statement until the part around or the transaction is undone, it says of a constraint no
//! more than its name, and it can fail any write that has begun with the error that asks for the whole to be run again.

mod engine;
mod named;
#[cfg(test)]
mod rejecting;
#[cfg(test)]
mod repeating;
mod session;
#[cfg(test)]
mod suite;

pub use engine::{Strict, StrictOptions};
