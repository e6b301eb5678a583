//! Random message types with random values: lowered, emitted, stored in SQLite by the emitted statements, and read back;
//! and the same values with one place broken on purpose, each refused by the name of its field.
//!
//! A table-driven interpreter of the model stands in for the generated Rust, so that thousands of schemas can be tried
//! without compiling any. `PROTOSTORE_CASES` asks for more schemas than CI takes, `PROTOSTORE_SEED` for other ones.

#[path = "shapes/asked.rs"]
mod asked;
#[path = "shapes/beyond.rs"]
mod beyond;
#[path = "interpreter/bytes.rs"]
mod bytes;
#[path = "interpreter/document.rs"]
mod document;
#[path = "interpreter/draw/mod.rs"]
mod draw;
#[path = "shapes/drawer.rs"]
mod drawer;
#[path = "interpreter/json.rs"]
mod json;
#[path = "interpreter/keys.rs"]
mod keys;
#[path = "shapes/random.rs"]
#[allow(dead_code, reason = "the tests that know no options draw whole messages")]
mod random;
#[path = "shapes/same.rs"]
mod same;
#[path = "shapes/spoil.rs"]
mod spoil;
#[path = "interpreter/table/mod.rs"]
#[allow(dead_code, reason = "rows are not replaced")]
mod table;
#[path = "interpreter/values.rs"]
mod values;
#[path = "shapes/wild.rs"]
mod wild;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asked::Asks;
use drawer::{Drawer, Rows};
use fastrand::Rng;
use json::Names;
use keys::{key_fields, keyed};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use protostore_lower::{Code, Compiled, Inputs, compile, lower};
use protostore_schema::Schema;
use spoil::{Spoilt, spoil};
use table::Interpreter;

/// Values of each type.
const VALUES: usize = 8;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// What came of the cases so far.
#[derive(Default, Debug)]
struct Tally {
    stored: u64,
    refused: u64,
    too_wide: u64,
    /// How the values were refused, each with its number.
    says: BTreeMap<String, u64>,
}

#[test]
fn random_messages_of_random_types_come_back_as_they_were() {
    let (seed, cases) = (number("PROTOSTORE_SEED", 0x5eed), number("PROTOSTORE_CASES", 400));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    let folder = tempfile::tempdir().expect("a temporary directory");
                    let mut tally = Tally::default();
                    for case in (first..cases).step_by(threads as usize) {
                        store(folder.path(), seed, case, &mut tally);
                    }
                    tally
                })
            })
            .collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    let (stored, refused, too_wide) = (sum(|t| t.stored), sum(|t| t.refused), sum(|t| t.too_wide));
    assert!(too_wide * 10 <= cases, "{too_wide} of {cases} schemas were too wide to be of use");
    assert!(stored >= cases * 8, "only {stored} values were stored");
    assert!(refused >= cases * 3, "only {refused} values were refused");
    let says: BTreeSet<&String> = tallies.iter().flat_map(|t| t.says.keys()).collect();
    assert!(cases < 400 || says.len() >= 25, "only {} ways of being refused were met: {says:#?}", says.len());
}

/// Whatever a store holds that cannot be stored, wherever it is: the store is rejected, with a place, and the process
/// goes on.
#[test]
fn random_stores_that_cannot_be_stored_are_rejected_at_a_line() {
    let (seed, cases) = (number("PROTOSTORE_SEED", 0x5eed), number("PROTOSTORE_CASES", 400));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut codes = BTreeSet::new();
    for case in 0..cases {
        let mut rng = Rng::with_seed(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = draw::rejected(&mut rng);
        let context = format!("PROTOSTORE_SEED={seed}, case {case}\n{text}");
        let file = folder.path().join("drawn.proto");
        std::fs::write(&file, &text).expect("a proto file");
        let inputs = Inputs { includes: vec![folder.path().to_path_buf()], files: vec![file] };
        let lowered = std::panic::catch_unwind(|| {
            let compiled = compile(&inputs)?;
            lower(&compiled, "drawn.DrawnStore").map(|_| ())
        });
        let problems = lowered.unwrap_or_else(|_| panic!("a panic: {context}")).expect_err(&context);
        let compiles = problems.iter().all(|problem| problem.code != Code::DoesNotCompile);
        assert!(compiles, "this is no protobuf: {context}\n{}", problems.render_plain());
        assert!(problems.iter().all(|problem| problem.line > 0), "{context}\n{}", problems.render_plain());
        codes.extend(problems.iter().map(|problem| problem.code));
    }
    assert!(cases < 400 || codes.len() >= 20, "only these are drawn: {codes:?}");
}

/// Draws one store, and values for each of its tables.
fn store(folder: &Path, seed: u64, case: u64, tally: &mut Tally) {
    let mut rng = Rng::with_seed(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let drawn = draw::store(&mut rng);
    let texts: Vec<&str> = drawn.files.iter().map(|(_, text)| text.as_str()).collect();
    let context = format!("PROTOSTORE_SEED={seed}, case {case}\n{}", texts.join("\n"));
    let mut files = Vec::new();
    for (name, text) in &drawn.files {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, text).expect("a proto file");
        files.push(file);
    }
    let compiled = compile(&Inputs { includes: vec![folder.to_path_buf()], files })
        .unwrap_or_else(|e| panic!("{context}\n{}", e.render_plain()));
    let schema = match lower(&compiled, "drawn.DrawnStore") {
        Ok(schema) => schema,
        // The one thing that a drawn store may be refused for.
        Err(e) if e.iter().all(|d| d.code == Code::TooManyColumns) => {
            tally.too_wide += 1;
            return;
        }
        Err(e) => panic!("{context}\n{}", e.render_plain()),
    };
    survives(&schema, &context);
    values(&mut rng, &compiled, &schema, &context, tally);
}

/// A schema that is read from its snapshot has the same snapshot, and becomes the same SQL.
fn survives(schema: &Schema, context: &str) {
    let text = schema.to_snapshot();
    let read = Schema::from_snapshot(&text).unwrap_or_else(|e| panic!("{context}\n{text}\n{e}"));
    assert_eq!(read.to_snapshot(), text, "{context}");
    assert_eq!(read.reach, schema.reach, "{context}");
    assert_eq!(protostore_emit::statements(&read), protostore_emit::statements(schema), "{context}");
    assert_eq!(protostore_emit::objects(&read), protostore_emit::objects(schema), "{context}");
}

fn values(rng: &mut Rng, compiled: &Compiled, schema: &Schema, context: &str, tally: &mut Tally) {
    let sql = protostore_emit::schema_sql(schema, "cargo xtask codegen");
    let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
    db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
    db.execute_batch(&sql).unwrap_or_else(|e| panic!("{context}\n{sql}\n{e}"));
    let statements: BTreeMap<_, _> =
        protostore_emit::statements(schema).into_iter().map(|s| (s.name.clone(), s)).collect();
    let constraints = protostore_emit::constraints(schema);
    let pool = DescriptorPool::decode(compiled.descriptor_set(schema).as_slice()).expect("descriptors");
    let fields = pool.get_message_by_name(&schema.store).expect("the store is among its descriptors");
    let mut rows = Rows::new();
    for table in &schema.tables {
        let field = fields.get_field(table.number).expect("a table is a field of the store");
        let asks = Asks::of_table(&field);
        let names = &Names::default();
        let interpreter = Interpreter { db: &db, table, statements: &statements, constraints: &constraints, names };
        let mut case = Case { interpreter, asks: &asks, context, sql: &sql, seen: BTreeSet::new() };
        let of = pool.get_message_by_name(&table.record.ty.proto).expect("the record's message");
        for _ in 0..VALUES {
            case.value(rng, &of, &mut rows, tally);
        }
    }
    for view in protostore_emit::views(schema) {
        let read = db.prepare(&format!("SELECT * FROM \"{view}\"")).and_then(|mut s| {
            let mut rows = s.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        });
        read.unwrap_or_else(|e| panic!("{context}\n{view}: {e}"));
    }
}

/// One table, with what was put into it.
struct Case<'a> {
    interpreter: Interpreter<'a>,
    asks: &'a Asks,
    context: &'a str,
    sql: &'a str,
    seen: BTreeSet<String>,
}

impl Case<'_> {
    /// Draws a value, stores it and reads it back; then breaks a copy of it, and sees it refused.
    fn value(&mut self, rng: &mut Rng, of: &MessageDescriptor, rows: &mut Rows, tally: &mut Tally) {
        let table = self.interpreter.table;
        let message = keyed(rng, &Drawer { asks: self.asks, rows }, table, of);
        let context = || format!("{}\n{}\n{message}\n", self.context, self.sql);
        let key = self.interpreter.key(&message).unwrap_or_else(|e| panic!("{}{e}", context()));
        if table.singleton.is_some() {
            self.interpreter.delete(&key).unwrap_or_else(|e| panic!("{}{e}", context()));
        } else if !self.seen.insert(format!("{key:?}")) {
            return;
        }
        let mut broken = message.clone();
        if let Some(spoilt) = spoil(rng, self.asks, &key_fields(table), &mut broken) {
            self.refused(&broken, &spoilt);
            tally.refused += 1;
            *tally.says.entry(spoilt.says[0].clone()).or_default() += 1;
        }
        self.interpreter.insert(&message).unwrap_or_else(|e| panic!("{}{e}", context()));
        let found = self.interpreter.get(&key, of).unwrap_or_else(|e| panic!("{}{e}", context()));
        let found = found.unwrap_or_else(|| panic!("{}is not there", context()));
        same::same(self.asks, &message, &found).unwrap_or_else(|e| panic!("{}{e} differs: {found}", context()));
        tally.stored += 1;
        if let [field] = key_fields(table).as_slice()
            && let Some(field) = of.get_field_by_name(field)
        {
            rows.entry(table.name.proto.clone()).or_default().push(message.get_field(&field).into_owned());
        }
    }

    /// Sees a broken message refused by table and field, with nothing of it left behind once it is undone.
    fn refused(&self, broken: &DynamicMessage, spoilt: &Spoilt) {
        let table = self.interpreter.table;
        let context = || format!("{}\n{}\nbroken: {spoilt:?}\n{broken}\n", self.context, self.sql);
        self.interpreter.db.execute_batch("SAVEPOINT broken").expect("a savepoint");
        let Err(e) = self.interpreter.insert(broken) else { panic!("{}was not refused", context()) };
        self.interpreter.db.execute_batch("ROLLBACK TO broken; RELEASE broken").expect("undone");
        let child =
            spoilt.list.as_ref().and_then(|list| table.descendants().into_iter().find(|c| c.name.proto == *list));
        let expected = child.map_or(&table.name.sql, |child| &child.name.sql);
        assert_eq!(e.table(), Some(expected.as_str()), "{}{e}", context());
        // What is not stored has no path in the model.
        let named = e.field().is_some_and(|f| f == spoilt.field || spoilt.field.ends_with(&format!(".{f}")));
        assert!(named, "{}{e} does not name {}", context(), spoilt.field);
        assert!(spoilt.says.iter().any(|says| e.to_string().ends_with(says)), "{}{e}", context());
    }
}
