//! Rewrites files of an edition to proto2 or proto3, since what reads descriptors here knows these two.
//!
//! A file is rewritten where one of the two says the same: whatever is set or not, open or closed, packed or not, stays.
//! <https://protobuf.dev/editions/features/>

use super::wire::{Message, Value};

/// Numbers of descriptor.proto.
mod number {
    pub(super) const FILE_MESSAGES: u32 = 4;
    pub(super) const FILE_ENUMS: u32 = 5;
    pub(super) const FILE_EXTENSIONS: u32 = 7;
    pub(super) const FILE_OPTIONS: u32 = 8;
    pub(super) const FILE_SYNTAX: u32 = 12;
    pub(super) const FILE_EDITION: u32 = 14;
    pub(super) const FILE_OPTION_DEPENDENCIES: u32 = 15;
    pub(super) const FILE_DEPENDENCIES: u32 = 3;
    pub(super) const MESSAGE_FIELDS: u32 = 2;
    pub(super) const MESSAGE_NESTED: u32 = 3;
    pub(super) const MESSAGE_ENUMS: u32 = 4;
    pub(super) const MESSAGE_RANGES: u32 = 5;
    pub(super) const MESSAGE_EXTENSIONS: u32 = 6;
    pub(super) const MESSAGE_OPTIONS: u32 = 7;
    pub(super) const MESSAGE_ONEOFS: u32 = 8;
    pub(super) const FIELD_EXTENDEE: u32 = 2;
    pub(super) const FIELD_LABEL: u32 = 4;
    pub(super) const FIELD_TYPE: u32 = 5;
    pub(super) const FIELD_DEFAULT: u32 = 7;
    pub(super) const FIELD_OPTIONS: u32 = 8;
    pub(super) const FIELD_ONEOF: u32 = 9;
    pub(super) const FIELD_PROTO3_OPTIONAL: u32 = 17;
    pub(super) const OPTION_PACKED: u32 = 2;
    pub(super) const ENUM_OPTIONS: u32 = 3;
    pub(super) const NAME: u32 = 1;
}

/// Editions that are known, with the features that they begin with.
const EDITIONS: [(u64, &str); 2] = [(1000, "2023"), (1001, "2024")];

/// What cannot be said in proto2 or proto3: the path of the descriptor, and a sentence.
pub(super) struct Unfit {
    pub(super) path: Vec<i32>,
    pub(super) message: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Proto2,
    Proto3,
}

/// The features that decide what a file means; the others change neither bytes nor presence.
#[derive(Clone, Copy)]
struct Features {
    presence: u64,
    enum_type: u64,
    repeated: u64,
    encoding: u64,
}

const IMPLICIT: u64 = 2;
const REQUIRED: u64 = 3;
const CLOSED: u64 = 2;
const EXPANDED: u64 = 2;
const DELIMITED: u64 = 2;

impl Features {
    /// Those of editions 2023 and 2024.
    const FIRST: Self = Self { presence: 1, enum_type: 1, repeated: 1, encoding: 1 };

    /// Returns the features inside what has these options, whose features have that number there.
    fn within(self, options: &Message, number: u32) -> Self {
        let own = options.message(number);
        let or = |number, outer| own.varint(number).unwrap_or(outer);
        Self {
            presence: or(1, self.presence),
            enum_type: or(2, self.enum_type),
            repeated: or(3, self.repeated),
            encoding: or(5, self.encoding),
        }
    }
}

/// What ties a file to one syntax: the path, and what is said there.
#[derive(Default)]
struct Ties {
    proto2: Option<(Vec<i32>, String)>,
    proto3: Option<(Vec<i32>, String)>,
    neither: Option<(Vec<i32>, String)>,
}

/// Returns the name of the edition of a file; nothing for proto2 and proto3.
pub(super) fn edition(file: &Message) -> Option<u64> {
    file.varint(number::FILE_EDITION).filter(|_| file.text(number::FILE_SYNTAX) == "editions")
}

/// Rewrites a file of an edition; `None` where it cannot be read as a descriptor.
pub(super) fn rewrite(file: &mut Message, edition: u64) -> Option<Result<(), Unfit>> {
    if !EDITIONS.iter().any(|(known, _)| *known == edition) {
        let known: Vec<_> = EDITIONS.iter().map(|(_, name)| *name).collect();
        let message = format!("the file is of an edition that is not known here: known are {}", known.join(" and "));
        return Some(Err(Unfit { path: vec![12], message }));
    }
    let features = Features::FIRST.within(&file.message(number::FILE_OPTIONS), 50);
    let mut ties = Ties::default();
    visit(file, features, &mut |path, item, features| {
        ties.add(path, item, features);
        Some(())
    })?;
    let syntax = match ties {
        Ties { neither: Some((path, says)), .. } => {
            return Some(Err(Unfit { path, message: format!("{says}, which neither proto2 nor proto3 can say") }));
        }
        Ties { proto2: Some((path, says)), proto3: Some((_, other)), .. } => {
            let message = format!("{says}, which only proto2 can say, and {other}, which only proto3 can say");
            return Some(Err(Unfit { path, message }));
        }
        Ties { proto2: Some(_), proto3: None, .. } => Syntax::Proto2,
        Ties { proto2: None, .. } => Syntax::Proto3,
    };
    visit(file, features, &mut |_, item, features| {
        apply(item, features, syntax);
        Some(())
    })?;
    if syntax == Syntax::Proto3 {
        file.each(number::FILE_MESSAGES, |_, message| add_oneofs(message))?;
    }
    let options: Vec<Vec<u8>> = file.all(number::FILE_OPTION_DEPENDENCIES).map(<[u8]>::to_vec).collect();
    for name in options {
        file.0.push(super::wire::Field { number: number::FILE_DEPENDENCIES, value: Value::Bytes(name) });
    }
    file.remove(number::FILE_OPTION_DEPENDENCIES);
    file.remove(number::FILE_EDITION);
    let name = if syntax == Syntax::Proto3 { "proto3" } else { "proto2" };
    file.set(number::FILE_SYNTAX, Value::Bytes(name.into()));
    Some(Ok(()))
}

/// A part of a file that a feature is about.
enum Item<'m> {
    Field { field: &'m mut Message, extension: bool },
    Enum(&'m mut Message),
    Message(&'m mut Message),
}

type Visit<'v> = dyn FnMut(&[i32], Item<'_>, Features) -> Option<()> + 'v;

/// Visits the messages, fields and enums of a file, each with the features that hold there.
fn visit(file: &mut Message, features: Features, act: &mut Visit<'_>) -> Option<()> {
    file.each(number::FILE_MESSAGES, |at, message| visit_message(&[4, at], message, features, act))?;
    file.each(number::FILE_ENUMS, |at, enumeration| visit_enum(&[5, at], enumeration, features, act))?;
    file.each(number::FILE_EXTENSIONS, |at, field| visit_field(&[7, at], field, true, features, act))
}

fn visit_message(path: &[i32], message: &mut Message, outer: Features, act: &mut Visit<'_>) -> Option<()> {
    // Descriptors of messages that nest without end are no descriptors.
    if path.len() > 200 {
        return None;
    }
    let features = outer.within(&message.message(number::MESSAGE_OPTIONS), 12);
    let below = |number: i32, at: i32| [path, &[number, at]].concat();
    message.each(number::MESSAGE_FIELDS, |at, field| visit_field(&below(2, at), field, false, features, act))?;
    message.each(number::MESSAGE_EXTENSIONS, |at, field| visit_field(&below(6, at), field, true, features, act))?;
    message.each(number::MESSAGE_NESTED, |at, inner| visit_message(&below(3, at), inner, features, act))?;
    message.each(number::MESSAGE_ENUMS, |at, inner| visit_enum(&below(4, at), inner, features, act))?;
    act(path, Item::Message(message), features)
}

fn visit_enum(path: &[i32], enumeration: &mut Message, outer: Features, act: &mut Visit<'_>) -> Option<()> {
    let features = outer.within(&enumeration.message(number::ENUM_OPTIONS), 7);
    act(path, Item::Enum(enumeration), features)
}

fn visit_field(path: &[i32], field: &mut Message, extension: bool, outer: Features, act: &mut Visit<'_>) -> Option<()> {
    let features = outer.within(&field.message(number::FIELD_OPTIONS), 21);
    act(path, Item::Field { field, extension }, features)
}

fn is_message(field: &Message) -> bool {
    matches!(field.varint(number::FIELD_TYPE), Some(10 | 11))
}

fn is_repeated(field: &Message) -> bool {
    field.varint(number::FIELD_LABEL) == Some(3)
}

/// Returns whether a field is one value of a scalar or an enum, outside of a oneof: what presence is about.
fn has_presence(field: &Message) -> bool {
    !is_repeated(field) && !is_message(field) && !field.has(number::FIELD_ONEOF)
}

impl Ties {
    fn add(&mut self, path: &[i32], item: Item<'_>, features: Features) {
        let tie = |place: &mut Option<(Vec<i32>, String)>, says: String| {
            place.get_or_insert_with(|| (path.to_vec(), says));
        };
        match item {
            Item::Field { field, extension } => {
                let name = field.text(number::NAME).to_owned();
                if features.encoding == DELIMITED && is_message(field) {
                    tie(&mut self.neither, format!("`{name}` has `message_encoding = DELIMITED`"));
                } else if features.presence == REQUIRED && !is_repeated(field) && !extension {
                    tie(&mut self.proto2, format!("`{name}` has `field_presence = LEGACY_REQUIRED`"));
                } else if field.has(number::FIELD_DEFAULT) {
                    tie(&mut self.proto2, format!("`{name}` has a default value"));
                } else if features.presence == IMPLICIT && has_presence(field) && !extension {
                    tie(&mut self.proto3, format!("`{name}` has `field_presence = IMPLICIT`"));
                }
                let extendee = field.text(number::FIELD_EXTENDEE).trim_start_matches('.').to_owned();
                if extension && !(extendee.starts_with("google.protobuf.") && extendee.ends_with("Options")) {
                    tie(&mut self.proto2, format!("`{name}` extends `{extendee}`"));
                }
            }
            Item::Enum(enumeration) => {
                let name = enumeration.text(number::NAME).to_owned();
                if features.enum_type == CLOSED {
                    tie(&mut self.proto2, format!("`{name}` has `enum_type = CLOSED`"));
                } else {
                    tie(&mut self.proto3, format!("`{name}` has `enum_type = OPEN`"));
                }
            }
            Item::Message(message) => {
                if message.has(number::MESSAGE_RANGES) {
                    tie(&mut self.proto2, format!("`{}` can be extended", message.text(number::NAME)));
                }
            }
        }
    }
}

/// Says in the words of a syntax what the features say of a part.
fn apply(item: Item<'_>, features: Features, syntax: Syntax) {
    let Item::Field { field, extension } = item else { return };
    if features.presence == REQUIRED && !is_repeated(field) && !extension {
        field.set(number::FIELD_LABEL, Value::Varint(2));
    }
    let is_explicit = has_presence(field) && features.presence != IMPLICIT && !extension;
    if syntax == Syntax::Proto3 && is_explicit {
        field.set(number::FIELD_PROTO3_OPTIONAL, Value::Varint(1));
    }
    // Strings, bytes and messages are never packed.
    let is_packable = !matches!(field.varint(number::FIELD_TYPE), None | Some(9..=12));
    if is_repeated(field) && is_packable {
        let mut options = field.message(number::FIELD_OPTIONS);
        options.set(number::OPTION_PACKED, Value::Varint(u64::from(features.repeated != EXPANDED)));
        field.set(number::FIELD_OPTIONS, Value::Bytes(options.write()));
    }
}

/// Puts each field with `optional` into a oneof of its own, as compilers of proto3 do.
fn add_oneofs(message: &mut Message) -> Option<()> {
    let mut names: Vec<String> = Vec::new();
    for bytes in message.all(number::MESSAGE_ONEOFS).chain(message.all(number::MESSAGE_FIELDS)) {
        names.push(Message::read(bytes)?.text(number::NAME).to_owned());
    }
    let mut count = message.all(number::MESSAGE_ONEOFS).count() as u64;
    let mut added = Vec::new();
    message.each(number::MESSAGE_FIELDS, |_, field| {
        if field.has(number::FIELD_PROTO3_OPTIONAL) {
            let mut name = format!("_{}", field.text(number::NAME));
            while names.contains(&name) {
                name.insert(0, 'X');
            }
            field.set(number::FIELD_ONEOF, Value::Varint(count));
            count += 1;
            names.push(name.clone());
            added.push(name);
        }
        Some(())
    })?;
    for name in added {
        let mut oneof = Message::default();
        oneof.set(number::NAME, Value::Bytes(name.into()));
        message.push(number::MESSAGE_ONEOFS, &oneof);
    }
    message.each(number::MESSAGE_NESTED, |_, inner| add_oneofs(inner))
}
