//! Where codegen writes: to files and directories of the store alone, and never over what only history has.

use super::lab::{Lab, store};

#[cfg(unix)]
#[test]
fn what_is_in_the_way_is_rejected_before_anything_is_written() {
    use std::os::unix::fs::symlink;

    type Put = fn(&Lab);
    let cases: [(&str, &str, Put); 7] = [
        ("generated/lab/src/records", "a link", |lab| {
            std::fs::create_dir(lab.path("outside")).expect("a directory");
            symlink("../../../outside", lab.path("generated/lab/src/records")).expect("a link");
        }),
        ("generated/lab/src/records", "a link", |lab| {
            symlink("nowhere", lab.path("generated/lab/src/records")).expect("a link");
        }),
        ("generated/lab/src/lib.rs", "a link", |lab| {
            lab.write("outside/lib.rs", "mine");
            symlink("../../../outside/lib.rs", lab.path("generated/lab/src/lib.rs")).expect("a link");
        }),
        ("generated/lab/src/lib.rs", "a directory", |lab| lab.write("generated/lab/src/lib.rs/mine", "mine")),
        ("generated/lab/schema", "a file", |lab| lab.write("generated/lab/schema", "mine")),
        ("generated/lab/Cargo.toml", "a socket", |lab| {
            std::os::unix::net::UnixListener::bind(lab.path("generated/lab/Cargo.toml")).expect("a socket");
        }),
        ("generated/other", "a link", |lab| {
            std::fs::create_dir(lab.path("outside")).expect("a directory");
            lab.write("proto/other.proto", &store("Other"));
            symlink("../outside", lab.path("generated/other")).expect("a link");
        }),
    ];
    for (path, kind, put) in cases {
        let lab = Lab::new();
        std::fs::create_dir_all(lab.path("generated/lab/src")).expect("a directory");
        put(&lab);
        let (before, outside) = (lab.paths("generated"), lab.path("outside").exists().then(|| lab.paths("outside")));
        let title = format!("{path} is {kind}, and codegen writes only to files and directories");
        for report in [lab.codegen(), lab.amend()] {
            let titles: Vec<_> = report.findings.iter().map(|finding| lab.short(&finding.title)).collect();
            assert_eq!(titles, [title.as_str()]);
            assert!(report.written.is_empty() && report.removed.is_empty(), "{report}");
        }
        assert_eq!(lab.paths("generated"), before);
        assert_eq!(lab.path("outside").exists().then(|| lab.paths("outside")), outside);
        let findings = lab.findings();
        assert!(findings.contains(&title) && !findings.contains(" rm "), "{findings}");
    }
}

#[cfg(unix)]
#[test]
fn a_root_that_is_a_link_is_written_to() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("elsewhere")).expect("a directory");
    std::os::unix::fs::symlink("elsewhere", lab.path("generated")).expect("a link");
    assert!(lab.codegen().is_ok());
    assert_eq!(lab.findings(), "");
    assert!(lab.path("elsewhere/lab/Cargo.toml").is_file());
}

/// Gives all generated text files CRLF line endings, as a checkout with `core.autocrlf` does.
fn check_out_with_crlf(lab: &Lab, dir: &str) -> usize {
    let texts: Vec<_> = lab.paths(dir).into_iter().filter(|path| !path.ends_with(".bin")).collect();
    for path in &texts {
        lab.write(path, &lab.read(path).replace('\n', "\r\n"));
    }
    texts.len()
}

#[test]
fn a_checkout_with_crlf_is_one_finding() {
    let lab = Lab::generated();
    let before: Vec<_> = lab.paths("generated").iter().map(|path| std::fs::read(lab.path(path)).unwrap()).collect();
    let count = check_out_with_crlf(&lab, "generated");
    let findings = lab.findings();
    assert!(findings.starts_with(&format!("{count} generated files have CRLF line endings\n")), "{findings}");
    assert!(findings.contains("run `cargo xtask codegen`;") && findings.contains("`* text eol=lf`"), "{findings}");
    assert!(!findings.contains("--amend") && !findings.contains("@@"), "{findings}");
    assert_eq!(lab.check().findings.len(), 1);
    let report = lab.codegen();
    assert!(report.is_ok() && report.written.len() == count, "{report}");
    let after: Vec<_> = lab.paths("generated").iter().map(|path| std::fs::read(lab.path(path)).unwrap()).collect();
    assert!(before == after, "migration, snapshot and lock as they were");
    assert_eq!(lab.findings(), "");
}

#[test]
fn a_migration_with_crlf_alone_is_written_with_lf_and_not_anew() {
    let lab = Lab::generated();
    let (migration, lock) = ("generated/lab/migrations/sqlite/V1__initial.sql", "generated/lab/schema.lock");
    let before = (lab.read(migration), lab.read(lock));
    lab.write(migration, &before.0.replace('\n', "\r\n"));
    let findings = lab.findings();
    assert!(findings.starts_with("1 generated file has CRLF line endings\n    generated/lab/migrations"), "{findings}");
    assert!(!findings.contains("--amend"), "{findings}");
    assert!(lab.codegen().is_ok());
    assert_eq!((lab.read(migration), lab.read(lock)), before);
}

#[test]
fn an_edit_in_a_checkout_with_crlf_shows_the_edit_alone() {
    let lab = Lab::generated();
    check_out_with_crlf(&lab, "generated");
    let (migration, record) =
        ("generated/lab/migrations/sqlite/V1__initial.sql", "generated/lab/src/records/machine.rs");
    lab.write(migration, &lab.read(migration).replace("\"name\" TEXT", "\"name\" BLOB"));
    lab.write(record, &lab.read(record).replace("pub name: String", "pub name: Vec<u8>"));
    let findings = lab.findings();
    assert!(
        findings.contains("V1__initial.sql was edited") && findings.contains("machine.rs is not what"),
        "{findings}"
    );
    let removed: Vec<_> = findings.lines().filter(|line| line.trim_start().starts_with('-')).collect();
    assert!(removed.iter().filter(|line| !line.contains("->")).count() == 2, "{findings}");
}

#[test]
fn protos_with_crlf_or_a_byte_order_mark_generate_the_same() {
    let lab = Lab::generated();
    let text = lab.read("proto/lab.proto");
    for other in
        [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("\u{feff}{}", text.replace('\n', "\r\n"))]
    {
        lab.write("proto/lab.proto", &other);
        assert_eq!(lab.findings(), "");
    }
}

#[test]
fn git_is_told_to_keep_the_line_endings() {
    let lab = Lab::generated();
    let attributes = lab.read("generated/lab/.gitattributes");
    assert_eq!(attributes, "# @generated by cargo xtask codegen; do not edit\n* text eol=lf\n*.bin binary\n");
}

#[test]
fn a_store_that_took_another_name_does_not_begin_a_second_history() {
    let lab = Lab::generated();
    lab.write("proto/lab.proto", &store("Lab").replace("name: \"lab\"", "name: \"bench\""));
    let report = lab.codegen();
    assert!(!report.is_ok() && report.written.is_empty(), "{report}");
    let findings = lab.findings();
    let title = "generated/lab holds the history of `lab.v0.LabStore`, which is now named `bench`";
    assert!(findings.contains(title), "{findings}");
    assert!(findings.contains("`git mv generated/lab generated/bench`"), "{findings}");
    std::fs::rename(lab.path("generated/lab"), lab.path("generated/bench")).expect("the directory is renamed");
    assert!(lab.codegen().is_ok());
    assert_eq!(lab.findings(), "");
}

#[test]
fn no_advice_removes_a_history() {
    let lab = Lab::new();
    lab.write("proto/other.proto", &store("Other"));
    assert!(lab.codegen().is_ok());
    std::fs::remove_file(lab.path("proto/other.proto")).expect("a store");
    let findings = lab.findings();
    assert!(
        findings.starts_with("generated/other holds the history of `other.v0.OtherStore`, and belongs to no store")
    );
    assert!(findings.contains("{name: \"other\"}") && findings.contains("move the directory out of generated"));
    assert!(!findings.contains(" rm ") && !findings.contains("git rm"), "{findings}");
    assert!(lab.codegen().is_ok());
    assert!(lab.path("generated/other/schema.lock").exists());
}

/// The lock of two branches that each added a version has git's marks in it.
#[test]
fn versions_beside_an_unreadable_lock_are_neither_amended_nor_removed() {
    let lab = Lab::generated();
    let (second, snapshot) = ("generated/lab/migrations/sqlite/V2__add.sql", "generated/lab/schema/0002.json");
    lab.write(second, "-- @generated by cargo xtask codegen from lab.proto; do not edit\n");
    lab.write(snapshot, &lab.read("generated/lab/schema/0001.json"));
    let lock = lab.read("generated/lab/schema.lock");
    for broken in [Some(lock.replace("head = 1", "<<<<<<< ours\nhead = 2")), None] {
        match &broken {
            Some(text) => lab.write("generated/lab/schema.lock", text),
            None => std::fs::remove_file(lab.path("generated/lab/schema.lock")).expect("the lock"),
        }
        let before = lab.paths("generated");
        let findings = lab.findings();
        assert!(findings.contains("restore generated/lab/schema.lock with git"), "{findings}");
        assert!(!findings.contains("--amend") && !findings.contains("is stale"), "{findings}");
        let amended = lab.amend();
        assert!(!amended.is_ok() && amended.written.is_empty(), "{amended}");
        assert_eq!(lab.paths("generated"), before);
    }
    // With a lock that knows nothing of them, they stay and are found.
    lab.write("generated/lab/schema.lock", &lock);
    let findings = lab.findings();
    assert!(findings.contains("V2__add.sql is not in schema.lock") && findings.contains("elsewhere"), "{findings}");
    assert!(!findings.contains("--amend"), "{findings}");
    let amended = lab.amend();
    assert!(!amended.is_ok() && amended.written.is_empty(), "{amended}");
    assert!(lab.path(second).exists() && lab.path(snapshot).exists());
}
