//! Unique values of rows that are hidden and still there.

use super::super::Report;
use super::super::draft::Draft;
use crate::Code;

/// Refuses unique indexes of lists: a list has no time of its own by which its values could be free again.
pub(super) fn check(draft: &Draft, report: &mut Report<'_>) {
    let table = draft.field.name();
    let (hidden, end) = match draft.expire {
        Some(_) => (format!("rows of `{table}` go before they are deleted"), "until then"),
        None => (format!("rows of `{table}` are kept when they are deleted"), "until they are purged"),
    };
    let help = "take `unique` away, or put the value in a field of the row itself";
    for spot in draft.spots.iter().filter(|spot| spot.child.is_some()) {
        if let Some((true, said)) = &spot.column.unique {
            let place = said.place(report.sources, &[("unique", 0)]);
            let text = format!("{hidden}, and would hold `{}` {end}", spot.dotted());
            report.add(Code::HiddenUnique, place, text, help);
        }
    }
    for (n, index) in draft.options.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
        let mut paths = index.fields.iter().filter_map(|field| field.split_whitespace().next());
        let in_list = paths.find(|path| draft.spots.iter().any(|s| s.child.is_some() && s.dotted() == *path));
        if let Some(path) = in_list {
            let place = draft.place(report.sources, &[("index", n)]);
            let text = format!("{hidden}, and would hold `{path}` {end}");
            report.add(Code::HiddenUnique, place, text, help);
        }
    }
}
