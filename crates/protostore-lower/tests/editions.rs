//! Descriptors of protoc in place of text, among them those of files of an edition.
//!
//! `tests/cases/editions/*.binpb` are what protoc made of the files beside them.

use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use protostore_lower::{Compiled, DescriptorInputs, Diagnostics, Inputs, compile, compile_descriptors, lower};

const STORE: &str = "shop.v1.ShopStore";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/editions")
}

fn set(case: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{case}.binpb"))).expect("a set")
}

fn from_set(case: &str, includes: Vec<PathBuf>) -> Result<Compiled, Diagnostics> {
    let files = vec![format!("{case}.proto")];
    compile_descriptors(&DescriptorInputs { set: set(case), files, includes })
}

fn from_text(case: &str, text: &str) -> Compiled {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join(format!("{case}.proto"));
    std::fs::write(&file, text).expect("a file");
    let inputs = Inputs { includes: vec![dir.path().to_owned()], files: vec![file] };
    compile(&inputs).unwrap_or_else(|found| panic!("{}", found.render_plain()))
}

/// Checks that an edition's file is stored as that text of proto2 or proto3 is, comments included.
fn same(case: &str, text: &str) {
    let ours = from_set(case, Vec::new()).unwrap_or_else(|found| panic!("{}", found.render_plain()));
    let schema = |compiled: &Compiled| {
        let mut schema = lower(compiled, STORE).unwrap_or_else(|found| panic!("{}", found.render_plain()));
        // An edition's line is no longer than the syntax's, but its options are.
        schema.source.column = 0;
        schema
    };
    let (ours, theirs) = (schema(&ours), schema(&from_text(case, text)));
    assert_eq!(ours.to_snapshot(), theirs.to_snapshot());
    assert_eq!((&ours.docs, &ours.tables[0].record.docs), (&theirs.docs, &theirs.tables[0].record.docs));
}

fn text(case: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{case}.proto"))).expect("a text")
}

#[test]
fn open_enums_and_both_kinds_of_presence_are_proto3() {
    let proto3 = text("explicit")
        .replace("edition = \"2023\";", "syntax = \"proto3\";")
        .replace(" [features.field_presence = IMPLICIT]", "")
        .replace("[features.repeated_field_encoding = EXPANDED]", "[packed = false]")
        .replace("  string title", "  optional string title")
        .replace("  State state", "  optional State state")
        .replace("    int64 weight_g", "    optional int64 weight_g");
    same("explicit", &proto3);
}

/// What is new in edition 2024 says who may name a message, and which imports are of options alone: neither is stored.
#[test]
fn edition_2024_is_proto3_where_its_features_are() {
    let proto3 = text("edition2024")
        .replace("edition = \"2024\";", "syntax = \"proto3\";")
        .replace("import option", "import")
        .replace("export message", "message")
        .replace("local message", "message")
        .replace("local enum", "enum")
        .replace(" [features.field_presence = IMPLICIT]", "")
        .replace("[features.repeated_field_encoding = EXPANDED]", "[packed = false]")
        .replace("  string title", "  optional string title")
        .replace("  State state", "  optional State state")
        .replace("    int64 weight_g", "    optional int64 weight_g");
    same("edition2024", &proto3);
}

#[test]
fn closed_enums_required_fields_and_defaults_are_proto2() {
    let proto2 = text("closed")
        .replace("edition = \"2023\";", "syntax = \"proto2\";")
        .replace("option features.enum_type = CLOSED;\n", "")
        .replace("  string id = 1 [features.field_presence = LEGACY_REQUIRED]", "  required string id = 1")
        .replace("  int32 size", "  optional int32 size")
        .replace("  State state", "  optional State state");
    same("closed", &proto2);
}

#[test]
fn what_fits_neither_is_rejected_by_feature_and_place() {
    let rejected = |case: &str, includes| from_set(case, includes).expect_err("it fits neither").render_plain();
    let mixed = rejected("mixed", vec![folder()]);
    assert!(
        mixed.starts_with(
            "mixed.proto:18:1: `State` has `enum_type = CLOSED`, which only proto2 can say, and `id` has \
                               `field_presence = IMPLICIT`, which only proto3 can say"
        ),
        "{mixed}"
    );
    assert!(mixed.contains("    enum State {\n"), "the line is quoted where the text is known: {mixed}");
    let delimited = rejected("delimited", Vec::new());
    assert!(
        delimited.starts_with("delimited.proto:15:3: `measure` has `message_encoding = DELIMITED`, which neither"),
        "{delimited}"
    );
    assert!(!delimited.contains("    Measure measure"), "no text is known: {delimited}");
}

#[test]
fn a_text_that_is_not_the_descriptor_s_is_not_quoted() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("mixed.proto"), format!("// Newer.\n{}", text("mixed"))).expect("a file");
    let found = from_set("mixed", vec![dir.path().to_owned()]).expect_err("it fits neither").render_plain();
    assert!(
        found.starts_with("mixed.proto:18:1: ") && !found.contains("Newer") && !found.contains("    enum"),
        "{found}"
    );
}

#[test]
fn annotations_of_another_version_are_rejected() {
    let mut changed = FileDescriptorSet::decode(set("explicit").as_slice()).expect("a set");
    let options = changed.file.iter_mut().find(|file| file.name() == "protostore/v1/options.proto").expect("a file");
    options.message_type[0].field[0].name = Some("nom".to_owned());
    let inputs = DescriptorInputs { set: changed.encode_to_vec(), ..DescriptorInputs::default() };
    let found = compile_descriptors(&inputs).expect_err("another version").render_plain();
    assert!(found.contains("not those of this version") && found.contains("export-protos"), "{found}");
}

#[test]
fn what_is_no_set_of_descriptors_is_rejected() {
    let whole = set("explicit");
    for bytes in [b"no set".to_vec(), whole[..whole.len() / 2].to_vec(), vec![0xff; 64]] {
        let inputs = DescriptorInputs { set: bytes, ..DescriptorInputs::default() };
        let found = compile_descriptors(&inputs).expect_err("no set").render_plain();
        assert!(found.contains("--include_imports"), "{found}");
    }
    // An import that is missing, and a file that is not in the set.
    let mut set = FileDescriptorSet::decode(whole.as_slice()).expect("a set");
    set.file.retain(|file| file.name() == "explicit.proto");
    let inputs = DescriptorInputs { set: set.encode_to_vec(), ..DescriptorInputs::default() };
    assert!(compile_descriptors(&inputs).is_err());
    let files = vec!["other.proto".to_owned()];
    let found =
        compile_descriptors(&DescriptorInputs { set: whole, files, includes: Vec::new() }).expect_err("no file");
    assert!(found.render_plain().contains("the set has no such file"), "{}", found.render_plain());
}

/// Names of files have slashes on every system, and lead nowhere else than below an include path.
#[test]
fn a_file_that_is_named_as_on_windows_is_rejected() {
    for name in ["shop\\explicit.proto", "C:\\shop\\explicit.proto"] {
        let mut set = FileDescriptorSet::decode(set("explicit").as_slice()).expect("a set");
        let file = set.file.iter_mut().find(|file| file.name() == "explicit.proto").expect("the file");
        file.name = Some(name.to_owned());
        let inputs = DescriptorInputs { set: set.encode_to_vec(), ..DescriptorInputs::default() };
        let found = compile_descriptors(&inputs).expect_err("a backslash").render_plain();
        assert!(found.contains(&format!("`{name}` has a backslash")) && found.contains("slashes"), "{found}");
    }
}

/// A hostile set ends in a diagnostic, whatever byte of it is another.
#[test]
fn no_byte_makes_it_panic() {
    let whole = set("closed");
    for at in (0..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let inputs = DescriptorInputs { set: bytes, ..DescriptorInputs::default() };
        if let Ok(compiled) = compile_descriptors(&inputs) {
            compiled.stores().iter().for_each(|store| drop(lower(&compiled, store)));
        }
    }
}
