//! What a page shows of a version of its store: the edit of the protos, the command, and what the command says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use protostore_build::MadeVersion;
use protostore_evolve::plan::Plan;
use protostore_evolve::{Lock, plan_path, snapshot_path};
use protostore_schema::Schema;
use similar::{ChangeTag, TextDiff};

/// The stores, and the directories of their examples.
pub(crate) const STORES: [(&str, &str); 5] =
    [("aurae", "auraed"), ("autoinstall", "autoinstall"), ("froyo", "froyo"), ("gantry", "gantry"), ("mesh", "mesh")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn lock(store: &str) -> Lock {
    Lock::from_text(&read(&root().join("generated").join(store).join("schema.lock"))).expect("a lock")
}

/// Returns the number of a store's newest version.
pub(crate) fn newest(store: &str) -> u32 {
    lock(store).head
}

/// Returns the blocks of `history STORE VERSION`.
pub(crate) fn blocks(what: &str) -> String {
    let words: Vec<&str> = what.split_whitespace().collect();
    let ["history", store, version] = words[..] else { panic!("{what}: no history") };
    let version: u32 = version.parse().expect("the number of a version");
    let edit = edit(store, version);
    assert!(!edit.is_empty(), "{what}: nothing changed");
    format!("```diff\n{edit}```\n```console\n{}```\n", command(store, version))
}

/// Returns the command that makes a version, and what it says without the steps.
fn command(store: &str, version: u32) -> String {
    let versions = read(&root().join("tests/histories").join(store).join("versions"));
    let line = versions.lines().nth(version as usize - 1).expect("a line for each version");
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let accepts: String = words.map(|answer| format!(" --accept {answer}")).collect();
    let plan = read(&root().join("generated").join(store).join(plan_path(version)));
    let plan = Plan::from_file(&plan).expect("a plan");
    assert_eq!(plan.slug, name, "{store} {version}");
    let semver = lock(store).versions[version as usize - 1].semver.clone();
    let schema = |version| {
        let text = read(&root().join("generated").join(store).join(snapshot_path(version)));
        Schema::from_snapshot(&text).expect("a snapshot")
    };
    let passes = protostore_emit::passes(&plan, &schema(version - 1), &schema(version));
    let made = MadeVersion {
        store: store.to_owned(),
        semver,
        plan,
        place: (String::new(), 0),
        steps: "…".to_owned(),
        passes,
        sql: None,
    };
    format!("$ cargo xtask codegen --name {name}{accepts}\n{made}")
}

/// Returns the lines of a store's protos that a version takes away and adds, file by file.
fn edit(store: &str, version: u32) -> String {
    let (old, new) = (protos(store, version - 1), protos(store, version));
    let paths: BTreeSet<PathBuf> =
        [&old, &new].into_iter().flat_map(|dirs| dirs.iter().flat_map(|dir| files(dir))).collect();
    let text = |dirs: &[PathBuf], path: &Path| {
        let found = dirs.iter().map(|dir| dir.join(path)).find(|path| path.is_file());
        found.map(|path| read(&path)).unwrap_or_default()
    };
    let mut shown = String::new();
    for path in paths {
        let (old, new) = (text(&old, &path), text(&new, &path));
        if old == new {
            continue;
        }
        shown += &format!("@@ proto/{} @@\n", path.display());
        let diff = TextDiff::from_lines(&old, &new);
        for (at, hunk) in diff.grouped_ops(0).iter().enumerate() {
            if at > 0 {
                shown += " …\n";
            }
            let changes = hunk.iter().flat_map(|op| diff.iter_changes(op));
            // Blank lines around what comes or goes say nothing.
            let lines: Vec<(ChangeTag, &str)> =
                changes.map(|change| (change.tag(), change.value().trim_end())).collect();
            shown.extend(lines.iter().filter(|(_, line)| !line.is_empty()).map(|(tag, line)| format!("{tag}{line}\n")));
        }
    }
    shown
}

/// Returns where the protos of a version are, the first that has a file before the others.
fn protos(store: &str, version: u32) -> Vec<PathBuf> {
    let former = root().join("tests/histories").join(store).join(format!("{version:04}"));
    [Some(former).filter(|dir| dir.is_dir()), Some(root().join("proto"))].into_iter().flatten().collect()
}

/// Returns the files below a directory, as paths in it.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut open = vec![dir.to_path_buf()];
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(dir).expect("a path in it").to_path_buf());
            }
        }
    }
    found
}
