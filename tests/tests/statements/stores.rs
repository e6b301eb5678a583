//! The stores of this repository and the hostile ones of `where_text`, each as its newest schema.

use std::path::Path;

use protostore_schema::Schema;

use super::proto;

/// Returns every store: its name, and its schema.
pub(crate) fn stores() -> Vec<(String, Schema)> {
    let mut found = Vec::new();
    for stores in ["../generated", "shapes/generated"] {
        let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join(stores);
        for store in std::fs::read_dir(stores).expect("the directory of the stores") {
            let store = store.expect("an entry").path();
            if store.is_dir() {
                let schema = Schema::from_snapshot(&newest(&store.join("schema"))).expect("a snapshot of this version");
                let name = store.file_name().expect("a store has a name").to_string_lossy().into_owned();
                found.push((name, schema));
            }
        }
    }
    assert!(found.len() >= 9, "only {} stores were found", found.len());
    let hostile = proto::TEXTS.iter().enumerate().map(|(at, text)| (format!("texts{at}"), proto::schema(text)));
    found.extend(hostile);
    found
}

/// Returns the newest snapshot.
fn newest(snapshots: &Path) -> String {
    let files = std::fs::read_dir(snapshots).expect("the snapshots").map(|entry| entry.expect("an entry").path());
    // Beside the snapshots are the plans between them.
    let paths = files.filter(|path| !path.to_string_lossy().ends_with(".plan.json"));
    std::fs::read_to_string(paths.max().expect("a store has a version")).expect("a snapshot")
}
