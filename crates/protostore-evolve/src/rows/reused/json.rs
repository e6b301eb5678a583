//! N04: names in messages that are stored as JSON, where a text knows no numbers.

use std::collections::BTreeMap;

use protostore_schema::Documents;

use crate::draft::Draft;
use crate::plan::{At, ChangeKind};
use crate::types::Formers;

/// A name that another number ever had may not come back in a message that is stored as JSON.
pub(super) fn names(documents: &Documents, formers: &Formers<'_>, draft: &mut Draft<'_>) {
    for message in &documents.messages {
        for field in &message.fields {
            let own = [&field.name, &field.json];
            let other = formers.fields(&message.proto).filter(|former| former.number != field.number);
            let mut other = other.filter(|former| {
                [former.name.as_str(), &*former.json_name()].iter().any(|n| own.iter().any(|o| o == n))
            });
            let Some(former) = other.next() else { continue };
            let at = At { to: format!("{}.{}", message.proto, field.name), ..At::default() };
            let why = format!(
                "{} is stored as JSON, in which {:?} was number {}, and rows that are there still say so: give number {} \
                 another name",
                message.proto, former.name, former.number, field.number
            );
            draft.never(ChangeKind::N04, &at, why);
        }
    }
    let enums: Vec<_> = documents.enums.iter().map(|e| (e.proto.clone(), e.values.clone())).collect();
    for (proto, values) in enums {
        let now: BTreeMap<&str, i32> = values.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let versions = draft.history.versions.iter();
        let before = versions.filter_map(|version| version.schema.reach.enumeration(&proto)).flat_map(|e| &e.values);
        let moved = before.filter_map(|(name, was)| {
            now.get(name.as_str()).filter(|is| *is != was).map(|is| (name.clone(), *was, *is))
        });
        let moved: std::collections::BTreeSet<_> = moved.collect();
        for (name, was, is) in moved {
            let at = At { value: Some(is), to: format!("{proto}.{name}"), ..At::default() };
            let why = format!(
                "{proto} is stored as JSON, in which {name:?} was {was}, and rows that are there still say so: give {is} \
                 another name"
            );
            draft.never(ChangeKind::N04, &at, why);
        }
    }
}
