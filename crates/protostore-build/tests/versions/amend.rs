//! The newest version is written anew from the one before, as long as it is not released.

use protostore_build::{Mode, Release, Request, codegen};

use crate::lab::Lab;
use crate::versions::append::{edit, lock, written};

fn two() -> Lab {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    lab
}

#[test]
fn it_is_made_from_the_version_before() {
    let lab = two();
    let first = lock(&lab).versions[0].clone();
    edit(&lab, "string label = 2;", "string title = 2;");
    let said = written(&lab, Mode::Amend);
    assert!(said.contains("N01 machines.name is now called machines.title"), "{said}");
    assert!(said.contains("version 2 of `lab` was written anew"), "{said}");
    let lock = lock(&lab);
    assert_eq!((lock.head, &lock.versions[0]), (2, &first));
    assert_eq!(lock.versions[1].slug, "rename_machines_label", "the name stays where no other is given");
    assert_eq!(lab.findings(), "");
    let said = written(&lab, Mode::Amend);
    assert!(said.ends_with("; nothing changed"), "{said}");
}

#[test]
fn a_new_name_moves_its_files() {
    let lab = two();
    let named = Request { mode: Mode::Amend, name: Some("title".parse().expect("a slug")), ..Request::default() };
    written(&lab, named);
    let paths = lab.paths("generated/lab/migrations/sqlite");
    let names = ["V1__initial.sql", "V2__title.sql", "down/D2__title.sql"];
    assert_eq!(paths, names.map(|name| format!("generated/lab/migrations/sqlite/{name}")));
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_change_that_is_taken_back_leaves_no_version() {
    let lab = Lab::generated();
    let before: Vec<_> =
        lab.paths("generated").into_iter().map(|path| (path.clone(), std::fs::read(lab.path(path)))).collect();
    edit(&lab, "string name = 2;", "string label = 2;");
    written(&lab, Mode::Write);
    edit(&lab, "string label = 2;", "string name = 2;");
    let said = written(&lab, Mode::Amend);
    assert!(said.contains("nothing is left of version 2 of `lab`, so it was removed"), "{said}");
    let after: Vec<_> =
        lab.paths("generated").into_iter().map(|path| (path.clone(), std::fs::read(lab.path(path)))).collect();
    assert_eq!(after.len(), before.len());
    for ((path, now), (_, then)) in after.iter().zip(&before) {
        assert_eq!(now.as_ref().ok(), then.as_ref().ok(), "{path}");
    }
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_released_version_is_not_rewritten() {
    let lab = two();
    written(&lab, Request { release: Some(Release::AsItIs), ..Request::default() });
    edit(&lab, "string label = 2;", "string title = 2;");
    let report = codegen(&lab.project(), Mode::Amend).expect("the project is computed");
    assert_eq!(report.findings.len(), 1, "{report}");
    assert_eq!(report.findings[0].title, "version 2 of `lab` is released, and is not rewritten");
    assert_eq!(report.findings[0].remedy, "to make version 3 of the change, run `cargo xtask codegen`");
    assert!(report.written.is_empty());
    assert!(!lab.findings().contains("--amend"), "{}", lab.findings());
    written(&lab, Mode::Write);
    assert_eq!((lock(&lab).head, lock(&lab).released), (3, 2));
}

#[test]
fn it_repairs_what_was_edited_in_the_newest_version_and_nothing_older() {
    let lab = two();
    let newest = "generated/lab/migrations/sqlite/V2__rename_machines_label.sql";
    let text = lab.read(newest);
    lab.write(newest, &format!("{text}-- mine\n"));
    assert!(lab.findings().contains("V2__rename_machines_label.sql was edited"), "{}", lab.findings());
    assert!(!codegen(&lab.project(), Mode::Write).expect("computed").is_ok());
    written(&lab, Mode::Amend);
    assert_eq!(lab.read(newest), text);

    let first = "generated/lab/migrations/sqlite/V1__initial.sql";
    lab.write(first, &format!("{}-- mine\n", lab.read(first)));
    let report = codegen(&lab.project(), Mode::Amend).expect("the project is computed");
    assert!(!report.is_ok() && report.written.is_empty(), "{report}");
    let remedy = "restore generated/lab/migrations/sqlite/V1__initial.sql with git: the lock chains all versions";
    assert_eq!(lab.short(&report.findings[0].remedy), remedy);
}

#[test]
fn a_plan_that_cannot_be_read_is_an_error_and_asks_nothing_again() {
    let lab = Lab::generated();
    edit(&lab, "string name = 2;", "string name = 2;\n  int64 weight = 3;");
    written(&lab, Mode::Write);
    edit(&lab, "int64 weight = 3;", "int32 weight = 3;");
    let accept = vec!["narrow:machines.weight".parse().expect("an answer")];
    written(&lab, Request { accept, ..Request::default() });
    let plan = "generated/lab/schema/0003.plan.json";
    let text = lab.read(plan);

    lab.write(plan, &text.replacen("\"narrow\"", "\"narrowed\"", 1));
    assert_ne!(lab.read(plan), text);
    let report = lab.amend();
    assert_eq!((report.findings.len(), report.written.len()), (1, 0), "{report}");
    let said = lab.short(&report.findings[0].to_string());
    assert!(said.contains("schema/0003.plan.json cannot be read: not a plan: "), "{said}");
    assert!(said.contains("-> restore generated/lab/schema/0003.plan.json with git"), "{said}");
    assert!(said.contains("remove the file, and `cargo xtask codegen --amend` asks again"), "{said}");

    std::fs::remove_file(lab.path(plan)).expect("the plan is removed");
    let asked = lab.amend();
    assert!(asked.findings[0].title.starts_with("K03: ") && asked.written.is_empty(), "{asked}");
    lab.write(plan, &text);
    assert!(written(&lab, Mode::Amend).ends_with("; nothing changed"));
}
