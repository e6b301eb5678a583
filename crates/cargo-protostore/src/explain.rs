//! What a diagnostic's code, or the id of a change, means.

use std::process::ExitCode;

use protostore_evolve::plan::ChangeKind;
use protostore_lower::Code;

/// Prints what a code or a change means and what to write instead, with or without what is before its letter; or all of
/// them, if there is none such.
pub(crate) fn explain(code: &str) -> ExitCode {
    let id = code.rsplit("::").next().unwrap_or(code);
    let codes = Code::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let changes = ChangeKind::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let mut all = codes.chain(changes);
    if let Some((id, title, explanation)) = all.clone().find(|(known, ..)| known.eq_ignore_ascii_case(id)) {
        println!("{id}: {title}\n\n{explanation}");
        return ExitCode::SUCCESS;
    }
    eprintln!("there is no code `{code}`; there are:");
    all.by_ref().for_each(|(id, title, _)| eprintln!("  {id}: {title}"));
    ExitCode::FAILURE
}
