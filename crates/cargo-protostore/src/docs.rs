//! Shows the stores of a project: as pages, and as text.

use std::path::PathBuf;
use std::process::ExitCode;

use protostore_build::arguments::{OutputArgs, docs_directory};
use protostore_build::{describe as text, docs as write};

use crate::project::ProjectArgs;

/// Writes the pages, and says where they are.
pub(crate) fn docs(project: ProjectArgs, dir: Option<PathBuf>, output: &OutputArgs) -> ExitCode {
    let dir = dir.map_or_else(docs_directory, Ok);
    let site = match dir.and_then(|dir| write(&[project.project()?], &dir)) {
        Ok(site) => site,
        Err(failure) => return crate::failed(&failure, output),
    };
    if !output.quiet {
        println!("{}", site.summary());
    }
    ExitCode::SUCCESS
}

/// Prints the tables, or one of them.
pub(crate) fn describe(project: ProjectArgs, table: Option<&str>, output: &OutputArgs) -> ExitCode {
    match project.project().and_then(|project| text(&project, table)) {
        Ok(Some(text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Ok(None) => {
            let name = table.unwrap_or_default();
            eprintln!("error: no store has a table `{name}`\n  help: `cargo protostore describe` lists them");
            ExitCode::from(2)
        }
        Err(failure) => crate::failed(&failure, output),
    }
}
