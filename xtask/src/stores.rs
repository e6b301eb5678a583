//! The stores of this repository, written or checked.

use std::path::PathBuf;
use std::thread;

use protostore_build::{Failure, Invocation, Mode, Project, Protos, Report};

/// Writes the stores; returns whether all is well.
pub(crate) fn codegen(includes: Vec<PathBuf>, mode: Mode) -> bool {
    each(includes, |project| protostore_build::codegen(project, mode))
}

/// Checks the stores; returns whether all is well.
pub(crate) fn check(includes: Vec<PathBuf>) -> bool {
    each(includes, protostore_build::check)
}

/// Runs a command on every project at once, and says what came of each, so that nobody mends one to learn of the next.
fn each(includes: Vec<PathBuf>, command: impl Fn(&Project) -> Result<Report, Failure> + Sync) -> bool {
    let (projects, command) = (projects(includes), &command);
    let results = thread::scope(|scope| {
        let threads = projects.each_ref().map(|project| scope.spawn(move || command(project)));
        threads.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let ok: Vec<bool> = projects.iter().zip(results).map(|(project, result)| finish(project, result)).collect();
    ok.iter().all(|ok| *ok)
}

/// Returns the stores that this repository shows, and the one that its tests are run on.
fn projects(includes: Vec<PathBuf>) -> [Project; 2] {
    [
        project("proto", "generated", "../../crates/protostore", includes),
        project("tests/shapes/proto", "tests/shapes/generated", "../../../../crates/protostore", Vec::new()),
    ]
}

fn project(protos: &str, out: &str, run_time: &str, includes: Vec<PathBuf>) -> Project {
    let arguments: Vec<_> = includes.iter().map(|dir| format!("-I {}", dir.display())).collect();
    Project {
        protos: Protos::Below(protos.into()),
        includes,
        out: out.into(),
        run_time: format!("path = \"{run_time}\""),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: arguments.join(" ") },
    }
}

fn finish(project: &Project, result: Result<Report, Failure>) -> bool {
    match result {
        Ok(report) => {
            for line in report.to_string().lines() {
                // What is indented belongs to the line before it.
                let out = if line.is_empty() || line.starts_with(' ') {
                    String::new()
                } else {
                    format!("{}: ", project.out.display())
                };
                println!("{out}{line}");
            }
            report.is_ok()
        }
        Err(failure) => {
            eprintln!("{:?}", miette::Report::new(failure));
            false
        }
    }
}
