//! Lists, maps and messages in tables of their own that are IMMUTABLE, or hold what is: a write is compared with what is
//! stored, because a trigger sees one row and these are many.
//!
//! A field that is IMMUTABLE keeps all of its elements. A member of an element that is IMMUTABLE keeps its value as long
//! as the element is there. The key of a map says which element that is. An element of a list has nothing by which it is
//! known again, so a write may add elements, remove elements or change their other members and order, but it may not
//! both add and remove elements that differ in what is IMMUTABLE: that is how a changed value looks.

use std::collections::BTreeMap;

use super::{ChildTable, Nested};
use crate::error::{Error, Kind, Result};
use crate::value::{Bind, Binder, Cell};

/// What of a child table is IMMUTABLE.
#[derive(Debug)]
pub struct Immutable {
    /// The path of the field.
    pub field: &'static str,
    /// Whether all elements together keep what they are when the owner is inserted.
    pub whole: bool,
    /// Whether an element is known again by its place: by the key of a map, or because it is the only one.
    pub keyed: bool,
    /// The members of an element that keep their value.
    pub members: &'static [ImmutableMember],
}

/// A member of an element that keeps its value as long as the element is there.
#[derive(Debug)]
pub struct ImmutableMember {
    /// Its place among the parameters of an element, counted from 0.
    pub at: usize,
    /// The path of the field.
    pub field: &'static str,
    /// The value that it has as long as a message around it is unset, if it has one.
    pub zero: Option<Cell<'static>>,
}

/// Refuses to change what is IMMUTABLE in the elements of owners that are the same before and after.
///
/// `one` says that there is one owner; otherwise the owners are the elements of a list, before and after.
pub(crate) fn compare<C: ChildTable>(old: &[&C::Owner], new: &[&C::Owner], one: bool) -> Result<()> {
    let Some(immutable) = C::IMMUTABLE else { return Ok(()) };
    let [before, after] = [old, new].map(|owners| owners.iter().flat_map(|o| C::items(o)).collect::<Vec<_>>());
    if immutable.whole {
        // Inside the elements of a list it is a part of what an element is known by.
        let is_same = !one || all::<C>(&before) == all::<C>(&after);
        return if is_same { Ok(()) } else { Err(changed(immutable.field)) };
    }
    if immutable.keyed && one {
        return compare_places::<C>(immutable, &before, &after);
    }
    let mut count: BTreeMap<Image, i64> = BTreeMap::new();
    for (elements, by) in [(&before, -1), (&after, 1)] {
        for (place, item) in elements {
            *count.entry(image::<C>(immutable, place, item)).or_default() += by;
        }
    }
    if count.values().any(|n| *n < 0) && count.values().any(|n| *n > 0) {
        let fields: Vec<_> = immutable.members.iter().map(|member| member.field).collect();
        let field = if fields.is_empty() { immutable.field.to_owned() } else { fields.join(", ") };
        let why = "is immutable in an element: a write adds elements or removes them, and does not do both";
        return Err(Error::new(Kind::Invalid, why).at(field));
    }
    let [before, after] =
        [before, after].map(|elements| elements.into_iter().map(|(_, item)| item).collect::<Vec<_>>());
    C::Nested::compare(&before, &after, false)
}

/// Compares the elements that have the same place before and after.
fn compare_places<C: ChildTable>(
    immutable: &Immutable,
    before: &[(C::Place, &C::Item)],
    after: &[(C::Place, &C::Item)],
) -> Result<()> {
    let places: BTreeMap<Parameters, &C::Item> =
        after.iter().map(|(place, item)| (Parameters::of(place), *item)).collect();
    for (place, old) in before {
        let Some(new) = places.get(&Parameters::of(place)) else { continue };
        let values = [parameters::<C>(old), parameters::<C>(new)];
        let differs = immutable.members.iter().find(|member| values[0].value(member) != values[1].value(member));
        if let Some(member) = differs {
            return Err(changed(member.field));
        }
        C::Nested::compare(&[*old], &[*new], true)?;
    }
    Ok(())
}

#[cold]
fn changed(field: &'static str) -> Error {
    Error::invalid(field, "is immutable, and has another value")
}

/// What is IMMUTABLE in an element of a list, to find it again by.
pub(crate) type Image = Vec<Option<Vec<u8>>>;

fn image<C: ChildTable>(immutable: &Immutable, place: &C::Place, item: &C::Item) -> Image {
    let values = parameters::<C>(item);
    let mut image: Image = if immutable.keyed { Parameters::of(place).0 } else { Vec::new() };
    image.extend(immutable.members.iter().map(|member| values.value(member)));
    C::Nested::add(item, true, &mut image);
    image
}

/// Returns everything in elements.
fn all<C: ChildTable>(elements: &[(C::Place, &C::Item)]) -> Image {
    let mut image = Image::new();
    for (place, item) in elements {
        image.extend(Parameters::of(place).0);
        image.extend(parameters::<C>(item).0);
        C::Nested::add(item, false, &mut image);
    }
    image
}

/// Adds everything in the elements of an owner; `immutable` says to do so only where the whole field is.
pub(crate) fn add<C: ChildTable>(owner: &C::Owner, immutable: bool, image: &mut Image) {
    if !immutable || C::IMMUTABLE.is_some_and(|immutable| immutable.whole) {
        let elements = C::items(owner);
        // So that the elements of one list are never those of the next.
        image.push(Some(elements.len().to_le_bytes().to_vec()));
        image.extend(all::<C>(&elements));
    }
}

fn parameters<C: ChildTable>(item: &C::Item) -> Parameters {
    let mut parameters = Parameters::default();
    // A value that cannot be stored differs from every one that is; the write says why.
    let _ = C::bind_item(item, &mut parameters);
    parameters
}

/// Parameters as they would be stored: equal where the database would hold the same.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Parameters(Image);

impl Parameters {
    fn of(place: &impl Bind) -> Self {
        let mut parameters = Self::default();
        let _ = place.bind(&mut parameters);
        parameters
    }

    fn value(&self, member: &ImmutableMember) -> Option<Vec<u8>> {
        let value = self.0.get(member.at).cloned().flatten();
        value.or_else(|| member.zero.and_then(bytes))
    }

    fn push(&mut self, cell: Cell<'_>) -> Result<()> {
        self.0.push(bytes(cell));
        Ok(())
    }
}

/// Returns a value as bytes; nothing of NULL.
fn bytes(cell: Cell<'_>) -> Option<Vec<u8>> {
    match cell {
        Cell::Null => None,
        Cell::Int(v) => Some(v.to_le_bytes().to_vec()),
        // Both zeros are one value.
        Cell::Real(v) => Some((v + 0.0).to_le_bytes().to_vec()),
        Cell::Text(v) => Some(v.as_bytes().to_vec()),
        Cell::Blob(v) => Some(v.to_vec()),
    }
}

impl Binder for Parameters {
    fn null(&mut self) -> Result<()> {
        self.push(Cell::Null)
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.push(Cell::Int(v))
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.push(Cell::Real(v))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.push(Cell::Text(v))
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.push(Cell::Blob(v))
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}
