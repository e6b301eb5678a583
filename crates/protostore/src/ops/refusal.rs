//! Why a write was refused, in the words of the schema.
//!
//! SQLite does not say which foreign key failed, so the session is asked afterwards, in the same transaction. A session
//! whose transaction an error has ended is asked nothing: the name of the constraint says what there is to say.

use protostore_sql::{Expr, Limit, Select};

use super::collision::nth;
use super::insert::Whole;
use super::page::listed;
use super::{PageOf, Present};
use crate::error::{Error, Kind, Result, Violation, missing, too_deep};
use crate::record::{ChildTable, Record};
use crate::rules;
use crate::schema::{Child, ForeignKey, Layout, Listing, Referrer, Table};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Kept, Now, Pick};

/// How many records are read at a time to find the one that is named.
const KEYS: usize = 256;

/// Explains why the row of a record was refused.
#[cold]
pub(crate) async fn of_record<R: Record, S: Session>(s: &mut S, e: Error, record: &R, now: Timestamp) -> Error {
    let parameters = || R::TABLE.column_names().collect();
    of_row(s, e, &R::TABLE.layout, parameters, &Whole(record), now).await
}

/// Explains why the row of a record that is inserted was refused: where its key is taken, it says so, whichever of its unique
/// values are taken as well. So a client can tell that it tries again from that another has its value.
#[cold]
pub(crate) async fn of_insert<R: Record, S: Session>(s: &mut S, e: Error, record: &R, now: Timestamp) -> Error {
    let other = match e.violation() {
        Some(Violation::Unique { table: _, columns }) => columns != R::TABLE.key,
        Some(Violation::UniqueIndex(_)) => true,
        _ => false,
    };
    if S::SURVIVES_ERRORS
        && other
        && let Ok(true) = super::exists::<R, S>(s, record.key(), Some(now)).await
    {
        let columns = R::TABLE.key.iter().map(|column| (*column).to_owned()).collect();
        let key = Violation::Unique { table: R::TABLE.layout.name.to_owned(), columns };
        return Error::new(Kind::AlreadyExists, "").violating(key).explained(&R::TABLE.layout).because(e);
    }
    of_record(s, e, record, now).await
}

/// Explains why a row of a child table was refused; `row` is all of it.
#[cold]
pub(crate) async fn of_child<C: ChildTable, S: Session>(
    s: &mut S,
    e: Error,
    row: &(impl Bind + Sync),
    now: Timestamp,
) -> Error {
    let layout = &C::CHILD.layout;
    if let Some(field) = twice(&e, layout).filter(|_| C::COUNTED) {
        return rules::twice(field).in_table(layout.record);
    }
    if S::SURVIVES_ERRORS {
        if let Some(field) = own(s, &e, C::CHILD, row).await {
            let why = "is unique, and occurs twice in this record";
            return Error::invalid(field, why).in_table(layout.record).because(e);
        }
    } else if let Some(columns) = unique(&e, layout) {
        // Whose it is, only the database could say.
        let fields = layout.columns.iter().filter(|column| columns.contains(&column.name));
        let fields = fields.map(|column| column.field).collect::<Vec<_>>().join(", ");
        let why = "is taken by another record, or occurs twice in this one";
        return Error::new(Kind::AlreadyExists, why).at(fields).in_table(layout.record).because(e);
    }
    let parameters = || layout.columns.iter().map(|column| column.name).collect();
    of_row(s, e, layout, parameters, row, now).await
}

/// Returns the fields of a unique value where another element of the same record has it.
async fn own<S: Session>(s: &mut S, e: &Error, child: &Child, row: &(impl Bind + Sync)) -> Option<String> {
    let layout = &child.layout;
    let Some(Violation::Unique { table, columns }) = e.violation() else { return None };
    let list = layout.columns.last()?.field;
    // A place in a list has the path of the list, which begins the path of its elements; the record's key has one of its own.
    let is_place = |field: &str| list.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let key = layout.columns.iter().take(child.key).filter(|column| !is_place(column.field)).map(|column| column.name);
    let asked: Vec<&str> = key.chain(columns.iter().map(String::as_str)).collect();
    let all: Vec<&str> = layout.columns.iter().map(|column| column.name).collect();
    let values = picked(&all, row, &asked);
    if table != layout.name || values.is_empty() {
        return None;
    }
    let same = asked.iter().enumerate().map(|(at, column)| Expr::column(*column).equals(nth("", at)));
    let select = Select::from(layout.name, [Expr::int(1)]).rows(same).limit(Limit::One);
    let (sql, _) = S::DIALECT.print_once(&select.into());
    let mut found: Vec<Present> = Vec::new();
    s.all_dynamic(&sql, &[], &values, &mut found).await.ok()?;
    let fields = layout.columns.iter().filter(|column| columns.iter().any(|name| name == column.name));
    (!found.is_empty()).then(|| fields.map(|column| column.field).collect::<Vec<_>>().join(", "))
}

/// Returns the columns of a table's key or unique index that is broken, by whichever of both it is known.
fn unique<'e>(e: &'e Error, layout: &Layout) -> Option<Vec<&'e str>> {
    match e.violation()? {
        Violation::Unique { table, columns } if table == layout.name => {
            Some(columns.iter().map(String::as_str).collect())
        }
        Violation::UniqueIndex(name) => layout.unique(name).map(|unique| unique.columns.to_vec()),
        _ => None,
    }
}

/// Returns the list of single values that would have one of them twice, by an index over its owner and its values.
fn twice(e: &Error, layout: &Layout) -> Option<&'static str> {
    let columns = unique(e, layout)?;
    let (value, key) = layout.columns.split_last()?;
    let (position, owner) = key.split_last()?;
    let is_list = position.name.starts_with("_position") && position.field == value.field;
    let is_index = columns.iter().copied().eq(owner.iter().chain([value]).map(|column| column.name));
    (is_list && is_index).then_some(value.field)
}

/// Explains why records of a table, and what goes with them by CASCADE, could not be deleted.
#[cold]
pub(crate) fn of_cascade(e: Error, table: &'static Table) -> Error {
    match (e.violation(), table.recursions) {
        (Some(Violation::Reference(name)), _) => match table.referrer(name) {
            Some(referrer) => still_named(table, referrer),
            None => around(table),
        },
        (Some(Violation::TooDeep), [first, ..]) => {
            let all: Vec<String> = table.recursions.iter().map(|r| format!("{}.{}", r.table, r.field)).collect();
            too_deep().in_table(first.table).at(first.field).by_constraint(all.join(", ")).because(e)
        }
        _ => e.explained(&table.layout),
    }
}

/// Explains why a record could not be deleted.
#[cold]
pub(crate) async fn of_delete<S: Session>(
    s: &mut S,
    e: Error,
    table: &'static Table,
    key: &(impl Bind + Sync),
    now: Option<Timestamp>,
) -> Error {
    if e.violation() != Some(&Violation::ForeignKey) {
        return of_cascade(e, table);
    }
    named(s, table, key, now).await.unwrap_or_else(|| around(table))
}

/// Explains why the records of a list of keys could not be deleted.
#[cold]
pub(crate) async fn of_deletes<R: Record, S: Session>(s: &mut S, e: Error, keys: &[R::Key], now: Timestamp) -> Error {
    if e.violation() != Some(&Violation::ForeignKey) {
        return of_cascade(e, R::TABLE);
    }
    for key in keys {
        if let Some(e) = named(s, R::TABLE, key, Some(now)).await {
            return e;
        }
    }
    around(R::TABLE)
}

/// Explains why the records that an index selects could not be deleted.
#[cold]
pub(crate) async fn of_delete_by<R: Record, S: Session>(
    s: &mut S,
    e: Error,
    listing: &'static Listing,
    by: &(impl Bind + Sync),
    now: Timestamp,
) -> Error {
    if e.violation() != Some(&Violation::ForeignKey) {
        return of_cascade(e, R::TABLE);
    }
    let mut page = listed(s, listing, by, None, KEYS, Some(now)).await;
    while let Ok(PageOf::<R> { records, next }) = page {
        for record in &records {
            if let Some(e) = named(s, R::TABLE, &record.key(), Some(now)).await {
                return e;
            }
        }
        let Some(after) = next else { return around(R::TABLE) };
        page = listed(s, listing, by, Some(&after), KEYS, Some(now)).await;
    }
    e.explained(&R::TABLE.layout)
}

/// Says which row still names the record with this key, if one does.
async fn named<S: Session>(
    s: &mut S,
    table: &'static Table,
    key: &(impl Bind + Sync),
    now: Option<Timestamp>,
) -> Option<Error> {
    for referrer in table.referrers {
        if let Ok(Some(Present)) = s.one(&referrer.names, &(key, Now(now))).await {
            return Some(still_named(table, referrer));
        }
    }
    None
}

/// Says which rows name one that was to be deleted.
fn still_named(table: &Table, referrer: &Referrer) -> Error {
    Error::new(Kind::Precondition, format!("still names the record of {}", table.layout.name))
        .in_table(referrer.table)
        .at(referrer.field)
        .by_constraint(referrer.columns.join(", "))
}

/// Says that a row which a delete takes along is named.
fn around(table: &'static Table) -> Error {
    Error::new(Kind::Precondition, "it, or a record that goes with it, is still named by another")
        .in_table(table.layout.name)
}

/// Explains why a row was refused; `parameters` are the columns that `row` carries.
async fn of_row<S: Session>(
    s: &mut S,
    e: Error,
    layout: &'static Layout,
    parameters: impl FnOnce() -> Vec<&'static str>,
    row: &(impl Bind + Sync),
    now: Timestamp,
) -> Error {
    if e.violation() != Some(&Violation::ForeignKey) {
        return e.explained(layout);
    }
    let parameters: Vec<&'static str> = parameters();
    for key in layout.references {
        if let Ok(true) = absent(s, layout, key, &parameters, row, now).await {
            return missing(layout, key);
        }
    }
    e.explained(layout)
}

/// Refuses a row that names another which is there in SQL and not for readers; `parameters` are the columns that it carries.
pub(crate) async fn mortals<S: Session>(
    s: &mut S,
    layout: &'static Layout,
    parameters: &[&str],
    row: &(impl Bind + Sync),
    now: Timestamp,
) -> Result<()> {
    for key in layout.references.iter().filter(|key| key.hides) {
        if absent(s, layout, key, parameters, row, now).await? {
            return Err(missing(layout, key));
        }
    }
    Ok(())
}

/// Says whether a row names one that is not there.
async fn absent<S: Session>(
    s: &mut S,
    layout: &'static Layout,
    key: &'static ForeignKey,
    parameters: &[&str],
    row: &(impl Bind + Sync),
    now: Timestamp,
) -> Result<bool> {
    let values = picked(parameters, row, key.columns);
    if values.is_empty() || values.contains(&Kept::Null) {
        return Ok(false);
    }
    // A row may name itself: it is not there only because it was refused for another reason.
    if key.table == layout.name && picked(parameters, row, key.key) == values {
        return Ok(false);
    }
    Ok(s.one::<_, Present>(&key.exists, &(values, Now(Some(now)))).await?.is_none())
}

/// Returns the row's values in some columns; none if it does not carry all of them.
fn picked(parameters: &[&str], row: &impl Bind, columns: &[&str]) -> Vec<Kept> {
    let at = |column: &&str| parameters.iter().position(|parameter| parameter == column);
    let value = |column| at(column).and_then(|at| Pick::from(row, at));
    columns.iter().map(value).collect::<Option<_>>().unwrap_or_default()
}
