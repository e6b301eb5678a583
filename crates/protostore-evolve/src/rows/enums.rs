//! Values of enums: D05 to D07, N07, A14.

use crate::draft::Draft;
use crate::plan::At;

/// The enums of both schemas.
pub(crate) fn enums(draft: &mut Draft<'_>) {
    for new in &draft.new.schema.enums {
        let Some(old) = draft.old.schema.enums.iter().find(|old| old.name.proto == new.name.proto) else { continue };
        let values = |of: &protostore_schema::Enum| {
            let mut values: Vec<(i32, String)> = of.values.iter().map(|v| (v.number, v.name.proto.clone())).collect();
            values.sort();
            values
        };
        if values(old) != values(new) {
            let at = At { from: old.name.proto.clone(), to: new.name.proto.clone(), ..At::default() };
            draft.unknown(&at, format!("enum {} has other values", new.name.proto));
        }
    }
}
