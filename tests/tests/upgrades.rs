//! The tests of upgrades that each generated crate has: over all rows that their versions can have, and with controls.

use protostore::testing::{Kept, Old, Read, read};

const AURAE: Old = Old {
    schema: &aurae::SCHEMA,
    version: 2,
    oldest: None,
    rows: include_str!("../../generated/aurae/tests/rows/0002.sql"),
    kept: &[],
    read: &[read::<aurae::Cell>],
};

#[test]
fn a_value_that_a_version_changes_is_no_longer_what_it_was() {
    let command = Kept {
        table: ("executables", "executables"),
        key: &[("cell_name", "cell_name"), ("name", "name")],
        columns: &[("command", "command")],
    };
    let old = Old { kept: Vec::leak(vec![command]), ..AURAE };
    let says = said(move || drop(old.becomes_the_newest()));
    assert!(says.contains("executables.command holds") && says.contains("/bin/true"), "{says}");
    // The same without what its third version fills in.
    let became = Old { kept: Vec::leak(vec![Kept { columns: &[("description", "description")], ..command }]), ..AURAE };
    assert_eq!(became.becomes_the_newest().compared, 3);
}

#[test]
fn a_table_that_cannot_be_read_is_told() {
    fn unreadable(view: &mut protostore::View<'_, protostore::Sqlite>) -> protostore::Result<(&'static str, u64)> {
        read::<aurae::Cell>(view)?;
        Err(protostore::Error::invalid("cells.name", "is not read, for a test"))
    }
    let fails: &[Read] = &[unreadable];
    let says = said(move || drop(Old { read: fails, ..AURAE }.becomes_the_newest()));
    assert!(says.contains("a file of version 2 cannot be read after its upgrade: cells.name"), "{says}");
}

#[test]
fn a_row_that_a_version_cannot_hold_is_stopped_by_its_guard_and_the_others_go_on() {
    let wide = "-- kind 1: one that the fourth version cannot hold\n\
        INSERT INTO \"virtual_machines\" (\"id\", \"mem_size_mb\", \"vcpu_count\") VALUES ('b', 512, 4294967296);\n\
        -- kind 0: one that it can\n\
        INSERT INTO \"virtual_machines\" (\"id\", \"mem_size_mb\", \"vcpu_count\") VALUES ('a', 512, 2);\n";
    let became = Old { rows: wide, ..AURAE }.becomes_the_newest();
    assert_eq!(became.rows, 1, "{became}");
    let stopped = &became.stopped[0];
    assert!(stopped.contains("virtual_machines.vcpu_count") && stopped.contains("1 rows, the first is b"), "{became}");
}

#[test]
fn every_table_of_every_old_version_has_rows() {
    macro_rules! stores {
        ($($name:ident: $($version:literal)*;)*) => {
            [$($((&$name::SCHEMA, $version, include_str!(concat!(
                "../../generated/", stringify!($name), "/tests/rows/000", $version, ".sql"
            )))),*),*]
        };
    }
    let all = stores! {
        aurae: 1 2 3 4;
        autoinstall: 1 2 3 4;
        froyo: 1 2 3 4;
        gantry: 1 2 3 4;
        mesh: 1 2 3 4;
    };
    for (schema, version, rows) in all {
        let became = Old { schema, version, oldest: None, rows, kept: &[], read: &[] }.becomes_the_newest();
        assert!(became.left_out.is_empty(), "{} {version}: {became}", schema.name);
        let lines = rows.lines().filter(|line| line.starts_with("INSERT")).count();
        assert!(became.stopped.is_empty() && became.rows == lines, "{} {version}: {became}", schema.name);
    }
}

/// Returns what a test says that fails.
fn said(fails: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(fails).expect_err("it fails");
    panic.downcast::<String>().map_or_else(|_| "nothing".to_owned(), |says| *says)
}
