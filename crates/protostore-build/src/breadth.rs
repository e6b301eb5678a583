//! Notes about records that become many tables.

use protostore_schema::{Schema, widest_parts};

/// Tables that a record may become without a note.
const TABLES: usize = 50;

/// Returns a sentence for each record that becomes many tables, with the parts that most of them are of.
pub(crate) fn notes(schema: &Schema) -> Vec<String> {
    let tables = schema.tables.iter().map(|table| {
        let paths: Vec<String> = table.descendants().iter().map(|child| child.name.proto.clone()).collect();
        (&table.name.proto, paths)
    });
    let wide = tables.filter(|(_, paths)| paths.len() >= TABLES);
    wide.map(|(name, paths)| {
        let widest: Vec<_> = widest_parts(&paths).iter().map(|(part, count)| format!("`{part}` ({count})")).collect();
        format!(
            "`{name}` of `{}` becomes {} SQL tables; the widest parts: {}. A part that no query looks into can be one column: \
             `storage: JSON` or `BYTES`",
            schema.name,
            paths.len() + 1,
            widest.join(", ")
        )
    })
    .collect()
}
