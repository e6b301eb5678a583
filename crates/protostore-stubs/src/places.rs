//! Gives each item of a file a place, since prost panics at one that has none, as in a file that lost a message.

use std::collections::BTreeSet;

use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, ServiceDescriptorProto};

/// Adds an empty place for each message, field, oneof, enum, value, service and method that has none.
///
/// A file without any places has no comments, and is left alone.
pub(crate) fn complete(file: &mut FileDescriptorProto) {
    let paths = items(4, &file.message_type, message).chain(items(5, &file.enum_type, enumeration));
    let paths: BTreeSet<_> = paths.chain(items(6, &file.service, service)).collect();
    let Some(info) = &mut file.source_code_info else { return };
    let known: BTreeSet<_> = info.location.iter().map(|location| location.path.clone()).collect();
    let missing = paths.into_iter().filter(|path| !known.contains(path));
    info.location.extend(missing.map(|path| Location { path, ..Default::default() }));
}

/// Returns the paths of a list of items and of what is in them, below the number of the list's field.
fn items<'a, T>(
    number: i32,
    items: &'a [T],
    inner: impl Fn(&T) -> Vec<Vec<i32>> + 'a,
) -> impl Iterator<Item = Vec<i32>> + 'a {
    (0..).zip(items).flat_map(move |(index, item)| {
        let below = inner(item).into_iter().map(move |path| [vec![number, index], path].concat());
        std::iter::once(vec![number, index]).chain(below).collect::<Vec<_>>()
    })
}

fn leaf<T>(_: &T) -> Vec<Vec<i32>> {
    Vec::new()
}

fn message(message: &DescriptorProto) -> Vec<Vec<i32>> {
    let own = items(2, &message.field, leaf).chain(items(8, &message.oneof_decl, leaf));
    let types = items(3, &message.nested_type, self::message).chain(items(4, &message.enum_type, enumeration));
    own.chain(types).collect()
}

fn enumeration(enumeration: &EnumDescriptorProto) -> Vec<Vec<i32>> {
    items(2, &enumeration.value, leaf).collect()
}

fn service(service: &ServiceDescriptorProto) -> Vec<Vec<i32>> {
    items(2, &service.method, leaf).collect()
}
