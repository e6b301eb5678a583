//! Two branches that each added versions, by git itself: one is put on top of the other, and files of either are upgraded.

use std::process::Command;

use protostore_build::{Comparison, Failure, Mode, Rebase, Release, Report, Request, check, codegen};
use rusqlite::Connection;

use crate::lab::Lab;
use crate::versions::append::{edit, lock, written};

const FIELDS: &str = "  string id = 1;\n  string name = 2;\n";

/// Runs git, and says whether it ended well.
fn tries(lab: &Lab, arguments: &[&str]) -> bool {
    let identity = ["-c", "user.name=lab", "-c", "user.email=lab@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.env("GIT_EDITOR", "true").current_dir(lab.path(".")).args(identity).args(arguments);
    command.output().expect("git runs").status.success()
}

#[track_caller]
fn git(lab: &Lab, arguments: &[&str]) {
    assert!(tries(lab, arguments), "git {arguments:?}");
}

fn commit(lab: &Lab, message: &str) {
    git(lab, &["add", "-A"]);
    git(lab, &["commit", "-q", "-m", message]);
}

/// Makes a version of a branch, and a commit of it.
#[track_caller]
fn version(lab: &Lab, fields: (&str, &str), name: &str, accept: &[&str]) {
    edit(lab, fields.0, fields.1);
    let accept = accept.iter().map(|accept| accept.parse().expect("an answer")).collect();
    written(lab, Request { name: Some(name.parse().expect("a name")), accept, ..Request::default() });
    commit(lab, name);
}

/// A lab of one version in `base`, of which `topic` is a branch; on the latter.
fn branched() -> Lab {
    let lab = Lab::generated();
    git(&lab, &["init", "-q", "-b", "base"]);
    commit(&lab, "initial");
    git(&lab, &["checkout", "-q", "-b", "topic"]);
    lab
}

/// The same, where `topic` adds field 3, and `base` field 4 in another place.
fn both() -> Lab {
    let lab = branched();
    version(&lab, ("string name = 2;", "string name = 2;\n  int64 weight = 3;"), "weigh", &[]);
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string id = 1;", "string id = 1;\n  int64 height = 4;"), "measure", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    lab
}

fn other() -> Request {
    Request { rebase: Some(Rebase::Other), ..Request::default() }
}

fn onto(base: &str) -> Request {
    Request { rebase: Some(Rebase::Onto(base.to_owned())), ..Request::default() }
}

/// Runs codegen, which finds something and writes nothing.
#[track_caller]
fn rejected(lab: &Lab, request: Request) -> String {
    let report: Report = codegen(&lab.project(), request).expect("the project is computed");
    assert!(!report.is_ok() && report.written.is_empty(), "{report}");
    lab.short(&report.to_string())
}

#[track_caller]
fn is_in_order(lab: &Lab, slugs: &[&str]) {
    let report = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    assert!(report.is_ok(), "{report}");
    let lock = lock(lab);
    assert_eq!(lock.versions.iter().map(|version| version.slug.as_str()).collect::<Vec<_>>(), slugs);
    let migrations = lab.paths("generated/lab/migrations/sqlite");
    let ways_back = lock.versions.iter().filter(|version| version.dialect["sqlite"].down.is_some()).count();
    assert_eq!(migrations.len(), slugs.len() + ways_back, "{migrations:?}");
}

/// The migration up or down of a version that is on disk.
fn text(lab: &Lab, start: &str) -> String {
    let paths = lab.paths("generated/lab/migrations/sqlite");
    let path = paths.iter().find(|path| path.rsplit('/').next().is_some_and(|name| name.starts_with(start)));
    let path = path.unwrap_or_else(|| panic!("{start} is not in {paths:?}"));
    lab.read(path)
}

#[test]
fn a_merge_is_settled_and_files_of_either_branch_are_upgraded() {
    let lab = both();
    let (own_up, own_down) = (text(&lab, "V2__"), text(&lab, "D2__"));
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    let found = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    let found = lab.short(&found.to_string());
    assert!(found.contains("two branches each added a version") && found.contains("codegen --rebase"), "{found}");
    assert!(found.contains("version 2 of HEAD is `weigh`\n    version 2 of base is `measure`\n"), "{found}");

    let said = written(&lab, other());
    assert!(said.contains("lab: version 3 `weigh`"), "{said}");
    let note = "a database that has it as version 2 goes back by `protostore downgrade <FILE> --to 1`";
    assert!(said.contains("version 2 `weigh` of `lab` is now version 3") && said.contains(note), "{said}");
    is_in_order(&lab, &["initial", "measure", "weigh"]);
    commit(&lab, "both");
    let with = Comparison { against: Some("base".to_owned()), cache: None };
    let report = check(&lab.project(), &with).expect("the project is computed");
    assert!(report.is_ok(), "what the base has is as it was\n{report}");
    assert_eq!(codegen(&lab.project(), Mode::Write).expect("is computed").written, Vec::<String>::new());

    // A file of the base goes on; one of the other branch goes back first, as its own way back says.
    for own in [false, true] {
        let db = Connection::open_in_memory().expect("SQLite");
        let run = |sql: &str| db.execute_batch(sql).unwrap_or_else(|e| panic!("{e}\n{sql}"));
        run(&text(&lab, "V1__"));
        run("INSERT INTO machines (id, name) VALUES ('a', 'b')");
        if own {
            run(&own_up);
            run("UPDATE machines SET weight = 7");
            run(&own_down);
        }
        run(&text(&lab, "V2__"));
        run(&text(&lab, "V3__"));
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let found: (String, String, i64, i64) =
            db.query_row("SELECT id, name, height, weight FROM machines", [], row).expect("a row");
        assert_eq!(found, ("a".to_owned(), "b".to_owned(), 0, 0));
    }
}

#[test]
fn the_branch_that_is_named_keeps_its_versions() {
    let lab = both();
    git(&lab, &["checkout", "-q", "base"]);
    assert!(!tries(&lab, &["merge", "-q", "topic"]), "the merge went through");
    let kept = lab.read("generated/lab/migrations/sqlite/V2__measure.sql");
    written(&lab, onto("HEAD"));
    is_in_order(&lab, &["initial", "measure", "weigh"]);
    assert_eq!(lab.read("generated/lab/migrations/sqlite/V2__measure.sql"), kept);

    // Without a name, it is the one that is merged in.
    git(&lab, &["reset", "-q", "--hard"]);
    git(&lab, &["clean", "-fdq"]);
    assert!(!tries(&lab, &["merge", "-q", "topic"]), "the merge went through");
    written(&lab, other());
    is_in_order(&lab, &["initial", "weigh", "measure"]);
}

#[test]
fn a_rebase_of_git_goes_on_over_each_version() {
    let lab = both();
    version(&lab, ("int64 weight = 3;", "int64 weight = 3;\n  int64 depth = 5;"), "deepen", &[]);
    assert!(!tries(&lab, &["rebase", "-q", "base"]), "the rebase went through");
    for slugs in [&["initial", "measure", "weigh"][..], &["initial", "measure", "weigh", "deepen"]] {
        written(&lab, other());
        is_in_order(&lab, slugs);
        git(&lab, &["add", "-A"]);
        let ended = tries(&lab, &["rebase", "--continue"]);
        assert_eq!(ended, slugs.len() == 4, "a rebase stops at each version");
    }
    is_in_order(&lab, &["initial", "measure", "weigh", "deepen"]);
}

#[test]
fn several_versions_keep_their_names_answers_and_backfills() {
    let lab = branched();
    let fields = "string name = 2;\n  int64 size = 3;";
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string name = 2;", fields), "size", &[]);
    git(&lab, &["branch", "-f", "topic"]);
    git(&lab, &["checkout", "-q", "topic"]);
    version(&lab, ("int64 size = 3;", "int32 size = 3;"), "narrow_size", &["narrow:machines.size"]);
    let owner = "int32 size = 3;\n  string owner = 6 [(protostore.v1.column) = {backfill: {sql: \"'root'\"}}, (google.api.field_behavior) = REQUIRED];";
    edit(
        &lab,
        "import \"protostore/v1/options.proto\";",
        "import \"protostore/v1/options.proto\";\nimport \"google/api/field_behavior.proto\";",
    );
    version(&lab, ("int32 size = 3;", owner), "require_owner", &[]);
    // Once the version is made, its plan alone has the backfill.
    edit(&lab, "(protostore.v1.column) = {backfill: {sql: \"'root'\"}}, ", "");
    written(&lab, Mode::Write);
    commit(&lab, "without the backfill");
    let own = lock(&lab);
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string id = 1;", "string id = 1;\n  int64 height = 4;"), "measure", &[]);
    version(&lab, ("int64 height = 4;", "int64 height = 4;\n  int64 width = 5;"), "widen", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    written(&lab, other());
    is_in_order(&lab, &["initial", "size", "measure", "widen", "narrow_size", "require_owner"]);
    let rebased = lock(&lab);
    assert_eq!(rebased.versions[4].accepted, own.versions[2].accepted);
    assert!(text(&lab, "V6__").contains("'root'"));

    let db = Connection::open_in_memory().expect("SQLite");
    for version in 1..=6 {
        db.execute_batch(&text(&lab, &format!("V{version}__"))).unwrap_or_else(|e| panic!("{version}: {e}"));
        if version == 1 {
            db.execute_batch("INSERT INTO machines (id, name) VALUES ('a', 'b')").expect("inserts");
        }
    }
    let owner: String = db.query_row("SELECT owner FROM machines", [], |row| row.get(0)).expect("a row");
    assert_eq!(owner, "root");
}

#[test]
fn a_number_that_both_gave_is_named_with_one_that_is_free() {
    let lab = branched();
    version(&lab, ("string name = 2;", "string name = 2;\n  int64 weight = 3;"), "weigh", &[]);
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string name = 2;", "string name = 2;\n  string color = 3;"), "paint", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    // The conflict in the proto, settled in favour of the own field.
    let proto = lab.read("proto/lab.proto");
    let (head, tail) = (proto.split("<<<<<<<").next().expect("a head"), proto.split(">>>>>>> base\n").nth(1));
    let with = |fields: &str| format!("{head}{fields}{}", tail.expect("a tail"));
    lab.write("proto/lab.proto", &with("  int64 weight = 3;\n"));
    let said = rejected(&lab, other());
    assert!(said.contains("number 3 of lab.v0.Machine is `string color Implicit` on MERGE_HEAD"), "{said}");
    assert!(said.contains("and `int64 weight Implicit` here") && said.contains("the number 4"), "{said}");
    lab.write("proto/lab.proto", &with("  string color = 3;\n  int64 weight = 4;\n"));
    written(&lab, other());
    is_in_order(&lab, &["initial", "paint", "weigh"]);
}

#[test]
fn a_field_that_is_gone_there_and_renamed_here_stays_gone() {
    let lab = branched();
    version(&lab, (FIELDS, "  string id = 1;\n  string label = 2;\n"), "label", &[]);
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, (FIELDS, "  string id = 1;\n  reserved 2; reserved \"name\";\n"), "drop_name", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    let proto = lab.read("proto/lab.proto");
    let (head, tail) = (proto.split("<<<<<<<").next().expect("a head"), proto.split(">>>>>>> base\n").nth(1));
    let with = |fields: &str| format!("{head}{fields}{}", tail.expect("a tail"));
    lab.write("proto/lab.proto", &with("  string label = 2;\n"));
    let said = rejected(&lab, other());
    assert!(said.contains("number 2 of lab.v0.Machine is gone on MERGE_HEAD"), "{said}");
    assert!(said.contains("a number that is gone never comes back"), "{said}");
    lab.write("proto/lab.proto", &with("  reserved 2; reserved \"name\";\n"));
    let said = written(&lab, other());
    assert!(said.contains("nothing is left of version 2 `label`"), "{said}");
    is_in_order(&lab, &["initial", "drop_name"]);
}

#[test]
fn what_is_asked_again_is_answered_as_ever() {
    let lab = branched();
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string name = 2;", "string name = 2;\n  int64 size = 3;"), "size", &[]);
    git(&lab, &["branch", "-f", "topic"]);
    version(&lab, ("int64 size = 3;", "sint64 size = 3;"), "zigzag", &["wire:machines.size"]);
    git(&lab, &["checkout", "-q", "topic"]);
    version(&lab, ("int64 size = 3;", "int32 size = 3;"), "narrow", &["narrow:machines.size"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    let proto = lab.read("proto/lab.proto");
    let (head, tail) = (proto.split("<<<<<<<").next().expect("a head"), proto.split(">>>>>>> base\n").nth(1));
    lab.write("proto/lab.proto", &format!("{head}  sint32 size = 3;\n{}", tail.expect("a tail")));
    let said = rejected(&lab, other());
    // From sint64 it is another change than from int64, and its answer is not taken over.
    assert!(said.contains("--accept narrow:machines.size") || said.contains("--accept wire:machines.size"), "{said}");
    let accept = vec!["narrow:machines.size".parse().expect("an answer")];
    written(&lab, Request { accept, ..other() });
    is_in_order(&lab, &["initial", "size", "zigzag", "narrow"]);
    let accept = vec!["narrow:machines.name".parse().expect("an answer")];
    git(&lab, &["checkout", "-q", "HEAD", "--", "generated"]);
    let said = rejected(&lab, Request { accept, ..other() });
    assert!(said.contains("`--accept narrow:machines.name` answers nothing"), "{said}");
}

#[test]
fn what_cannot_be_put_on_top_says_why() {
    let lab = both();
    let failure = codegen(&lab.project(), other()).expect_err("nothing is merged");
    assert!(
        matches!(failure, Failure::Git { .. }) && failure.to_string().contains("--rebase origin/main"),
        "{failure}"
    );
    let failure = codegen(&lab.project(), onto("no-such-branch")).expect_err("no such branch");
    assert!(failure.to_string().contains("no such commit, branch or tag"), "{failure}");

    written(&lab, Request { release: Some(Release::AsItIs), ..Request::default() });
    commit(&lab, "release");
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    let said = rejected(&lab, other());
    assert!(said.contains("version 2 of `lab` on this branch is released"), "{said}");
    written(&lab, onto("HEAD"));
    is_in_order(&lab, &["initial", "weigh", "measure"]);
}

#[test]
fn a_branch_is_put_on_top_without_a_conflict_of_git_too() {
    let lab = both();
    // Settled by hand, badly: the lock of one side, and the files of both.
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    git(&lab, &["checkout", "--ours", "--", "generated"]);
    commit(&lab, "badly");
    let found = check(&lab.project(), &Comparison::default()).expect("the project is computed");
    let found = lab.short(&found.to_string());
    assert!(found.contains("is a second version 2") && found.contains("codegen --rebase <BASE>"), "{found}");
    std::fs::remove_file(lab.path("generated/lab/migrations/sqlite/V2__measure.sql")).expect("removes");
    std::fs::remove_file(lab.path("generated/lab/migrations/sqlite/down/D2__measure.sql")).expect("removes");
    written(&lab, onto("base"));
    is_in_order(&lab, &["initial", "measure", "weigh"]);
}

#[test]
fn a_store_that_one_branch_alone_changed_stays_as_it_is_there() {
    let lab = Lab::generated();
    lab.write("proto/other.proto", &crate::lab::store("Other"));
    written(&lab, Mode::Write);
    git(&lab, &["init", "-q", "-b", "base"]);
    commit(&lab, "initial");
    git(&lab, &["checkout", "-q", "-b", "topic"]);
    let other_proto = lab.read("proto/other.proto");
    lab.write("proto/other.proto", &other_proto.replace("string name = 2;", "string label = 2;"));
    written(&lab, Mode::Write);
    version(&lab, ("string name = 2;", "string name = 2;\n  int64 weight = 3;"), "weigh", &[]);
    let kept = lab.read("generated/other/schema.lock");
    git(&lab, &["checkout", "-q", "base"]);
    lab.write("proto/third.proto", &crate::lab::store("Third"));
    written(&lab, Mode::Write);
    version(&lab, ("string id = 1;", "string id = 1;\n  int64 height = 4;"), "measure", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    written(&lab, other());
    is_in_order(&lab, &["initial", "measure", "weigh"]);
    assert_eq!(lab.read("generated/other/schema.lock"), kept);
    assert!(lab.read("generated/third/schema.lock").contains("\nhead = 1\n"));
}

#[test]
fn a_hook_of_one_branch_is_asked_on_top_of_the_other() {
    let lab = branched();
    edit(
        &lab,
        "import \"protostore/v1/options.proto\";",
        "import \"protostore/v1/options.proto\";\nimport \"google/api/field_behavior.proto\";",
    );
    let owner = "string name = 2;\n  string owner = 6 [(protostore.v1.column) = {backfill: {rust: \"machine_owner\"}}, \
                 (google.api.field_behavior) = REQUIRED];";
    version(&lab, ("string name = 2;", owner), "ask_owner", &[]);
    assert!(text(&lab, "V2__").contains("machine_owner"));
    // Once the version is made, its plan alone has the name of the method.
    edit(&lab, "(protostore.v1.column) = {backfill: {rust: \"machine_owner\"}}, ", "");
    written(&lab, Mode::Write);
    commit(&lab, "without the backfill");
    git(&lab, &["checkout", "-q", "base"]);
    version(&lab, ("string id = 1;", "string id = 1;\n  int64 height = 4;"), "measure", &[]);
    git(&lab, &["checkout", "-q", "topic"]);
    assert!(!tries(&lab, &["merge", "-q", "base"]), "the merge went through");
    written(&lab, other());
    is_in_order(&lab, &["initial", "measure", "ask_owner"]);
    assert!(text(&lab, "V3__").contains("machine_owner"));
}
