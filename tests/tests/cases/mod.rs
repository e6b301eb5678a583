//! The cases of `cases/ok`, lowered and emitted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protostore_emit::{Files, Input, Version};
use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;

/// Returns the folder of the cases.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ok")
}

/// Returns the schema of the one store of a case.
pub(crate) fn schema(case: &Path) -> Schema {
    let folder = case.parent().expect("a case lies in a folder").to_path_buf();
    let file = case.file_name().expect("a case is a file").into();
    let compiled = compile(&Inputs { includes: vec![folder], files: vec![file] })
        .unwrap_or_else(|e| panic!("{}: {e:?}", case.display()));
    let stores = compiled.stores();
    let [store] = &stores[..] else { panic!("{}: one store message expected, found {stores:?}", case.display()) };
    lower(&compiled, store).unwrap_or_else(|e| panic!("{}: {e:?}", case.display()))
}

/// Returns the files that are emitted for a schema, without its messages.
pub(crate) fn files(schema: &Schema) -> Files {
    let command = "cargo xtask codegen";
    let (up, snapshot) = (protostore_emit::first_migration(schema, command), schema.to_snapshot());
    let version = Version {
        number: 1,
        slug: "initial",
        semver: "0.1.0",
        schema,
        up: Some(&up),
        down: None,
        loses: &[],
        chain: "",
        hooks: &[],
        reader: 1,
        writer: 1,
        until: None,
        snapshot: &snapshot,
    };
    protostore_emit::emit(&Input {
        command,
        schema,
        formerly: &[],
        versions: &[version],
        stubs: &BTreeMap::new(),
        services: false,
        external: &[],
        descriptors: &[],
        run_time: "version = \"0.1.0\"",
        features: &[],
        dependencies: &BTreeMap::new(),
        license: None,
        generator: "0.0.0",
    })
}
