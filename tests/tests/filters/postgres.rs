//! The same filters on PostgreSQL, over the same rows: each statement is prepared there, and finds what SQLite finds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, Weak};

use protostore::{Bind, Find, Fixed, Insert, Op, Record, Timestamp};
use protostore_emit::Dialect;
use protostore_schema::Schema;
use serde_json::{Value, json};
use shapes::Store;

use super::printed::{Literals, Printed, Statement};
use super::server::Server;

/// The store's own table of counters.
const BOOKKEEPING: &str = "CREATE TABLE protostore__sequences (\"table\" INT8, path TEXT, last INT8 NOT NULL, \
    PRIMARY KEY (\"table\", path));\n";

/// The server of all tests that run, with the tables of the store in a database: stopped after the last of them.
static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

fn server() -> Option<Arc<Server>> {
    let mut known = SERVER.lock().expect("no test panics while it starts the server");
    if let Some(server) = known.upgrade() {
        return Some(server);
    }
    let server = Arc::new(Server::start()?);
    let definitions = protostore_emit::definitions(&schema(), Dialect::Postgres).concat();
    assert_eq!(server.run("shapes", &format!("{BOOKKEEPING}{definitions}")), "");
    *known = Arc::downgrade(&server);
    Some(server)
}

fn schema() -> Schema {
    Schema::from_snapshot(shapes::SCHEMA.snapshot()).expect("the snapshot of the store")
}

/// A transaction with the rows of one type and questions about them, as a script of psql.
pub(crate) struct Postgres {
    server: Arc<Server>,
    /// The statements of the store, by slot.
    statements: BTreeMap<u32, String>,
    prepared: BTreeSet<u32>,
    script: String,
    /// What SQLite has answered, and the question.
    answers: Vec<(Value, usize, String)>,
}

impl Postgres {
    /// Begins with some rows, and those that they name; none where no server is installed.
    ///
    /// Times in microseconds are a type of their own there, which a literal of psql has in another form.
    pub(crate) fn begin<R: Record>(store: &Store, records: &[R]) -> Option<Self> {
        let server = server().filter(|_| R::TABLE.layout.name != "encodings")?;
        let statements = protostore_emit::statements(&schema()).into_iter();
        let statements = statements.map(|statement| (statement.slot, statement.sql(Dialect::Postgres))).collect();
        let script = "BEGIN;\n".to_owned();
        let mut begun = Self { server, statements, prepared: BTreeSet::new(), script, answers: Vec::new() };
        if R::TABLE.layout.name != "targets" {
            begun.insert_all::<shapes::Target>(&whole(store));
            begun.insert_all::<shapes::IntKey>(&whole(store));
        }
        begun.insert_all(records);
        Some(begun)
    }

    fn insert_all<R: Record>(&mut self, records: &[R]) {
        for record in records {
            let mut insert = Insert::new(record.clone());
            let fixed = insert.prepare(now()).expect("a record that is stored already");
            for Statement { slot, sql, values } in Printed::<true>::of(&insert, &fixed) {
                let slot = slot.unwrap_or_else(|| panic!("an insert is one of the store's statements: {sql}"));
                if self.prepared.insert(slot) {
                    self.write(&format!("PREPARE s{slot} AS {};\n", self.statements[&slot]));
                }
                self.write(&format!("EXECUTE s{slot} ({});\n", values.join(", ")));
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.script.push_str(text);
    }

    /// Asks for a page, of which SQLite has found these records, in the order of reading; it may find one more.
    pub(crate) fn find<'r, R: Record>(&mut self, find: &Find<R>, found: impl Iterator<Item = &'r R>, context: &str) {
        let keys: Vec<Value> = found.map(|record| json!(key(record))).collect();
        let parts = R::TABLE.key.iter().map(|part| format!("quote_literal(x.\"{part}\")")).collect::<Vec<_>>();
        let shown = format!("jsonb_build_array({})", parts.join(", "));
        let size = keys.len();
        self.ask(&Printed::<true>::of(find, &now()), &shown, (json!(keys), size, context.to_owned()));
    }

    /// Asks for the rows of a statement, of which SQLite has returned these values.
    pub(crate) fn rows(&mut self, op: &impl Op, found: &[u64], context: &str) {
        let rows: Vec<Value> = found.iter().map(|value| json!([value])).collect();
        let shown = "jsonb_build_array(x.\"c\")";
        self.ask(&Printed::<true>::of(op, &now()), shown, (json!(rows), usize::MAX, context.to_owned()));
    }

    fn ask(&mut self, asked: &[Statement], shown: &str, answer: (Value, usize, String)) {
        let [Statement { slot: None, sql, values }] = asked else { panic!("one statement: {}", answer.2) };
        // The columns of a record have their own names.
        let name = if shown.contains("\"c\"") { " (\"c\")" } else { "" };
        let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        write!(
            self.script,
            "PREPARE q AS {sql};\nDEALLOCATE q;\n\
             PREPARE q AS SELECT coalesce(jsonb_agg({shown}), '[]') FROM ({sql}) AS x{name};\n\
             EXECUTE q{values};\nDEALLOCATE q;\n"
        )
        .expect("text takes more text");
        self.answers.push(answer);
    }

    /// Runs the script, and compares what each question finds.
    pub(crate) fn end<R: Record>(mut self) {
        self.write("ROLLBACK;\n");
        let (answers, refused) = self.server.answers("shapes", R::TABLE.layout.name, &self.script);
        assert_eq!(refused, "", "{}", R::TABLE.record);
        assert_eq!(answers.lines().count(), self.answers.len(), "an answer a question: {answers}");
        assert!(self.answers.iter().any(|(expected, ..)| expected != &json!([])), "some is found");
        for (answer, (expected, size, context)) in answers.lines().zip(&self.answers) {
            let mut found: Value = serde_json::from_str(answer).expect("an array");
            found.as_array_mut().expect("an array").truncate(*size);
            assert_eq!(&found, expected, "{context}");
        }
    }
}

fn now() -> Fixed {
    Fixed::at(Timestamp::now())
}

/// Returns the key of a record as literals.
fn key<R: Record>(record: &R) -> Vec<String> {
    let mut literals = Literals::default();
    record.key().bind(&mut literals).expect("a key that is stored");
    literals.0
}

/// Returns all records of a type.
fn whole<R: Record>(store: &Store) -> Vec<R> {
    store.read(|view| view.run(protostore::Filter::<R>::everything().find().size(10_000))).expect("a page").records
}

#[test]
fn the_conditions_of_partial_indexes_are_conditions_there() {
    use shapes::job;
    let Some(server) = server() else { return };
    let filters = [
        job::where_state_is_pending_and_held_is_false(),
        job::where_state_is_not_unspecified(),
        job::where_address_is_not_empty(),
        job::where_weight_is_above_9223372036854775807_or_due_time_is_below_1000000000000000000(),
        job::where_after_job_is_unset_and_due_time_is_unset(),
    ];
    let texts = filters.map(|filter| Printed::<true>::of(&filter.count(), &now()).remove(0).sql);
    let script: String = texts.iter().map(|sql| format!("{sql};\n")).collect();
    assert_eq!(server.answers("shapes", "jobs", &script), ("0\n".repeat(texts.len()), String::new()));
    let (_, refused) = server.answers("shapes", "broken", "SELECT 1 FROM nowhere;\n");
    assert!(refused.contains("nowhere"), "errors are seen: {refused}");
}
