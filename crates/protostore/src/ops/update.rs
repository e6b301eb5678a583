//! Writes of some members of a record that is there.

use protostore_sql::{self as sql, Dialect, Expr, Name, Op};

use super::collision::{self, nth};
use super::get::{exists, one};
use super::{WriteOp, refusal};
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::life::{Expire, Life, SoftDelete};
use crate::mask::Mask;
use crate::record::{Children, Make, Mutable, Record, check, revision};
use crate::schema::{FieldKind, ForeignKey, Table};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, TimeForm as _};

/// Writes the members of a record that the mask names; the record must be there. Returns its new revision.
///
/// A record that says which revision it has is refused where the one that is there has another, whatever the mask names.
#[derive(Clone, Debug)]
pub struct Update<R: Record> {
    record: R,
    mask: Mask<R>,
}

impl<R: Record> Update<R> {
    /// Makes the operation: the record, whose key says which, and what of it is written.
    pub fn new(record: R, mask: impl Into<Mask<R>>) -> Self {
        Self { record, mask: mask.into() }
    }
}

impl<R: Mutable> super::Op for Update<R> {
    type Out = R::Revision;
    const NAME: &'static str = "update";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE || R::REVISION.is_some() || R::LIFE.expire.is_some() || R::FIRES;

    fn prepare(&mut self, mut fixed: Fixed) -> Result<Fixed> {
        check::storable_in(&self.record, &self.mask)?;
        Make::update(&mut self.record, &mut self.mask, &mut fixed)?;
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<R::Revision> {
        let now = fixed.present()?;
        if const { R::REVISION.is_none() && !R::MAKES } {
            update(s, &self.record, &self.mask, now).await?;
            return Ok(R::Revision::default());
        }
        let (mut record, mut mask) = (self.record.clone(), self.mask.clone());
        Make::updated(&mut record, &mut mask, fixed)?;
        let Some(field) = R::REVISION else {
            update(s, &record, &mask, now).await?;
            return Ok(R::Revision::default());
        };
        // Where there is no record, the update itself says so.
        revision::check::<R, S>(s, record.key(), revision::given(&record), now).await?;
        let revision = revision::next::<R, S>(s).await?.unwrap_or_default();
        record.set_revision(revision.clone());
        mask.set(usize::from(field.member));
        update(s, &record, &mask, now).await?;
        Ok(revision)
    }
}

impl<R: Mutable> WriteOp for Update<R> {}

/// Updates a record and its children.
async fn update<R: Record, S: Session>(s: &mut S, record: &R, mask: &Mask<R>, now: Timestamp) -> Result<()> {
    if const { R::Children::IMMUTABLE }
        && R::Children::names_immutable(mask)
        && let Some(old) = one::<R, S>(s, &R::TABLE.get, &R::own_key(record.key()), Some(now)).await?
    {
        R::Children::compare(&old, record, Some(mask)).map_err(|e| e.in_table(R::TABLE.layout.name))?;
    }
    let there = match Text::of(S::DIALECT, R::TABLE, R::LIFE, |field| mask.has(field))? {
        None => exists::<R, S>(s, record.key(), Some(now)).await?,
        Some(text) => row(s, &text, &Masked { record, mask, now }).await? > 0,
    };
    if !there {
        return Err(Error::new(Kind::NotFound, "no record has this key").in_table(R::TABLE.layout.name));
    }
    R::Children::replace(s, record, Some(mask), now).await
}

/// Writes the row, after what stood in its way and has expired was deleted.
async fn row<R: Record, S: Session>(s: &mut S, text: &Text, masked: &Masked<'_, R>) -> Result<u64> {
    if const { R::TABLE.layout.names_mortals() } {
        mortals(s, masked).await?;
    }
    if let Some(expire) = R::LIFE.expire {
        collision::clear(s, R::TABLE, expire, &masked.columns(), masked, masked.now).await?;
    }
    match s.run_dynamic(&text.sql, &text.fields, masked).await {
        Ok(changed) => Ok(changed),
        Err(e) => Err(refusal::of_record(s, e, masked.record, masked.now).await),
    }
}

/// Refuses what names a row that is not there for readers; of a reference that the mask names in part, the rest is the row's.
async fn mortals<R: Record, S: Session>(s: &mut S, masked: &Masked<'_, R>) -> Result<()> {
    let (layout, columns) = (&R::TABLE.layout, masked.columns());
    refusal::mortals(s, layout, &columns, masked, masked.now).await?;
    let carried = |key: &ForeignKey| key.columns.iter().filter(|column| columns.contains(column)).count();
    let in_part = |key: &&ForeignKey| (1..key.columns.len()).contains(&carried(key));
    if layout.references.iter().any(|key| in_part(&key))
        && let Some(old) = one::<R, S>(s, &R::TABLE.get, &R::own_key(masked.record.key()), Some(masked.now)).await?
    {
        let all: Vec<&str> = R::TABLE.column_names().collect();
        refusal::mortals(s, layout, &all, &Overlaid { old: &old, masked }, masked.now).await?;
    }
    Ok(())
}

/// All columns of a record as an update leaves it.
struct Overlaid<'r, R: Record> {
    old: &'r R,
    masked: &'r Masked<'r, R>,
}

impl<R: Record> Bind for Overlaid<'_, R> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        (0..R::TABLE.fields.len()).try_for_each(|field| {
            let of = if self.masked.mask.has(field) { self.masked.record } else { self.old };
            of.bind_field(field, b)
        })
    }
}

/// The statement of one mask, and the field of each of its parameters.
struct Text {
    sql: String,
    fields: Vec<&'static str>,
}

impl Text {
    /// Writes the statement; none where the mask names no column. A key in the mask is refused.
    fn of(dialect: Dialect, table: &'static Table, life: Life, has: impl Fn(usize) -> bool) -> Result<Option<Self>> {
        let layout = &table.layout;
        let mut fields = Vec::new();
        let mut value = |column: &'static str| {
            let field = layout.columns.iter().find(|c| c.name == column).map_or(column, |c| c.field);
            fields.push(field);
            nth(field, fields.len() - 1)
        };
        let mut set: Vec<(Name<'static>, Expr<'static>)> = Vec::new();
        for (_, field) in table.fields.iter().enumerate().filter(|(index, _)| has(*index)) {
            match field.kind {
                FieldKind::Children => {}
                FieldKind::Key => {
                    let key = field.paths.first().copied().unwrap_or_default();
                    return Err(Error::invalid(key, "is the key, which never changes").in_table(layout.name));
                }
                FieldKind::Value => {
                    set.extend(field.columns(table).map(|column| (column.name.into(), value(column.name))));
                }
            }
        }
        if set.is_empty() {
            return Ok(None);
        }
        let mut rows: Vec<Expr<'static>> =
            table.key.iter().map(|column| Expr::column(*column).equals(value(column))).collect();
        if let Some(Expire { column, clock, .. }) = life.expire {
            fields.push("");
            let later = Expr::column(*column).compare(Op::Greater, clock.param());
            rows.push(Expr::Any(vec![Expr::column(*column).is_null(), later]));
        }
        if let Some(SoftDelete { column, .. }) = life.soft_delete {
            rows.push(Expr::column(*column).is_null());
        }
        let update = sql::Update { table: layout.name.into(), set, rows, returning: Vec::new() };
        let (sql, _) = dialect.print_once(&update.into());
        Ok(Some(Self { sql, fields }))
    }
}

/// The columns of the members in a mask, the key, and the time where rows expire.
struct Masked<'r, R: Record> {
    record: &'r R,
    mask: &'r Mask<R>,
    now: Timestamp,
}

impl<R: Record> Masked<'_, R> {
    fn columns(&self) -> Vec<&'static str> {
        let fields = R::TABLE.fields.iter().enumerate().filter(|(index, _)| self.mask.has(*index));
        let columns = fields.flat_map(|(_, field)| field.columns(R::TABLE)).map(|column| column.name);
        columns.chain(R::TABLE.key.iter().copied()).collect()
    }
}

impl<R: Record> Bind for Masked<'_, R> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        for field in (0..R::TABLE.fields.len()).filter(|field| self.mask.has(*field)) {
            self.record.bind_field(field, b)?;
        }
        self.record.key().bind(b)?;
        R::LIFE.expire.map_or(Ok(()), |expire| expire.clock.put(self.now, b))
    }
}
