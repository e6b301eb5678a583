//! For tests of what runs over a store: an engine that goes wrong as a server does, files of old versions, and what a store does
//! to names of files.

pub use crate::sqlite::old::{Became, Kept, Old, Read, read};
pub use crate::sqlite::open::{NameStep, watch_names};
pub use crate::sqlite::strict::{Strict, StrictOptions};
