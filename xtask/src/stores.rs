//! The stores of this repository, written or checked.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use protostore_build::{Colours, Comparison, FailOn, Failure, Format, Invocation, Project, Protos, Report, Request};

/// Writes the stores.
pub(crate) fn codegen(includes: Vec<PathBuf>, request: &Request) -> ExitCode {
    let projects = projects(includes);
    let results = protostore_build::codegen_all(&projects, request);
    finish(&projects, results, Format::Table, FailOn::Nothing)
}

/// Checks the stores.
pub(crate) fn check(includes: Vec<PathBuf>, with: &Comparison, format: Format, fail_on: FailOn) -> ExitCode {
    let projects = projects(includes);
    let results = thread::scope(|scope| {
        let threads = projects.each_ref().map(|project| scope.spawn(move || protostore_build::check(project, with)));
        threads.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    finish(&projects, results.into(), format, fail_on)
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

/// Says what came of each project, so that one run shows all that is to repair; the exit code is the worst of them.
fn finish(projects: &[Project], results: Vec<Result<Report, Failure>>, format: Format, fail_on: FailOn) -> ExitCode {
    let (mut reports, mut worst) = (Vec::new(), 0);
    // What cannot be computed comes before what is found, and that before verdicts.
    let rank = |code: u8| [0, 3, 1, 2].iter().position(|known| *known == code);
    for (project, result) in projects.iter().zip(results) {
        let code = match result {
            Ok(report) => {
                let code = report.exit_code(fail_on);
                reports.push((project, report));
                code
            }
            Err(failure) => {
                eprintln!("{:?}", miette::Report::new(failure));
                2
            }
        };
        worst = if rank(code) > rank(worst) { code } else { worst };
    }
    if format == Format::Table {
        reports.iter().for_each(|(project, report)| say(project, report, fail_on));
    } else if let Some(report) = reports.into_iter().map(|(_, report)| report).reduce(Report::and) {
        // A service reads one report.
        println!("{}", report.in_format(format, fail_on));
    }
    ExitCode::from(worst)
}

fn say(project: &Project, report: &Report, fail_on: FailOn) {
    let text = match report.command {
        "codegen" => report.in_colours(Colours::of(&std::io::stdout())),
        _ => report.in_format(Format::Table, fail_on),
    };
    for line in text.lines() {
        // What is indented belongs to the line before it.
        let out = if line.is_empty() || line.starts_with(' ') {
            String::new()
        } else {
            format!("{}: ", project.out.display())
        };
        println!("{out}{line}");
    }
}
