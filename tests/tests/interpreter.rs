//! Random message types with random values: lowered, emitted, stored in SQLite by the emitted statements, and read back.
//!
//! A table-driven interpreter of the model stands in for the generated Rust, so that thousands of schemas can be tried
//! without compiling any. `PROTOSTORE_CASES` asks for more schemas than CI takes, `PROTOSTORE_SEED` for other ones.

#[path = "interpreter/draw.rs"]
mod draw;
#[path = "shapes/random.rs"]
mod random;
#[path = "interpreter/table.rs"]
mod table;
#[path = "interpreter/values.rs"]
mod values;

use std::collections::BTreeMap;

use fastrand::Rng;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use protostore_lower::{Code, Inputs, compile, lower};
use table::Interpreter;

/// Values of each type.
const VALUES: usize = 12;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn random_messages_of_random_types_come_back_as_they_were() {
    let (seed, schemas) = (number("PROTOSTORE_SEED", 0x5eed), number("PROTOSTORE_CASES", 300));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (mut tried, mut refused) = (0, 0);
    for case in 0..schemas {
        let mut rng = Rng::with_seed(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = draw::file(&mut rng);
        let file = folder.path().join("drawn.proto");
        std::fs::write(&file, &text).expect("a proto file");
        let context = format!("seed {seed} case {case}\n{text}");
        let compiled = compile(&Inputs { includes: vec![folder.path().to_path_buf()], files: vec![file] })
            .unwrap_or_else(|e| panic!("{context}\n{}", e.render_plain()));
        let schema = match lower(&compiled, "drawn.DrawnStore") {
            Ok(schema) => schema,
            // The one thing that a drawn store may be refused for.
            Err(e) if e.iter().all(|d| d.code == Code::TooManyColumns) => {
                refused += 1;
                continue;
            }
            Err(e) => panic!("{context}\n{}", e.render_plain()),
        };
        let sql = protostore_emit::schema_sql(&schema, "cargo xtask codegen");
        let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
        db.pragma_update(None, "foreign_keys", true).expect("foreign keys are known");
        db.execute_batch(&sql).unwrap_or_else(|e| panic!("{context}\n{sql}\n{e}"));
        let statements: BTreeMap<_, _> =
            protostore_emit::statements(&schema).into_iter().map(|s| (s.name.clone(), s)).collect();
        let pool = DescriptorPool::decode(compiled.descriptor_set(&schema).as_slice()).expect("descriptors");
        for table in &schema.tables {
            let of = pool.get_message_by_name(&table.record.ty.proto).expect("the record's message");
            let store = Interpreter { db: &db, table, statements: &statements };
            for value in 0..VALUES {
                let mut message = random::message(&mut rng, &of);
                set_key(&mut rng, &mut message);
                let context = format!("{context}\nvalue {value}: {message:?}\n{sql}");
                store.insert(&message).unwrap_or_else(|e| panic!("{context}\n{e}"));
                let found = store.get(&store.key(&message), &of).unwrap_or_else(|e| panic!("{context}\n{e}"));
                same(&message, &found).unwrap_or_else(|field| panic!("{context}\n{field} differs: {found:?}"));
                tried += 1;
            }
        }
        for view in protostore_emit::views(&schema) {
            let read =
                db.prepare(&format!("SELECT * FROM \"{view}\"")).and_then(|mut s| s.query([])?.next().map(|_| ()));
            read.unwrap_or_else(|e| panic!("{context}\n{view}: {e}"));
        }
    }
    assert!(refused * 10 <= schemas, "{refused} of {schemas} schemas were too wide to be of use");
    assert!(tried >= schemas * 9, "only {tried} values were tried");
}

/// Gives the record a key that no other has.
fn set_key(rng: &mut Rng, message: &mut DynamicMessage) {
    let field = message.descriptor().get_field_by_name("id").expect("a record has an id");
    let any = rng.u64(..);
    let value = match field.kind() {
        prost_reflect::Kind::String => Value::String(format!("{any:x}")),
        prost_reflect::Kind::Bytes => Value::Bytes(any.to_be_bytes().to_vec().into()),
        prost_reflect::Kind::Int64 => Value::I64(any.cast_signed()),
        prost_reflect::Kind::Fixed64 => Value::U64(any >> 1),
        prost_reflect::Kind::Uint32 => Value::U32(rng.u32(..)),
        _ => Value::I32(rng.i32(..)),
    };
    message.set_field(&field, value);
}

/// Returns the path of the first field in which two messages differ, presence included.
fn same(a: &DynamicMessage, b: &DynamicMessage) -> Result<(), String> {
    for field in a.descriptor().fields() {
        let name = field.name();
        if a.has_field(&field) != b.has_field(&field) {
            return Err(format!("the presence of {name}"));
        }
        same_value(&a.get_field(&field), &b.get_field(&field)).map_err(|inner| format!("{name}{inner}"))?;
    }
    Ok(())
}

fn same_value(a: &Value, b: &Value) -> Result<(), String> {
    match (a, b) {
        (Value::Message(a), Value::Message(b)) => same(a, b).map_err(|inner| format!(".{inner}")),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().try_for_each(|(i, (a, b))| same_value(a, b).map_err(|e| format!("[{i}]{e}")))
        }
        (Value::Map(a), Value::Map(b)) if a.len() == b.len() => a.iter().try_for_each(|(key, a)| {
            let b = b.get(key).ok_or_else(|| format!("[{key:?}]"))?;
            same_value(a, b).map_err(|e| format!("[{key:?}]{e}"))
        }),
        (Value::List(_) | Value::Map(_), _) => Err(" (its length)".to_owned()),
        (a, b) if a == b => Ok(()),
        (a, b) => Err(format!(" ({a:?}, {b:?})")),
    }
}
