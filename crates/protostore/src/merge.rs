//! Writing some fields of a message into another, by the numbers of the fields.

use crate::error::{Error, Result};

/// A message of which fields are written into another, by paths of field numbers: generated for each message of a store.
///
/// A path selects what a `google.protobuf.FieldMask` does in words, as [AIP-134](https://google.aip.dev/134) and
/// [AIP-161](https://google.aip.dev/161) have it:
///
/// - `[]` is the whole message, `*`;
/// - `[6]` is field 6: a message, a list and a map are replaced as a whole, and what is unset there becomes unset here;
/// - `[6, 2]` is field 2 of the message in field 6, and the rest of that message stays. Where the message is unset here, it is
///   set; where it is unset there, the field becomes unset here; where it is unset on both sides, it stays so;
/// - nothing is inside a list or a map.
///
/// ```
/// use protostore::Merge;
///
/// /// Takes over the fields that a request names.
/// fn update<M: Merge>(stored: &M, request: &M, paths: &[Vec<u32>]) -> protostore::Result<M> {
///     let mut merged = stored.clone();
///     merged.merge_fields(request, paths)?;
///     Ok(merged)
/// }
/// ```
///
/// `Crate` is the generated crate that says what the fields are. It is `()` where that crate declares all of its messages;
/// where it takes some from another crate (`extern_path`), it is [`Wire::Crate`](crate::Wire::Crate), so that two stores
/// can share a message that neither declares.
pub trait Merge<Crate = ()>: Clone + Default {
    /// Returns whether there is a field at the path.
    fn has_path(path: &[u32]) -> bool;

    /// Writes the field at a path that is there.
    #[doc(hidden)]
    fn write_path(&mut self, from: &Self, path: &[u32]);

    /// Writes the fields at these paths of another message into this one, in any order and each once.
    ///
    /// # Errors
    /// `Invalid` where there is no field at a path; then nothing is written.
    fn merge_fields<P: AsRef<[u32]>>(&mut self, from: &Self, paths: impl IntoIterator<Item = P>) -> Result<()> {
        let paths: Vec<P> = paths.into_iter().collect();
        if let Some(unknown) = paths.iter().find(|path| !Self::has_path(path.as_ref())) {
            let path: Vec<String> = unknown.as_ref().iter().map(u32::to_string).collect();
            return Err(Error::invalid(path.join("."), "is no path of field numbers of the message"));
        }
        paths.iter().for_each(|path| self.write_path(from, path.as_ref()));
        Ok(())
    }
}

/// A message that contains itself.
impl<Crate, M: Merge<Crate>> Merge<Crate> for Box<M> {
    fn has_path(path: &[u32]) -> bool {
        M::has_path(path)
    }

    fn write_path(&mut self, from: &Self, path: &[u32]) {
        (**self).write_path(from, path);
    }
}

/// `google.protobuf.Empty`.
impl<Crate> Merge<Crate> for () {
    fn has_path(path: &[u32]) -> bool {
        path.is_empty()
    }

    fn write_path(&mut self, (): &Self, _path: &[u32]) {}
}

/// A wrapper, `google.protobuf.StringValue`, which prost has as its value.
macro_rules! wrapper {
    ($($value:ty),*) => {$(
        impl<Crate> Merge<Crate> for $value {
            fn has_path(path: &[u32]) -> bool {
                matches!(path, [] | [1])
            }

            fn write_path(&mut self, from: &Self, _path: &[u32]) {
                self.clone_from(from);
            }
        }
    )*};
}

wrapper!(bool, i32, i64, u32, u64, f32, f64, String, Vec<u8>);

#[cfg(feature = "prost")]
crate::__merge! {
    in every crate;
    prost_types::Any { fields 1 type_url, 2 value; }
    prost_types::Duration { fields 1 seconds, 2 nanos; }
    prost_types::FieldMask { fields 1 paths; }
    prost_types::ListValue { fields 1 values; }
    prost_types::Struct { fields 1 fields; }
    prost_types::Timestamp { fields 1 seconds, 2 nanos; }
    prost_types::Value {
        oneof kind prost_types::value::Kind {
            fields 1 NullValue, 2 NumberValue, 3 StringValue, 4 BoolValue;
            messages 5 StructValue, 6 ListValue;
        }
    }
}
