#![doc = include_str!("../README.md")]

/// How the generated crate says that its store is opened.
#[cfg(doctest)]
#[doc = include_str!("../../../generated/autoinstall/README.md")]
struct Generated;
