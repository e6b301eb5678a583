//! A message in one column, as protobuf encodes it.

use prost::Message;

use crate::error::{Kind, Result};
use crate::value::{Bad, Bind, Binder, Cell, Look, Value};

/// A message as its protobuf bytes: exact, compact, opaque. An `Any` is kept as it is, type URL included.
///
/// Order is not kept. Equal messages have equal bytes, as long as their maps are `BTreeMap`s, as in generated code. It is
/// bound as `Encoded(&message)` and read as `Encoded<M>`; fields that `M` does not know are dropped then, as prost does.
///
/// A message nested more than 100 deep is refused with [`Kind::Invalid`], because prost does not decode it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Encoded<M>(pub M);

/// Returns a message of which `set` sets one field: the encoding of a repeated field alone.
pub fn only<M: Default>(set: impl FnOnce(&mut M)) -> M {
    let mut message = M::default();
    set(&mut message);
    message
}

/// Returns whether prost would not decode the bytes of a message again.
pub(super) fn is_too_deep<M: Message + Default>(bytes: &[u8]) -> bool {
    bytes.len() > SHALLOW && M::decode(bytes).is_err()
}

/// The longest encoding that cannot be nested too deep: each of 101 messages takes a tag and a length at least.
const SHALLOW: usize = 201;

impl<M: Message + Default> Bind for Encoded<&M> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        let bytes = self.0.encode_to_vec();
        if is_too_deep::<M>(&bytes) {
            return Err(b.refuse(Kind::Invalid, Look::DEEP_MESSAGE));
        }
        b.blob(&bytes)
    }
}

impl<M: Message + Default> Value for Encoded<M> {
    fn read(c: Cell<'_>) -> Result<Self, Bad> {
        match c {
            Cell::Blob(bytes) => M::decode(bytes).map(Self).map_err(|_| Bad::Range),
            Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Text(_) => Err(Bad::Type),
        }
    }
}
