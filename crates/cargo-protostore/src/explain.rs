//! What a diagnostic's code, the name of a note, the id of a change, or an option of the annotations means.

mod options;

use std::process::ExitCode;

use protostore_build::explained_notes;
use protostore_evolve::plan::ChangeKind;
use protostore_lower::{Code, nearest};

use options::options;

/// Prints what a code, a note, a change or an option means and what to write instead, with or without what is before the
/// letter of a code; without a word, the titles of all.
pub(crate) fn explain(word: Option<&str>) -> ExitCode {
    let codes = Code::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let changes = ChangeKind::ALL.iter().map(|known| (known.id(), known.title(), known.explanation()));
    let (all, options) = (codes.chain(changes), options());
    let Some(word) = word else {
        all.for_each(|(id, title, _)| println!("{id}: {title}"));
        explained_notes().for_each(|(name, _)| println!("{name}: a note"));
        options.iter().for_each(|option| println!("{}", option.title()));
        return ExitCode::SUCCESS;
    };
    let id = word.rsplit("::").next().unwrap_or(word);
    if let Some((id, title, explanation)) = all.clone().find(|(known, ..)| known.eq_ignore_ascii_case(id)) {
        println!("{id}: {title}\n\n{explanation}");
        return ExitCode::SUCCESS;
    }
    if let Some((name, explanation)) = explained_notes().find(|(name, _)| *name == word) {
        println!("{name}: a note\n\n{explanation}");
        return ExitCode::SUCCESS;
    }
    let is_meant = |name: &str, of: &str| match word.split_once('.') {
        Some((message, option)) => message == of && option == name,
        None => word == name,
    };
    let texts: Vec<String> =
        options.iter().filter(|option| is_meant(option.name, option.of)).map(|option| option.text()).collect();
    if !texts.is_empty() {
        print!("{}", texts.join("\n"));
        return ExitCode::SUCCESS;
    }
    let ids: Vec<&str> = all.map(|(id, ..)| id).collect();
    let names: Vec<&str> =
        options.iter().map(|option| option.name).chain(explained_notes().map(|note| note.0)).collect();
    let near = nearest(&id.to_uppercase(), &ids).or_else(|| nearest(word, &names));
    let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    eprintln!(
        "error: there is no code `{word}`, no note and no option\n  help: {near}`cargo protostore explain` lists them all"
    );
    ExitCode::from(2)
}
