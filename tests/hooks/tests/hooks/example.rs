//! The worked example: a required field from a directory, a message that is split, and fields that some rows lack.

use std::collections::BTreeMap;

use fleet::{Contact, Drive, Machine};
use protostore::Timestamp;

use super::lab::{Directory, Home, OWNERS, ROWS, key};

fn expected() -> Vec<Machine> {
    let drive = |image: &str, size_mb, read_only| Drive { image: image.to_owned(), size_mb, read_only };
    let contact = |owner: &str| Contact { mail: format!("{owner}@example.com"), phone: None };
    let labels = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    vec![
        Machine {
            id: "a".to_owned(),
            name: "machine a".to_owned(),
            create_time: Timestamp::new(1, 0),
            labels: labels("rack", "7"),
            owner: "ann".to_owned(),
            root_drive: Some(drive("a.img", 10, false)),
            data_drives: vec![drive("monday", 10, true), drive("tuesday", 10, true)],
            state: 1.into(),
            contact: contact("ann"),
        },
        Machine {
            id: "b".to_owned(),
            // It had a name already.
            name: "bee".to_owned(),
            labels: labels("", "none"),
            owner: "bob".to_owned(),
            contact: contact("bob"),
            ..Machine::default()
        },
        Machine {
            id: "c".to_owned(),
            name: "machine c".to_owned(),
            owner: "cyd".to_owned(),
            root_drive: Some(drive("", 0, false)),
            state: 7.into(),
            contact: contact("cyd"),
            ..Machine::default()
        },
    ]
}

fn machines(store: &fleet::Store) -> Vec<Machine> {
    store.read(|view| view.run(protostore::Page::<Machine> { after: None, size: 10 })).expect("a page").records
}

#[test]
fn rows_of_version_1_get_what_the_program_gives_them() {
    let home = Home::new(ROWS);
    let store = home.open(Directory::new(&OWNERS)).expect("upgrades");
    assert_eq!(machines(&store), expected());
    store.close().expect("closes");
}

#[test]
fn a_new_file_and_one_that_is_past_its_methods_ask_for_nothing() {
    let home = Home::new(ROWS);
    home.open(Directory::new(&OWNERS)).expect("upgrades").close().expect("closes");
    fleet::open(home.path(), &key()).expect("opens").close().expect("closes");
    fleet::open_test().expect("a new one").close().expect("closes");
}

#[test]
fn a_test_calls_a_method_with_a_row_of_its_own() {
    use fleet::upgrades::{Upgrades as _, v2, v3};
    let disk = Some(v2::Disk { image: "x.img".to_owned(), size_mb: 5, snapshots: vec!["old".to_owned()] });
    let old = v2::Machine { id: "x".to_owned(), disk, ..Default::default() };
    let mut new = v3::Machine { id: "x".to_owned(), ..Default::default() };
    Directory::default().split_disk(&old, &mut new).expect("splits");
    assert_eq!(new.root_drive.map(|drive| drive.image).as_deref(), Some("x.img"));
    assert_eq!(new.data_drives.len(), 1);
}

/// The page about evolution shows this program and these protos.
#[test]
fn the_page_shows_what_runs_here() {
    let page = include_str!("../../../../docs/evolution.md");
    let (_, section) = page.split_once("### Values that the program gives\n").expect("a section");
    let section = section.split("\n### ").next().expect("its text");
    let runs = [
        include_str!("lab.rs"),
        include_str!("../../versions/0002/fleet.proto"),
        include_str!("../../versions/0003/fleet.proto"),
        fleet::SCHEMA.migrations[1].text,
    ];
    let known: Vec<&str> = runs.iter().flat_map(|text| text.lines()).map(str::trim).collect();
    // What a line leaves out is three dots.
    let is_known = |line: &str| match line.split_once(", …") {
        Some((begin, _)) => known.iter().any(|known| known.starts_with(begin)),
        None => known.contains(&line),
    };
    let mut shown = 0;
    for block in section.split("\n```").skip(1).step_by(2) {
        let lines = block.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
        for line in lines.filter(|line| !line.starts_with("use ") && !line.starts_with("let store = ")) {
            assert!(is_known(line), "the page shows {line:?}");
            shown += 1;
        }
    }
    assert!(shown > 20, "{shown} lines");
}
