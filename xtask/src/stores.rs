//! The stores of this repository, written or checked.

use std::path::PathBuf;

use protostore_build::{Failure, Invocation, Mode, Project, Protos, Report};

/// Writes the stores; returns whether all is well.
pub(crate) fn codegen(includes: Vec<PathBuf>, mode: Mode) -> bool {
    finish(protostore_build::codegen(&project(includes), mode))
}

/// Checks the stores; returns whether all is well.
pub(crate) fn check(includes: Vec<PathBuf>) -> bool {
    finish(protostore_build::check(&project(includes)))
}

fn project(includes: Vec<PathBuf>) -> Project {
    let arguments: Vec<_> = includes.iter().map(|dir| format!("-I {}", dir.display())).collect();
    Project {
        protos: Protos::Below("proto".into()),
        includes,
        out: "generated".into(),
        run_time: "path = \"../../crates/protostore\"".to_owned(),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: arguments.join(" ") },
    }
}

fn finish(result: Result<Report, Failure>) -> bool {
    match result {
        Ok(report) => {
            println!("{report}");
            report.is_ok()
        }
        Err(failure) => {
            eprintln!("{:?}", miette::Report::new(failure));
            false
        }
    }
}
