//! CREATE TABLE and CREATE INDEX.

use protostore_schema::{
    ChildTable, Column, ForeignKey, Form, Index, IndexColumn, Item, OnDelete, Role, Table, Type, foreign_key_name,
    key_name,
};
use protostore_sql::{self as sql, Ddl, IndexPart, Lit, Name, Ty};

use super::{append_only, check, checks, condition};

/// Returns a table of the store with its indexes.
pub(super) fn record(table: &Table) -> Vec<Ddl<'_>> {
    let docs = if table.docs.is_empty() { &table.record.docs } else { &table.docs };
    let columns = table.all_columns();
    let own = sql::Table {
        name: (&table.name.sql).into(),
        docs: &docs.0,
        columns: columns.iter().map(|c| column(&table.name.sql, c)).collect(),
        checks: of_several(checks(&table.record.nodes)),
        key: key(&table.name.sql, names(&table.key)),
        foreign_keys: table.foreign_keys.iter().filter_map(|key| foreign_key(&table.name.sql, key)).collect(),
        by_key: false,
    };
    let key = names(&table.key);
    let indexes = indexes(&table.name.sql, &table.indexes, &columns, &key);
    std::iter::once(Ddl::Table(own)).chain(indexes).chain(append_only::of(table, &table.name.sql)).collect()
}

/// Returns the child tables of a record at any depth, each after the one that it lies in.
pub(super) fn children(table: &Table) -> Vec<Vec<Ddl<'_>>> {
    table.children().into_iter().flat_map(|c| child(table, &table.name.sql, names(&table.key), c)).collect()
}

/// Returns the table of a repeated field, keyed by its owner and its place, and those inside its elements.
fn child<'s>(
    record: &'s Table,
    parent: &'s str,
    parent_key: Vec<Name<'s>>,
    child: &'s ChildTable,
) -> Vec<Vec<Ddl<'s>>> {
    let sql_names = |columns: Vec<&'s Column>| columns.into_iter().map(|c| Name::from(&c.name.sql)).collect::<Vec<_>>();
    let key = sql_names(child.key_columns());
    let nested = child.nested().into_iter().flat_map(|inner| self::child(record, &child.name.sql, key.clone(), inner));
    let owner = child.owner.iter().map(|c| c.name.sql.as_str());
    let mut to_parent = Some(sql::ForeignKey {
        name: foreign_key_name(&child.name.sql, owner).into(),
        columns: sql_names(child.owner.iter().collect()),
        table: parent.into(),
        key: parent_key,
        on_delete: sql::OnDelete::Cascade,
    });
    let mut columns: Vec<sql::ColumnDef<'s>> =
        child.columns().into_iter().map(|c| column(&child.name.sql, c)).collect();
    if let [_] = child.owner[..] {
        columns[0].reference = to_parent.take();
    }
    let nodes = match &child.item {
        Item::Message { nodes, .. } => &nodes[..],
        Item::Scalar(_) => &[],
    };
    let composite = child.foreign_keys.iter().filter_map(|key| foreign_key(&child.name.sql, key));
    let own = sql::Table {
        name: (&child.name.sql).into(),
        docs: &child.docs.0,
        columns,
        checks: of_several(checks(nodes)),
        key: self::key(&child.name.sql, key.clone()),
        foreign_keys: to_parent.into_iter().chain(composite).collect(),
        by_key: true,
    };
    let all = child.columns();
    let indexes = indexes(&child.name.sql, &child.indexes, &all, &key);
    let own = std::iter::once(Ddl::Table(own)).chain(indexes).chain(append_only::of(record, &child.name.sql)).collect();
    std::iter::once(own).chain(nested).collect()
}

/// Returns the CHECKs that concern several columns; those of one column are at it.
fn of_several(checks: Vec<check::Check<'_>>) -> Vec<sql::Check<'_>> {
    checks.into_iter().filter(|c| c.place == check::Place::Table).map(check).collect()
}

fn check(check: check::Check<'_>) -> sql::Check<'_> {
    sql::Check { name: check.name.into(), all: check.all }
}

fn key<'s>(table: &str, columns: Vec<Name<'s>>) -> sql::Key<'s> {
    sql::Key { name: key_name(table).into(), columns }
}

fn names(names: &[String]) -> Vec<Name<'_>> {
    names.iter().map(Name::from).collect()
}

/// Returns a column with its constraints. A foreign key of one column is here, so that ALTER can drop it.
fn column<'s>(table: &str, column: &'s Column) -> sql::ColumnDef<'s> {
    const NO_DOCS: &[String] = &[];
    let checks = check::value(column).into_iter().chain(super::rule_check(column));
    sql::ColumnDef {
        name: (&column.name.sql).into(),
        docs: if column.role == Role::OwnerKey { NO_DOCS } else { &column.docs.0 },
        ty: ty(column),
        nullable: column.nullable,
        default: column.default_zero.then(|| zero(&column.ty, column.form)),
        checks: checks.map(check).collect(),
        reference: column.reference.as_ref().filter(|r| r.enforced).map(|reference| sql::ForeignKey {
            name: foreign_key_name(table, [column.name.sql.as_str()]).into(),
            columns: vec![(&column.name.sql).into()],
            table: (&reference.table).into(),
            key: vec![(&reference.column).into()],
            on_delete: action(reference.on_delete),
        }),
    }
}

/// Returns what a reference of several columns asks and does. It is at the table.
fn foreign_key<'s>(table: &str, key: &'s ForeignKey) -> Option<sql::ForeignKey<'s>> {
    key.enforced.then(|| sql::ForeignKey {
        name: foreign_key_name(table, key.columns.iter().map(String::as_str)).into(),
        columns: names(&key.columns),
        table: (&key.table).into(),
        key: names(&key.key),
        on_delete: action(key.on_delete),
    })
}

fn action(on_delete: OnDelete) -> sql::OnDelete {
    match on_delete {
        OnDelete::Restrict => sql::OnDelete::NoAction,
        OnDelete::Cascade => sql::OnDelete::Cascade,
        OnDelete::SetNull => sql::OnDelete::SetNull,
    }
}

/// Returns the indexes of a table, with all columns that the database has.
fn indexes<'s>(
    table: &'s str,
    indexes: &'s [Index],
    own: &[&'s Column],
    key: &[Name<'s>],
) -> impl Iterator<Item = Ddl<'s>> {
    let nullable = |name: &str| own.iter().any(|c| c.name.sql == name && c.nullable);
    let part = |IndexColumn { column, descending }| {
        let nullable = nullable(&column);
        IndexPart { column: column.into(), descending, nullable }
    };
    let key: Vec<&str> = key.iter().map(AsRef::as_ref).collect();
    let index = |index: &'s Index| {
        let Index { name, columns: _, unique, condition } = index;
        Ddl::Index(sql::Index {
            name: name.into(),
            table: table.into(),
            unique: *unique,
            columns: index.stored(&key).into_iter().map(part).collect(),
            of: condition.as_ref().map(|c| self::condition(c, own)),
        })
    };
    indexes.iter().map(index).collect::<Vec<_>>().into_iter()
}

/// Returns the type of a column's values.
pub(crate) fn ty(column: &Column) -> Ty {
    match column.form {
        Form::Own => own_type(&column.ty),
        Form::FullRange | Form::FloatBits | Form::Seconds | Form::Milliseconds | Form::Microseconds => Ty::Int8,
        Form::Timestamptz => Ty::Instant,
        Form::Rfc3339 => Ty::Text,
        Form::Json => Ty::Json,
        Form::Bytes => Ty::Bytes,
    }
}

fn own_type(ty: &Type) -> Ty {
    match ty {
        Type::Bool => Ty::Bool,
        Type::Int32 | Type::Enum(_) => Ty::Int4,
        Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Timestamp | Type::Duration => Ty::Int8,
        Type::Float => Ty::Real4,
        Type::Double => Ty::Real8,
        Type::String | Type::FieldMask => Ty::Text,
        Type::Struct | Type::Value | Type::ListValue => Ty::Json,
        Type::Bytes | Type::Any | Type::Message(_) | Type::Repeated(_) => Ty::Bytes,
    }
}

/// Returns what is in a column for the zero of its type.
pub(crate) fn zero<'s>(ty: &Type, form: Form) -> Lit<'s> {
    match form {
        // 0 XOR 2^63.
        Form::FullRange => Lit::Int(i64::MIN),
        Form::FloatBits => Lit::Int(0),
        Form::Bytes => Lit::Bytes([].as_slice().into()),
        Form::Json if matches!(ty, Type::Repeated(repeated) if repeated.key.is_some()) => Lit::Text("{}".into()),
        Form::Json => Lit::Text("[]".into()),
        Form::Own => own_zero(ty),
        Form::Seconds | Form::Milliseconds | Form::Microseconds | Form::Timestamptz | Form::Rfc3339 => {
            unreachable!("a message is never zero, it is unset")
        }
    }
}

fn own_zero<'s>(ty: &Type) -> Lit<'s> {
    match ty {
        Type::Bool => Lit::Bool(false),
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => Lit::Int(0),
        Type::Enum(_) | Type::Timestamp | Type::Duration => Lit::Int(0),
        Type::Float | Type::Double => Lit::Real("0.0".into()),
        Type::String => Lit::Text("".into()),
        Type::Bytes | Type::Repeated(_) => Lit::Bytes([].as_slice().into()),
        Type::Message(_) | Type::Struct | Type::Value | Type::ListValue | Type::Any | Type::FieldMask => {
            unreachable!("a message is never zero, it is unset")
        }
    }
}
