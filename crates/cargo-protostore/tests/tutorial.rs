//! The tutorial of the README, as it is typed: each edit is made, each command run, and each answer is the one it shows.

#[path = "page/mod.rs"]
mod page;

use page::{Done, follow};

const README: &str = include_str!("../../../README.md");

#[test]
fn the_tutorial_is_what_the_commands_say() {
    let (_, section) = README.split_once("## Changing a store\n").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    let dir = tempfile::tempdir().expect("a temporary directory");
    page::configure(dir.path());
    let done = follow(dir.path(), section);
    assert_eq!(done, Done { files: 1, edits: 5, commands: 7 }, "the tutorial renames, drops and requires");
}
