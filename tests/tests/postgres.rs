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
#[path = "statements/stores.rs"]
mod stores;

use protostore_emit::Dialect;
use protostore_schema::Schema;
use server::Server;
use stores::stores;

/// The counters that the store keeps for itself.
const BOOKKEEPING: &str = "CREATE TABLE protostore__sequences (\"table\" INT8, path TEXT, last INT8 NOT NULL, \
    PRIMARY KEY (\"table\", path));\n";

#[test]
#[expect(clippy::print_stdout, reason = "a figure that pages and people ask for")]
fn postgresql_takes_every_definition_and_prepares_every_statement() {
    let Some(server) = Server::start() else { return };
    assert!(server.run("broken", "SELECT 1 FROM nowhere;\n").contains("nowhere"), "errors are seen");
    let mut texts = 0;
    for (name, schema) in stores() {
        texts += accepted(&server, &name, &schema);
    }
    println!("PostgreSQL prepared {texts} statements");
}

/// Creates a store, prepares what `stmt!` holds for PostgreSQL, and returns how many statements that are.
fn accepted(server: &Server, name: &str, schema: &Schema) -> usize {
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
    statements.len()
}
