//! What a diagnostic's code means.

use std::process::ExitCode;

use protostore_lower::Code;

/// Prints what a code means and what to write instead, with or without what stands before its letter; or all codes, if there is none such.
pub(crate) fn explain(code: &str) -> ExitCode {
    let id = code.rsplit("::").next().unwrap_or(code);
    match Code::ALL.iter().find(|known| known.id().eq_ignore_ascii_case(id)) {
        Some(known) => {
            println!("{}: {}\n\n{}", known.id(), known.title(), known.explanation());
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("there is no code `{code}`; there are:");
            Code::ALL.iter().for_each(|known| eprintln!("  {}: {}", known.id(), known.title()));
            ExitCode::FAILURE
        }
    }
}
