//! The statements of one child or join table.

use protostore_schema::{ChildTable, Column, ForeignKey, Schema, Table};
use protostore_sql::{Delete, Expr, Insert, Join, Op, ParamRole, Rows, Select, Statement as Sql, What};

use super::{AroundPlan, EditPlan, Live, Statement, Statements, keys, life, of, order, own, record, tied, value};

/// The statements of a child table.
pub(crate) struct ChildPlan<'s> {
    /// The table of the record that its rows belong to.
    pub(crate) record: &'s str,
    /// The table of the record or element that its rows belong to.
    pub(crate) parent: &'s str,
    pub(crate) child: &'s ChildTable,
    /// Index of the record's member that the child table belongs to.
    pub(crate) member: u16,
    pub(crate) insert: Statement,
    /// Deletes every element of a record; those inside an element go with it.
    pub(crate) delete: Option<Statement>,
    pub(crate) load: Statement,
    pub(crate) load_many: Statement,
    pub(crate) load_range: Statement,
    /// What an element names.
    pub(crate) references: Vec<record::ReferencePlan<'s>>,
    /// How elements are written alone.
    pub(crate) edit: Option<EditPlan>,
    /// The message that must be set for it.
    pub(crate) around: Option<AroundPlan<'s>>,
    /// What the elements of one record name: by themselves, and by several columns.
    pub(crate) rows: Vec<RowsPlan<'s>>,
    /// The child tables inside its elements.
    pub(crate) nested: Vec<ChildPlan<'s>>,
}

/// The rows that the elements of a record name.
pub(crate) struct RowsPlan<'s> {
    /// The table whose rows are named.
    pub(crate) target: &'s Table,
    /// The named rows of one owner, in the order of the elements.
    pub(crate) rows: Statement,
}

impl<'s> ChildPlan<'s> {
    pub(super) fn of(
        schema: &'s Schema,
        table: &'s Table,
        parent: &'s str,
        child: &'s ChildTable,
        all: &mut Statements,
    ) -> Self {
        // The record's key, and then where the element is, from the outermost list inward.
        let key = child.key_columns();
        let (owner, places) = key.split_at(table.key.len());
        let (columns, items, key_of_record) = (child.columns(), child.item_columns(), table.key_columns());
        let named: Vec<&Column> = child.place.column().into_iter().chain(items.iter().copied()).collect();
        let shown = || [places, &items[..]].concat();
        let mut add = |name: &str, statement: Sql<'s>| {
            all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), statement)
        };
        let values = key_of_record.iter().copied().chain(shown()).map(value);
        let insert = Insert {
            table: (&child.name.sql).into(),
            columns: columns.iter().map(|c| (&c.name.sql).into()).collect(),
            rows: Rows::Values(values.collect()),
            conflict: None,
        };
        // The ordinal of the only owner, and then as of many.
        let load = Select::from(&child.name.sql, std::iter::once(Expr::int(0)).chain(own(&shown())))
            .rows(tied(None, owner, &key_of_record))
            .order(order(own(places)));
        let is_outermost = table.children().iter().any(|outer| outer.path == child.path);
        let delete = Delete { table: (&child.name.sql).into(), rows: tied(None, owner, &key_of_record) };
        let insert = add("insert", insert.into());
        let delete = is_outermost.then(|| add("delete", delete.into()));
        let load = add("load", load.into());
        let load_many = add("load_many", load_many(child, owner, places).into());
        let load_range = add("load_range", load_range(child, (owner, &key_of_record), places).into());
        let join = join(schema, table, child, all);
        let several = (&columns[..], &child.foreign_keys[..]);
        let references = record::references(schema, &table.name.proto, &named, several, all);
        let composite = child.foreign_keys.iter().map(|key| composite(schema, table, child, key, all));
        let rows = join.into_iter().chain(composite).collect();
        Self {
            record: &table.name.sql,
            parent,
            child,
            member: member(table, child),
            insert,
            delete,
            load,
            load_many,
            load_range,
            references,
            edit: EditPlan::of(table, child, all),
            around: AroundPlan::of(table, child, all),
            rows,
            nested: child
                .nested()
                .into_iter()
                .map(|inner| Self::of(schema, table, &child.name.sql, inner, all))
                .collect(),
        }
    }

    /// Returns this plan and those inside, each before what is inside it.
    pub(crate) fn with_nested(&self) -> Vec<&Self> {
        std::iter::once(self).chain(self.nested.iter().flat_map(Self::with_nested)).collect()
    }
}

/// Returns the index of the record's member that a child table at any depth belongs to.
fn member(table: &Table, child: &ChildTable) -> u16 {
    let holds = |node: &protostore_schema::Node| {
        node.children().iter().flat_map(|c| c.with_nested()).any(|c| c.path == child.path)
    };
    let index = table.record.nodes.iter().position(holds).expect("a child table belongs to a member of its record");
    u16::try_from(index).expect("fewer members than 2^16")
}

/// Returns the load of several owners' elements. Rows carry the owner's ordinal in the list of keys, so that nothing is
/// hashed or compared.
fn load_many<'s>(child: &'s ChildTable, record: &[&'s Column], places: &[&'s Column]) -> Select<'s> {
    let ordinal = || std::iter::once(Expr::KeyPlace { of: "o" });
    let what = ordinal().chain(of("c", places)).chain(of("c", &child.item_columns()));
    Select::new(What::Exprs(what.collect()), keys::rows(Some("o"), &child.name.proto))
        .join(Join { table: (&child.name.sql).into(), alias: "c".into(), on: keys::ties("c", record), in_order: true })
        .order(order(ordinal().chain(of("c", places)).collect()))
}

/// Returns the load of the elements of all owners from one key to another, both among them: in the order of the owners, each
/// behind the key of its own, so that nothing is looked up or sorted.
fn load_range<'s>(
    child: &'s ChildTable,
    (owner, record): (&[&'s Column], &[&'s Column]),
    places: &[&'s Column],
) -> Select<'s> {
    let last = record.iter().map(|c| Expr::param(&c.name.proto, ParamRole::To));
    let bound = |op, key| Expr::tuple(own(owner)).compare(op, key);
    let first = bound(Op::AtLeast, Expr::tuple(record.iter().copied().map(value)));
    let what = [owner, places, &child.item_columns()[..]].concat();
    Select::from(&child.name.sql, own(&what))
        .rows([first, bound(Op::AtMost, Expr::tuple(last))])
        .order(order(own(&[owner, places].concat())))
}

/// Returns the rows of another table that elements name, in the order of the elements.
fn rows<'s>(
    table: &'s Table,
    child: &'s ChildTable,
    (target, on, name): (&'s Table, Vec<Expr<'s>>, &str),
    all: &mut Statements,
) -> RowsPlan<'s> {
    let key = child.key_columns();
    let (owner, places) = key.split_at(table.key.len());
    let live = Live::of(target, Some("t"));
    let rows = Select::of(&child.name.sql, "j", of("t", &target.columns()))
        .join(Join { table: (&target.name.sql).into(), alias: "t".into(), on, in_order: false })
        .rows(tied(Some("j"), owner, &table.key_columns()))
        .rows(live.rows().into_iter().chain(life::owner(table)))
        .order(order(of("j", places)));
    RowsPlan { target, rows: all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), rows) }
}

/// Returns the rows that elements name by several columns.
fn composite<'s>(
    schema: &'s Schema,
    table: &'s Table,
    child: &'s ChildTable,
    key: &'s ForeignKey,
    all: &mut Statements,
) -> RowsPlan<'s> {
    let target = schema.table(&key.table);
    let on = key.key.iter().zip(&key.columns).map(|(k, c)| Expr::of("t", k).equals(Expr::of("j", c))).collect();
    rows(table, child, (target, on, &target.name.proto), all)
}

/// Returns the rows that the elements of a join table name.
fn join<'s>(schema: &'s Schema, table: &'s Table, child: &'s ChildTable, all: &mut Statements) -> Option<RowsPlan<'s>> {
    let reference = child.joins()?;
    let [value] = child.item_columns()[..] else { return None };
    let on = vec![Expr::of("t", &reference.column).equals(Expr::of("j", &value.name.sql))];
    Some(rows(table, child, (schema.table(&reference.table), on, "rows"), all))
}
