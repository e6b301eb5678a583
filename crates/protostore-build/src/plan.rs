//! What a store's directory should hold, and what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use protostore_emit::{Input, Version, emit, schema_sql, statements};
use protostore_evolve::{Lock, Locked, VersionTexts, down_path, migration_path};
use protostore_lower::{Compiled, lower_after};
use protostore_schema::Schema;

use crate::disk::{self, Files};
use crate::line_endings;
use crate::past::{self, Past};
use crate::project::Sources;
use crate::texts::{self, SQLITE};
use crate::trial::{self, Back, Trial};
use crate::{Failure, Mode, Project, answers, breadth, run_time};

/// What a store's directory should hold, and what it holds.
pub(crate) struct Plan {
    /// Name of the store's directory and crate.
    pub(crate) name: String,
    /// The store's directory.
    pub(crate) dir: PathBuf,
    /// What is there, with LF where CRLF is all that differs.
    pub(crate) there: Files,
    /// The files that have CRLF there.
    pub(crate) crlf: BTreeSet<String>,
    /// What is there and is no file, by path; it is never opened.
    pub(crate) others: BTreeMap<String, &'static str>,
    /// What is in the way of the files, by path: a link, a pipe, a directory.
    pub(crate) obstacles: BTreeMap<String, &'static str>,
    /// What should be.
    pub(crate) files: Files,
    /// Where the schema stands to its history.
    pub(crate) past: Past,
    /// What SQLite says against the migrations, the schema and the statements.
    pub(crate) refused: Vec<String>,
    /// Number of tables, child tables aside.
    pub(crate) tables: usize,
    /// Number of statements that were tried.
    pub(crate) statements: usize,
}

/// Computes everything for each store; nothing is written. What was left out of the protos is returned beside it.
pub(crate) fn plans(project: &Project, mode: Mode) -> Result<(Vec<Plan>, Vec<String>), Failure> {
    run_time::check(&project.run_time)?;
    let Sources { compiled, stores, left_out } = project.compile()?;
    let mut schemas: Vec<Schema> = Vec::new();
    let mut notes = left_out;
    let mut problems = Vec::new();
    for store in &stores {
        let versions = match compiled.store_name(store) {
            Some(name) => past::schemas(&disk::read(&project.out.join(name))?.files),
            None => None,
        };
        match lower_after(&compiled, store, versions.as_deref()) {
            Ok(lowered) => {
                notes.extend(answers::left_behind(&lowered, versions.as_deref()));
                schemas.push(lowered.schema);
            }
            Err(diagnostics) => problems.push(diagnostics),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Protos(problems));
    }
    for (at, schema) in schemas.iter().enumerate() {
        if let Some(other) = schemas[..at].iter().find(|other| other.name == schema.name) {
            let stores = [other.store.clone(), schema.store.clone()];
            return Err(Failure::SameName { name: schema.name.clone(), stores });
        }
    }
    let plans: Result<_, _> = schemas.iter().map(|schema| plan(project, &compiled, schema, mode)).collect();
    notes.extend(schemas.iter().flat_map(breadth::notes));
    Ok((plans?, notes))
}

fn plan(project: &Project, compiled: &Compiled, schema: &Schema, mode: Mode) -> Result<Plan, Failure> {
    let dir = project.out.join(&schema.name);
    let disk::Tree { files: mut there, directories, others } = disk::read(&dir)?;
    let mut crlf = line_endings::restore_locked(&mut there);
    let past = past::read(schema, &there);
    let past = match mode {
        Mode::Write => past,
        Mode::Amend => past::amended(past, schema),
    };
    let command = project.invocation.codegen();
    let texts = texts::of(&past, &there, &command);
    let lock = Lock::new(&past.history, &texts);
    let mut files = files(project, compiled, schema, &past, (&texts, &lock))?;
    files.insert("schema.lock".to_owned(), lock.render(&command).into_bytes());
    crlf.extend(line_endings::restore(&mut there, &files));
    let tree = disk::Tree { files: there, directories, others };
    let obstacles = files.keys().filter_map(|path| tree.obstacle(path)).collect();
    let disk::Tree { files: there, directories: _, others } = tree;

    let statements = statements(schema);
    let migrations: Vec<_> = migration_paths(&past)
        .map(|path| {
            let text = match mode {
                Mode::Write => there.get(&path).or_else(|| files.get(&path)),
                Mode::Amend => files.get(&path),
            };
            let sql = past::text(text.expect("each version has its migration"));
            (path, sql)
        })
        .collect();
    let wanted = text_of(files.get("schema.sqlite.sql"));
    // The migrations of another schema would differ everywhere, which the changes say better.
    let refused = match (mode, past.changes.is_empty()) {
        (Mode::Write, false) => Vec::new(),
        (Mode::Write, true) | (Mode::Amend, _) => {
            let before = before(&past, &command);
            let back = before.as_ref().and_then(|(path, schema)| {
                let sql = texts.last()?.migrations.get(SQLITE)?.down.as_deref()?;
                Some(Back { migration: (path, sql), schema })
            });
            trial::run(&Trial { migrations: &migrations, back, schema: wanted, statements: &statements })
        }
    };
    let (name, tables, statements) = (schema.name.clone(), schema.tables.len(), statements.len());
    Ok(Plan { name, dir, there, crlf, others, obstacles, files, past, refused, tables, statements })
}

fn files(
    project: &Project,
    compiled: &Compiled,
    schema: &Schema,
    past: &Past,
    (texts, lock): (&[VersionTexts], &Lock),
) -> Result<Files, Failure> {
    let descriptors = compiled.descriptor_set(schema);
    let command = project.invocation.codegen();
    let (api, names) = (compiled.message_files(schema), compiled.service_names(schema));
    let stubs = protostore_stubs::emit(&api.file, &names, &descriptors, &command)
        .map_err(|error| Failure::Stubs { store: schema.store.clone(), error })?;
    let versions: Vec<_> = past.history.versions.iter().zip(texts).zip(&lock.versions).map(version).collect();
    Ok(emit(&Input {
        command: &command,
        schema,
        formerly: &past.history.formerly,
        versions: &versions,
        stubs: &stubs.files,
        services: stubs.services,
        descriptors: &descriptors,
        run_time: &project.run_time,
    }))
}

fn version<'a>(
    ((version, texts), locked): ((&'a protostore_evolve::Version, &'a VersionTexts), &'a Locked),
) -> Version<'a> {
    let protostore_evolve::Version { number, slug, semver, schema, accepted: _, reader, writer } = version;
    let migration = &texts.migrations[SQLITE];
    Version {
        number: *number,
        slug,
        semver,
        schema,
        up: &migration.up,
        down: migration.down.as_deref(),
        chain: &locked.dialect[SQLITE].chain,
        reader: *reader,
        writer: *writer,
        snapshot: &texts.snapshot,
    }
}

fn migration_paths(past: &Past) -> impl Iterator<Item = String> + '_ {
    past.history.versions.iter().map(|version| migration_path(SQLITE, version.number, &version.slug))
}

/// Returns the path of the way back from the newest version, and the whole schema of the version before it.
fn before(past: &Past, command: &str) -> Option<(String, String)> {
    let [.., before, newest] = &past.history.versions[..] else { return None };
    Some((down_path(SQLITE, newest.number, &newest.slug), schema_sql(&before.schema, command)))
}

/// Returns the text of a file that emission wrote.
fn text_of(bytes: Option<&Vec<u8>>) -> &str {
    let bytes = bytes.expect("emission writes the whole schema");
    std::str::from_utf8(bytes).expect("what is emitted is text")
}
