//! What a version is called, from its first change.

use crate::plan::{ChangeKind, Verdict};

/// A slug is a part of a file's name.
const LONGEST: usize = 48;

/// Returns the slug of a version: `rename_machines_owner`. A move counts before the removal that it answers.
pub(crate) fn of(verdicts: &[Verdict]) -> String {
    let is_move = |verdict: &&Verdict| matches!(verdict.kind, ChangeKind::A13 | ChangeKind::N11);
    let Some(first) = verdicts.iter().find(is_move).or(verdicts.first()) else { return "change".to_owned() };
    let words = format!("{} {}", verb(first.kind), first.at.present());
    let plain = words.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let plain: String = plain.collect();
    let mut slug = plain.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    slug.truncate(LONGEST);
    slug.trim_end_matches('_').to_owned()
}

fn verb(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::A13 | ChangeKind::N11 => "move",
        ChangeKind::T06 | ChangeKind::C05 | ChangeKind::C06 => "add",
        ChangeKind::T08 => "drop",
        ChangeKind::T02 | ChangeKind::T07 => "rename",
        kind => match format!("{kind:?}").as_bytes()[0] {
            b'A' => "add",
            b'D' => "drop",
            b'N' => "rename",
            _ => "change",
        },
    }
}
