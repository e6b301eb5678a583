//! Update masks: what an update request wants to change.

use std::collections::BTreeSet;

use prost::Message;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use prost_types::{DescriptorProto, FieldMask, FileDescriptorSet};
use protostore::{Error, Kind, Mask, Record};

/// Returns the mask of an update, as [AIP-134](https://google.aip.dev/134) has it: without one, the fields that are set
/// in the message; `*` for all.
///
/// # Errors
/// `Invalid` for a path that names no field, or the key.
pub(crate) fn of<R: Record>(mask: Option<FieldMask>, message: &impl Message) -> Result<Mask<R>, Error> {
    let paths = match mask {
        Some(FieldMask { paths }) if !paths.is_empty() => paths,
        _ => populated::<R>(message)?,
    };
    Mask::parse(paths.iter().map(String::as_str)).map_err(|error| error.at("update_mask"))
}

/// Returns the names of the fields that are set, without the key's.
///
/// Prost tells no names, so the message is encoded, and its descriptor says what the numbers are called.
fn populated<R: Record>(message: &impl Message) -> Result<Vec<String>, Error> {
    let broken = |error| Error::new(Kind::Engine, "the descriptors cannot be read").because(error);
    let set = numbers(&message.encode_to_vec()).map_err(broken)?;
    let files = FileDescriptorSet::decode(aurae::SCHEMA.descriptors).map_err(broken)?;
    let Some(record) = descriptor(&files, R::TABLE.record) else { return Ok(Vec::new()) };
    let names = record.field.iter().filter(|field| set.contains(&field.number())).map(|field| field.name());
    Ok(names.filter(|name| !R::TABLE.key.contains(name)).map(str::to_owned).collect())
}

/// Returns the numbers of the fields that stand in an encoded message.
fn numbers(encoded: &[u8]) -> Result<BTreeSet<i32>, prost::DecodeError> {
    let mut numbers = BTreeSet::new();
    let mut rest = encoded;
    while !rest.is_empty() {
        let (number, wire) = decode_key(&mut rest)?;
        skip_field(wire, number, &mut rest, DecodeContext::default())?;
        numbers.extend(i32::try_from(number));
    }
    Ok(numbers)
}

/// Finds a message at the top of a file.
fn descriptor<'a>(files: &'a FileDescriptorSet, name: &str) -> Option<&'a DescriptorProto> {
    files.file.iter().find_map(|file| {
        let name = name.strip_prefix(file.package())?.strip_prefix('.')?;
        file.message_type.iter().find(|message| message.name() == name)
    })
}

#[cfg(test)]
mod tests {
    use aurae::VirtualMachine;
    use aurae::proto::aurae::vms::v0 as proto;

    use super::*;

    fn paths(paths: &[&str]) -> Option<FieldMask> {
        Some(FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() })
    }

    #[test]
    fn without_a_mask_the_fields_that_are_set_are_meant() {
        let message = proto::VirtualMachine {
            id: "vm-1".to_owned(),
            mem_size_mb: 512,
            boot: Some(proto::virtual_machine::Boot::FirmwarePath(String::new())),
            root_drive: Some(proto::Drive::default()),
            ..Default::default()
        };
        let expected = Mask::<VirtualMachine>::parse(["mem_size_mb", "boot", "root_drive"]).unwrap();
        assert_eq!(of::<VirtualMachine>(None, &message).unwrap(), expected);
        assert_eq!(of::<VirtualMachine>(paths(&[]), &message).unwrap(), expected);
        assert_eq!(of::<VirtualMachine>(paths(&["*"]), &message).unwrap(), Mask::all());
    }

    #[test]
    fn a_mask_names_fields_and_not_the_key() {
        for path in ["id", "memory", "", "mem_size_mb.x"] {
            let error = of::<VirtualMachine>(paths(&[path]), &proto::VirtualMachine::default()).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{path}");
        }
    }
}
