//! The messages in reach of a store are what its proto files declare, read a second time from their descriptors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label as ProtoLabel, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use protostore_lower::{Compiled, Inputs, compile, lower};
use protostore_schema::{Kind, Label, Reach, Schema, is_well_known};

fn compiled(includes: Vec<PathBuf>, file: PathBuf) -> Compiled {
    let shown = file.display().to_string();
    compile(&Inputs { includes, files: vec![file] }).unwrap_or_else(|err| panic!("{shown}\n{}", err.render_plain()))
}

fn lowered(text: &str) -> Schema {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("s.proto"), text).expect("a file");
    let compiled = compiled(vec![dir.path().to_path_buf()], dir.path().join("s.proto"));
    let store = compiled.stores().pop().expect("a store");
    lower(&compiled, &store).unwrap_or_else(|err| panic!("{}", err.render_plain()))
}

/// Every store of the repository, with the descriptors that it was lowered from.
fn stores() -> impl Iterator<Item = (Schema, FileDescriptorSet)> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let trees = ["proto", "tests/shapes/proto", "tests/cases/ok", "tests/cases/drift", "tests/cases/foreign/mine"];
    trees.into_iter().flat_map(move |tree| {
        let tree = root.join(tree);
        let includes = vec![tree.clone(), root.join("tests/cases/foreign/theirs"), root.join("proto")];
        let files = protos(&tree)
            .into_iter()
            .filter(|file| std::fs::read_to_string(file).expect("a file").contains("option (protostore.v1.store)"));
        files.flat_map(move |file| {
            let compiled = compiled(includes.clone(), file);
            let of = |store: String| {
                let Ok(schema) = lower(&compiled, &store) else { panic!("{store}") };
                let files = FileDescriptorSet::decode(&*compiled.descriptor_set(&schema)).expect("descriptors");
                (schema, files)
            };
            compiled.stores().into_iter().map(of).collect::<Vec<_>>()
        })
    })
}

fn protos(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { protos(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|end| end == "proto"))
        .collect();
    files.sort();
    files
}

/// The declarations of files by full name, each with whether the file is of proto3.
#[derive(Default)]
struct Declared {
    messages: BTreeMap<String, (DescriptorProto, bool)>,
    enums: BTreeMap<String, (EnumDescriptorProto, bool)>,
}

impl Declared {
    fn of(files: &FileDescriptorSet) -> Self {
        let mut all = Self::default();
        for file in &files.file {
            let proto3 = file.syntax() == "proto3";
            let package = if file.package().is_empty() { String::new() } else { format!("{}.", file.package()) };
            file.message_type.iter().for_each(|message| all.add(&package, message, proto3));
            all.add_enums(&package, &file.enum_type, proto3);
        }
        all
    }

    fn add(&mut self, around: &str, message: &DescriptorProto, proto3: bool) {
        let name = format!("{around}{}", message.name());
        let inside = format!("{name}.");
        message.nested_type.iter().for_each(|nested| self.add(&inside, nested, proto3));
        self.add_enums(&inside, &message.enum_type, proto3);
        self.messages.insert(name, (message.clone(), proto3));
    }

    fn add_enums(&mut self, around: &str, enums: &[EnumDescriptorProto], proto3: bool) {
        self.enums.extend(enums.iter().map(|e| (format!("{around}{}", e.name()), (e.clone(), proto3))));
    }

    fn is_entry(&self, field: &FieldDescriptorProto) -> bool {
        let message = self.messages.get(field.type_name().trim_start_matches('.'));
        message.is_some_and(|(of, _)| of.options.as_ref().is_some_and(|options| options.map_entry()))
    }
}

/// What a field is, in words that the descriptor and the schema both have.
fn of_descriptor(declared: &Declared, message: &DescriptorProto, field: &FieldDescriptorProto, proto3: bool) -> String {
    let of = field.type_name().trim_start_matches('.');
    let (kind, scalar) = match field.r#type() {
        Type::Group | Type::Message => (format!("message {of}"), false),
        Type::Enum => (format!("enum {of}"), true),
        Type::String => ("string".to_owned(), false),
        Type::Bytes => ("bytes".to_owned(), false),
        scalar => (scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(), true),
    };
    let repeated = field.label() == ProtoLabel::Repeated;
    let member = field.oneof_index.is_some() && !field.proto3_optional();
    let label = match field.label() {
        ProtoLabel::Repeated if declared.is_entry(field) => "map",
        ProtoLabel::Repeated => "repeated",
        ProtoLabel::Required => "required",
        _ if kind.starts_with("message") || !proto3 || field.oneof_index.is_some() => "optional",
        _ => "implicit",
    };
    let packed = field.options.as_ref().and_then(|options| options.packed).unwrap_or(proto3) && repeated && scalar;
    let oneof = if member { message.oneof_decl[field.oneof_index() as usize].name() } else { "-" };
    let deprecated = field.options.as_ref().is_some_and(|options| options.deprecated());
    let group = field.r#type() == Type::Group;
    format!(
        "{} {} ({}): {label} {kind}, packed {packed}, group {group}, oneof {oneof}, deprecated {deprecated}",
        field.number(),
        field.name(),
        field.json_name(),
    )
}

fn of_schema(field: &protostore_schema::Field) -> String {
    let kind = match &field.kind {
        Kind::Enum(of) | Kind::Message(of) => format!("{} {of}", field.kind.word()),
        kind => kind.word().to_owned(),
    };
    let label = match field.label {
        Label::Implicit => "implicit",
        Label::Optional => "optional",
        Label::Required => "required",
        Label::Repeated => "repeated",
        Label::Map => "map",
    };
    let protostore_schema::Field { number, name, packed, group, deprecated, .. } = field;
    let (json, oneof) = (field.json_name(), field.oneof.as_deref().unwrap_or("-"));
    format!(
        "{number} {name} ({json}): {label} {kind}, packed {packed}, group {group}, oneof {oneof}, deprecated {deprecated}"
    )
}

/// Compares what is in reach with the declarations; returns the names that must be in it.
fn compare(reach: &Reach, store: &str, declared: &Declared) -> Vec<String> {
    let (mut open, mut seen) = (vec![store.to_owned()], Vec::new());
    while let Some(name) = open.pop() {
        if seen.contains(&name) || is_well_known(&name) {
            continue;
        }
        if let Some((of, proto3)) = declared.enums.get(&name) {
            let found = reach.enumeration(&name).unwrap_or_else(|| panic!("{name} is not in reach"));
            let values: Vec<_> = of.value.iter().map(|value| (value.name().to_owned(), value.number())).collect();
            assert_eq!((&found.values, found.closed), (&values, !proto3), "{name}");
            let inside = |number: i32| of.reserved_range.iter().any(|r| (r.start()..=r.end()).contains(&number));
            for number in -100..100 {
                let reserved = found.reserved.iter().any(|(first, last)| (*first..=*last).contains(&number));
                assert_eq!(reserved, inside(number), "{name}: {number}");
            }
        } else {
            let (of, proto3) = &declared.messages[&name];
            let found = reach.message(&name).unwrap_or_else(|| panic!("{name} is not in reach"));
            let mut fields: Vec<_> = of.field.iter().collect();
            fields.sort_by_key(|field| field.number());
            let fields: Vec<_> = fields.into_iter().map(|field| of_descriptor(declared, of, field, *proto3)).collect();
            assert_eq!(found.fields.iter().map(of_schema).collect::<Vec<_>>(), fields, "{name}");
            let inside = |number: i32| of.reserved_range.iter().any(|r| (r.start()..r.end()).contains(&number));
            for number in 1..100 {
                let reserved = found.reserved.iter().any(|(first, last)| (*first..=*last).contains(&(number as u32)));
                assert_eq!(reserved, inside(number), "{name}: {number}");
            }
            let mut names = of.reserved_name.clone();
            names.sort_unstable();
            assert_eq!(found.reserved_names, names, "{name}");
            open.extend(of.field.iter().map(|field| field.type_name().trim_start_matches('.').to_owned()));
            open.retain(|name| !name.is_empty());
        }
        seen.push(name);
    }
    seen
}

#[test]
fn what_is_in_reach_is_what_the_files_declare() {
    let (mut count, mut shapes) = (0, 0);
    for (schema, files) in stores() {
        count += 1;
        let declared = Declared::of(&files);
        let seen = compare(&schema.reach, &schema.store, &declared);
        let found = schema.reach.messages.iter().map(|m| &m.proto).chain(schema.reach.enums.iter().map(|e| &e.proto));
        if !schema.documents().holds_any {
            let beyond: Vec<_> = found.filter(|name| !seen.contains(name)).collect();
            assert!(beyond.is_empty(), "{}: {beyond:?}", schema.store);
        }
        shapes += seen.len();
        let sorted = |names: Vec<&String>| names.is_sorted();
        assert!(sorted(schema.reach.messages.iter().map(|m| &m.proto).collect()), "{}", schema.store);
        assert!(sorted(schema.reach.enums.iter().map(|e| &e.proto).collect()), "{}", schema.store);
    }
    assert!(count > 60 && shapes > 500, "{count} stores, {shapes} messages and enums");
}

/// The control: a reach that differs in one part does not pass.
#[test]
fn a_reach_that_differs_is_found() {
    let (schema, files) = stores().next().expect("a store");
    let finds = |edit: &dyn Fn(&mut Reach)| {
        let mut reach = schema.reach.clone();
        edit(&mut reach);
        std::panic::catch_unwind(|| compare(&reach, &schema.store, &Declared::of(&files))).is_err()
    };
    assert!(!finds(&|_| ()));
    let at = schema.reach.messages.iter().position(|message| message.proto == schema.store).expect("the store");
    assert!(finds(&|reach| drop(reach.messages.remove(at))));
    assert!(finds(&|reach| reach.messages[at].fields[0].kind = Kind::Sfixed64));
    assert!(finds(&|reach| reach.messages[at].fields[0].json = Some("x".to_owned())));
    assert!(finds(&|reach| reach.messages[at].fields[0].packed ^= true));
    assert!(finds(&|reach| reach.messages[at].fields[0].oneof = Some("o".to_owned())));
    assert!(finds(&|reach| reach.messages[at].reserved.push((90, 90))));
}

const HARD: &str = r#"syntax = "proto2";
package p;
import "protostore/v1/options.proto";
import "google/protobuf/any.proto";

message S {
  option (protostore.v1.store) = {};
  repeated Row rows = 2 [(protostore.v1.table) = {primary_key: "id"}];
  reserved 9, 3 to 5, 4 to 8;
  reserved "old", "gone";
}

message Row {
  required string id = 1;
  // Contains itself, and is not stored.
  optional Tree tree = 4 [(protostore.v1.column) = {storage: NOT_STORED}];
  repeated int32 packed = 3 [packed = true, deprecated = true];
  oneof of {
    string a = 5 [json_name = "other"];
    bytes b_c = 6;
  }
  map<int32, Color> colors = 7 [(protostore.v1.column) = {storage: BYTES}];
  optional google.protobuf.Any any = 8;
  enum Color {
    reserved -5 to -3, 100 to max;
    BLUE = 3;
    RED = 1;
    option allow_alias = true;
    ALSO_RED = 1;
  }
}

message Tree {
  repeated Tree children = 1;
  optional group Leaf = 2 {
    optional sint64 weight = 1;
  }
}
"#;

#[test]
fn cycles_groups_aliases_and_reserved_ranges_are_in_reach() {
    let reach = lowered(HARD).reach;
    let names: Vec<_> = reach.messages.iter().map(|message| message.proto.as_str()).collect();
    assert_eq!(names, ["p.Row", "p.Row.ColorsEntry", "p.S", "p.Tree", "p.Tree.Leaf"]);

    let store = reach.message("p.S").expect("the store");
    assert_eq!(store.reserved, [(3, 9)]);
    assert_eq!(store.reserved_names, ["gone", "old"]);
    assert!(store.reserves(9, "old") && !store.reserves(2, "old") && !store.reserves(9, "new"));

    let row = reach.message("p.Row").expect("the record");
    assert_eq!(
        row.fields.iter().map(of_schema).collect::<Vec<_>>(),
        [
            "1 id (id): required string, packed false, group false, oneof -, deprecated false",
            "3 packed (packed): repeated int32, packed true, group false, oneof -, deprecated true",
            "4 tree (tree): optional message p.Tree, packed false, group false, oneof -, deprecated false",
            "5 a (other): optional string, packed false, group false, oneof of, deprecated false",
            "6 b_c (bC): optional bytes, packed false, group false, oneof of, deprecated false",
            "7 colors (colors): map message p.Row.ColorsEntry, packed false, group false, oneof -, deprecated false",
            "8 any (any): optional message google.protobuf.Any, packed false, group false, oneof -, deprecated false",
        ]
    );
    let entry = reach.message("p.Row.ColorsEntry").expect("the entry");
    assert!(entry.entry);
    assert_eq!(entry.field(2).expect("a value").kind, Kind::Enum("p.Row.Color".to_owned()));
    let leaf = reach.message("p.Tree").and_then(|tree| tree.field(2)).expect("the group");
    assert!(leaf.group);

    let color = reach.enumeration("p.Row.Color").expect("the enum");
    assert!(color.closed);
    let values = [("BLUE", 3), ("RED", 1), ("ALSO_RED", 1)].map(|(name, number)| (name.to_owned(), number));
    assert_eq!(color.values, values);
    assert_eq!(color.reserved, [(-5, -3), (100, i32::MAX)]);
    assert_eq!(color.name(1), Some("RED"));
}

#[test]
fn a_further_line_goes_behind_the_last_of_its_sort() {
    let reach = lowered(HARD).reach;
    let line = |of: &str| HARD.lines().zip(1..).find(|(line, _)| line.contains(of)).map(|(_, at)| at).expect("a line");
    let store = reach.message("p.S").expect("the store");
    assert_eq!(store.declared.source.line, line("message S"));
    assert_eq!(store.declared.source.file, "s.proto");
    assert!(!store.declared.others);
    assert_eq!(store.declared.after, line("reserved \"old\""));
    let row = reach.message("p.Row").expect("the record");
    assert_eq!(row.declared.after, line("Any any = 8"));
    assert_eq!(row.field(6).expect("a field").source.line, line("b_c"));
    assert_eq!(reach.enumeration("p.Row.Color").expect("the enum").declared.after, line("reserved -5"));
    assert_eq!(reach.message("p.Tree").expect("the tree").declared.after, line("weight") + 1);

    let text = |body: &str| format!("syntax = \"proto3\";\nimport \"protostore/v1/options.proto\";\n{body}");
    let after = |body: &str, of: &str| {
        let reach = lowered(&text(body)).reach;
        reach.message(of).expect("a message").declared.after
    };
    let store = "message S {\n  option (protostore.v1.store) = {};\n  R r = 1;\n}\n";
    // Line 3 is that of `message S`, line 7 that of `message R`.
    assert_eq!(after(&format!("{store}message R {{ string a = 1; }}"), "R"), 0);
    assert_eq!(after(&format!("{store}message R {{ string a = 1;\n  reserved 2; }}"), "R"), 0);
    assert_eq!(after(&format!("{store}message R {{ string a = 1;\n}}"), "R"), 7);
    assert_eq!(after(&format!("{store}message R {{\n  oneof o {{\n    string a = 1;\n  }}\n}}"), "R"), 10);
    assert_eq!(after(&format!("{store}message R {{\n  reserved 2,\n    3\n  ;\n  string a = 1;\n}}"), "R"), 10);
}

#[test]
fn json_names_are_those_of_protobuf() {
    let names = [("a", "a"), ("image_path", "imagePath"), ("a__b", "aB"), ("_a", "A"), ("a_1", "a1"), ("aB_", "aB")];
    for (name, json) in names {
        assert_eq!(protostore_schema::json_name(name), json);
    }
}
