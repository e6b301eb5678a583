//! The complaints and pitfalls that this project set out to answer, each with the test that holds the answer.

use std::path::Path;

/// What users of other tools complain about, and the issues in which they do.
const COMPLAINTS: [(&str, &str, &str); 15] = [
    (
        "a rebuild deletes children: drizzle-orm#5782, rails#58705, efcore#37598, cherry-studio#17568",
        LAB,
        "a_rebuild_keeps_child_rows",
    ),
    ("tests migrate empty databases: mydia#292", LAB, "drawn_rows_hold_something_in_each_table"),
    ("renames guessed: prisma#7790, #4694", LAB, "a_rename_keeps_its_values"),
    (
        "two branches each valid, broken together: efcore#32351, #37688, #23911",
        "crates/protostore-build/tests/versions/rebase.rs",
        "a_merge_is_settled_and_files_of_either_branch_are_upgraded",
    ),
    ("NOT NULL without values: omicron#6433", LAB, "a_required_field_asks_for_the_value_of_rows_that_are_there"),
    (
        "unique over duplicates found in production: prisma/migrate#442, codecov/shared#414",
        LAB,
        "a_unique_index_over_duplicates_names_them_and_changes_nothing",
    ),
    (
        "hours without a word: kandev#3756, bunqueue#119, equibles#3361, #4533, opencode#41739",
        "crates/protostore/tests/upgrades/reports.rs",
        "a_step_that_takes_long_is_told_in_its_middle",
    ),
    (
        "killed by a health check: the same",
        "crates/protostore/tests/upgrades/ends.rs",
        "killed_at_any_moment_it_is_one_of_the_two_and_the_copies_open",
    ),
    (
        "no room for an upgrade: the same",
        "crates/protostore/tests/upgrades/ends.rs",
        "a_disk_with_too_little_room_is_said_before_anything_is_done",
    ),
    ("downgrade impossible: memos#5540, openclaw#110487", LAB, "a_rename_goes_back"),
    (
        "half-done upgrades: quodeq#578, synapse#14333",
        "tests/evolution/tests/evolution/kills.rs",
        "an_upgrade_whose_connection_drops_after_any_statement_changes_nothing",
    ),
    (
        "squash strands old databases: synthorg#1222, capgo#2459",
        "crates/protostore/tests/upgrades/oldest.rs",
        "at_10_of_20_later_files_are_upgraded_and_earlier_ones_rejected_by_name",
    ),
    (
        "data code written against today's types: 3dmr#52, promgen#651",
        "crates/protostore/tests/upgrades/steps.rs",
        "json_is_read_under_every_name_that_a_number_had_whatever_its_message_is_called",
    ),
    (
        "false drift rebuilds or locks out: ncps#1328, beads_rust#455",
        "crates/protostore/src/sqlite/open/migrate/structure.rs",
        "comments_and_orders_make_no_difference",
    ),
    ("numbers re-used over stored data: formancehq/ledger#1560", LAB, "a_number_that_is_gone_is_never_used_again"),
];

/// What was measured, or read in the source of others, to go wrong with migrations.
const PITFALLS: [(&str, &str, &str); 31] = [
    (
        "a migration and its row in the history are two transactions",
        "crates/protostore/src/sqlite/open/tests/migrating.rs",
        "killed_in_the_middle_it_did_not_happen",
    ),
    ("a rebuild deletes every child row through CASCADE, and reports success", LAB, "a_rebuild_keeps_child_rows"),
    ("PRAGMA foreign_keys does nothing within a transaction", LAB, "a_migration_ends_no_transaction_and_sets_nothing"),
    (
        "a migration ends the transaction that it runs in",
        "crates/protostore/src/sqlite/open/tests/migrating.rs",
        "a_migration_that_ends_the_transaction_is_refused",
    ),
    (
        "an assertion over references must be inside the transaction, and keep the data",
        LAB,
        "an_upgrade_over_a_reference_to_no_row_stops",
    ),
    ("rows are lost in a rebuild", HERE, "a_rebuild_that_loses_a_row_stops"),
    ("most rebuilds are needless", HERE, "a_field_that_must_be_set_takes_no_rebuild"),
    ("RENAME is safe with references", HERE, "a_renamed_table_is_what_references_name"),
    (
        "a rebuild drops triggers, indexes and views without a word",
        LAB,
        "a_rebuild_makes_triggers_indexes_and_views_again",
    ),
    (
        "no lock is taken, and of several that start together most fail",
        "crates/protostore/tests/upgrades/races.rs",
        "those_that_wait_serve_in_their_turn_and_one_upgrades",
    ),
    (
        "of two processes at first boot one fails",
        "crates/protostore/src/sqlite/open/tests/locking.rs",
        "two_processes_at_first_boot",
    ),
    ("a checkout with CRLF makes a migration another", "tests/tests/drift.rs", "a_migration_with_other_line_endings"),
    ("a migration that was edited passes", "tests/tests/drift.rs", "a_migration_edited_by_hand"),
    (
        "an older program on a newer database says what is missing in its own files",
        "crates/protostore/tests/upgrades/newer.rs",
        "one_that_lets_nobody_in_is_refused_with_both_versions_whatever_is_asked_for",
    ),
    (
        "the text of SQL is compared: false drift",
        "crates/protostore-build/src/structure.rs",
        "order_layout_and_comments_are_nothing",
    ),
    (
        "the text of SQL is compared: real drift is missed",
        "crates/protostore-build/src/structure.rs",
        "everything_else_is_something",
    ),
    ("a rename is guessed wrongly", LAB, "names_that_change_places_keep_their_values"),
    (
        "two branches both add version N and do not conflict",
        "crates/protostore-build/tests/versions/rebase.rs",
        "a_merge_is_settled_and_files_of_either_branch_are_upgraded",
    ),
    ("a CHECK without a name can never be dropped", LAB, "each_check_has_a_name"),
    ("a CHECK that is NULL passes in one SQLite and not in another", HERE, "a_check_is_never_null"),
    (
        "two SQLites take different forms of SQL",
        "crates/protostore-emit/tests/migrations/forms.rs",
        "a_form_that_one_sqlite_rejects_is_found",
    ),
    (
        "DEFAULT, TYPE and a foreign key cannot be altered",
        "crates/protostore-emit/tests/migrations/cases/values.rs",
        "a_reference_comes_and_goes",
    ),
    (
        "columns called rowid, oid and _rowid_ cannot be renamed or dropped",
        "crates/protostore-emit/tests/migrations/cases/keys.rs",
        "a_column_called_rowid_goes_with_its_references",
    ),
    ("RENAME leaves aliases of views and names of constraints behind", LAB, "a_rename_leaves_no_former_name_behind"),
    (
        "RESTRICT depends on the order in which tables were made",
        HERE,
        "a_delete_does_the_same_after_a_rebuild_as_in_a_new_file",
    ),
    ("a view with newer syntax makes every table unreadable", HERE, "a_view_has_only_words_that_every_sqlite_knows"),
    (
        "each ALTER reads the whole schema",
        "crates/protostore-emit/tests/migrations/cases/values.rs",
        "many_changes_of_one_table_are_one_rebuild",
    ),
    (
        "the text of each index is looked up by a scan of the schema",
        "crates/protostore-build/src/structure.rs",
        "the_texts_of_indexes_are_read_once",
    ),
    (
        "a disk becomes full in the middle",
        "crates/protostore/tests/upgrades/ends.rs",
        "a_disk_that_becomes_full_in_the_middle_changes_nothing",
    ),
    (
        "a copy of the file keeps its salt, or lies beside another log",
        "crates/protostore/tests/upgrades/copies.rs",
        "it_is_the_file_of_before_and_opens_alone_with_the_same_key_and_another_salt",
    ),
    (
        "messages of others have no `reserved` and cannot be edited",
        "crates/protostore-build/tests/answers.rs",
        "a_field_that_its_owner_removed_is_dropped_by_the_one_who_stores_it",
    ),
];

const LAB: &str = "tests/evolution/tests/evolution/complaints.rs";
const HERE: &str = "tests/evolution/tests/evolution/pitfalls.rs";

/// Returns whether a file has a test of that name.
fn has(text: &str, test: &str) -> bool {
    let head = format!("fn {test}()");
    text.split("#[test]").skip(1).any(|rest| {
        // Attributes such as `#[cfg(unix)]` may come between.
        let line = rest.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["));
        line.is_some_and(|line| line.starts_with(&head))
    })
}

#[test]
fn everything_that_is_listed_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (what, file, test) in COMPLAINTS.into_iter().chain(PITFALLS) {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{what}: {file}: {e}"));
        assert!(has(&text, test), "{what}: {file} has no test {test}");
    }
}

/// The control: a name that is only mentioned, or that is no test, is none.
#[test]
fn a_name_without_a_test_is_noticed() {
    let text = "/// fn one()\nfn two() {}\n#[test]\n#[cfg(unix)]\nfn three() {}\n";
    assert!(has(text, "three") && !has(text, "one") && !has(text, "two") && !has(text, "thre"));
}
