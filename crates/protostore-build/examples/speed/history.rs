//! What a history costs: 20 versions beside one, and one changed field beside a first run.

use std::path::Path;

use crate::measure::{Subject, measure, print as print_measured};
use crate::stores::Store;

/// Fields of a table, besides its list.
const FIELDS: usize = 23;

/// Versions of the longer history.
const VERSIONS: usize = 20;

/// Measures a store of each number of SQL tables, of which half are lists.
pub(crate) fn print(folder: &Path, rounds: usize, sizes: &[usize]) {
    for tables in sizes {
        let store = |name: &str| Store::new(folder.join(format!("{name}-{tables}")), tables.div_ceil(2), FIELDS, true);
        let [empty, one, changed, two, all] = ["empty", "one", "changed", "two", "all"].map(store);
        empty.write(0);
        for (store, versions) in [(&one, 1), (&two, 2), (&all, VERSIONS)] {
            for version in 0..versions {
                store.write(version);
                store.run(&["codegen"]);
            }
        }
        changed.write(1);
        first(rounds, tables.div_ceil(2) * 2, [&empty, &one, &changed, &two]);
        long(rounds, tables.div_ceil(2) * 2, &one, &all);
    }
}

/// One changed field beside a first run, and the check of it beside the check of a first version.
fn first(rounds: usize, tables: usize, [empty, one, changed, two]: [&Store; 4]) {
    let codegen = [
        Subject { before: Box::new(|| empty.clear()), ..subject("codegen, first run", empty, &["codegen"]) },
        Subject {
            before: Box::new(|| changed.restore(one)),
            ..subject("codegen of one field more", changed, &["codegen"])
        },
    ];
    print_measured(&format!("{tables} SQL tables, a field more"), &measure(rounds, &codegen));
    let check = [
        subject("check of version 1", one, &["check", "--no-cache"]),
        Subject {
            before: Box::new(|| changed.restore(one)),
            code: 1,
            ..subject("check before codegen, which asks for it", changed, &["check", "--no-cache"])
        },
        subject("check after codegen", two, &["check", "--no-cache"]),
    ];
    print_measured(&format!("{tables} SQL tables, a field more, --no-cache"), &measure(rounds, &check));
}

/// A long history beside one version.
fn long(rounds: usize, tables: usize, one: &Store, all: &Store) {
    for words in [&["codegen", "--no-cache"][..], &["check", "--no-cache"], &["codegen"], &["check"]] {
        let measured = measure(rounds, &[subject("version 1", one, words), subject("20 versions", all, words)]);
        print_measured(&format!("{tables} SQL tables, {}", words.join(" ")), &measured);
    }
}

fn subject<'a>(name: &'static str, store: &'a Store, words: &'a [&'a str]) -> Subject<'a> {
    Subject { name, before: Box::new(|| {}), command: Box::new(|| store.command(words)), code: 0 }
}
