//! Plans by hand: what both schemas ask for, and what a test says besides.

use std::collections::BTreeMap;

use protostore_evolve::plan::{ColumnId, Conversion, Fill, Place, Plan, Step};
use protostore_schema::{Column, Role, Schema};

/// What a test says of the way between two schemas; whatever it does not say follows from both.
#[derive(Clone, Default)]
pub(crate) struct Said {
    /// Values of columns that are added.
    pub(crate) fills: Vec<(ColumnId, Fill)>,
    /// What becomes of the values of columns that both have.
    pub(crate) converts: Vec<(ColumnId, Conversion)>,
    /// Further steps.
    pub(crate) steps: Vec<Step>,
    /// Tables whose columns are carried by a step, and neither added nor dropped.
    pub(crate) carried: Vec<Place>,
}

pub(crate) fn place(path: &[u32]) -> Place {
    Place { table: 1, path: path.to_vec() }
}

/// Returns the value of a field in the table of its record.
pub(crate) fn value(path: &[u32]) -> ColumnId {
    ColumnId { place: place(&[]), path: path.to_vec(), role: Role::Value }
}

/// Returns a column of a table.
pub(crate) fn column(at: &[u32], path: &[u32], role: Role) -> ColumnId {
    ColumnId { place: place(at), path: path.to_vec(), role }
}

fn tables(schema: &Schema) -> BTreeMap<Place, Vec<&Column>> {
    let mut all = BTreeMap::new();
    for table in &schema.tables {
        all.insert(Place { table: table.number, path: Vec::new() }, table.all_columns());
        for child in table.descendants() {
            all.insert(Place { table: table.number, path: child.path.clone() }, child.columns());
        }
    }
    all
}

/// Returns a plan with the steps that two schemas ask for and those that are said.
pub(crate) fn plan(old: &Schema, new: &Schema, up: &Said, down: &Said) -> Plan {
    Plan {
        from: 1,
        to: 2,
        slug: "test".into(),
        up: steps(old, new, up),
        down: steps(new, old, down),
        verdicts: Vec::new(),
        asks: Vec::new(),
        accepted: Vec::new(),
        unneeded: Vec::new(),
        reader: 1,
        writer: 1,
    }
}

fn is_of_owner(column: &Column) -> bool {
    matches!(column.role, Role::OwnerKey | Role::Singleton)
}

fn steps(old: &Schema, new: &Schema, said: &Said) -> Vec<Step> {
    let (before, after) = (tables(old), tables(new));
    let mut steps = said.steps.clone();
    for (place, columns) in &after {
        let Some(older) = before.get(place) else {
            steps.push(Step::CreateTable { place: place.clone() });
            continue;
        };
        if said.carried.contains(place) {
            continue;
        }
        let find = |all: &[&Column], of: &Column| all.iter().any(|c| c.path == of.path && c.role == of.role);
        let id = |c: &Column| ColumnId { place: place.clone(), path: c.path.clone(), role: c.role };
        for column in columns.iter().filter(|c| !find(older, c) && !is_of_owner(c)) {
            let fill = said.fills.iter().find(|(of, _)| *of == id(column)).map(|(_, fill)| fill.clone());
            let natural = if column.nullable { Fill::Unset } else { Fill::Zero };
            steps.push(Step::AddColumn { column: id(column), fill: fill.unwrap_or(natural) });
        }
        for column in older.iter().filter(|c| !find(columns, c) && !is_of_owner(c)) {
            steps.push(Step::DropColumn { column: id(column) });
        }
    }
    for place in before.keys().rev().filter(|place| !after.contains_key(place)) {
        steps.push(Step::DropTable { place: place.clone() });
    }
    steps.extend(said.converts.iter().map(|(column, by)| Step::Convert { column: column.clone(), by: by.clone() }));
    steps
}
