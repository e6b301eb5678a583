//! What a diagnostic's code, or the id of a change, means.

use std::process::ExitCode;

use protostore_evolve::plan::ChangeKind;
use protostore_lower::{Code, nearest};

/// Prints what a code or a change means and what to write instead, with or without what is before its letter; without a
/// code, the titles of all.
pub(crate) fn explain(code: Option<&str>) -> ExitCode {
    let codes = Code::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let changes = ChangeKind::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let all = codes.chain(changes);
    let Some(code) = code else {
        all.for_each(|(id, title, _)| println!("{id}: {title}"));
        return ExitCode::SUCCESS;
    };
    let id = code.rsplit("::").next().unwrap_or(code);
    if let Some((id, title, explanation)) = all.clone().find(|(known, ..)| known.eq_ignore_ascii_case(id)) {
        println!("{id}: {title}\n\n{explanation}");
        return ExitCode::SUCCESS;
    }
    let ids: Vec<&str> = all.clone().map(|(id, ..)| id).collect();
    let near = nearest(&id.to_uppercase(), &ids).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    eprintln!("error: there is no code `{code}`\n  help: {near}`cargo protostore explain` lists them all");
    ExitCode::from(2)
}
