//! The rows of child tables as they are written: all rows of a list by one call of the session.

use std::{slice, vec};

use super::{ChildTable, Nested};
use crate::error::Result;
use crate::ops::refusal;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder};

/// Inserts the elements of some owners, in order, and then what is inside them; each owner is behind its key.
pub(super) async fn write<S: Session, C: ChildTable, P: Bind + Sync>(
    s: &mut S,
    owners: &[(P, &C::Owner)],
    now: Timestamp,
) -> Result<()> {
    if const { C::CHILD.layout.names_mortals() } {
        for row in Rows::<P, C>::of(owners) {
            mortals(s, &row, now).await?;
        }
    }
    if let Err((at, e)) = s.run_each(&C::CHILD.insert, Rows::<P, C>::of(owners)).await {
        let Some(row) = Rows::<P, C>::of(owners).nth(at) else { return Err(e) };
        return Err(refusal::of_child::<C, S>(s, e, &row, now).await);
    }
    if !C::Nested::NONE {
        let inside: Vec<_> = Rows::<P, C>::of(owners).map(Row::into_owner).collect();
        C::Nested::insert(s, &inside, now).await?;
    }
    Ok(())
}

/// Inserts one element, and what is inside it.
pub(crate) async fn element<S: Session, C: ChildTable, P: Bind + Sync>(
    s: &mut S,
    prefix: &P,
    place: C::Place,
    item: &C::Item,
    now: Timestamp,
) -> Result<()> {
    let row = Row::<P, C> { prefix, place, item };
    if const { C::CHILD.layout.names_mortals() } {
        mortals(s, &row, now).await?;
    }
    if let Err(e) = s.run(&C::CHILD.insert, &row).await {
        return Err(refusal::of_child::<C, S>(s, e, &row, now).await);
    }
    if !C::Nested::NONE {
        C::Nested::insert(s, &[row.into_owner()], now).await?;
    }
    Ok(())
}

/// Refuses an element that names a row which is no longer there for readers.
async fn mortals<S: Session, C: ChildTable, P: Bind + Sync>(
    s: &mut S,
    row: &Row<'_, P, C>,
    now: Timestamp,
) -> Result<()> {
    let parameters: Vec<&str> = C::CHILD.layout.columns.iter().map(|column| column.name).collect();
    refusal::mortals(s, &C::CHILD.layout, &parameters, row, now).await
}

/// An element as it is written, behind the key of its owner.
struct Row<'a, P, C: ChildTable> {
    prefix: &'a P,
    place: C::Place,
    item: &'a C::Item,
}

/// The elements of some owners: not as closures, which the compiler does not know to be `Send` for every lifetime.
struct Rows<'a, P, C: ChildTable> {
    owners: slice::Iter<'a, (P, &'a C::Owner)>,
    /// The key of the owner whose elements come next.
    prefix: Option<&'a P>,
    items: vec::IntoIter<(C::Place, &'a C::Item)>,
}

impl<'a, P, C: ChildTable> Rows<'a, P, C> {
    fn of(owners: &'a [(P, &'a C::Owner)]) -> Self {
        Self { owners: owners.iter(), prefix: None, items: Vec::new().into_iter() }
    }
}

impl<'a, P, C: ChildTable> Iterator for Rows<'a, P, C> {
    type Item = Row<'a, P, C>;

    fn next(&mut self) -> Option<Row<'a, P, C>> {
        loop {
            if let (Some(prefix), Some((place, item))) = (self.prefix, self.items.next()) {
                return Some(Row { prefix, place, item });
            }
            let (prefix, owner) = self.owners.next()?;
            self.prefix = Some(prefix);
            self.items = C::items(owner).into_iter();
        }
    }
}

impl<'a, P, C: ChildTable> Row<'a, P, C> {
    /// Returns the element as the owner of what is inside it.
    fn into_owner(self) -> ((&'a P, C::Place), &'a C::Item) {
        ((self.prefix, self.place), self.item)
    }
}

impl<P: Bind, C: ChildTable> Bind for Row<'_, P, C> {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.prefix.bind(b)?;
        self.place.bind(b)?;
        C::bind_item(self.item, b)
    }

    fn field(&self, at: usize) -> Option<&'static str> {
        C::CHILD.layout.columns.get(at).map(|column| column.field)
    }
}
