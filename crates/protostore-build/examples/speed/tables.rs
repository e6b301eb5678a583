//! Stores of growing size beside `protoc`.

use std::path::Path;
use std::process::Command;

use crate::measure::{Subject, measure, print as print_measured};
use crate::stores::Store;

/// Fields of a table.
const FIELDS: usize = 20;

/// Measures a store of each size; returns whether there is a `protoc` to compare with.
pub(crate) fn print(folder: &Path, rounds: usize, sizes: &[usize]) -> bool {
    match Command::new("protoc").arg("--version").output() {
        Ok(output) => println!("beside {}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => {
            eprintln!(
                "protoc: {error}; install it, `apt-get install protobuf-compiler libprotobuf-dev` or \
                       https://github.com/protocolbuffers/protobuf/releases, or measure histories alone: `-- history`"
            );
            return false;
        }
    }
    for tables in sizes {
        let store = Store::new(folder.join(format!("tables-{tables}")), *tables, FIELDS, false);
        store.write(0);
        store.run(&["codegen"]);
        let empty = Store::new(folder.join(format!("empty-{tables}")), *tables, FIELDS, false);
        empty.write(0);
        let subject = |name, words: &'static [&'static str]| Subject {
            name,
            before: Box::new(|| {}),
            command: Box::new(|| store.command(words)),
            code: 0,
        };
        let subjects = [
            Subject {
                name: "protoc --descriptor_set_out",
                before: Box::new(|| {}),
                command: Box::new(|| store.protoc()),
                code: 0,
            },
            Subject {
                name: "codegen, first run",
                before: Box::new(|| empty.clear()),
                command: Box::new(|| empty.command(&["codegen"])),
                code: 0,
            },
            subject("codegen, nothing changed, --no-cache", &["codegen", "--no-cache"]),
            subject("check, --no-cache", &["check", "--no-cache"]),
            subject("codegen, nothing changed", &["codegen"]),
            subject("check, nothing changed", &["check"]),
        ];
        print_measured(&format!("{tables} tables of {FIELDS} fields"), &measure(rounds, &subjects));
    }
    true
}
