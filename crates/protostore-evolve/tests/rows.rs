//! What other kinds, presence, oneofs, rules, indexes and references do: verdicts, questions, guards and steps.

#[path = "rows/store.rs"]
mod store;

use protostore_evolve::plan::{ChangeKind, Conversion, DownEffect, Effect, Number, Previous};
use store::{conversions, guards, kinds, plan, steps, words};

#[test]
fn an_integer_becomes_a_wider_one_by_its_check_alone() {
    let plan = plan("int32 n = 2;", "int64 n = 2;");
    assert_eq!(kinds(&plan), [ChangeKind::K01]);
    assert_eq!((words(&plan).len(), steps(&plan.up).len()), (0, 0), "{:?}", plan.up);
    assert_eq!(guards(&plan.down), ["machines.n does not fit int32"]);
    assert_eq!((plan.verdicts[0].wire, plan.verdicts[0].json), (Effect::Same, Effect::Breaks));
    assert_eq!(plan.verdicts[0].down, DownEffect::Exact);
}

#[test]
fn an_integer_becomes_a_narrower_one_where_it_fits() {
    let plan = plan("int64 n = 2;", "int32 n = 2;");
    assert_eq!((kinds(&plan), words(&plan)), (vec![ChangeKind::K03], vec!["narrow machines.n int64 int32".to_owned()]));
    assert_eq!(guards(&plan.up), ["machines.n does not fit int32"]);
    assert_eq!((plan.reader, plan.writer), (1, 2));
    assert_eq!(guards(&plan.down), [""; 0]);
}

#[test]
fn bits_are_read_with_another_sign() {
    let plan = plan("int32 n = 2;", "uint32 n = 2;");
    assert_eq!((kinds(&plan), words(&plan)), (vec![ChangeKind::K02], vec!["sign machines.n int32 uint32".to_owned()]));
    assert_eq!(conversions(&plan.up), [&Conversion::Bits32 { signed: false }]);
    assert_eq!(conversions(&plan.down), [&Conversion::Bits32 { signed: true }]);
}

#[test]
fn another_group_of_the_wire_is_asked_about_though_stored_values_stay() {
    let plan = plan("int32 n = 2;", "sint32 n = 2;");
    assert_eq!((kinds(&plan), words(&plan)), (vec![ChangeKind::K05], vec!["wire machines.n int32 sint32".to_owned()]));
    assert_eq!((steps(&plan.up).len(), plan.verdicts[0].wire), (0, Effect::Breaks));
}

#[test]
fn numbers_become_floating_point_where_they_are_the_same() {
    let plan = plan("int64 n = 2;", "double n = 2;");
    assert_eq!(kinds(&plan), [ChangeKind::K08]);
    assert_eq!(words(&plan), ["wire machines.n int64 double", "narrow machines.n int64 double"]);
    assert_eq!(conversions(&plan.up), [&Conversion::Number { to: Number::Double }]);
    assert_eq!(conversions(&plan.down), [&Conversion::Number { to: Number::Integer }]);
}

#[test]
fn text_becomes_bytes_and_comes_back_by_the_run_time() {
    let plan = plan("string s = 2;", "bytes s = 2;");
    assert_eq!((kinds(&plan), words(&plan).len()), (vec![ChangeKind::K09], 0));
    assert_eq!(conversions(&plan.up), [&Conversion::TextToBytes]);
    assert_eq!(steps(&plan.down), ["Rust"]);
}

#[test]
fn a_number_does_not_become_text() {
    let plan = plan("int32 n = 2;", "string n = 2;");
    let [said] = &words(&plan)[..] else { panic!("{:?}", plan.asks) };
    assert!(said.starts_with("never K11 machines.n: "), "{said}");
}

#[test]
fn elements_keys_and_values_change_as_columns_do() {
    let list = plan("repeated int64 n = 2;", "repeated int32 n = 2;");
    assert_eq!(guards(&list.up), ["machines.n does not fit int32"]);
    let map = plan("map<int32, int64> m = 2;", "map<int64, int32> m = 2;");
    assert_eq!(kinds(&map), [ChangeKind::K01, ChangeKind::K03]);
    assert_eq!(guards(&map.up), ["machines.m.value does not fit int32"]);
    let inner = plan("Drive d = 2;---message Drive { int64 n = 1; }", "Drive d = 2;---message Drive { int32 n = 1; }");
    assert_eq!(guards(&inner.up), ["machines.d.n does not fit int32"]);
}

#[test]
fn packing_changes_no_stored_value() {
    let plan = plan("repeated int32 n = 2;", "repeated int32 n = 2 [packed = false];");
    assert_eq!((kinds(&plan), steps(&plan.up).len()), (vec![ChangeKind::K20], 0));
    assert_eq!((plan.reader, plan.writer), (1, 1));
}

#[test]
fn a_wrapper_becomes_a_scalar() {
    let plan = plan("google.protobuf.Int32Value n = 2;", "optional int32 n = 2;");
    assert_eq!(kinds(&plan), [ChangeKind::K12]);
    assert_eq!(words(&plan), ["wire machines.n google.protobuf.Int32Value optional int32"]);
    assert_eq!(steps(&plan.up).len(), 0);
    let plan = store::plan("google.protobuf.Int32Value n = 2;", "int32 n = 2;");
    assert_eq!(kinds(&plan), [ChangeKind::K13, ChangeKind::P02]);
    assert_eq!(conversions(&plan.up), [&Conversion::UnsetToZero]);
}

#[test]
fn another_enum_is_asked_about_where_a_number_has_another_name() {
    let state = |name: &str, one: &str| format!("{name} s = 2;---enum {name} {{ NONE = 0; {one} = 1; }}");
    let old = schema_of(&state("State", "ON"));
    assert_eq!(evolved(&old, &state("Status", "ON")), None);
    let plan = plan(&state("State", "ON"), &state("Status", "OFF"));
    assert_eq!(kinds(&plan)[0], ChangeKind::K04);
    assert_eq!(words(&plan)[0], "swap machines.s shop.v1.State shop.v1.Status");
    assert!(plan.asks[0].risk.contains("1 is OFF, and was ON"), "{}", plan.asks[0].risk);
}

fn schema_of(fields: &str) -> protostore_evolve::History {
    protostore_evolve::History::first(store::schema(fields))
}

fn evolved(old: &protostore_evolve::History, new: &str) -> Option<protostore_evolve::plan::Plan> {
    let objects = |schema: &protostore_schema::Schema| protostore_emit::objects(schema);
    protostore_evolve::evolve(old, &store::schema(new), &objects, &Default::default())
}

#[test]
fn an_implicit_zero_is_unset_to_a_newer_program() {
    let plan = plan("int32 n = 2;", "optional int32 n = 2;");
    assert_eq!((kinds(&plan), words(&plan).len()), (vec![ChangeKind::P01], 0));
    assert_eq!(conversions(&plan.up), [&Conversion::ZeroToUnset]);
    assert_eq!(conversions(&plan.down), [&Conversion::UnsetToZero]);
    assert!(matches!(plan.verdicts[0].down, DownEffect::Loses(_)));
    assert_eq!(plan.verdicts[0].previous, Previous::Neither);
}

#[test]
fn unset_becomes_zero_where_it_is_accepted() {
    let plan = plan("optional int32 n = 2;", "int32 n = 2;");
    assert_eq!(
        (kinds(&plan), words(&plan)),
        (vec![ChangeKind::P02], vec!["presence machines.n optional int32 int32".into()])
    );
    assert_eq!(conversions(&plan.up), [&Conversion::UnsetToZero]);
}

#[test]
fn kind_and_presence_change_one_after_the_other() {
    let plan = plan("int32 n = 2;", "optional uint32 n = 2;");
    assert_eq!(kinds(&plan), [ChangeKind::K02, ChangeKind::P01]);
    let by = Conversion::Then(vec![Conversion::Bits32 { signed: false }, Conversion::ZeroToUnset]);
    assert_eq!(conversions(&plan.up), [&by]);
}

const REQUIRED: &str = "[(google.api.field_behavior) = REQUIRED]";

#[test]
fn a_key_is_retyped_with_what_refers_to_it() {
    let of = |kind: &str| {
        format!(
            "optional {kind} other = 2 [(protostore.v1.column) = {{references: {{table: \"items\"}}}}];---message Item {{ {kind} id = 1 [(google.api.field_behavior) = IDENTIFIER]; repeated string tags = 2; }}+++repeated Item items = 3;"
        )
    };
    let plan = plan(&of("uint32"), &of("uint64"));
    assert!(kinds(&plan).contains(&ChangeKind::T15) && kinds(&plan).contains(&ChangeKind::K01), "{:?}", kinds(&plan));
    assert_eq!((words(&plan).len(), steps(&plan.up).len()), (0, 0), "{:?}", words(&plan));
}

#[test]
fn what_must_be_set_stops_the_upgrade_where_it_is_not() {
    for (old, row) in [("int32 n = 2", ChangeKind::P04), ("optional int32 n = 2", ChangeKind::P04)] {
        let plan = plan(&format!("{old};"), &format!("{old} {REQUIRED};"));
        assert_eq!((kinds(&plan), words(&plan)), (vec![row], vec!["tighten machines.n not required required".into()]));
        assert_eq!(guards(&plan.up), ["machines.n must be set"]);
        let down = store::plan(&format!("{old} {REQUIRED};"), &format!("{old};"));
        assert_eq!((kinds(&down), words(&down).len()), (vec![ChangeKind::P05], 0));
        assert_eq!(guards(&down.down), ["machines.n must be set"]);
    }
    let drive = "---message Drive { int32 n = 1; }";
    let message = plan(&format!("Drive d = 2;{drive}"), &format!("Drive d = 2 {REQUIRED};{drive}"));
    assert_eq!((kinds(&message), guards(&message.up)), (vec![ChangeKind::P06], vec!["machines.d must be set"]));
    let list = plan("repeated int32 n = 2;", &format!("repeated int32 n = 2 {REQUIRED};"));
    assert_eq!((kinds(&list), guards(&list.up)), (vec![ChangeKind::P13], vec!["machines.n must be set"]));
}

#[test]
fn a_field_alone_goes_into_a_oneof() {
    let plan = plan("optional int32 n = 2;", "oneof o { int32 n = 2; }");
    assert_eq!((kinds(&plan), words(&plan).len(), steps(&plan.up).len()), (vec![ChangeKind::P07], 0, 0));
    let back = store::plan("oneof o { int32 n = 2; }", "optional int32 n = 2;");
    assert_eq!(kinds(&back), [ChangeKind::P07]);
}

#[test]
fn fields_go_into_a_oneof_where_one_is_set_at_most() {
    let plan = plan("int32 a = 2; string b = 3;", "oneof o { int32 a = 2; string b = 3; }");
    assert_eq!(kinds(&plan), [ChangeKind::P08, ChangeKind::P08]);
    assert_eq!(words(&plan), ["narrow machines.a no oneof oneof o", "narrow machines.b no oneof oneof o"]);
    assert_eq!(guards(&plan.up)[0], "more than one member of oneof o is set");
    assert_eq!(conversions(&plan.up), [&Conversion::ZeroToUnset; 2]);
}

#[test]
fn a_member_goes_to_another_oneof() {
    let plan = plan(
        "oneof o { int32 a = 2; string b = 3; } oneof p { int32 c = 4; }",
        "oneof o { int32 a = 2; } oneof p { string b = 3; int32 c = 4; }",
    );
    assert_eq!((kinds(&plan), words(&plan)), (vec![ChangeKind::P10], vec!["narrow machines.b o oneof p".into()]));
}

#[test]
fn a_oneof_must_have_a_member_set() {
    let of = |rule: &str| format!("oneof o {{ {rule} int32 a = 2; string b = 3; }}");
    let plan = plan(&of(""), &of("option (buf.validate.oneof).required = true;"));
    assert_eq!((kinds(&plan), guards(&plan.up)), (vec![ChangeKind::P11], vec!["oneof o has no member set"]));
}

#[test]
fn immutable_is_a_trigger() {
    let plan = plan("int32 n = 2;", "int32 n = 2 [(google.api.field_behavior) = IMMUTABLE];");
    assert_eq!((kinds(&plan), words(&plan).len(), steps(&plan.up).len()), (vec![ChangeKind::P12], 0, 0));
}

#[test]
fn rules_are_tightened_with_a_guard_and_loosened_without() {
    let of = |most: u32| format!("int32 n = 2 [(buf.validate.field).int32.lte = {most}];");
    let tight = plan(&of(9), &of(5));
    assert_eq!(
        (kinds(&tight), words(&tight)),
        (vec![ChangeKind::C01], vec!["tighten machines.n int32.lte int32.lte".into()])
    );
    assert_eq!(guards(&tight.up), ["machines.n breaks its rules"]);
    let loose = plan(&of(5), &of(9));
    assert_eq!((kinds(&loose), words(&loose).len()), (vec![ChangeKind::C03], 0));
    assert_eq!(guards(&loose.down), ["machines.n breaks its rules"]);
    let pattern = plan("string s = 2;", "string s = 2 [(buf.validate.field).string.pattern = \"^a+$\"];");
    assert_eq!((kinds(&pattern), guards(&pattern.up).len()), (vec![ChangeKind::C02], 0));
}

#[test]
fn indexes_cost_nothing_and_unique_ones_are_asked_about() {
    let plain = plan("int32 n = 2;", "index {fields: \"n\"}%%int32 n = 2;");
    assert_eq!((kinds(&plain), words(&plain).len()), (vec![ChangeKind::C05], 0));
    let unique = plan("int32 n = 2;", "int32 n = 2 [(protostore.v1.column) = {unique: true}];");
    assert_eq!(kinds(&unique), [ChangeKind::C06]);
    assert_eq!(words(&unique), ["unique machines.n not unique machines_unique_n"]);
    assert_eq!(guards(&unique.up), ["machines.n is there more than once"]);
    let gone = plan("int32 n = 2 [(protostore.v1.column) = {unique: true}];", "int32 n = 2;");
    assert_eq!((kinds(&gone), words(&gone).len()), (vec![ChangeKind::C07], 0));
}

#[test]
fn references_come_and_go_with_null_for_zero() {
    let refers = "string n = 2 [(protostore.v1.column) = {references: {table: \"networks\"}}];";
    let come = plan("string n = 2;", refers);
    assert_eq!(kinds(&come)[0], ChangeKind::C08);
    assert_eq!(words(&come), ["dangling machines.n nothing networks"]);
    assert_eq!(guards(&come.up), ["machines.n refers to no row of networks"]);
    assert_eq!(conversions(&come.up), [&Conversion::ZeroToUnset]);
    let go = plan(refers, "string n = 2;");
    assert!(kinds(&go).contains(&ChangeKind::C09), "{:?}", kinds(&go));
    assert_eq!((conversions(&go.up), words(&go).len()), (vec![&Conversion::UnsetToZero], 0));
    let optional = plan(refers, &format!("optional {refers}"));
    assert_eq!((kinds(&optional), steps(&optional.up).len()), (vec![ChangeKind::P03], 0));
}

#[test]
fn references_of_several_fields_come_and_go() {
    let of = |option: &str| {
        let part = "---message Part { string name = 1; uint32 size = 2; }";
        let option = if option.is_empty() { String::new() } else { format!("{option}%%") };
        format!(
            "{option}string name = 2; uint32 size = 3;{part}+++repeated Part parts = 3 [(protostore.v1.table) = {{primary_key: [\"name\", \"size\"]}}];"
        )
    };
    let refers = "foreign_key {fields: [\"name\", \"size\"] references: {table: \"parts\"}}";
    let come = plan(&of(""), &of(refers));
    assert!(kinds(&come).contains(&ChangeKind::C11), "{:?}", words(&come));
    assert_eq!(words(&come), ["dangling machines.size nothing parts"]);
    assert_eq!(guards(&come.up), ["machines.size refers to no row of parts"]);
    let go = plan(&of(refers), &of(""));
    assert!(kinds(&go).contains(&ChangeKind::C11) && words(&go).is_empty(), "{:?}", words(&go));
}

#[test]
fn a_list_of_numbers_goes_into_one_column() {
    let plan = plan("repeated int32 n = 2;", "repeated int32 n = 2 [(protostore.v1.column) = {storage: BYTES}];");
    assert_eq!((kinds(&plan), words(&plan).len()), (vec![ChangeKind::S03], 0), "{:?}", words(&plan));
}

#[test]
fn a_counter_goes_on_after_the_greatest_value() {
    let plan = plan("int64 n = 2;", "int64 n = 2 [(protostore.v1.column) = {generated: SEQUENCE}];");
    assert!(kinds(&plan).contains(&ChangeKind::C13), "{:?}", kinds(&plan));
    assert!(steps(&plan.up).contains(&"Count".to_owned()), "{:?}", steps(&plan.up));
}

#[test]
fn what_a_hash_chain_covers_stays_what_it_is_inside_bytes() {
    let of = |fields: &str| {
        let drive = "Drive d = 2 [(protostore.v1.column) = {storage: BYTES}]; bytes hash = 9;";
        format!("append_only: true hash_chain: \"hash\"%%{drive}---message Drive {{ {fields} }}")
    };
    for (old, new) in [
        ("int32 n = 1;", "int64 n = 1;"),
        ("int32 n = 1;", "optional int32 n = 1;"),
        ("int32 n = 1; string s = 2;", "int32 n = 1; reserved 2; reserved \"s\";"),
    ] {
        let plan = plan(&of(old), &of(new));
        let never = words(&plan).into_iter().find(|said| said.starts_with("never T26 machines.d"));
        assert!(never.is_some(), "{old} {new}: {:?}", plan.asks);
    }
    let added = plan(&of("int32 n = 1;"), &of("int32 n = 1; string s = 2;"));
    assert_eq!(words(&added), [""; 0]);
}

#[test]
fn encodings_change_by_sql_where_sql_can() {
    let full = plan("uint64 n = 2;", "uint64 n = 2 [(protostore.v1.column) = {encoding: FULL_RANGE}];");
    assert_eq!((kinds(&full), words(&full).len()), (vec![ChangeKind::S05], 0));
    assert_eq!(conversions(&full.up), [&Conversion::FullRange { into: true }]);
    let time = "google.protobuf.Timestamp t = 2";
    let seconds = plan(&format!("{time};"), &format!("{time} [(protostore.v1.column) = {{encoding: SECONDS}}];"));
    assert_eq!(kinds(&seconds), [ChangeKind::S08]);
    let line = "narrow machines.t google.protobuf.Timestamp google.protobuf.Timestamp in seconds";
    assert_eq!(words(&seconds), [line]);
    assert_eq!(conversions(&seconds.up), [&Conversion::Scale { up: 1, down: 1_000_000_000 }]);
    assert_eq!(conversions(&seconds.down), [&Conversion::Scale { up: 1_000_000_000, down: 1 }]);
}

#[test]
fn what_a_hash_chain_covers_stays_what_it_is() {
    let of = |n: &str| format!("append_only: true hash_chain: \"hash\"%%{n} n = 2; bytes hash = 9;");
    for (old, new) in
        [("int32", "sint32"), ("int32", "int64"), ("int32", "optional int32"), ("int32", "google.protobuf.Int32Value")]
    {
        let plan = plan(&of(old), &of(new));
        let never = words(&plan).into_iter().find(|said| said.starts_with("never T26 machines.n"));
        assert!(never.is_some(), "{old} {new}: {:?}", plan.asks);
    }
}

const DRIVE: &str = "---message Drive { int32 n = 1; string s = 2; }";

#[test]
fn a_message_goes_to_a_table_of_its_own_and_back() {
    let flat = format!("Drive d = 2;{DRIVE}");
    let apart = format!("Drive d = 2 [(protostore.v1.column) = {{storage: CHILD_TABLE}}];{DRIVE}");
    let there = plan(&flat, &apart);
    assert_eq!((kinds(&there), words(&there).len()), (vec![ChangeKind::S01], 0));
    assert_eq!(steps(&there.up)[..2], ["CreateTable", "Move"]);
    assert_eq!(columns(&there.up), ["[2, 1] Value", "[2, 2] Value"]);
    let back = plan(&apart, &flat);
    assert_eq!(kinds(&back), [ChangeKind::S02]);
    assert_eq!(columns(&back.up), ["[2, 1] Value", "[2, 2] Value"]);
}

/// Returns what is carried to another table.
fn columns(steps: &[protostore_evolve::plan::Step]) -> Vec<String> {
    let moved = |step: &protostore_evolve::plan::Step| match step {
        protostore_evolve::plan::Step::Move { columns, .. } => columns.clone(),
        _ => Vec::new(),
    };
    steps.iter().flat_map(moved).map(|(_, to, _)| format!("{:?} {:?}", to.path, to.role)).collect()
}

#[test]
fn a_message_goes_into_one_column_by_the_run_time() {
    for storage in ["BYTES", "JSON"] {
        let flat = format!("Drive d = 2;{DRIVE}");
        let whole = format!("Drive d = 2 [(protostore.v1.column) = {{storage: {storage}}}];{DRIVE}");
        for (old, new) in [(&flat, &whole), (&whole, &flat)] {
            let plan = plan(old, new);
            assert_eq!((kinds(&plan), words(&plan).len()), (vec![ChangeKind::S03], 0));
            assert!(steps(&plan.up).contains(&"Rust".to_owned()) && steps(&plan.down).contains(&"Rust".to_owned()));
        }
    }
    let of = |storage: &str| format!("Drive d = 2 [(protostore.v1.column) = {{storage: {storage}}}];{DRIVE}");
    let plan = plan(&of("BYTES"), &of("JSON"));
    assert_eq!((kinds(&plan), steps(&plan.up)), (vec![ChangeKind::S03], vec!["Rust".to_owned()]));
}

#[test]
fn a_value_becomes_a_list_and_the_only_element_a_value() {
    for (one, many, asks) in [
        ("string s = 2;", "repeated string s = 2;", 0),
        ("optional int32 n = 2;", "repeated int32 n = 2;", 1),
        ("Drive d = 2;---message Drive { int32 n = 1; }", "repeated Drive d = 2;---message Drive { int32 n = 1; }", 0),
    ] {
        let there = plan(one, many);
        assert_eq!((kinds(&there), words(&there).len()), (vec![ChangeKind::K18], asks), "{:?}", words(&there));
        assert_eq!(steps(&there.up)[..2], ["CreateTable", "Move"]);
        assert_eq!(columns(&there.up).len(), 1);
        let back = plan(many, one);
        assert_eq!((kinds(&back), words(&back).len()), (vec![ChangeKind::K19], asks + 1));
        assert!(guards(&back.up)[0].ends_with("has more than one element"));
        assert!(steps(&back.up).contains(&"Move".to_owned()));
    }
}

#[test]
fn what_one_column_holds_becomes_a_list_and_a_value_by_the_run_time() {
    let of = |field: &str, storage: &str| {
        let storage = if storage.is_empty() {
            String::new()
        } else {
            format!(" [(protostore.v1.column) = {{storage: {storage}}}]")
        };
        format!("{field}{storage};---message Drive {{ int32 n = 1; }}")
    };
    for (one, many) in [("", "JSON"), ("JSON", ""), ("JSON", "BYTES"), ("BYTES", "BYTES"), ("CHILD_TABLE", "JSON")] {
        let (one, many) = (of("Drive d = 2", one), of("repeated Drive d = 2", many));
        let (there, back) = (plan(&one, &many), plan(&many, &one));
        assert_eq!((kinds(&there), words(&there).len()), (vec![ChangeKind::K18], 0), "{one} {many}");
        assert_eq!((kinds(&back), words(&back).len()), (vec![ChangeKind::K19], 1), "{one} {many}");
        let runs = |plan: &protostore_evolve::plan::Plan| steps(&plan.up).contains(&"Rust".to_owned());
        assert!(runs(&there) && runs(&back), "{one} {many}");
    }
    let texts = of("repeated string s = 2", "BYTES");
    let there = plan("string s = 2;", &texts);
    assert_eq!((kinds(&there), steps(&there.up)), (vec![ChangeKind::K18], vec!["Rust".to_owned()]));
}

#[test]
fn the_table_of_a_message_becomes_that_of_a_list() {
    let one = format!("Drive d = 2 [(protostore.v1.column) = {{storage: CHILD_TABLE}}];{DRIVE}");
    let many = format!("repeated Drive d = 2;{DRIVE}");
    let there = plan(&one, &many);
    assert_eq!((kinds(&there), words(&there).len()), (vec![ChangeKind::K18], 0));
    assert!(!steps(&there.up).contains(&"CreateTable".to_owned()), "{:?}", steps(&there.up));
    let back = plan(&many, &one);
    assert_eq!((kinds(&back), words(&back).len()), (vec![ChangeKind::K19], 1));
    assert_eq!(guards(&back.up), ["machines.d has more than one element"]);
}

#[test]
fn a_map_becomes_a_list_of_its_entries_and_back() {
    let map = "map<string, int32> m = 2;---";
    let list = "repeated Entry m = 2;---message Entry { string key = 1; int32 value = 2; }";
    let there = plan(map, list);
    assert_eq!((kinds(&there), words(&there).len()), (vec![ChangeKind::K16], 0));
    assert_eq!(columns(&there.up), ["[2, 1] Value", "[2, 2] Value"]);
    let back = plan(list, map);
    assert_eq!(kinds(&back), [ChangeKind::K17]);
    assert_eq!(guards(&back.up), ["machines.m has two entries of one key"]);
    assert_eq!(columns(&back.up), ["[2, 1] MapKey", "[2, 2] Value"]);
    // A map has no order.
    assert!(matches!(back.verdicts[0].down, DownEffect::Loses(_)));
}

/// Returns the plan where a message stored as one column changes.
fn whole(storage: &str, old: &str, new: &str) -> protostore_evolve::plan::Plan {
    let of = |fields: &str| {
        let field = format!("Drive d = 2 [(protostore.v1.column) = {{storage: {storage}}}];");
        format!(
            "{field}---message Drive {{ {fields} }} message Inner {{ int32 a = 1; }} \
             message Pair {{ string key = 1; int32 value = 2; }}"
        )
    };
    plan(&of(old), &of(new))
}

#[test]
fn what_protobuf_reads_all_the_same_may_change_inside_bytes() {
    for (old, new) in [
        ("int32 n = 1;", "int64 n = 1;"),
        ("int32 n = 1;", "int32 n = 1; string s = 2;"),
        ("string s = 1;", "repeated string s = 1;"),
        ("string s = 1;", "bytes s = 1;"),
        ("string s = 1;", "string t = 1;"),
        ("map<string, Inner> m = 1;", "map<string, Inner> m = 1; Inner n = 2;"),
    ] {
        let plan = whole("BYTES", old, new);
        assert!(kinds(&plan).contains(&ChangeKind::S11), "{old} {new}: {:?}", kinds(&plan));
        assert_eq!((words(&plan).len(), steps(&plan.up).len()), (0, 0), "{old} {new}: {:?}", words(&plan));
    }
}

#[test]
fn what_a_program_would_not_write_inside_is_written_anew() {
    for (form, old, new) in [
        ("BYTES", "int32 n = 1; string s = 2;", "int32 n = 1; reserved 2; reserved \"s\";"),
        ("JSON", "int32 n = 1; string s = 2;", "int32 n = 1; reserved 2; reserved \"s\";"),
        ("BYTES", "optional int32 n = 1;", "int32 n = 1;"),
        ("JSON", "optional int32 n = 1;", "int32 n = 1;"),
        ("BYTES", "oneof o { int32 n = 1; }", "int32 n = 1;"),
        ("BYTES", "Inner i = 1;", "optional bytes i = 1;"),
    ] {
        let plan = whole(form, old, new);
        assert_eq!(steps(&plan.up), ["Rust"], "{form} {old} {new}: {:?}", words(&plan));
        let asks = if new == "int32 n = 1;" { 1 } else { 0 };
        assert_eq!(words(&plan).len(), asks, "{form} {old} {new}: {:?}", words(&plan));
    }
    // What the newer version would write as the older did stays.
    for form in ["BYTES", "JSON"] {
        let plan = whole(form, "int32 n = 1;", "optional int32 n = 1;");
        assert_eq!((steps(&plan.up).len(), steps(&plan.down)), (0, vec!["Rust".to_owned()]), "{:?}", words(&plan));
    }
}

#[test]
fn what_old_bytes_would_no_longer_say_is_written_anew_where_it_is_the_same() {
    for storage in ["BYTES", "JSON"] {
        for (old, new, asks) in [
            ("int32 n = 1;", "sint32 n = 1;", "wire"),
            ("int64 n = 1;", "int32 n = 1;", "narrow"),
            ("int32 n = 1;", "uint32 n = 1;", "sign"),
            ("uint64 n = 1;", "double n = 1;", "narrow wire"),
            ("bytes b = 1;", "string b = 1;", "narrow"),
            ("repeated int32 n = 1;", "int32 n = 1;", "narrow wire"),
            ("google.protobuf.Int32Value n = 1;", "int32 n = 1;", "presence wire"),
            ("repeated Pair m = 1;", "map<string, int32> m = 1;", "narrow"),
        ] {
            let plan = whole(storage, old, new);
            let kind = if storage == "JSON" { ChangeKind::S12 } else { ChangeKind::S11 };
            assert_eq!(kinds(&plan), [kind], "{old} {new}");
            let mut found: Vec<String> = words(&plan);
            found.iter_mut().for_each(|word| word.truncate(word.find(' ').unwrap_or(word.len())));
            found.sort();
            assert_eq!((found.join(" ").as_str(), steps(&plan.up)), (asks, vec!["Rust".to_owned()]), "{old} {new}");
            assert_eq!(plan.verdicts[0].down, DownEffect::Exact, "{old} {new}");
        }
    }
}

#[test]
fn what_no_value_of_old_bytes_becomes_is_rejected() {
    for (old, new) in [
        ("string s = 1;", "int64 s = 1;"),
        ("int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }"),
        ("Inner i = 1;", "google.protobuf.Timestamp i = 1;"),
        ("map<string, Inner> m = 1;", "Inner m = 1;"),
        ("repeated Inner m = 1;", "map<string, int32> m = 1;"),
    ] {
        let plan = whole("BYTES", old, new);
        let never = words(&plan).into_iter().find(|said| said.starts_with("never S11 machines.d"));
        assert!(never.is_some(), "{old} {new}: {:?}", words(&plan));
    }
}

#[test]
fn what_is_stored_otherwise_may_change_inside_at_once() {
    let field = |storage: &str, many: &str| match storage {
        "" => format!("{many}Drive d = 2;"),
        storage => format!("{many}Drive d = 2 [(protostore.v1.column) = {{storage: {storage}}}];"),
    };
    for [from, to] in [["", "JSON"], ["", "BYTES"], ["JSON", ""], ["JSON", "BYTES"], ["CHILD_TABLE", "JSON"]] {
        for (many, kind) in [("", ChangeKind::S03), ("repeated ", ChangeKind::K18)] {
            let old = format!("{}---message Drive {{ int32 n = 1; string gone = 3; }}", field(from, ""));
            let inside = "sint32 n = 1; bool more = 2; reserved 3; reserved \"gone\";";
            let new = format!("{}---message Drive {{ {inside} }}", field(to, many));
            let plan = plan(&old, &new);
            assert_eq!(kinds(&plan)[0], kind, "{from} to {to}: {:?}", words(&plan));
            let runs = |steps: &[String]| steps.iter().filter(|step| *step == "Rust").count();
            assert_eq!((runs(&steps(&plan.up)), runs(&steps(&plan.down))), (1, 1), "{from} to {to}");
            assert_eq!(words(&plan).len(), 1, "{:?}", words(&plan));
            assert!(words(&plan)[0].starts_with("wire machines.d"), "{:?}", words(&plan));
        }
    }
}

#[test]
fn json_is_read_by_every_name_that_a_number_had_and_by_its_type() {
    for (old, new) in [("int32 n = 1;", "int32 m = 1;"), ("int32 n = 1;", "int32 n = 1; string s = 2;")] {
        let plan = whole("JSON", old, new);
        assert!(kinds(&plan).contains(&ChangeKind::S12), "{old} {new}: {:?}", kinds(&plan));
        assert_eq!((words(&plan).len(), steps(&plan.up).len()), (0, 0), "{old} {new}: {:?}", words(&plan));
    }
    for (old, new) in [("int32 n = 1;", "int64 n = 1;"), ("string s = 1;", "bytes s = 1;")] {
        let plan = whole("JSON", old, new);
        assert_eq!((words(&plan).len(), steps(&plan.up)), (0, vec!["Rust".to_owned()]), "{:?}", words(&plan));
    }
}

#[test]
fn a_list_in_one_column_is_read_as_protobuf_reads_it() {
    let of = |field: &str| format!("{field} [(protostore.v1.column) = {{storage: BYTES}}];");
    let wider = plan(&of("repeated int32 n = 2"), &of("repeated int64 n = 2"));
    assert_eq!((kinds(&wider), steps(&wider.up).len()), (vec![ChangeKind::S11], 0), "{:?}", words(&wider));
    let other = plan(&of("repeated int32 n = 2"), &of("repeated sint32 n = 2"));
    assert_eq!(words(&other), ["wire machines.n repeated int32 repeated sint32"]);
    assert_eq!(steps(&other.up), ["Rust"]);
    let packed = plan(
        &of("repeated int32 n = 2"),
        "repeated int32 n = 2 [packed = false, (protostore.v1.column) = {storage: BYTES}];",
    );
    assert_eq!((kinds(&packed), steps(&packed.up).len()), (vec![ChangeKind::K20], 0));
}

#[test]
fn a_message_and_its_bytes() {
    let message = format!("Drive d = 2 [(protostore.v1.column) = {{storage: BYTES}}];{DRIVE}");
    let there = plan(&message, "bytes d = 2;");
    assert_eq!(kinds(&there)[0], ChangeKind::K14, "{:?}", words(&there));
    let back = plan("bytes d = 2;", &message);
    assert_eq!(kinds(&back)[0], ChangeKind::K14);
}

#[test]
fn a_field_that_is_not_stored_changes_for_clients_alone() {
    let of = |field: &str| format!("{field} [(protostore.v1.column) = {{storage: NOT_STORED}}];");
    let plan = plan(&of("int32 n = 2"), &of("string n = 2"));
    assert_eq!((plan.verdicts[0].wire, steps(&plan.up).len()), (Effect::Breaks, 0));
    assert_eq!(words(&plan), ["wire machines.n int32 string"]);
}
