//! What a version is called, from its first change.

use crate::plan::Verdict;

/// Returns the slug of a version: `n01_machines_owner`; it can stand in a file name.
pub(crate) fn of(verdicts: &[Verdict]) -> String {
    let Some(first) = verdicts.first() else { return "change".to_owned() };
    let kind = format!("{:?}", first.kind);
    let words = format!("{} {}", verb(kind.as_bytes()[0]), first.at.present());
    let plain: String =
        words.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let mut slug = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    slug.truncate(48);
    slug.trim_end_matches('_').to_owned()
}

fn verb(group: u8) -> &'static str {
    match group {
        b'A' => "add",
        b'D' => "drop",
        b'N' => "rename",
        _ => "change",
    }
}
