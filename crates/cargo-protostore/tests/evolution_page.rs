//! The page about evolution, as it is typed: its protos are compiled, its commands run, and their answers are those it shows.

#[path = "page/mod.rs"]
mod page;

use std::path::Path;

use page::{Block, Done, blocks, command, edit, follow};
use protostore_build::Colours;

const PAGE: &str = include_str!("../../../docs/evolution.md");

/// Returns the text below a heading, up to the next one.
fn section(heading: &str) -> &'static str {
    let at = PAGE.match_indices(&format!("{heading}\n")).find(|(at, _)| *at == 0 || PAGE[..*at].ends_with('\n'));
    let (at, _) = at.unwrap_or_else(|| panic!("no {heading}"));
    PAGE[at + heading.len()..].split("\n#").next().unwrap_or_default()
}

/// Runs a command that must succeed.
fn ran(dir: &Path, typed: &str) {
    let output = command(dir, typed).output().expect("the command runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{typed}: {out}\n{err}");
}

fn commit(dir: &Path, message: &str) {
    let identity = "-c user.name=lab -c user.email=lab@example.org -c commit.gpgsign=false";
    ran(dir, &format!("git add --all && git {identity} commit -q -m '{message}'"));
}

/// A repository in which the commit `origin/main` has the store of the page, generated.
fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    ran(dir.path(), "git init -q -b main");
    page::configure(dir.path());
    follow(dir.path(), section("# Evolution"));
    ran(dir.path(), "cargo protostore codegen");
    commit(dir.path(), "version 1");
    ran(dir.path(), "git update-ref refs/remotes/origin/main HEAD");
    dir
}

fn proto(dir: &Path, change: &[&str]) {
    let path = dir.join("proto/shop.proto");
    let text = std::fs::read_to_string(&path).expect("a file");
    std::fs::write(&path, edit(&text, change)).expect("a file");
}

#[test]
fn questions_and_verdicts_are_those_that_the_page_shows() {
    let dir = repository();
    let (at, page) = (dir.path(), section("### Questions").to_owned() + section("## The check"));
    // The last block is of a CI, whose one line is run as well.
    let (told, ci) = page.split_once("```yaml\n- run: ").expect("a block of a CI");
    let path = at.join("proto/shop.proto");
    let text = std::fs::read_to_string(&path).expect("a file");
    // The file is that of the page's first block.
    let start = format!("```proto\n// proto/shop.proto\n{text}```\n");
    let done = follow(at, &(start + told));
    assert_eq!(done, Done { files: 1, edits: 2, commands: 3 });
    ran(at, ci.lines().next().expect("a command"));
    // An answer that is piped is plain.
    assert_eq!(Colours::of(&std::fs::File::open(&path).expect("a file")), Colours::None);
}

#[test]
fn two_branches_are_settled_as_the_page_says() {
    let dir = repository();
    let at = dir.path();
    ran(at, "git checkout -q -b topic");
    proto(at, &["   string title = 2;", "+  string colour = 8;"]);
    ran(at, "cargo protostore codegen");
    commit(at, "own");
    ran(at, "git checkout -q main");
    proto(at, &[" message Item {", "+  string label = 9;"]);
    ran(at, "cargo protostore codegen");
    commit(at, "theirs");
    ran(at, "git update-ref refs/remotes/origin/main HEAD && git checkout -q topic");
    let merge = "git -c user.name=lab -c user.email=lab@example.org merge -q origin/main";
    assert!(!command(at, merge).output().expect("git runs").status.success(), "the merge went through");

    let (told, _) = section("### Two branches").split_once("```text").expect("what the run time says");
    let done = follow(at, told);
    assert_eq!(done, Done { files: 0, edits: 0, commands: 3 });
    let lock = std::fs::read_to_string(at.join("generated/shop/schema.lock")).expect("a lock");
    assert!(lock.contains("\nhead = 3\n"), "{lock}");
    ran(at, "cargo protostore check --against origin/main");
}

#[test]
fn old_versions_end_as_the_page_says() {
    let dir = repository();
    let at = dir.path();
    proto(at, &["-  string title = 2;", "+  string label = 2;"]);
    ran(at, "cargo protostore codegen --release");
    proto(at, &["   string label = 2;", "+  string colour = 8;"]);
    ran(at, "cargo protostore codegen");
    let (told, _) = section("### An end of old versions").split_once("```text").expect("what the run time says");
    assert_eq!(follow(at, told), Done { files: 0, edits: 0, commands: 1 });
    ran(at, "cargo protostore check");
}

/// The section whose blocks the tests of the store with hooks compare with what runs there.
const OF_HOOKS: &str = "### Values that the program gives";

/// Every block of the page is in one of these sections, so that none is left untried.
#[test]
fn no_block_of_the_page_is_left_out() {
    let tried =
        ["# Evolution", "### Questions", "### An end of old versions", "### Two branches", "## The check", OF_HOOKS];
    let count = |text: &str| blocks(text).iter().filter(|Block { lines, .. }| !lines.is_empty()).count();
    assert_eq!(count(PAGE), tried.iter().map(|heading| count(section(heading))).sum::<usize>());
}
