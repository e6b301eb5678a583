//! Writes the annotations and what they import, for tools that read protos themselves.

use std::path::Path;
use std::process::ExitCode;

use protostore_build::arguments::OutputArgs;
use protostore_build::export_protos;

/// Writes the files, and says which.
pub(crate) fn export(dir: &Path, output: &OutputArgs) -> ExitCode {
    let written: Vec<String> = match export_protos(dir) {
        Ok(written) => written.iter().map(|path| path.display().to_string()).collect(),
        Err(failure) => return crate::failed(&failure, output),
    };
    if !output.quiet {
        written.iter().for_each(|path| println!("wrote {path}"));
        match written.len() {
            0 => println!("export-protos: nothing changed"),
            1 => println!("export-protos: 1 file written"),
            several => println!("export-protos: {several} files written"),
        }
    }
    ExitCode::SUCCESS
}
