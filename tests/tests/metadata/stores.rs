//! Every store whose generated crate is in the repository.

use protostore::Schema;

/// The schemas, by their crates.
pub(crate) static STORES: &[&Schema] = &[
    &aurae::SCHEMA,
    &autoinstall::SCHEMA,
    &froyo::SCHEMA,
    &gantry::SCHEMA,
    &mesh::SCHEMA,
    &life::SCHEMA,
    &rules::SCHEMA,
    &shapes::SCHEMA,
    &words::SCHEMA,
];
