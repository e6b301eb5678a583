//! A message of any type, as its fields beside the URL of its type.

use prost::Message as _;
use prost_types::Any;

use super::super::write::Writer;
use super::scalar::GARBLED;
use super::tree::{self, Tree};
use super::wire::Payload;
use super::{Kind, Known, Refusal, known, read, write};

/// The name that holds the URL, and the one that holds a value which is no object of fields.
const TYPE: &str = "@type";
const VALUE: &str = "value";

/// Returns what a message of that name is, if it is known.
fn kind(known: &'static Known, url: &str) -> Option<Kind> {
    let (_, name) = url.rsplit_once('/')?;
    let named = || known.0.iter().find(|message| message.name == name).map(|message| Kind::Message(message));
    match name {
        "google.protobuf.Any" => Some(Kind::Any(known)),
        name => known::kind(name).or_else(named),
    }
}

/// Appends an `Any`, and sees to it that it would come back byte for byte.
pub(super) fn write(to: &mut Writer, known: &'static Known, bytes: &[u8]) -> Result<(), Refusal> {
    let Any { type_url, value } = Any::decode(bytes).map_err(|_| GARBLED)?;
    if type_url.is_empty() && value.is_empty() {
        to.push("{}");
        return Ok(());
    }
    let Some(kind) = kind(known, &type_url) else {
        return Err("must not hold an Any of a type that the store's files do not declare: store it as BYTES");
    };
    let start = to.text().len();
    match kind {
        Kind::Message(of) => write::message(to, of, &value, Some(&type_url))?,
        kind => to.nest(['{', '}'], [TYPE, VALUE].into_iter(), |to, name| {
            to.string(name)?;
            to.push(":");
            if name == TYPE { to.string(&type_url) } else { write::value(to, kind, &Payload::Bytes(&value)) }
        })?,
    }
    let again = tree::of(&to.text()[start..]).and_then(|tree| read(known, &tree));
    if again.is_some_and(|again| again == bytes) {
        return Ok(());
    }
    Err(
        "must not hold an Any whose bytes are not the usual ones of its message, which JSON does not keep: store it as \
         BYTES",
    )
}

/// Returns the bytes of an `Any`.
pub(super) fn read(known: &'static Known, tree: &Tree) -> Option<Vec<u8>> {
    let Tree::Object(members) = tree else { return None };
    let mut urls = members.iter().filter(|(name, _)| name == TYPE);
    let rest = || members.iter().filter(|(name, _)| name != TYPE);
    let type_url = match (urls.next(), urls.next()) {
        (Some((_, Tree::Text(url))), None) => url.clone(),
        (None, None) if members.is_empty() => return Some(Vec::new()),
        _ => return None,
    };
    let value = match kind(known, &type_url)? {
        Kind::Message(of) => read::message(of, rest())?,
        kind => match rest().collect::<Vec<_>>()[..] {
            [(name, tree)] if name == VALUE => read::bytes(kind, tree)?,
            _ => return None,
        },
    };
    Some(Any { type_url, value }.encode_to_vec())
}
