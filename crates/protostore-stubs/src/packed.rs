//! Says of each repeated field that it is packed where proto3 has it so: prost forgets it of a field with any option.

use prost_types::field_descriptor_proto::Label;
use prost_types::{DescriptorProto, FileDescriptorProto};

/// Completes the options of the fields of a proto3 file.
pub(crate) fn complete(file: &mut FileDescriptorProto) {
    if file.syntax() == "proto3" {
        file.message_type.iter_mut().for_each(message);
    }
}

fn message(message: &mut DescriptorProto) {
    let repeated = message.field.iter_mut().filter(|field| field.label() == Label::Repeated);
    for options in repeated.filter_map(|field| field.options.as_mut()) {
        options.packed.get_or_insert(true);
    }
    message.nested_type.iter_mut().for_each(self::message);
}
