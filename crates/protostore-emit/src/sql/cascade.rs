//! CREATE TRIGGER where the deletion of one row changes another: the engine unsets a reference or takes an element away,
//! and the revision of the record that it is in must change as well.

use protostore_schema::{Column, ForeignKey, OnDelete, Reference, Schema, Table, Type, revises_name};
use protostore_sql::{Conflict, Ddl, Event, Expr, Insert, Op, Rows, Select, Trigger, TriggerStep, Ty, Update};

use crate::plan::{COUNTERS, at, begin};

/// Columns that the deletion of a row of another table unsets, or removes with the element that they are in.
struct Place<'a> {
    /// The table whose records have a revision.
    owner: &'a Table,
    /// SQL name of the table that the columns are in: the owner's, or that of one of its lists.
    relation: &'a str,
    reference: ForeignKey,
    /// In a list, the columns that hold the owner's key.
    key: Option<Vec<&'a str>>,
}

/// Returns the triggers on a table whose deletions change records that have a revision.
pub(super) fn triggers<'s>(schema: &'s Schema, table: &'s Table) -> Vec<Ddl<'s>> {
    let places = schema.tables.iter().filter(|owner| owner.revision.is_some()).flat_map(places);
    let of_table = places.filter(|place| place.reference.enforced && place.reference.table == table.name.sql);
    of_table.map(|place| trigger(table, place)).collect()
}

fn places(owner: &Table) -> Vec<Place<'_>> {
    let own = references(&owner.columns(), &owner.foreign_keys).filter(|key| key.on_delete == OnDelete::SetNull);
    let own = own.map(|reference| Place { owner, relation: &owner.name.sql, reference, key: None });
    let inner = owner.descendants().into_iter().flat_map(|child| {
        let key: Vec<&str> = child.owner.iter().take(owner.key.len()).map(|c| c.name.sql.as_str()).collect();
        let all: Vec<ForeignKey> = references(&child.columns(), &child.foreign_keys).collect();
        let changing = all.into_iter().filter(|key| match key.on_delete {
            OnDelete::SetNull | OnDelete::Cascade => true,
            OnDelete::Restrict => false,
        });
        changing.map(move |reference| Place { owner, relation: &child.name.sql, reference, key: Some(key.clone()) })
    });
    own.chain(inner).collect()
}

/// Returns the references of a table, those of one column as well.
fn references<'a>(columns: &[&'a Column], keys: &'a [ForeignKey]) -> impl Iterator<Item = ForeignKey> + use<'a> {
    let single = columns.iter().filter_map(|column| {
        let Reference { table, column: key, on_delete, enforced } = column.reference.clone()?;
        Some(ForeignKey { columns: vec![column.name.sql.clone()], table, key: vec![key], on_delete, enforced })
    });
    single.collect::<Vec<_>>().into_iter().chain(keys.iter().cloned())
}

fn trigger<'s>(table: &'s Table, Place { owner, relation, reference, key }: Place<'s>) -> Ddl<'s> {
    let revision = owner.revision_column().expect("the records of the place have a revision");
    let name = revises_name(&table.name.sql, relation, &reference.columns.join("__"));
    let ties = reference.columns.into_iter().zip(reference.key);
    let ties: Vec<Expr<'_>> = ties.map(|(column, named)| Expr::column(column).equals(Expr::old(named))).collect();
    let naming = |what: Vec<Expr<'s>>| Select::from(relation, what).rows(ties.clone());
    let columns = |names: &[&'s str]| names.iter().map(|name| Expr::column(*name)).collect::<Vec<_>>();
    let own_key = || Expr::tuple(owner.key.iter().map(Expr::column));
    let rows = match key {
        None => ties.clone(),
        Some(key) => vec![own_key().in_rows(naming(columns(&key)))],
    };
    // The row that is being deleted must not be written.
    let is_other = || own_key().compare(Op::NotEqual, Expr::tuple(owner.key.iter().map(Expr::old)));
    let others = (table.number == owner.number).then(is_other);
    let counter = |what| Select::from(COUNTERS, [what]).rows(at(owner, revision));
    let mut first = begin(owner, revision);
    if let Rows::Select(select) = &mut first.rows {
        select.rows.push(counter(Expr::int(1)).exists().not());
    }
    let last = || Expr::column("last");
    let next = Update {
        table: COUNTERS.into(),
        set: vec![("last".into(), Expr::Plus(Box::new(last()), 1))],
        rows: at(owner, revision),
        returning: Vec::new(),
    };
    let number = Expr::Value(Box::new(counter(last())));
    let number = if revision.ty == Type::String { Expr::Cast(Box::new(number), Ty::Text) } else { number };
    let revise = Update {
        table: (&owner.name.sql).into(),
        set: vec![((&revision.name.sql).into(), number)],
        rows: rows.into_iter().chain(others).collect(),
        returning: Vec::new(),
    };
    Ddl::Trigger(Trigger {
        name: name.into(),
        table: (&table.name.sql).into(),
        before: Event::Delete,
        when: Some(naming(vec![Expr::int(1)]).exists()),
        steps: vec![
            TriggerStep::Do(Insert { conflict: Some(Conflict::Nothing), ..first }.into()),
            TriggerStep::Do(next.into()),
            TriggerStep::Do(revise.into()),
        ],
    })
}
