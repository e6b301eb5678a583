//! Every definition and statement of every store, printed for PostgreSQL and taken by a real server.
//!
//! The server is the distribution's, in a temporary directory, reached through a socket in it. Where none is installed,
//! `cargo xtask test` says so and this test does nothing, unless `PROTOSTORE_POSTGRES=required`.

#[path = "postgres/constraints.rs"]
mod constraints;
#[path = "where_text/proto.rs"]
mod proto;
#[path = "postgres/server.rs"]
mod server;

use std::path::Path;

use protostore_emit::Dialect;
use protostore_schema::Schema;
use server::Server;

/// The counters that the store keeps for itself.
const BOOKKEEPING: &str = "CREATE TABLE protostore__sequences (\"table\" INT8, path TEXT, last INT8 NOT NULL, \
    PRIMARY KEY (\"table\", path));\n";

#[test]
fn postgresql_takes_every_definition_and_prepares_every_statement() {
    let Some(server) = Server::start() else { return };
    assert!(server.run("broken", "SELECT 1 FROM nowhere;\n").contains("nowhere"), "errors are seen");
    let mut found = 0;
    for stores in ["../generated", "shapes/generated"] {
        let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join(stores);
        for store in std::fs::read_dir(stores).expect("the directory of the stores") {
            let store = store.expect("an entry").path();
            if !store.is_dir() {
                continue;
            }
            let schema = Schema::from_snapshot(&newest(&store.join("schema"))).expect("a snapshot of this version");
            let name = store.file_name().expect("a store has a name").to_string_lossy().into_owned();
            accepted(&server, &name, &schema);
            found += 1;
        }
    }
    assert!(found >= 9, "only {found} stores were found");
    for (at, text) in proto::TEXTS.iter().enumerate() {
        accepted(&server, &format!("texts{at}"), &proto::schema(text));
    }
}

/// Returns the newest snapshot.
fn newest(snapshots: &Path) -> String {
    let paths = std::fs::read_dir(snapshots).expect("the snapshots").map(|entry| entry.expect("an entry").path());
    std::fs::read_to_string(paths.max().expect("a store has a version")).expect("a snapshot")
}

fn accepted(server: &Server, name: &str, schema: &Schema) {
    let mut script = BOOKKEEPING.to_owned();
    script.extend(protostore_emit::definitions(schema, Dialect::Postgres));
    for view in protostore_emit::views(schema) {
        script += &format!("SELECT * FROM \"{view}\" LIMIT 0;\n");
    }
    let statements = protostore_emit::statements(schema);
    for statement in &statements {
        let sql = statement.sql(Dialect::Postgres);
        script += &format!("PREPARE \"{0}\" AS\n{sql};\nDEALLOCATE \"{0}\";\n", statement.slot);
    }
    let refused = server.run(name, &script);
    assert!(refused.is_empty(), "{name}: {refused}");
    assert!(statements.len() >= 6, "{name} has only {} statements", statements.len());
}
