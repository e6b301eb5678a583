//! JSON to protobuf's bytes, in the order in which prost writes them.

use super::scalar::{self, Owned};
use super::tree::Tree;
use super::{Enum, Field, Kind, Message, Shape, any, known};

/// Returns the bytes of a message, or nothing where the tree is not one that was written.
pub(super) fn bytes(kind: Kind, tree: &Tree) -> Option<Vec<u8>> {
    match value(kind, tree)? {
        Owned::Bytes(bytes) => Some(bytes),
        Owned::Varint(_) | Owned::Fixed64(_) | Owned::Fixed32(_) | Owned::Group(_) => None,
    }
}

/// Returns the bytes of a message with all of a repeated field alone.
pub(super) fn all(of: &Field, tree: &Tree) -> Option<Vec<u8>> {
    let mut to = Vec::new();
    field(of, tree, &mut to)?;
    Some(to)
}

/// Returns the bytes of a message from the members of an object.
pub(super) fn message<'t>(of: &Message, members: impl Iterator<Item = &'t (String, Tree)>) -> Option<Vec<u8>> {
    let mut set: Vec<(&Field, &Tree)> = Vec::new();
    for (name, tree) in members {
        let named = |field: &&Field| field.name == name || field.others.contains(&name.as_str());
        let field = of.fields.iter().find(named)?;
        let clashes = |(other, _): &(&Field, &Tree)| {
            other.number == field.number || (field.oneof != 0 && other.oneof == field.oneof)
        };
        if is_unset(field, tree) {
            continue;
        }
        if set.iter().any(clashes) {
            return None;
        }
        set.push((field, tree));
    }
    set.sort_by_key(|(field, _)| if field.oneof == 0 { field.number } else { field.oneof });
    let mut to = Vec::new();
    set.into_iter().try_for_each(|(of, tree)| field(of, tree, &mut to))?;
    Some(to)
}

/// Returns whether null says that the field is not set; a value without a schema may be null itself.
fn is_unset(field: &Field, tree: &Tree) -> bool {
    let holds_null = matches!(field.kind, Kind::Value | Kind::Null);
    let is_one = matches!(field.shape, Shape::Plain | Shape::Optional);
    *tree == Tree::Null && !(holds_null && is_one)
}

fn field(of: &Field, tree: &Tree, to: &mut Vec<u8>) -> Option<()> {
    match (of.shape, tree) {
        (Shape::Plain | Shape::Optional, tree) => {
            let value = value(of.kind, tree)?;
            if of.shape == Shape::Optional || !value.payload().is_zero() {
                value.payload().put(of.number, to);
            }
        }
        (Shape::List, Tree::List(items)) => {
            for item in items {
                value(of.kind, item)?.payload().put(of.number, to);
            }
        }
        (Shape::Packed, Tree::List(items)) => {
            let mut packed = Vec::new();
            for item in items {
                value(of.kind, item)?.payload().put_bare(&mut packed);
            }
            if !items.is_empty() {
                Owned::Bytes(packed).payload().put(of.number, to);
            }
        }
        (Shape::Map(key), Tree::Object(entries)) => {
            for (at, (name, tree)) in entries.iter().enumerate() {
                if entries[..at].iter().any(|(other, _)| other == name) {
                    return None;
                }
                let (key, value) = (scalar::read_key(key, name)?, value(of.kind, tree)?);
                let mut entry = Vec::new();
                if !key.payload().is_zero() {
                    key.payload().put(1, &mut entry);
                }
                if value.payload() != of.kind.zero() {
                    value.payload().put(2, &mut entry);
                }
                Owned::Bytes(entry).payload().put(of.number, to);
            }
        }
        (Shape::List | Shape::Packed | Shape::Map(_), _) => return None,
    }
    Some(())
}

fn value(kind: Kind, tree: &Tree) -> Option<Owned> {
    match kind.said() {
        Kind::Scalar(of) => scalar::read(of, tree),
        Kind::Enum(of) => enumerator(of, tree).map(|number| Owned::Varint(i64::from(number).cast_unsigned())),
        Kind::Null => match tree {
            Tree::Null => Some(Owned::Varint(0)),
            Tree::Text(name) if name == "NULL_VALUE" => Some(Owned::Varint(0)),
            _ => None,
        },
        Kind::Message(of) => match tree {
            Tree::Object(members) => message(of, members.iter()).map(Owned::Bytes),
            _ => None,
        },
        Kind::Group(of) => match (of.said(), tree) {
            (Kind::Message(of), Tree::Object(members)) => message(of, members.iter()).map(Owned::Group),
            _ => None,
        },
        Kind::Any(of) => any::read(of, tree).map(Owned::Bytes),
        kind => known::read(kind, tree).map(Owned::Bytes),
    }
}

fn enumerator(of: &Enum, tree: &Tree) -> Option<i32> {
    match tree {
        Tree::Text(name) => {
            let named = of.values.iter().chain(of.others).find(|(known, _)| known == name);
            named.map(|(_, number)| *number)
        }
        Tree::Number(number) => number.parse().ok(),
        Tree::Null | Tree::Bool(_) | Tree::List(_) | Tree::Object(_) => None,
    }
}
