//! What `google.api.field_behavior` leaves out of requests and responses.

/// A message of which requests and responses leave fields out, at every depth: in messages, in elements of lists and
/// maps, in members of oneofs, and in messages that are stored as one value.
///
/// Generated code implements it for the message of each record, and for the messages in it that have such fields.
/// `Crate` is the generated crate that does, as [`Merge`](crate::Merge) explains.
pub trait FieldBehavior<Crate = ()> {
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

/// A message that contains itself.
impl<Crate, M: FieldBehavior<Crate>> FieldBehavior<Crate> for Box<M> {
    const OUTPUT_ONLY: &'static [&'static str] = M::OUTPUT_ONLY;
    const INPUT_ONLY: &'static [&'static str] = M::INPUT_ONLY;

    fn clear_output_only(&mut self) {
        (**self).clear_output_only();
    }

    fn clear_input_only(&mut self) {
        (**self).clear_input_only();
    }

    fn keep_output_only(&mut self, stored: &Self) {
        (**self).keep_output_only(stored);
    }
}
