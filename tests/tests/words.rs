//! A store whose names are words that Rust, its prelude and generated code have another use for: it compiles, and keeps
//! what it is given.

use protostore::{Kind, Record};
use words::proto::words::r#type::r#async::v1 as keywords;
use words::{OptionMessage, box_message, proto};

#[test]
fn records_of_such_names_come_back() -> protostore::Result<()> {
    let store = words::open_test()?;
    let sent = proto::Option {
        self_: "a".to_owned(),
        some: Some(proto::Some { value: 1 }),
        none: Some(proto::None {}),
        into: vec![proto::Into { binder: 2, row: Some(String::new()) }],
        string: vec!["b".to_owned()],
        vec: vec![vec![0]],
        option: vec![3],
        from: [("c".to_owned(), proto::From { try_from: Some(proto::from::TryFrom::Owner("d".to_owned())) })].into(),
        a_b: vec![4],
        a: Some(proto::A { b: vec![5] }),
    };
    let record = OptionMessage::try_from(sent.clone())?;
    let stored = record.clone();
    store.write(move |tx| tx.insert(&stored))?;
    let found = store.read(|r| r.get::<OptionMessage>("a"))?;
    assert_eq!(found.as_ref(), Some(&record));
    assert_eq!(found.map(proto::Option::from), Some(sent));

    let r#trait = keywords::r#match::Trait {
        r#fn: "e".to_owned(),
        r#where: Some(keywords::r#match::r#trait::Where::Super("f".to_owned())),
    };
    let sent = keywords::Match { r#type: "g".to_owned(), r#impl: 1, traits: vec![r#trait] };
    let record = words::Match::try_from(sent.clone())?;
    assert_eq!(keywords::Match::from(record), sent);
    Ok(())
}

#[test]
fn a_table_hides_no_method() -> protostore::Result<()> {
    let store = words::open_test()?;
    let option = OptionMessage { self_: "a".to_owned(), ..Default::default() };
    let (stored, key) = (option.clone(), option.key());
    store.write(move |tx| tx.insert(&stored))?;
    assert!(store.read(|r| r.exists::<OptionMessage>(key))?);
    drop(store.read_table().get("a"));
    assert_eq!(store.clone().info().store, "WordsStore");
    store.close()
}

#[test]
fn an_element_is_added_to_a_record_with_a_key_of_parts() -> protostore::Result<()> {
    let store = words::open_test()?;
    let add = |option: &'static str| store.write(move |tx| tx.run(box_message::reads.of(("b", 1)).append(option)));
    store.write(|tx| tx.insert(&OptionMessage { self_: "a".to_owned(), ..Default::default() }))?;
    let refused = add("a").unwrap_err();
    assert_eq!((refused.kind(), refused.to_string().as_str()), (Kind::NotFound, "info: no record has this key"));

    store.write(|tx| tx.insert(&words::BoxMessage { r#box: "b".to_owned(), r#dyn: 1, ..Default::default() }))?;
    add("a")?;
    assert_eq!(add("c").unwrap_err().to_string(), "info.reads: refers to a record of read that does not exist");
    Ok(())
}

#[test]
fn every_method_of_the_store_is_known() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("crates/protostore/src/store.rs")).expect("the store's source");
    let methods: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub async fn ")))
        .filter_map(|rest| rest.split(['<', '(']).next())
        .collect();
    assert!(methods.contains(&"read_async"), "{methods:?}");
    let tables = (1..).zip(&methods).map(|(n, name)| {
        format!("  repeated R {name} = {n} [(protostore.v1.table) = {{primary_key: \"id\" record: \"R{n}\"}}];\n")
    });
    let proto = format!(
        "syntax = \"proto3\";\nimport \"protostore/v1/options.proto\";\nmessage R {{ string id = 1; }}\nmessage S {{\n  \
         option (protostore.v1.store) = {{}};\n{}}}\n",
        tables.collect::<String>()
    );
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("s.proto");
    std::fs::write(&file, proto).expect("a file is written");
    let inputs = protostore_lower::Inputs { includes: vec![dir.path().into(), root.join("proto")], files: vec![file] };
    let compiled = protostore_lower::compile(&inputs).expect("the proto compiles");
    let schema = protostore_lower::lower(&compiled, "S").expect("a store");
    for table in schema.tables {
        assert_eq!(table.name.rust, format!("{}_table", table.name.proto), "an accessor hides a method of the store");
    }
}
