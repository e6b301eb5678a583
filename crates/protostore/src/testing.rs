//! For tests of what runs over a store: an engine that goes wrong as a server does.

pub use crate::sqlite::strict::{Strict, StrictOptions};
