//! For tests of what runs over a store: an engine that goes wrong as a server does, and files of old versions.

pub use crate::sqlite::old::{Became, Kept, Old, Read, read};
pub use crate::sqlite::strict::{Strict, StrictOptions};
