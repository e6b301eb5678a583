//! Writes of some members of a record that is there.

use std::fmt::Write;

use super::get::exists;
use super::{Op, WriteOp, refusal};
use crate::error::{Error, Kind, Result};
use crate::mask::Mask;
use crate::record::{Children, Make, Mutable, Record, revision};
use crate::schema::{FieldKind, Table};
use crate::session::Session;
use crate::value::{Bind, Binder};

/// Writes the members of a record that the mask names; the record must be there. Returns its new revision.
///
/// A record that says which revision it has is refused where the one that is there has another, whatever the mask names.
#[derive(Clone, Debug)]
pub struct Update<R: Record> {
    /// The record; its key says which.
    pub record: R,
    /// What of it is written.
    pub mask: Mask<R>,
}

impl<R: Mutable> Op for Update<R> {
    type Out = R::Revision;
    const NAME: &'static str = "update";
    const COMPOUND: bool = !R::Children::NONE || R::REVISION.is_some();

    fn prepare(&mut self) -> Result<()> {
        Make::update(&mut self.record, &mut self.mask)
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<R::Revision> {
        let Some(field) = R::REVISION else {
            update(s, &self.record, &self.mask).await?;
            return Ok(R::Revision::default());
        };
        let (mut record, mut mask) = (self.record.clone(), self.mask.clone());
        // Where there is no record, the update itself says so.
        revision::check::<R, S>(s, record.key(), revision::given(&record)).await?;
        let revision = revision::next::<R, S>(s).await?.unwrap_or_default();
        record.set_revision(revision.clone());
        mask.set(usize::from(field.member));
        update(s, &record, &mask).await?;
        Ok(revision)
    }
}

impl<R: Mutable> WriteOp for Update<R> {}

/// Updates a record and its children.
async fn update<R: Record, S: Session>(s: &mut S, record: &R, mask: &Mask<R>) -> Result<()> {
    let there = match Text::of(R::TABLE, |field| mask.has(field))? {
        None => exists::<R, S>(s, record.key()).await?,
        Some(text) => match s.run_dynamic(&text.sql, &text.fields, &Masked { record, mask }).await {
            Ok(changed) => changed > 0,
            Err(e) => return Err(refusal::of_record(s, e, record).await),
        },
    };
    if !there {
        return Err(Error::new(Kind::NotFound, "no record has this key").in_table(R::TABLE.layout.name));
    }
    R::Children::replace(s, record, Some(mask)).await
}

/// The statement of one mask, and the field of each of its parameters.
struct Text {
    sql: String,
    fields: Vec<&'static str>,
}

impl Text {
    /// Writes the statement; none where the mask names no column. A key in the mask is refused.
    fn of(table: &'static Table, has: impl Fn(usize) -> bool) -> Result<Option<Self>> {
        let layout = &table.layout;
        let field_of =
            |column: &'static str| layout.columns.iter().find(|c| c.name == column).map_or(column, |c| c.field);
        let mut text = Self { sql: String::with_capacity(128), fields: Vec::new() };
        for (_, field) in table.fields.iter().enumerate().filter(|(index, _)| has(*index)) {
            match field.kind {
                FieldKind::Children => {}
                FieldKind::Key => {
                    let key = field.paths.first().copied().unwrap_or_default();
                    return Err(Error::invalid(key, "is the key, which never changes").in_table(layout.name));
                }
                FieldKind::Value => {
                    for column in field.columns {
                        text.parameter(if text.fields.is_empty() { "" } else { ", " }, column, field_of(column));
                    }
                }
            }
        }
        if text.fields.is_empty() {
            return Ok(None);
        }
        text.sql.insert_str(0, &format!("UPDATE \"{}\" SET ", layout.name));
        for (index, column) in table.key.iter().enumerate() {
            text.parameter(if index == 0 { " WHERE " } else { " AND " }, column, field_of(column));
        }
        Ok(Some(text))
    }

    fn parameter(&mut self, before: &str, column: &str, field: &'static str) {
        self.fields.push(field);
        // Writing to a String never fails.
        let _ = write!(self.sql, "{before}\"{column}\" = ?{}", self.fields.len());
    }
}

/// The columns of the members in a mask, and the key.
struct Masked<'r, R: Record> {
    record: &'r R,
    mask: &'r Mask<R>,
}

impl<R: Record> Bind for Masked<'_, R> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        for field in (0..R::TABLE.fields.len()).filter(|field| self.mask.has(*field)) {
            self.record.bind_field(field, b)?;
        }
        self.record.key().bind(b)
    }
}
