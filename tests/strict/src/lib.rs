//! Generated stores over an engine that goes wrong as a server does.

use life::Store;
use protostore::Options;
use protostore::testing::Strict;

/// Makes an empty store of `life`, which has every life that a row can have; its writes fail once they have begun, or do
/// not.
///
/// # Errors
/// Where the tables cannot be made.
pub fn life(failing_writes: bool) -> protostore::Result<Store<Strict>> {
    let options = Options::<Strict>::default().failing_writes(failing_writes);
    options.open_test(&life::SCHEMA).map(Store::from)
}
