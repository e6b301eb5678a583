//! Rows that are deleted and still there: marked first, as deletes and their undoing go from row to row, and then settled.

use protostore_sql::Clock;

use crate::error::{Error, Kind, Result};
use crate::mask::Mask;
use crate::ops::Present;
use crate::record::{Mutable, Record, Sequence};
use crate::schema::{Referrer, Stmt, Table};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, InForm, Kept, Now};

/// A table whose rows are kept when they are deleted.
///
/// A row that is about to be deleted, or to be there again, has a time that no other has: so much for a mark, which
/// no reader sees, because all of it is one transaction.
#[derive(Debug)]
pub struct SoftDelete {
    /// The table.
    pub table: &'static Table,
    /// The column of the time of the delete.
    pub column: &'static str,
    /// The path of its field.
    pub field: &'static str,
    /// The member of the record.
    pub member: u16,
    /// The form in which it is there.
    pub clock: Clock,
    /// Reads the time of a record that is deleted.
    pub deleted: Stmt,
    /// Marks a record that is deleted.
    pub restore: Stmt,
    /// Gives those that are marked a time, or none, and the revision behind it.
    pub settle: Stmt,
    /// Deletes for good a record that is deleted.
    pub purge: Stmt,
    /// The field that every write changes.
    pub revision: Option<Revisions>,
    /// What is deleted with a row.
    pub cascades: &'static [Cascade],
    /// What keeps those that are marked from being deleted.
    pub keepers: &'static [Referrer],
    /// What those that are marked name, and which may not be there for readers.
    pub names: &'static [Names],
    /// Reads a record by its key, whether or not it is deleted.
    pub get: Stmt,
    /// Reads all records in the order of the key.
    pub page_first: Stmt,
    /// The same, after a key.
    pub page_after: Stmt,
}

/// How a table's revisions are written to several rows.
#[derive(Debug)]
pub struct Revisions {
    /// The counter that they are taken from.
    pub counter: &'static Sequence,
    /// The largest.
    pub most: i64,
}

/// Rows that are deleted with those that they name.
#[derive(Debug)]
pub struct Cascade {
    /// Their table.
    pub to: &'static SoftDelete,
    /// Marks those that are there.
    pub delete: Stmt,
    /// Marks those that were deleted at a time.
    pub restore: Stmt,
}

/// A reference of rows that come back.
#[derive(Debug)]
pub struct Names {
    /// The table in which it is.
    pub table: &'static str,
    /// The path of the field.
    pub field: &'static str,
    /// The table that is named.
    pub to: &'static str,
    /// Asks whether one that is marked names a row that is not there.
    pub missing: Stmt,
}

/// A record of a table whose rows are kept when they are deleted.
pub trait SoftDeleted: Mutable {
    /// How.
    const SOFT_DELETE: &'static SoftDelete;
}

/// One member of a record.
struct Member<'r, R>(&'r R, usize);

impl<R: Record> Bind for Member<'_, R> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.bind_field(self.1, b)
    }
}

/// Refuses a record that says when it was deleted, which only the store says.
pub(crate) fn unset<R: Record>(record: &R, mask: Option<&Mask<R>>) -> Result<()> {
    let Some(soft) = R::LIFE.soft_delete else { return Ok(()) };
    if mask.is_some_and(|mask| !mask.has(usize::from(soft.member))) {
        return Ok(());
    }
    // One that could not be stored is set all the same.
    match Kept::of(&Member(record, usize::from(soft.member))) {
        Ok(Kept::Null) => Ok(()),
        Ok(_) | Err(_) => {
            let why = "is set by the store, when the record is deleted: leave it unset";
            Err(Error::invalid(soft.field, why).in_table(R::TABLE.layout.name))
        }
    }
}

/// Refuses a record whose key is that of a record which is deleted.
pub(crate) async fn refuse_deleted<R: Record, S: Session>(s: &mut S, record: &R) -> Result<()> {
    let Some(soft) = R::LIFE.soft_delete else { return Ok(()) };
    let found = s.one::<_, Present>(&soft.deleted, &record.key()).await;
    match found.map_err(|e| e.explained(&R::TABLE.layout))? {
        None => Ok(()),
        Some(Present) => {
            let why = "is the key of a record that is deleted: undelete it, or purge it first";
            Err(Error::new(Kind::AlreadyExists, why)
                .at(soft.deleted.fields().collect::<Vec<_>>().join(", "))
                .in_table(R::TABLE.layout.name))
        }
    }
}

/// Deletes what is marked in a table, and what goes with it.
pub(crate) async fn delete<S: Session>(s: &mut S, soft: &'static SoftDelete, now: Timestamp) -> Result<()> {
    let tables = spread(s, soft, |cascade| &cascade.delete, &()).await?;
    for table in &tables {
        for keeper in table.keepers {
            let found = s.one::<_, Present>(&keeper.names, &Now(Some(now))).await;
            if found.map_err(|e| e.explained(&table.table.layout))?.is_some() {
                let why = format!("still names the record of {}", table.table.layout.name);
                let e = Error::new(Kind::Precondition, why).in_table(keeper.table).at(keeper.field);
                return Err(e.by_constraint(keeper.columns.join(", ")));
            }
        }
    }
    settle(s, &tables, &Kept::of(&InForm(soft.clock, now))?).await
}

/// Brings a record back, and what was deleted with it; says whether it was deleted.
pub(crate) async fn undelete<S: Session>(
    s: &mut S,
    soft: &'static SoftDelete,
    key: &(impl Bind + Sync),
    now: Timestamp,
) -> Result<bool> {
    let of_root = |e: Error| e.explained(&soft.table.layout);
    let time = match soft.clock {
        Clock::Rfc3339 => s.one::<_, String>(&soft.deleted, key).await.map_err(of_root)?.map(Kept::Text),
        Clock::Nanos | Clock::Seconds | Clock::Millis | Clock::Micros | Clock::Instant => {
            s.one::<_, i64>(&soft.deleted, key).await.map_err(of_root)?.map(Kept::Int)
        }
    };
    let Some(time) = time else { return Ok(false) };
    s.run(&soft.restore, key).await.map_err(of_root)?;
    let tables = spread(s, soft, |cascade| &cascade.restore, &time).await?;
    for table in &tables {
        for &Names { table: own, field, to, ref missing } in table.names {
            let found = s.one::<_, Present>(missing, &Now(Some(now))).await;
            if found.map_err(|e| e.explained(&table.table.layout))?.is_some() {
                let why = format!("refers to a record of {to} that does not exist");
                return Err(Error::new(Kind::Reference, why).in_table(own).at(field));
            }
        }
    }
    settle(s, &tables, &Kept::Null).await?;
    Ok(true)
}

/// Marks what goes with the rows that are marked, from table to table, and returns the tables of all of them.
async fn spread<S: Session>(
    s: &mut S,
    soft: &'static SoftDelete,
    statement: impl Fn(&'static Cascade) -> &'static Stmt + Send,
    parameters: &(impl Bind + Sync),
) -> Result<Vec<&'static SoftDelete>> {
    let (mut tables, mut next) = (vec![soft], vec![soft]);
    while let Some(table) = next.pop() {
        for cascade in table.cascades {
            let marked = s.run(statement(cascade), parameters).await;
            if marked.map_err(|e| e.explained(&cascade.to.table.layout))? > 0 {
                next.push(cascade.to);
                if !tables.iter().any(|table| table.table.number == cascade.to.table.number) {
                    tables.push(cascade.to);
                }
            }
        }
    }
    Ok(tables)
}

/// Gives what is marked its time, or none, and a new revision.
async fn settle<S: Session>(s: &mut S, tables: &[&'static SoftDelete], time: &Kept) -> Result<()> {
    for soft in tables {
        let layout = &soft.table.layout;
        let mut parameters = vec![time.clone()];
        if let Some(Revisions { counter, most }) = &soft.revision {
            let number = s.advance(counter, None).await.map_err(|e| e.in_table(layout.name))?;
            let Some(number) = number.filter(|number| number <= most) else {
                return Err(Error::new(Kind::OutOfRange, "has no number left").at(counter.field).in_table(layout.name));
            };
            parameters.push(if counter.text { Kept::Text(number.to_string()) } else { Kept::Int(number) });
        }
        s.run(&soft.settle, &parameters).await.map_err(|e| e.explained(layout))?;
    }
    Ok(())
}
