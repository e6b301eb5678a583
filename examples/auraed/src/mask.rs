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
    let encoded = message.encode_to_vec();
    let set: BTreeSet<u32> = fields(&encoded).map_err(broken)?.into_iter().map(|(number, _)| number).collect();
    let names = names::<R>()?.into_iter().filter(|(number, _)| set.contains(number)).map(|(_, name)| name);
    Ok(names.filter(|name| !R::TABLE.key.contains(&name.as_str())).collect())
}

/// The fields of a message that a mask names, by number.
#[derive(Clone, Debug)]
pub(crate) struct Named(BTreeSet<u32>);

impl Named {
    /// Returns the fields that a mask of a record names.
    ///
    /// # Errors
    /// Where the descriptors cannot be read.
    pub(crate) fn of<R: Record>(mask: &Mask<R>) -> Result<Self, Error> {
        let indexed = R::TABLE.fields.iter().enumerate();
        let paths: Vec<&str> = indexed.filter(|(i, _)| mask.has(*i)).flat_map(|(_, f)| f.paths).copied().collect();
        let named = names::<R>()?.into_iter().filter(|(_, name)| paths.contains(&name.as_str()));
        Ok(Self(named.map(|(number, _)| number).collect()))
    }

    /// Returns `old` with the named fields as `given` has them.
    ///
    /// A record is made of the whole: what is REQUIRED and not named may be missing in `given`.
    ///
    /// # Errors
    /// Where what was encoded cannot be decoded.
    pub(crate) fn merged<M: Message + Default>(&self, old: &M, given: &M) -> Result<M, Error> {
        let (old, given) = (old.encode_to_vec(), given.encode_to_vec());
        let kept = fields(&old).map_err(broken)?.into_iter().filter(|(number, _)| !self.0.contains(number));
        let taken = fields(&given).map_err(broken)?.into_iter().filter(|(number, _)| self.0.contains(number));
        let merged: Vec<u8> = kept.chain(taken).flat_map(|(_, bytes)| bytes).copied().collect();
        M::decode(&merged[..]).map_err(broken)
    }
}

fn broken(error: prost::DecodeError) -> Error {
    Error::new(Kind::Engine, "the descriptors or a message cannot be read").because(error)
}

/// Returns the numbers and names of the fields of a record's message.
fn names<R: Record>() -> Result<Vec<(u32, String)>, Error> {
    let files = FileDescriptorSet::decode(aurae::SCHEMA.descriptors).map_err(broken)?;
    let fields = descriptor(&files, R::TABLE.record).map_or(&[][..], |message| &message.field);
    Ok(fields.iter().map(|field| (field.number().unsigned_abs(), field.name().to_owned())).collect())
}

/// Returns the fields that stand in an encoded message, each with its bytes.
fn fields(encoded: &[u8]) -> Result<Vec<(u32, &[u8])>, prost::DecodeError> {
    let mut fields = Vec::new();
    let mut rest = encoded;
    while !rest.is_empty() {
        let whole = rest;
        let (number, wire) = decode_key(&mut rest)?;
        skip_field(wire, number, &mut rest, DecodeContext::default())?;
        fields.push((number, &whole[..whole.len() - rest.len()]));
    }
    Ok(fields)
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
    fn what_is_not_named_is_taken_from_the_record() {
        let old = proto::VirtualMachine {
            id: "vm-1".to_owned(),
            mem_size_mb: 512,
            vcpu_count: 2,
            tags: vec!["web".to_owned(), "blue".to_owned()],
            boot: Some(proto::virtual_machine::Boot::FirmwarePath("/firmware".to_owned())),
            ..Default::default()
        };
        let kernel = proto::virtual_machine::Boot::Kernel(proto::KernelBoot::default());
        let given = proto::VirtualMachine { vcpu_count: 64, boot: Some(kernel.clone()), ..Default::default() };
        let named = Named::of(&Mask::<VirtualMachine>::parse(["mem_size_mb", "tags", "boot"]).unwrap()).unwrap();
        let expected = proto::VirtualMachine { mem_size_mb: 0, tags: Vec::new(), boot: Some(kernel), ..old.clone() };
        assert_eq!(named.merged(&old, &given).unwrap(), expected);
    }

    #[test]
    fn a_mask_names_fields_and_not_the_key() {
        for path in ["id", "memory", "", "mem_size_mb.x"] {
            let error = of::<VirtualMachine>(paths(&[path]), &proto::VirtualMachine::default()).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{path}");
        }
    }
}
