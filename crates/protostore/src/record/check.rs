//! Looks at what a write is about to store: a value that breaks a rule is refused before it is queued.

use super::Record;
use crate::error::Result;
use crate::mask::Mask;

/// Refuses a record that breaks a rule. One that the store is yet to number is looked at when it has its numbers.
pub(super) fn whole<R: Record>(record: &R) -> Result<()> {
    if R::RULES && R::TABLE.sequences.is_empty() { members(record, |_| true) } else { Ok(()) }
}

/// Refuses a record that breaks a rule, now that it has its numbers.
pub(crate) fn numbered<R: Record>(record: &R) -> Result<()> {
    if R::RULES && !R::TABLE.sequences.is_empty() { members(record, |_| true) } else { Ok(()) }
}

/// Refuses a record of which a member in the mask breaks a rule.
pub(super) fn masked<R: Record>(record: &R, mask: &Mask<R>) -> Result<()> {
    if R::RULES { members(record, |member| mask.has(member)) } else { Ok(()) }
}

fn members<R: Record>(record: &R, has: impl Fn(usize) -> bool) -> Result<()> {
    let mut members = (0..R::TABLE.fields.len()).filter(|member| has(*member));
    members.try_for_each(|member| record.check_field(member)).map_err(|e| e.in_table(R::TABLE.layout.name))
}
