//! The planted faults.

use protostore_evolve::plan::{ColumnId, Conversion, Fill, Motion, Place, Plan, RustStep, Step, Test};
use protostore_schema::Role;

use super::{Mutant, Plant};

/// What has no mutant of its own, with the reason.
pub(super) const EXCUSED: &[(&str, &str)] = &[
    ("Conversion::Then", "its parts are planted by themselves"),
    ("RustStep::Hook", "a program makes the values: the tests of `tests/hooks` have those that make them wrong"),
];

/// Returns the names of all steps, conversions, motions and steps of the run time, from the source of their types.
pub(super) fn variants() -> Vec<String> {
    let source = include_str!("../../../../../crates/protostore-evolve/src/plan/step.rs");
    let mut found = Vec::new();
    for name in ["Step", "Conversion", "Motion", "RustStep"] {
        let start = source.find(&format!("pub enum {name} {{")).unwrap_or_else(|| panic!("no {name}"));
        let body = source[start..].split("\n}\n").next().expect("a body");
        for line in body.lines().filter(|line| line.starts_with("    ") && !line.starts_with("     ")) {
            let word: String = line.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
            if word.starts_with(|c: char| c.is_ascii_uppercase()) {
                found.push(format!("{name}::{word}"));
            }
        }
    }
    found
}

/// Removes the first step that is meant.
fn without(plan: &mut Plan, meant: fn(&Step) -> bool) -> bool {
    let at = plan.up.iter().position(meant);
    at.map(|at| plan.up.remove(at)).is_some()
}

/// Changes steps until one was changed.
fn change(plan: &mut Plan, change: fn(&mut Step) -> bool) -> bool {
    plan.up.iter_mut().any(change)
}

/// Changes the first conversion that is meant, wherever it is.
fn convert(plan: &mut Plan, change: fn(&mut Conversion) -> bool) -> bool {
    fn inside(by: &mut Conversion, change: fn(&mut Conversion) -> bool) -> bool {
        if let Conversion::Then(all) = by
            && all.iter_mut().any(|one| inside(one, change))
        {
            return true;
        }
        change(by)
    }
    plan.up.iter_mut().any(|step| match step {
        Step::Convert { by, .. } => inside(by, change),
        Step::Move { columns, .. } => columns.iter_mut().any(|(_, _, by)| inside(by, change)),
        _ => false,
    })
}

/// Takes the first statement away that begins so and has these words.
fn unsaid(sql: &mut String, beginning: &str, words: &str) -> bool {
    let mut at = 0;
    for line in sql.clone().split_inclusive('\n') {
        if line.starts_with(beginning) && line.contains(words) {
            let end = sql[at..].find(";\n").map_or(sql.len(), |end| at + end + 2);
            sql.replace_range(at..end, "");
            return true;
        }
        at += line.len();
    }
    false
}

/// Replaces a text wherever it is.
fn replaced(sql: &mut String, from: &str, to: &str) -> bool {
    let changed = sql.replace(from, to);
    std::mem::replace(sql, changed.clone()) != changed
}

macro_rules! mutants {
    ($($name:literal, $about:literal, $cases:literal, $plant:expr;)*) => {
        vec![$(Mutant { name: $name, about: $about, cases: $cases, plant: $plant }),*]
    };
}

/// Returns every mutant.
pub(super) fn all() -> Vec<Mutant> {
    mutants![
        "a guard is left out", "Step::Guard", "K03/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Guard(_))));
        "a guard is reversed", "Step::Guard", "K03/top", Plant::Plan(|p| change(p, |s| match s {
            Step::Guard(guard) => {
                guard.rows = Test::Not(Box::new(guard.rows.clone()));
                true
            }
            _ => false,
        }));
        "a guard looks at another bound", "Step::Guard", "K03/top/int64 to int32", Plant::Plan(|p| change(p, |s| match s {
            Step::Guard(guard) => match &mut guard.rows {
                Test::OutOfRange { high, .. } => {
                    *high = i64::MAX;
                    true
                }
                _ => false,
            },
            _ => false,
        }));
        "a table is not made", "Step::CreateTable", "A06/element", Plant::Plan(|p| without(p, |s| matches!(s, Step::CreateTable { .. })));
        "a table is not dropped", "Step::DropTable", "D01/top/a map", Plant::Plan(|p| without(p, |s| matches!(s, Step::DropTable { .. })));
        "a table is not renamed", "Step::RenameTable", "N01/top/a map", Plant::Sql(|sql| unsaid(sql, "ALTER TABLE", "RENAME TO"));
        "a column is not renamed", "Step::RenameColumn", "N01/top/a number", Plant::Sql(|sql| unsaid(sql, "ALTER TABLE", "RENAME COLUMN"));
        "two columns that swap names keep them", "Step::RenameColumn", "N03/top/two fields", Plant::Sql(|sql| {
            let mut changed = false;
            while unsaid(sql, "ALTER TABLE", "RENAME COLUMN") {
                changed = true;
            }
            changed
        });
        "a column is not added", "Step::AddColumn", "A02/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::AddColumn { .. })));
        "presence is forgotten", "Step::AddColumn", "A03/flattened", Plant::Plan(|p| change(p, |s| match s {
            Step::AddColumn { fill, .. } | Step::Fill { value: fill, .. } if matches!(fill, Fill::ZeroWhereSet(_)) => {
                *fill = Fill::Zero;
                true
            }
            _ => false,
        }));
        "a path is off by one", "Step::AddColumn", "A02/top/a time", Plant::Plan(|p| change(p, |s| match s {
            Step::AddColumn { column, .. } => {
                let last = column.path.last_mut().expect("a path");
                *last += 1;
                true
            }
            _ => false,
        }));
        "a column is not dropped", "Step::DropColumn", "D01/top/a number", Plant::Plan(|p| without(p, |s| matches!(s, Step::DropColumn { .. })));
        "a message is not filled", "Step::Fill", "A03/flattened", Plant::Plan(|p| change(p, |s| match s {
            Step::Fill { value, .. } => {
                *value = Fill::Unset;
                true
            }
            Step::AddColumn { fill, .. } if matches!(fill, Fill::ZeroWhereSet(_)) => {
                *fill = Fill::Unset;
                true
            }
            _ => false,
        }));
        "a conversion is left out", "Step::Convert", "P01/top/a number", Plant::Plan(|p| without(p, |s| matches!(s, Step::Convert { .. })));
        "a move is left out", "Step::Move", "S01/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Move { .. })));
        "two columns are swapped in a move", "Step::Move", "S01/top", Plant::Plan(|p| change(p, |s| match s {
            Step::Move { columns, .. } if columns.len() >= 2 => {
                let last = columns.len() - 1;
                let other = columns[last].1.clone();
                columns[last].1 = std::mem::replace(&mut columns[0].1, other);
                true
            }
            _ => false,
        }));
        "a message that must be set gets no row", "Step::AddRows", "A08/top/a message in a table of its own", Plant::Plan(|p| without(p, |s| matches!(s, Step::AddRows { .. })));
        "a message that is there gets another row", "Step::AddRows", "P06/top/a message in a table of its own that a backfill", Plant::Plan(|p| change(p, |s| match s {
            Step::AddRows { rows, .. } => {
                *rows = Test::Any;
                true
            }
            _ => false,
        }));
        "rows keep their former key", "Step::Rekey", "T14/top/another order", Plant::Sql(|sql| replaced(sql, "PRIMARY KEY (\"code\", \"id\")", "PRIMARY KEY (\"id\", \"code\")"));
        "a child is not re-parented", "Step::Reparent", "S01/top/a message with a list in it", Plant::Sql(|sql| replaced(sql, "REFERENCES \"rows__inner\"", "REFERENCES \"rows\""));
        "a counter is left", "Step::Count", "C13/top/a number that the store gives", Plant::Sql(|sql| unsaid(sql, "INSERT INTO", "protostore__sequences"));
        "rows that must not live again stay", "Step::Sweep", "T18/top/rows that are past go", Plant::Plan(|p| without(p, |s| matches!(s, Step::Sweep { .. })));
        "rows that live go too", "Step::Sweep", "T20/top/rows that were deleted go", Plant::Plan(|p| change(p, |s| match s {
            Step::Sweep { rows, .. } => {
                *rows = Test::Any;
                true
            }
            _ => false,
        }));
        "a row that refers to one that goes stays", "Step::Sweep", "T18/top/with rows that refer to them", Plant::Sql(|sql| unsaid(sql, "DELETE FROM \"items\"", ""));
        "a reference to a row that goes stays", "Step::Sweep", "T18/top/with rows that refer to them", Plant::Sql(|sql| unsaid(sql, "UPDATE \"notes\"", ""));
        "rows are deleted on the way back", "Step::Sweep", "T17/top/a time that was there", Plant::Plan(|p| {
            let place = Place { table: 2, path: Vec::new() };
            let column = ColumnId { place: place.clone(), path: vec![7], role: Role::Value };
            p.down.insert(0, Step::Sweep { place, rows: Test::Past(column) });
            true
        });
        "a row that would be hidden passes", "Step::Guard", "T19/top/a time that no row has", Plant::Plan(|p| without(p, |s| matches!(s, Step::Guard(_))));
        "a reference to a row that is gone passes", "Step::References", "T20/top/rows that others keep", Plant::Plan(|p| without(p, |s| matches!(s, Step::References)));
        "the run time does nothing", "Step::Rust", "S03/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { .. })));
        "an object is not dropped", "Step::Drop", "C05/top/no index", Plant::Sql(|sql| unsaid(sql, "DROP INDEX", ""));
        "an object is not made", "Step::Make", "C05/top/an index", Plant::Sql(|sql| unsaid(sql, "CREATE INDEX", ""));
        "a CHECK is not made", "Step::Make", "C01/top", Plant::Sql(|sql| unsaid(sql, "ALTER TABLE", "ADD CONSTRAINT"));
        "a reference is not made", "Step::Make", "C08/top", Plant::Sql(|sql| replaced(sql, " REFERENCES \"others\" (\"id\")", ""));
        "a zero stays set", "Conversion::ZeroToUnset", "P01/top", Plant::Plan(|p| convert(p, |by| {
            std::mem::replace(by, Conversion::Same) == Conversion::ZeroToUnset
        }));
        "an unset value becomes none", "Conversion::UnsetToZero", "P02/top", Plant::Plan(|p| convert(p, |by| {
            std::mem::replace(by, Conversion::Same) == Conversion::UnsetToZero
        }));
        "the sign of 32 bits is reversed", "Conversion::Bits32", "K02/top", Plant::Plan(|p| convert(p, |by| match by {
            Conversion::Bits32 { signed } => {
                *signed = !*signed;
                true
            }
            _ => false,
        }));
        "the same bytes become another text", "Conversion::TextToBytes", "K09/top", Plant::Plan(|p| convert(p, |by| {
            std::mem::replace(by, Conversion::Same) == Conversion::TextToBytes
        }));
        "a number leaves the full range twice", "Conversion::FullRange", "S05/top", Plant::Plan(|p| convert(p, |by| match by {
            Conversion::FullRange { .. } => {
                *by = Conversion::Same;
                true
            }
            _ => false,
        }));
        "a time is scaled the other way", "Conversion::Scale", "S08/top", Plant::Plan(|p| convert(p, |by| match by {
            Conversion::Scale { up, down } => {
                std::mem::swap(up, down);
                true
            }
            _ => false,
        }));
        "a time is read in another unit", "Conversion::Rfc3339", "S09/top", Plant::Plan(|p| convert(p, |by| match by {
            Conversion::Rfc3339 { unit, .. } => {
                *unit = if *unit == 1 { 1_000 } else { 1 };
                true
            }
            _ => false,
        }));
        "each owner gets a row, set or not", "Motion::OneRow", "S01/top", Plant::Plan(|p| change(p, |s| match s {
            Step::Move { by: Motion::OneRow(test), .. } => {
                *test = Test::Any;
                true
            }
            _ => false,
        }));
        "the test of a motion is reversed", "Motion::OneRow", "S01/top", Plant::Plan(|p| change(p, |s| match s {
            Step::Move { by: Motion::OneRow(test), .. } => {
                *test = Test::Not(Box::new(test.clone()));
                true
            }
            _ => false,
        }));
        "a list of several becomes its first", "Motion::OnlyRow", "K19/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Guard(_))));
        "rows that break a rule are not counted", "Step::Report", "C02/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Report { .. })));
        "lists that break a rule are not counted", "Step::ReportLists", "C04/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::ReportLists { .. })));
        "rows that keep a rule are counted", "Step::Report", "C02/top", Plant::Sql(|sql| replaced(sql, "^[a-z]*$", "^[0-9]*$"));
        "rows get no hash", "RustStep::Chain", "T23/top/a field that was there", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { by: RustStep::Chain { .. }, .. })));
        "a chain begins as that of another table", "RustStep::Chain", "T23/top/a new field", Plant::Sql(|sql| replaced(sql, "\"number\":1,", "\"number\":2,"));
        "a chain hashes a field under another number", "RustStep::Chain", "T23/top/a new field", Plant::Sql(|sql| replaced(sql, "{\"number\":2,", "{\"number\":7,"));
        "names of the former mapping stay", "Step::RenameColumn", "T27/flattened", Plant::Sql(|sql| unsaid(sql, "ALTER TABLE", "RENAME COLUMN"));
        "text becomes bytes where nothing changes", "Conversion::Same", "C08/top", Plant::Plan(|p| convert(p, |by| {
            std::mem::replace(by, Conversion::TextToBytes) == Conversion::Same
        }));
        "bits are numbers", "RustStep::Bits", "S07/top", Plant::Plan(|p| change(p, |s| match s {
            Step::Rust { by: RustStep::Bits { into, .. }, .. } => {
                *into = !*into;
                true
            }
            _ => false,
        }));
        "a row is lost in a rebuild", "Step::SameCount", "T14/top", Plant::Sql(|sql| replaced(sql, "FROM \"rows\";", "FROM \"rows\" LIMIT 1;"));
        "a number becomes bytes", "Conversion::Number", "K07/top/int32 to double", Plant::Plan(|p| convert(p, |by| {
            matches!(std::mem::replace(by, Conversion::TextToBytes), Conversion::Number { .. })
        }));
        "keys of a map are lost", "Motion::KeysToPositions", "K16/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Move { by: Motion::KeysToPositions, .. })));
        "entries of a list are lost", "Motion::PositionsToKeys", "K17/top", Plant::Plan(|p| without(p, |s| matches!(s, Step::Move { by: Motion::PositionsToKeys, .. })));
        "a message is not encoded", "RustStep::Encode", "S03/top/a message from COLUMNS to BYTES", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { by: RustStep::Encode { .. }, .. })));
        "a message is not decoded", "RustStep::Decode", "S03/top/a message from BYTES to COLUMNS", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { by: RustStep::Decode { .. }, .. })));
        "a message is not written anew", "RustStep::Reform", "S03/top/a message from JSON to BYTES", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { by: RustStep::Reform { .. }, .. })));
        "bytes are not read as text", "RustStep::Text", "K10/top/bytes to string", Plant::Plan(|p| without(p, |s| matches!(s, Step::Rust { by: RustStep::Text { .. }, .. })));
    ]
}
