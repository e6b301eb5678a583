//! Records in the requests and responses of a service: what `google.api.field_behavior` leaves out of them.
//!
//! `From` and `TryFrom` stay exact; these functions are apart from them.

use super::Record;
use crate::error::{Error, Result};

/// A message of which requests and responses leave fields out, at every depth: in messages, in elements of lists and
/// maps, in members of oneofs, and in messages that are stored as one value.
///
/// Generated code implements it for the message of each record, and for the messages in it that have such fields.
pub trait FieldBehavior {
    /// The fields of the message itself that are OUTPUT_ONLY: the service gives them.
    const OUTPUT_ONLY: &'static [&'static str] = &[];
    /// The fields of the message itself that are INPUT_ONLY: no response has them.
    const INPUT_ONLY: &'static [&'static str] = &[];

    /// Unsets what is OUTPUT_ONLY, at every depth.
    fn clear_output_only(&mut self) {}

    /// Unsets what is INPUT_ONLY, at every depth.
    fn clear_input_only(&mut self) {}

    /// Gives what is OUTPUT_ONLY the value that it has in the message that is stored, at every depth.
    ///
    /// An entry of a map is known by its key. An element of a list is not known again, so what is OUTPUT_ONLY in it is
    /// unset; where a service keeps such values, it takes them over itself.
    fn keep_output_only(&mut self, _stored: &Self)
    where
        Self: Sized,
    {
    }
}

/// A record as the API of a service has it.
///
/// ```
/// # use protostore::{Error, FieldBehavior, Resource};
/// fn create<R>(message: R::Message) -> protostore::Result<R>
/// where
///     R: Resource + TryFrom<R::Message, Error = Error>,
///     R::Message: FieldBehavior,
/// {
///     R::from_request(message)
/// }
/// ```
pub trait Resource: Record {
    /// The message of the API.
    type Message;

    /// Makes a record of a request's message, and leaves out what is OUTPUT_ONLY, as
    /// [AIP-203](https://google.aip.dev/203#output-only) has it.
    ///
    /// What the store makes is unset then: a key with `generated`, `CREATE_TIME` and `UPDATE_TIME`. A key or a revision
    /// that is OUTPUT_ONLY is left out too; an update takes it from the request's other fields, or from the message
    /// before.
    ///
    /// # Errors
    /// `Invalid`, as `TryFrom` says it of what is left.
    fn from_request(mut message: Self::Message) -> Result<Self>
    where
        Self: TryFrom<Self::Message, Error = Error>,
        Self::Message: FieldBehavior,
    {
        message.clear_output_only();
        Self::try_from(message)
    }

    /// Makes the message of a response, and leaves out what is INPUT_ONLY, such as a password.
    fn into_response(self) -> Self::Message
    where
        Self::Message: FieldBehavior + From<Self>,
    {
        let mut message = Self::Message::from(self);
        message.clear_input_only();
        message
    }
}
