//! Messages that could be the records of a store, for a tool that begins one.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use crate::annotations::{self, Behavior};
use crate::{Compiled, resolver};

/// A message that could be a record, with the fields that could be its key. Nothing is decided by it: whoever begins a
/// store chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The full name of the message.
    pub message: String,
    /// The package of its file; may be empty.
    pub package: String,
    /// The file, as it is imported.
    pub file: String,
    /// A name for the table: `items` of `Item`.
    pub table: String,
    /// The fields that could be the key, the likeliest first.
    pub keys: Vec<String>,
    /// Whether the message says its key itself, by IDENTIFIER or as a `google.api.resource`.
    pub says_key: bool,
}

impl Compiled {
    /// Returns the messages that could be records: those that have a field which could be a key, and that are not the
    /// requests and responses of methods. Those that say their key come first, then those with a field of a usual name.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate> {
        let carried: BTreeSet<&str> = resolver::carried().map(|(name, _)| name).collect();
        let files = self
            .pool
            .files()
            .filter(|file| !carried.contains(file.name()) && !file.package_name().starts_with("google.protobuf"));
        let files: Vec<_> = files.collect();
        let methods =
            files.iter().flat_map(|file| file.services()).flat_map(|service| service.methods().collect::<Vec<_>>());
        let requests: BTreeSet<String> = methods.map(|method| method.input().full_name().to_owned()).collect();
        let messages = files.iter().flat_map(|file| file.messages().collect::<Vec<_>>());
        let mut found: Vec<(u8, Candidate)> = messages
            .filter(|message| !annotations::is_store(message) && !requests.contains(message.full_name()))
            .filter(|message| !["Request", "Response"].iter().any(|end| message.name().ends_with(end)))
            .filter_map(|message| candidate(&message))
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, candidate)| candidate).collect()
    }
}

fn candidate(message: &MessageDescriptor) -> Option<(u8, Candidate)> {
    let could_be: Vec<FieldDescriptor> = message.fields().filter(could_be_key).collect();
    let identifiers: Vec<String> = could_be
        .iter()
        .filter(|field| annotations::behaviors(field).contains(&Behavior::Identifier))
        .map(|field| field.name().to_owned())
        .collect();
    let resource = annotations::resource_name_field(message);
    let resource = resource.filter(|name| could_be.iter().any(|field| field.name() == name));
    let says_key = identifiers.len() == 1 || (identifiers.is_empty() && resource.is_some());
    let own = message.name().to_snake_case();
    let usual =
        ["id", "uid", "uuid", &format!("{own}_id"), &format!("{own}_uuid"), "name", &format!("{own}_name"), "key"]
            .map(str::to_owned);
    let rank_of = |name: &str| usual.iter().position(|usual| usual == name).unwrap_or(usual.len());
    let mut keys: Vec<String> = could_be.iter().map(|field| field.name().to_owned()).collect();
    keys.sort_by_key(|name| rank_of(name));
    let said = identifiers.into_iter().next().or(resource).filter(|_| says_key);
    if let Some(at) = said.and_then(|said| keys.iter().position(|key| *key == said)) {
        keys[..=at].rotate_right(1);
    }
    let rank = match keys.first() {
        None => return None,
        Some(_) if says_key => 0,
        Some(first) if rank_of(first) < usual.len() => 1,
        Some(_) => 2,
    };
    let file = message.parent_file();
    let candidate = Candidate {
        message: message.full_name().to_owned(),
        package: file.package_name().to_owned(),
        file: file.name().to_owned(),
        table: plural(&own),
        keys,
        says_key,
    };
    Some((rank, candidate))
}

fn could_be_key(field: &FieldDescriptor) -> bool {
    let is_scalar = matches!(
        field.kind(),
        Kind::String
            | Kind::Bytes
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
    );
    is_scalar && !field.is_list() && field.containing_oneof().is_none()
}

/// Returns the plural of a word in snake_case, as far as rules go.
fn plural(word: &str) -> String {
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiou".contains(c));
    match word {
        _ if word.ends_with('y') && !vowel(word.chars().rev().nth(1)) => format!("{}ies", &word[..word.len() - 1]),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}
