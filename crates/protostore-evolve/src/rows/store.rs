//! T02, T27: the store message as a whole.

use crate::draft::Draft;
use crate::plan::{At, ChangeKind, DataEffect, Previous, Verdict};

/// The store message's name, and the version of the mapping.
pub(crate) fn store(draft: &mut Draft<'_>) {
    let (old, new) = (draft.old.schema, draft.new.schema);
    let at = At { from: old.store.clone(), to: new.store.clone(), ..At::default() };
    if old.store != new.store {
        let says = format!("store message {} is now {}", old.store, new.store);
        draft.verdict(Verdict::new(ChangeKind::T02, at.clone(), says).previous(Previous::Neither));
    }
    if old.mapping != new.mapping {
        let says = format!("the mapping is version {}, it was {}", new.mapping, old.mapping);
        let verdict = Verdict::new(ChangeKind::T27, at, says).data(DataEffect::Exact);
        draft.verdict(verdict.previous(Previous::Neither));
    }
}
