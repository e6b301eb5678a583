//! Merges of schemas by number, over the versions of the five stores: what one branch alone changed is as it is there.

use std::path::{Path, PathBuf};

use protostore_evolve::{clashes, merge};
use protostore_schema::Schema;

/// The versions of each store, oldest first.
fn stores() -> Vec<Vec<Schema>> {
    let generated = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../generated");
    let mut dirs: Vec<PathBuf> =
        std::fs::read_dir(generated).expect("lists").map(|entry| entry.expect("an entry").path()).collect();
    dirs.retain(|dir| dir.join("schema.lock").is_file());
    dirs.sort();
    let versions = |dir: &PathBuf| {
        let text = |version: u32| std::fs::read_to_string(dir.join(format!("schema/{version:04}.json"))).ok();
        let snapshots = (1..).map_while(text);
        snapshots.map(|text| Schema::from_snapshot(&text).expect("a snapshot")).collect()
    };
    dirs.iter().map(versions).collect()
}

#[test]
fn what_one_branch_alone_changed_is_as_it_is_there() {
    let mut pairs = 0;
    for versions in stores() {
        for pair in versions.windows(2) {
            let [fork, changed] = pair else { continue };
            let expected = changed.to_snapshot();
            let merged = |base, own| merge(fork, base, own).expect("a schema").to_snapshot();
            assert_eq!(merged(fork, changed), expected, "{}: the own branch", changed.store);
            assert_eq!(merged(changed, fork), expected, "{}: the base", changed.store);
            assert_eq!(merged(changed, changed), expected, "{}: both alike", changed.store);
            assert_eq!(clashes(fork, fork, changed, changed), [], "{}", changed.store);
            assert_eq!(clashes(fork, changed, fork, changed), [], "{}", changed.store);
            pairs += 1;
        }
    }
    assert!(pairs >= 20, "{pairs}");
}

#[test]
fn both_branches_of_a_version_are_in_their_merge() {
    for versions in stores() {
        let (first, newest) = (&versions[0], versions.last().expect("a version"));
        let mut own = first.clone();
        let Some(table) = own.tables.last_mut() else { panic!("a store has a table") };
        table.append_only = !table.append_only;
        let (number, append_only) = (table.number, table.append_only);
        let Some(kept) = newest.tables.iter().find(|table| table.number == number) else { continue };
        let merged = merge(first, newest, &own).expect("a schema");
        let table = merged.tables.iter().find(|table| table.number == number).expect("is there");
        assert_eq!(table.append_only, append_only, "{}", own.store);
        let mut expected = newest.clone();
        expected.tables.iter_mut().filter(|table| table.number == number).for_each(|t| t.append_only = append_only);
        assert_eq!(merged.to_snapshot(), expected.to_snapshot(), "{} {}", own.store, kept.name.proto);
    }
}
