//! The derived objects of a schema: CHECKs, NOT NULL, foreign keys, indexes, triggers and views, by identity.

use std::collections::BTreeSet;

use protostore_evolve::plan::{ColumnId, Object, ObjectKind};
use protostore_schema::Schema;
use protostore_sql::{self as sql, Ddl, Dialect, Expr, Name};

use super::places::{Places, SqlTable};
use crate::sql::groups;

/// Returns the derived objects of a schema, table by table.
///
/// What one says is its SQLite print with identities in place of names, so that the objects of two schemas can be
/// compared across renames.
#[must_use]
pub fn objects(schema: &Schema) -> Vec<Object> {
    let places = Places::of(schema);
    let mut all = Vec::new();
    for ddl in groups(schema).into_iter().flatten() {
        match ddl {
            Ddl::Table(table) => of_table(&places, &table, &mut all),
            Ddl::Index(_) | Ddl::Trigger(_) | Ddl::View(_) => all.extend(of_definition(&places, ddl)),
            Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => {}
        }
    }
    all
}

fn of_table(places: &Places<'_>, table: &sql::Table<'_>, all: &mut Vec<Object>) {
    let Some(own) = places.named(&table.name) else { return };
    let object = |kind, name: &str, names: BTreeSet<String>, canonical: String| Object {
        kind,
        place: own.place.clone(),
        name: name.to_owned(),
        columns: columns(own, &names),
        canonical,
    };
    let one = |name: &Name<'_>| BTreeSet::from([name.clone().into_owned()]);
    for column in &table.columns {
        if !column.nullable {
            let is = places.identity(own.name, Some(&column.name));
            all.push(object(ObjectKind::NotNull, "", one(&column.name), is));
        }
    }
    for check in table.columns.iter().flat_map(|column| &column.checks).chain(&table.checks) {
        let condition = check_of(&check.all);
        let names = named(&condition);
        all.push(object(ObjectKind::Check, &check.name, names, canonical(places, own.name, condition)));
    }
    for key in table.columns.iter().filter_map(|column| column.reference.as_ref()).chain(&table.foreign_keys) {
        let names = key.columns.iter().map(|name| name.clone().into_owned()).collect();
        all.push(object(ObjectKind::ForeignKey, &key.name, names, reference(places, own.name, key)));
    }
}

/// Returns the condition of a CHECK.
pub(super) fn check_of<'a>(all: &[Expr<'a>]) -> Expr<'a> {
    Expr::All(all.to_vec())
}

/// Returns a condition with identities in place of names.
pub(super) fn canonical(places: &Places<'_>, table: &str, condition: Expr<'_>) -> String {
    Dialect::Sqlite.print_expr(&condition.canonical(table, &|table, column| places.identity(table, column)))
}

/// Returns a foreign key with identities in place of names.
pub(super) fn reference(places: &Places<'_>, table: &str, key: &sql::ForeignKey<'_>) -> String {
    let all = |of: &str, names: &[Name<'_>]| {
        names.iter().map(|name| places.identity(of, Some(name))).collect::<Vec<_>>().join(", ")
    };
    let on_delete = match key.on_delete {
        sql::OnDelete::NoAction => "nothing",
        sql::OnDelete::Cascade => "cascade",
        sql::OnDelete::SetNull => "set null",
    };
    let (from, to) = (all(table, &key.columns), all(&key.table, &key.key));
    format!("({from}) to {} ({to}) on delete {on_delete}", places.identity(&key.table, None))
}

fn of_definition(places: &Places<'_>, ddl: Ddl<'_>) -> Option<Object> {
    let (kind, name, table, names) = match &ddl {
        Ddl::Table(_) | Ddl::Alter(_) | Ddl::Drop(_) | Ddl::Guard(_) => return None,
        Ddl::Index(index) => {
            let kind = if index.unique { ObjectKind::Unique } else { ObjectKind::Index };
            let mut names: BTreeSet<String> = index.columns.iter().map(|part| part.column.to_string()).collect();
            names.extend(index.of.iter().flat_map(named));
            (kind, &index.name, &index.table, names)
        }
        Ddl::Trigger(trigger) => {
            let columns = match &trigger.before {
                sql::Event::Update(columns) => columns.iter().map(ToString::to_string).collect(),
                sql::Event::Delete => BTreeSet::new(),
            };
            (ObjectKind::Trigger, &trigger.name, &trigger.table, columns)
        }
        Ddl::View(view) => {
            let names = view.columns.iter().flat_map(|(expr, _)| named(expr)).collect();
            (ObjectKind::View, &view.name, &view.table, names)
        }
    };
    let own = places.named(table)?;
    let (place, name, columns) = (own.place.clone(), name.clone().into_owned(), columns(own, &names));
    let canonical = ddl.canonical(&|table, column| places.identity(table, column));
    let canonical = Dialect::Sqlite.print_ddl(&[canonical]).concat();
    Some(Object { kind, place, name, columns, canonical })
}

fn columns(table: &SqlTable<'_>, names: &BTreeSet<String>) -> Vec<ColumnId> {
    table.columns.iter().filter(|column| names.contains(&column.name.sql)).map(|column| table.id(column)).collect()
}

/// Returns the columns of its own table that an expression names.
pub(super) fn named(expr: &Expr<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    expr.columns(&mut |column| {
        names.insert(column.name.to_string());
    });
    names
}
