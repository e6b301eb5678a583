//! The forms of single values, through a real STRICT table: what goes in comes out bit for bit, order is kept where it is
//! promised, and what is refused is refused in the documented words.

#[cfg(feature = "prost")]
mod documents;
#[cfg(feature = "prost")]
mod messages;
mod numbers;
mod record;
mod table;
mod texts;
mod times;

use fastrand::Rng;
use protostore::Kind;
use protostore::generated::{Bad, Cell, Value};

/// Values drawn in one property; `PROTOSTORE_CASES` asks for more.
fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").ok().map_or(2_000, |n| n.parse().expect("PROTOSTORE_CASES is a number"))
}

/// A source of values; a failed test prints the seed, and `PROTOSTORE_SEED` repeats it.
#[allow(clippy::print_stderr)] // the test harness shows it where the test fails
fn rng() -> Rng {
    let given = std::env::var("PROTOSTORE_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |n| n.parse().expect("PROTOSTORE_SEED is a number"));
    eprintln!("PROTOSTORE_SEED={seed}");
    Rng::with_seed(seed)
}

/// Draws an integer of a random width, so that small ones and both ends come as often as those between.
fn wide(rng: &mut Rng) -> i64 {
    rng.i64(..) >> rng.u32(0..64)
}

/// Why a cell is not a `T`.
fn bad<T: Value>(cell: Cell<'_>) -> Option<Bad> {
    T::read(cell).err()
}

/// The kind and the words of a refusal.
fn refusal(refused: protostore::Result<()>) -> (Kind, String) {
    let error = refused.expect_err("the value is refused");
    (error.kind(), error.message().to_owned())
}
