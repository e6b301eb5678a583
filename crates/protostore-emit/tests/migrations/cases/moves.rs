//! Columns that go to another table.

use protostore_evolve::plan::{Conversion, Fill, Motion, Step, Test};
use protostore_schema::Role;

use super::{case, said};
use crate::migrations::run::Case;
use crate::migrations::steps::{Said, column, place, value};
use crate::migrations::store::{notes, notes_of};

fn step(
    from: &[u32],
    to: &[u32],
    columns: Vec<(protostore_evolve::plan::ColumnId, protostore_evolve::plan::ColumnId)>,
    by: Motion,
) -> Step {
    let columns = columns.into_iter().map(|(from, to)| (from, to, Conversion::Same)).collect();
    Step::Move { from: place(from), to: place(to), columns, by }
}

#[test]
fn a_value_becomes_a_list_and_a_list_a_value() {
    let list = column(&[2], &[2], Role::Value);
    let up = step(&[], &[2], vec![(value(&[2]), list.clone())], Motion::OneRow(Test::NotZero(value(&[2]))));
    let down = step(&[2], &[], vec![(list, value(&[2]))], Motion::OnlyRow);
    Case {
        up: said([up, Step::References]),
        down: said([super::guard(true, &[2], Test::Several, "notes.tag has several values"), down]),
        rows: "INSERT INTO notes (id, tag) VALUES ('a', 'x'), ('b', '');",
        after: ("SELECT * FROM notes__tag", "a,0,x"),
        back: ("SELECT * FROM notes ORDER BY id", "a,x;b,"),
        ..case("list", [notes("string tag = 2;"), notes("repeated string tag = 2;")])
    }
    .check();
}

#[test]
fn a_message_gets_a_table_of_its_own_and_its_lists_another_parent() {
    let spec = "message Spec { int32 a = 1; optional string b = 2; repeated string tags = 3; }";
    let old = notes_of("Spec spec = 2;", spec);
    let new = notes_of("Spec spec = 2 [(protostore.v1.column) = {storage: CHILD_TABLE}];", spec);
    let there = |field| (value(&[2, field]), column(&[2], &[2, field], Role::Value));
    let back = |field| (column(&[2], &[2, field], Role::Value), value(&[2, field]));
    let up = step(&[], &[2], vec![there(1), there(2)], Motion::OneRow(Test::Set(column(&[], &[2], Role::Presence))));
    let down = step(&[2], &[], vec![back(1), back(2)], Motion::OnlyRow);
    Case {
        up: said([up, Step::Reparent { place: place(&[2, 3]), under: place(&[2]) }]),
        down: said([down, Step::Reparent { place: place(&[2, 3]), under: place(&[]) }]),
        rows: "INSERT INTO notes (id, spec, spec__a, spec__b) VALUES ('a', 1, 3, NULL), ('b', 0, NULL, NULL), \
            ('c', 1, 0, 'x'); INSERT INTO notes__spec__tags VALUES ('a', 0, 't'), ('a', 1, 'u');",
        after: (
            "SELECT s.*, (SELECT group_concat(value) FROM notes__spec__tags t WHERE t._id = s._id) FROM notes__spec s",
            "a,3,NULL,t,u;c,0,x,NULL",
        ),
        back: (
            "SELECT id, spec, spec__a, spec__b, (SELECT count(*) FROM notes__spec__tags WHERE _id = id) FROM notes \
             ORDER BY id",
            "a,1,3,NULL,2;b,0,NULL,NULL,0;c,1,0,x,0",
        ),
        ..case("own_table", [old, new])
    }
    .check();
}

#[test]
fn a_map_becomes_a_list_of_entries_and_back() {
    let entry = "message Entry { string key = 1; int32 value = 2; }";
    let old = notes_of("map<string, int32> sizes = 2;", entry);
    let new = notes_of("repeated Entry sizes = 2;", entry);
    let key = old.tables[0].descendants()[0].key_columns()[1].clone();
    let value_of = old.tables[0].descendants()[0].item_columns()[0].clone();
    let (key, value_of) = (column(&[2], &key.path, key.role), column(&[2], &value_of.path, value_of.role));
    let (first, second) = (column(&[2], &[2, 1], Role::Value), column(&[2], &[2, 2], Role::Value));
    let up = step(
        &[2],
        &[2],
        vec![(key.clone(), first.clone()), (value_of.clone(), second.clone())],
        Motion::KeysToPositions,
    );
    let down = step(&[2], &[2], vec![(first, key), (second, value_of)], Motion::PositionsToKeys);
    let carried = vec![place(&[2])];
    let count = Step::SameCount { before: place(&[2]), after: place(&[2]) };
    let duplicate = Test::Duplicate {
        columns: vec![column(&[2], &[1], Role::OwnerKey), column(&[2], &[2, 1], Role::Value)],
        among: Box::new(Test::Any),
    };
    Case {
        up: Said { steps: vec![up, count.clone()], carried: carried.clone(), ..Said::default() },
        down: Said {
            steps: vec![super::guard(true, &[2], duplicate, "notes.sizes has a key twice"), down, count],
            carried,
            ..Said::default()
        },
        rows: "INSERT INTO notes (id) VALUES ('a'), ('b'); \
            INSERT INTO notes__sizes VALUES ('a', 'z', 1), ('a', 'b', 2), ('b', 'c', 3);",
        after: ("SELECT * FROM notes__sizes", "a,0,b,2;a,1,z,1;b,0,c,3"),
        back: ("SELECT * FROM notes__sizes", "a,b,2;a,z,1;b,c,3"),
        ..case("map", [old, new])
    }
    .check();
}

#[test]
fn what_is_copied_into_a_new_table_is_filled() {
    let item = "message Item { string a = 1; int32 b = 2; }";
    let first = column(&[2], &[2, 1], Role::Value);
    let up = step(&[], &[2], vec![(value(&[3]), first.clone())], Motion::OneRow(Test::Any));
    let second = column(&[2], &[2, 2], Role::Value);
    let fill = Step::Fill { column: second, rows: Test::NotZero(first), value: Fill::Sql("length(a)".into()) };
    Case {
        up: said([up, fill, Step::SameCount { before: place(&[]), after: place(&[2]) }]),
        rows: "INSERT INTO notes (id, a) VALUES ('a', ''), ('b', 'xyz');",
        after: ("SELECT * FROM notes__items", "a,0,,0;b,0,xyz,3"),
        back: ("SELECT * FROM notes", "a,;b,"),
        ..case("new_table", [notes("string a = 3;"), notes_of("repeated Item items = 2;", item)])
    }
    .check();
}
