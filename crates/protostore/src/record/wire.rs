//! Records as the messages of an API: what ties the two.
//!
//! `From` and `TryFrom` are exact; what leaves something out is apart from them.

use std::fmt::Debug;

use prost::Message;

use super::Record;
use crate::error::{Error, Result};
use crate::merge::Merge;
use crate::record::FieldBehavior;

/// A record that is tied to its message: generated for each record.
///
/// A function over records and messages asks for nothing else:
///
/// ```
/// use protostore::{FieldBehavior, Merge, Result, Wire};
///
/// /// Returns a record with the fields that a request names.
/// fn updated<R: Wire>(stored: R, mut request: R::Message, paths: &[Vec<u32>]) -> Result<R> {
///     request.clear_output_only();
///     let mut message = stored.into_message();
///     message.merge_fields(&request, paths)?;
///     R::from_message(message)
/// }
/// ```
pub trait Wire: Record {
    /// The generated crate of the record, where another crate declares messages of it; else `()`.
    type Crate;

    /// The message of the API.
    type Message: From<Self>
        + TryInto<Self, Error = Error>
        + FieldBehavior<Self::Crate>
        + Merge<Self::Crate>
        + Message
        + Clone
        + Debug
        + PartialEq
        + Send
        + Sync
        + 'static;

    /// Makes the message that says the same.
    fn into_message(self) -> Self::Message {
        self.into()
    }

    /// Makes the record that says the same as a message.
    ///
    /// # Errors
    /// `Invalid` where no record can say it: something is missing that must be set, or set that is not stored.
    fn from_message(message: Self::Message) -> Result<Self> {
        message.try_into()
    }

    /// Makes a record of a request's message, and leaves out what is OUTPUT_ONLY, as
    /// [AIP-203](https://google.aip.dev/203#output-only) has it.
    ///
    /// What the store makes is unset then: a key with `generated`, `CREATE_TIME` and `UPDATE_TIME`. A key or a revision
    /// that is OUTPUT_ONLY is left out too; an update takes it from the request's other fields, or from the message
    /// before.
    ///
    /// # Errors
    /// `Invalid`, as [`Wire::from_message`] says it of what is left.
    fn from_request(mut message: Self::Message) -> Result<Self> {
        message.clear_output_only();
        Self::from_message(message)
    }

    /// Makes the message of a response, and leaves out what is INPUT_ONLY, such as a password.
    fn into_response(self) -> Self::Message {
        let mut message = self.into_message();
        message.clear_input_only();
        message
    }
}
