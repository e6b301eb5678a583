//! The steps of a plan in words, with the names of both schemas.

use protostore_schema::{Role, Schema};

use crate::plan::{ColumnId, Conversion, Fill, Motion, Number, Object, ObjectKind, Place, Plan, RustStep, Step, Test};
use crate::view::View;

impl Plan {
    /// Returns the steps up in words, one a line; of the way back with `old` and `new` exchanged and `down` of the
    /// plan.
    ///
    /// ```text
    /// rename column machines.owner to holder
    /// make index machines_by_holder on machines
    /// ```
    #[must_use]
    pub fn steps_text(&self, steps: &[Step], old: &Schema, new: &Schema) -> String {
        let words = Words { old: View::new(old), new: View::new(new) };
        steps.iter().map(|step| format!("{}\n", words.step(step))).collect()
    }
}

struct Words<'s> {
    old: View<'s>,
    new: View<'s>,
}

impl Words<'_> {
    fn step(&self, step: &Step) -> String {
        match step {
            Step::Guard(guard) => {
                let when = if guard.before { "before" } else { "after" };
                format!("stop {when}, where {}: {}", self.test(&guard.rows), guard.says)
            }
            Step::CreateTable { place } => format!("create table {}", table(&self.new, place)),
            Step::DropTable { place } => format!("drop table {}", table(&self.old, place)),
            Step::RenameTable { place } => {
                format!("rename table {} to {}", table(&self.old, place), table(&self.new, place))
            }
            Step::RenameColumn { column } => {
                let to = self.new.columns().get(column).map_or("", |column| &column.name.sql);
                format!("rename column {} to {to}", column_name(&self.old, column))
            }
            Step::AddColumn { column, fill } => {
                format!("add column {}, {}", column_name(&self.new, column), self.fill(fill))
            }
            Step::DropColumn { column } => format!("drop column {}", column_name(&self.old, column)),
            Step::Fill { column, rows, value } => {
                let rows = if *rows == Test::Any { String::new() } else { format!(" where {}", self.test(rows)) };
                format!("fill {}{rows}, {}", column_name(&self.new, column), self.fill(value))
            }
            Step::Convert { column, by } => format!("convert {}, {}", column_name(&self.new, column), conversion(by)),
            Step::Move { from, to, columns, by } => {
                let by = match by {
                    Motion::OneRow(rows) => format!("one row where {}", self.test(rows)),
                    Motion::OnlyRow => "of the only row".to_owned(),
                    Motion::KeysToPositions => "positions in the order of keys".to_owned(),
                    Motion::PositionsToKeys => "by keys".to_owned(),
                };
                let columns = columns.iter().map(|(from, to, by)| {
                    let by = if *by == Conversion::Same { String::new() } else { format!(" ({})", conversion(by)) };
                    format!("{} to {}{by}", column_name(&self.old, from), column_name(&self.new, to))
                });
                let columns = columns.collect::<Vec<_>>().join(", ");
                format!("move {} to {}, {by}: {columns}", table(&self.old, from), table(&self.new, to))
            }
            Step::AddRows { of, to, rows, sql, values } => {
                let values = values
                    .iter()
                    .map(|(column, fill)| format!(", {} {}", column_name(&self.new, column), self.fill(fill)));
                format!(
                    "add rows to {} for {} where {} and {sql}{}",
                    table(&self.new, to),
                    table(&self.new, of),
                    self.test(rows),
                    values.collect::<String>()
                )
            }
            Step::Rekey { place } => {
                let key = self.new.places().get(place).map(|table| table.key.as_slice()).unwrap_or_default();
                let key: Vec<String> = key.iter().map(|column| column_name(&self.new, column)).collect();
                format!("identify {} by {}", table(&self.new, place), key.join(", "))
            }
            Step::Reparent { place, under } => {
                format!("hang {} under {}", table(&self.new, place), table(&self.new, under))
            }
            Step::Sweep { place, rows } => {
                format!("delete from {} where {}", table(&self.old, place), self.test(rows))
            }
            Step::Count { column } => format!("count on from the greatest {}", column_name(&self.new, column)),
            Step::Rust { place, by } => format!("in {}: {}", table(&self.new, place), self.rust(place, by)),
            Step::Drop(object) => format!("drop {}", object_name(&self.old, object)),
            Step::Make(object) => format!("make {}", object_name(&self.new, object)),
            Step::SameCount { before, after } => {
                format!("assert that {} has as many rows as {}", table(&self.new, after), table(&self.old, before))
            }
            Step::Report { column } => {
                format!("count rows whose {} breaks its rules", column_name(&self.new, column))
            }
            Step::ReportLists { place } => {
                format!("count lists of {} that break how many elements there may be", table(&self.new, place))
            }
            Step::References => "assert that each reference has its row".to_owned(),
        }
    }

    fn fill(&self, fill: &Fill) -> String {
        match fill {
            Fill::Zero => "zero".to_owned(),
            Fill::Unset => "unset".to_owned(),
            Fill::ZeroWhereSet(presence) => format!("zero where {} is set", column_name(&self.new, presence)),
            Fill::Copy(column) => format!("as {}", self.any(column)),
            Fill::Sql(sql) => format!("as {sql}"),
            Fill::Numbered => "numbered in the order of the key".to_owned(),
        }
    }

    fn rust(&self, place: &Place, step: &RustStep) -> String {
        match step {
            RustStep::Encode { into } => format!("encode into {}", column_name(&self.new, into)),
            RustStep::Decode { from } => format!("decode {}", column_name(&self.old, from)),
            RustStep::Reform { column } => format!("write {} in its new form", column_name(&self.new, column)),
            RustStep::Bits { column, into: true } => format!("write {} as bits", column_name(&self.new, column)),
            RustStep::Bits { column, into: false } => format!("write {} as numbers", column_name(&self.new, column)),
            RustStep::Text { column } => format!("write {} as text", column_name(&self.new, column)),
            RustStep::Chain { column } => format!("chain rows by {}", column_name(&self.new, column)),
            RustStep::Hook { method, path } if path.is_empty() => format!("rows as {method} of the program makes them"),
            RustStep::Hook { method, path } => {
                let name = self.new.datum(place.table, path).map_or("", |datum| &datum.name);
                format!("{name} as {method} of the program gives it, where it has no value")
            }
        }
    }

    fn test(&self, test: &Test) -> String {
        let name = |column: &ColumnId| self.any(column);
        let names = |columns: &[ColumnId]| columns.iter().map(&name).collect::<Vec<_>>().join(", ");
        let all = |tests: &[Test], word: &str| {
            tests.iter().map(|test| self.test(test)).collect::<Vec<_>>().join(&format!(" {word} "))
        };
        match test {
            Test::Any => "any row".to_owned(),
            Test::Unset(column) => format!("{} is unset", name(column)),
            Test::Set(column) => format!("{} is set", name(column)),
            Test::Zero(column) => format!("{} is zero", name(column)),
            Test::NotZero(column) => format!("{} is not zero", name(column)),
            Test::OutOfRange { column, low, high } => format!("{} is not in {low} to {high}", name(column)),
            Test::NotIn { column, numbers } => {
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                format!("{} is none of {}", name(column), numbers.join(", "))
            }
            Test::Inexact { column, by } => format!("{} does not come back ({})", name(column), conversion(by)),
            Test::Duplicate { columns, among } => format!("{} repeat among {}", names(columns), self.test(among)),
            Test::Dangling { columns, target } => {
                format!("{} has no row of {}", names(columns), table(&self.new, target))
            }
            Test::Several => "there are several".to_owned(),
            Test::Breaks(object) => format!("{} is broken", object_name(&self.new, object)),
            Test::MoreThanOne(columns) => format!("more than one of {} is set", names(columns)),
            Test::None(columns) => format!("none of {} is set", names(columns)),
            Test::Past(column) => format!("{} is past", name(column)),
            Test::All(tests) => all(tests, "and"),
            Test::Either(tests) => all(tests, "or"),
            Test::Not(test) => format!("not ({})", self.test(test)),
            Test::NoChild(place) => format!("no row of {} belongs to it", table(&self.new, place)),
            Test::Indexed(object) => format!("{} holds it", object_name(&self.new, object)),
        }
    }

    fn any(&self, column: &ColumnId) -> String {
        let view = if self.new.columns().contains_key(column) { &self.new } else { &self.old };
        column_name(view, column)
    }
}

fn table(view: &View<'_>, place: &Place) -> String {
    view.places().get(place).map_or_else(|| format!("table {}", place.table), |table| table.name.to_owned())
}

fn column_name(view: &View<'_>, column: &ColumnId) -> String {
    let name = view.columns().get(column).map(|column| column.name.sql.as_str());
    let role = match column.role {
        Role::Value => "value",
        Role::Presence => "presence",
        Role::OwnerKey => "owner's key",
        Role::Position => "position",
        Role::MapKey => "key",
        Role::Singleton => "singleton",
    };
    format!("{}.{}", table(view, &column.place), name.unwrap_or(role))
}

fn object_name(view: &View<'_>, object: &Object) -> String {
    let kind = match object.kind {
        ObjectKind::Check => "CHECK",
        ObjectKind::NotNull => {
            let columns: Vec<String> = object.columns.iter().map(|column| column_name(view, column)).collect();
            return format!("NOT NULL of {}", columns.join(", "));
        }
        ObjectKind::ForeignKey => "foreign key",
        ObjectKind::Index => "index",
        ObjectKind::Unique => "unique index",
        ObjectKind::Trigger => "trigger",
        ObjectKind::View => "view",
    };
    format!("{kind} {} of {}", object.name, table(view, &object.place))
}

fn conversion(by: &Conversion) -> String {
    match by {
        Conversion::Same => "as it is".to_owned(),
        Conversion::ZeroToUnset => "zero becomes unset".to_owned(),
        Conversion::UnsetToZero => "unset becomes zero".to_owned(),
        Conversion::Then(all) => all.iter().map(conversion).collect::<Vec<_>>().join(", then "),
        Conversion::TextToBytes => "text becomes bytes".to_owned(),
        Conversion::Bits32 { signed: true } => "32 bits are read with a sign".to_owned(),
        Conversion::Bits32 { signed: false } => "32 bits are read without a sign".to_owned(),
        Conversion::Number { to: Number::Integer } => "the same integer".to_owned(),
        Conversion::Number { to: Number::Double } => "the same number of 64 bits".to_owned(),
        Conversion::Number { to: Number::Float } => "the same number of 32 bits".to_owned(),
        Conversion::FullRange { into: true } => "into the full range".to_owned(),
        Conversion::FullRange { into: false } => "out of the full range".to_owned(),
        Conversion::Scale { up, down: 1 } => format!("times {up}"),
        Conversion::Scale { up: 1, down } => format!("divided by {down}"),
        Conversion::Scale { up, down } => format!("times {up}, divided by {down}"),
        Conversion::Rfc3339 { into: true, .. } => "as text of RFC 3339".to_owned(),
        Conversion::Rfc3339 { into: false, .. } => "out of text of RFC 3339".to_owned(),
    }
}
