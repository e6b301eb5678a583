//! Update masks: what an update request wants to change.

use prost_types::FieldMask;
use protostore::{Error, Kind, Mask, Merge, Wire};

/// What an update changes: the members that it writes, and the fields that it takes from the request.
pub(crate) struct UpdateMask<R> {
    /// The members of the record that are written.
    pub(crate) members: Mask<R>,
    /// The paths of the fields in the request's message, in numbers.
    pub(crate) paths: Vec<Vec<u32>>,
}

impl<R: Wire> UpdateMask<R> {
    /// Returns the mask of an update, as [AIP-134](https://google.aip.dev/134) has it: without one, the fields that are set
    /// in the message; `*` for all. A path may go into messages, `root_drive.name`.
    ///
    /// # Errors
    /// `Invalid` for a path that names no field, or the key; without a mask, for a message with a field that is not stored.
    pub(crate) fn of(mask: Option<FieldMask>, message: &R::Message) -> Result<Self, Error> {
        match mask {
            Some(FieldMask { paths }) if !paths.is_empty() => {
                Self::parse(&paths).map_err(|error| error.at("update_mask"))
            }
            _ => Self::populated(message),
        }
    }

    fn parse(paths: &[String]) -> Result<Self, Error> {
        if paths.iter().any(|path| path == "*") {
            return Ok(Self { members: Mask::all(), paths: Self::members().into_iter().map(|n| vec![n]).collect() });
        }
        let mut numbers = Vec::new();
        for path in paths {
            match R::TABLE.path(path).filter(|field| path.contains('.') && R::Message::has_path(field.numbers)) {
                Some(field) => numbers.push(field.numbers.to_vec()),
                // A member of the record, which a oneof is as a whole, whichever of its names is given.
                None => {
                    let mask = Mask::<R>::parse([path.as_str()])?;
                    let fields = R::TABLE.fields.iter().enumerate().filter(|(index, _)| mask.has(*index));
                    numbers.extend(fields.flat_map(|(_, field)| field.numbers).map(|number| vec![*number]));
                }
            }
        }
        let members = Mask::parse(paths.iter().filter_map(|path| path.split('.').next()))?;
        Ok(Self { members, paths: numbers })
    }

    fn populated(message: &R::Message) -> Result<Self, Error> {
        let differs = |numbers: &[u32]| {
            let mut taken = R::Message::default();
            let paths = numbers.iter().map(|number| [*number]);
            taken.merge_fields(message, paths).map(|()| taken)
        };
        let stored: Vec<u32> = R::TABLE.fields.iter().flat_map(|field| field.numbers).copied().collect();
        if differs(&stored)? != *message {
            return Err(Error::new(Kind::Invalid, "sets a field that is not stored").in_table(R::TABLE.layout.name));
        }
        let mut paths = Vec::new();
        for number in Self::members() {
            if differs(&[number])? != R::Message::default() {
                paths.push(vec![number]);
            }
        }
        let named = paths.iter().filter_map(|path| R::TABLE.path_of_numbers(path)).map(|field| field.field);
        Ok(Self { members: Mask::parse(named)?, paths })
    }

    /// Returns the numbers of the fields that an update may change.
    fn members() -> Vec<u32> {
        let all = Mask::<R>::all();
        let fields = R::TABLE.fields.iter().enumerate().filter(|(index, _)| all.has(*index));
        fields.flat_map(|(_, field)| field.numbers).copied().collect()
    }
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
        let members = |mask| UpdateMask::<VirtualMachine>::of(mask, &message).unwrap().members;
        assert_eq!(members(None), expected);
        assert_eq!(members(paths(&[])), expected);
        assert_eq!(members(paths(&["*"])), Mask::all());
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
        let mask = UpdateMask::<VirtualMachine>::of(paths(&["mem_size_mb", "tags", "boot"]), &given).unwrap();
        let mut merged = old.clone();
        merged.merge_fields(&given, &mask.paths).unwrap();
        let expected = proto::VirtualMachine { mem_size_mb: 0, tags: Vec::new(), boot: Some(kernel), ..old };
        assert_eq!(merged, expected);
    }

    #[test]
    fn a_path_goes_into_messages() {
        let drive =
            |name: &str, read_only| Some(proto::Drive { name: name.to_owned(), read_only, ..Default::default() });
        let mut machine = proto::VirtualMachine { root_drive: drive("root", true), ..Default::default() };
        let given = proto::VirtualMachine { root_drive: drive("boot", false), ..Default::default() };
        let mask = UpdateMask::<VirtualMachine>::of(paths(&["root_drive.name"]), &given).unwrap();
        assert_eq!(mask.members, Mask::parse(["root_drive"]).unwrap());
        machine.merge_fields(&given, &mask.paths).unwrap();
        assert_eq!(machine.root_drive, drive("boot", true));
    }

    #[test]
    fn a_mask_names_fields_and_not_the_key() {
        for path in ["id", "memory", "", "mem_size_mb.x", "drives.name", "root_drive.x"] {
            let error =
                UpdateMask::<VirtualMachine>::of(paths(&[path]), &proto::VirtualMachine::default()).err().unwrap();
            assert_eq!(error.kind(), Kind::Invalid, "{path}");
        }
    }
}
