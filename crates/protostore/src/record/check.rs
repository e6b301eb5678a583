//! Looks at what a write is about to store: a value that breaks a rule is refused before it is queued.

use super::{ChildTable, Children, Nested, Record};
use crate::error::Result;
use crate::life;
use crate::mask::Mask;
use crate::time::Timestamp;
use crate::value::Look;

/// Refuses a record with a value that no column can hold, or that only the store may set, before it is cloned and handed to
/// another thread: a value that is nested too deep would end the process where it is cloned or dropped on a smaller stack.
pub(crate) fn storable<R: Record>(record: &R) -> Result<()> {
    look(record, None)
}

/// Refuses what [`storable`] does, as far as an update writes it; and what is nested too deep in any case, as the record is
/// handed over whole.
pub(crate) fn storable_in<R: Record>(record: &R, mask: &Mask<R>) -> Result<()> {
    look(record, Some(mask))
}

fn look<R: Record>(record: &R, mask: Option<&Mask<R>>) -> Result<()> {
    // First, since such a value may have no form in its column either.
    life::unset(record, mask)?;
    let mut look = Look::at(R::TABLE.columns(), 0);
    for member in 0..R::TABLE.fields.len() {
        let before = look.column();
        if let Err(e) = record.bind_field(member, &mut look) {
            counts(Err(e), mask, member).map_err(|e| e.in_table(R::TABLE.layout.name))?;
            look = Look::at(R::TABLE.columns(), before + columns::<R>(member));
        }
    }
    R::Children::storable(record, mask)
}

/// Returns how many columns a member has.
#[cold]
fn columns<R: Record>(member: usize) -> usize {
    R::TABLE.fields.get(member).map_or(0, |field| field.columns(R::TABLE).count())
}

/// Overlooks what is wrong with a member that is not written, unless it is nested too deep.
pub(super) fn counts<R: Record>(looked: Result<()>, mask: Option<&Mask<R>>, member: usize) -> Result<()> {
    match looked {
        Err(e) if mask.is_some_and(|mask| !mask.has(member)) && !Look::is_too_deep(&e) => Ok(()),
        looked => looked,
    }
}

/// Refuses an element with a value that no column can hold, in it or in the lists inside of it.
pub(crate) fn storable_item<C: ChildTable>(item: &C::Item) -> Result<()> {
    let mut look = Look::at(C::CHILD.layout.columns, C::CHILD.key);
    C::bind_item(item, &mut look).map_err(|e| e.in_table(C::CHILD.layout.record))?;
    C::Nested::storable(item)
}

/// Refuses a record that breaks a rule. One that the store is yet to number is looked at when it has its numbers.
pub(super) fn whole<R: Record>(record: &R, now: Timestamp) -> Result<()> {
    if R::RULES && R::TABLE.sequences.is_empty() { members(record, now, |_| true) } else { Ok(()) }
}

/// Refuses a record that breaks a rule, now that it has its numbers.
pub(crate) fn numbered<R: Record>(record: &R, now: Timestamp) -> Result<()> {
    if R::RULES && !R::TABLE.sequences.is_empty() { members(record, now, |_| true) } else { Ok(()) }
}

/// Refuses a record of which a member in the mask breaks a rule.
pub(super) fn masked<R: Record>(record: &R, mask: &Mask<R>, now: Timestamp) -> Result<()> {
    if R::RULES { members(record, now, |member| mask.has(member)) } else { Ok(()) }
}

fn members<R: Record>(record: &R, now: Timestamp, has: impl Fn(usize) -> bool) -> Result<()> {
    let mut members = (0..R::TABLE.fields.len()).filter(|member| has(*member));
    members.try_for_each(|member| record.check_field(member, now)).map_err(|e| e.in_table(R::TABLE.layout.name))
}
