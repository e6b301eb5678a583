//! The stores of this repository, written or checked: each project is what its configuration says.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use protostore_build::arguments::OutputArgs;
use protostore_build::{Comparison, Config, FailOn, Failure, Format, Invocation, Project, Report, Request};

/// The files that configure the stores that this repository shows, and those that its tests are run on.
const CONFIGS: [&str; 3] = ["Cargo.toml", "tests/shapes/protostore.toml", "tests/hooks/protostore.toml"];

/// Writes the stores.
pub(crate) fn codegen(includes: &[PathBuf], request: &Request, output: &OutputArgs) -> ExitCode {
    let projects = match projects(includes) {
        Ok(projects) => projects,
        Err(failure) => return failed(&failure, output),
    };
    let results = protostore_build::codegen_all(&projects, request);
    finish("codegen", &projects, results, output, FailOn::Nothing)
}

/// Checks the stores.
pub(crate) fn check(includes: &[PathBuf], with: &Comparison, output: &OutputArgs, fail_on: FailOn) -> ExitCode {
    let projects = match projects(includes) {
        Ok(projects) => projects,
        Err(failure) => return failed(&failure, output),
    };
    let results = thread::scope(|scope| {
        let threads: Vec<_> =
            projects.iter().map(|project| scope.spawn(move || protostore_build::check(project, with))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    finish("check", &projects, results, output, fail_on)
}

/// Writes pages about the stores.
pub(crate) fn docs(dir: &Path) -> ExitCode {
    let output = OutputArgs::default();
    match projects(&[]).and_then(|projects| protostore_build::docs(&projects, dir)) {
        Ok(site) => {
            println!("{}", site.summary());
            ExitCode::SUCCESS
        }
        Err(failure) => failed(&failure, &output),
    }
}

/// Returns the stores that this repository shows, and the one that its tests are run on. Further directories for imports
/// are for the first.
fn projects(includes: &[PathBuf]) -> Result<Vec<Project>, Failure> {
    let arguments: Vec<_> = includes.iter().map(|dir| format!("-I {}", dir.display())).collect();
    let mut projects =
        CONFIGS.iter().map(|file| project(Path::new(file), &arguments.join(" "))).collect::<Result<Vec<_>, _>>()?;
    projects[0].includes.extend(includes.iter().cloned());
    Ok(projects)
}

/// Returns the project that a file configures.
pub(crate) fn project(file: &Path, arguments: &str) -> Result<Project, Failure> {
    let invocation = Invocation { program: "cargo xtask".to_owned(), arguments: arguments.to_owned() };
    Config::read(file)?.project(invocation)
}

fn failed(failure: &Failure, output: &OutputArgs) -> ExitCode {
    eprintln!("{}", output.failure(failure));
    ExitCode::from(2)
}

/// Says what came of each project, so that one run shows all that is to repair; the exit code is the worst of them.
fn finish(
    command: &'static str,
    projects: &[Project],
    results: Vec<Result<Report, Failure>>,
    output: &OutputArgs,
    fail_on: FailOn,
) -> ExitCode {
    let (mut reports, mut worst) = (Vec::new(), 0);
    let is_human = output.message_format == Format::Human;
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
                if is_human {
                    eprintln!("{}", output.failure(&failure));
                } else {
                    reports.push((project, Report::of_failure(command, &failure)));
                }
                2
            }
        };
        worst = if rank(code) > rank(worst) { code } else { worst };
    }
    if is_human {
        reports.iter().for_each(|(project, report)| say(project, &output.report(report, fail_on)));
    } else if let Some(report) = reports.into_iter().map(|(_, report)| report).reduce(Report::and) {
        // A service reads one report.
        println!("{}", report.in_format(output.message_format, fail_on));
    }
    ExitCode::from(worst)
}

fn say(project: &Project, text: &str) {
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
