//! Two versions of a store, by the generator's own stages, and the program of each.

use std::collections::BTreeMap;
use std::path::Path;

use protostore::{Migration, Schema as Program};
use protostore_evolve::plan::{Answers, ColumnId, Line, Place, Plan};
use protostore_evolve::{History, evolve};
use protostore_lower::{Inputs, compile, lower_after};
use protostore_schema::Schema;

/// The method that the store of a kind asks for.
pub(crate) const METHOD: &str = "machine_place";

/// A version of the store.
pub(crate) struct Store {
    pub(crate) schema: Schema,
    answers: Answers,
    descriptors: Vec<u8>,
}

impl Store {
    /// Compiles and lowers a proto.
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let file = folder.path().join("lab.proto");
        std::fs::write(&file, text).expect("a proto file");
        let inputs = Inputs { includes: vec![folder.path().to_path_buf()], files: vec![file] };
        let compiled = compile(&inputs).unwrap_or_else(|why| panic!("{}", why.render_plain()));
        let lowered =
            lower_after(&compiled, "lab.LabStore", None).unwrap_or_else(|why| panic!("{}", why.render_plain()));
        let place = |table, path: &[u32]| Place { table, path: path.to_vec() };
        let backfills = lowered.backfills.iter().map(|of| {
            (ColumnId { place: place(of.table, &of.place), path: of.path.clone(), role: of.role }, of.sql.clone())
        });
        let hooks = lowered.hooks.iter().map(|of| ((of.table, of.path.clone()), of.method.clone()));
        let answers = Answers { backfills: backfills.collect(), hooks: hooks.collect(), ..Answers::default() };
        let descriptors = compiled.descriptor_set(&lowered.schema);
        Self { schema: lowered.schema, answers, descriptors }
    }

    /// The whole schema as SQL.
    pub(crate) fn sql(&self) -> String {
        protostore_emit::schema_sql(&self.schema, "scale")
    }
}

/// The way from one version to the next, every question answered with yes.
pub(crate) struct Way {
    pub(crate) program: &'static Program,
    /// How many passes over each table it takes, as the summary of codegen says.
    pub(crate) passes: BTreeMap<String, u32>,
}

impl Way {
    pub(crate) fn between(old: &Store, new: &Store) -> Self {
        let history = History::first(old.schema.clone());
        let mut answers = new.answers.clone();
        let plan = |answers: &Answers| {
            evolve(&history, &new.schema, &protostore_emit::objects, answers).expect("something changes")
        };
        let mut next: Plan = plan(&answers);
        while let Some(ask) = next.asks.first() {
            let Some(Line::Accept(acceptance)) = &ask.line else { panic!("{}", ask.risk) };
            let name = if ask.at.to.is_empty() { &ask.at.from } else { &ask.at.to };
            answers.accept.push((acceptance.word, name.clone()));
            next = plan(&answers);
        }
        let text = protostore_emit::migration(&next, &old.schema, &new.schema, "scale").up;
        let passes = protostore_emit::passes(&next, &old.schema, &new.schema);
        Self { program: program(new, &[(old.sql(), old), (text, new)]), passes }
    }
}

/// Returns what a generated crate says of a store; it is never freed, as the statics of a crate are not.
pub(crate) fn program(store: &Store, versions: &[(String, &Store)]) -> &'static Program {
    let migrations = versions.iter().zip(1_u32..).map(|((text, store), version)| Migration {
        version,
        slug: if version == 1 { "initial" } else { "change" },
        store: "lab.LabStore",
        semver: "0.1.0",
        mapping: store.schema.mapping,
        text: own(text),
        down: None,
        loses: &[],
        chain: if version == 1 { "chain 1" } else { "chain 2" },
        reader: version,
        writer: version,
        until: None,
        snapshot: own(&store.schema.to_snapshot()),
    });
    let migrations: &[Migration] = Vec::leak(migrations.collect());
    Box::leak(Box::new(Program {
        store: "lab.LabStore",
        formerly: &[],
        name: "lab",
        version: u32::try_from(migrations.len()).expect("few versions"),
        semver: "0.1.0",
        mapping: store.schema.mapping,
        slots: 0,
        migrations,
        whole: own(&store.sql()),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: Vec::leak(store.descriptors.clone()),
    }))
}

fn own(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// How long the processor takes to read all rows of each table of a database once.
pub(crate) fn pass_times(path: &Path) -> BTreeMap<String, f64> {
    let db = super::connect(path);
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'protostore%' AND name NOT LIKE 'sqlite%' \
                 AND name NOT LIKE 'refinery%'";
    let names: Vec<String> = {
        let mut names = db.prepare(names).expect("lists tables");
        let names = names.query_map([], |row| row.get(0)).expect("lists tables");
        names.collect::<rusqlite::Result<_>>().expect("names")
    };
    let time = |table: String| {
        let last: String = db
            .query_row(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid DESC LIMIT 1"), [], |row| {
                row.get(0)
            })
            .expect("a column");
        let begun = super::processor();
        let sql = format!("SELECT count(*) FROM \"{table}\" NOT INDEXED WHERE \"{last}\" IS NOT NULL");
        let _: i64 = db.query_row(&sql, [], |row| row.get(0)).expect("counts");
        (table, super::processor() - begun)
    };
    names.into_iter().map(time).collect()
}
