//! What a store's directory should hold, and what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use protostore_emit::{Dialect, Input, Version, emit, schema_sql, statements_in};
use protostore_evolve::plan::{DownEffect, Plan as Upgrade};
use protostore_evolve::{Lock, Locked, VersionTexts};
use protostore_lower::{Compiled, Lowered, lower_after};
use protostore_schema::Schema;
use protostore_stubs::StubOptions;

use crate::cache::{Cache, Seen};
use crate::disk::{self, Files};
use crate::next::{self, Next};
use crate::past::{self, Past};
use crate::project::Sources;
use crate::rebase::{self, Rebased};
use crate::texts::{self, SQLITE};
use crate::tried::{Tried, tried};
use crate::{CrateOptions, Failure, Project, Request, answers, line_endings, lints};

/// The version of this tool, which each generated crate names.
pub(crate) const GENERATOR: &str = env!("CARGO_PKG_VERSION");

/// What a store's directory should hold, and what it holds.
pub(crate) struct Plan {
    /// Name of the store's directory and crate.
    pub(crate) name: String,
    /// The store's directory.
    pub(crate) dir: PathBuf,
    /// Today's schema.
    pub(crate) schema: Schema,
    /// What is there, with LF where CRLF is all that differs.
    pub(crate) there: Files,
    /// The files that have CRLF there.
    pub(crate) crlf: BTreeSet<String>,
    /// What is there and is no file, by path; it is never opened.
    pub(crate) others: BTreeMap<String, &'static str>,
    /// What is in the way of the files, by path: a link, a pipe, a directory.
    pub(crate) obstacles: BTreeMap<String, &'static str>,
    /// The history on disk.
    pub(crate) past: Past,
    /// The versions of a branch that this run puts on top of those of another.
    pub(crate) rebased: Option<Rebased>,
    /// The history after this run.
    pub(crate) next: Next,
    /// What should be; nothing where the next version has open questions.
    pub(crate) files: Files,
    /// The texts of the versions after this run; nothing where `files` has nothing.
    pub(crate) texts: Vec<VersionTexts>,
    /// What SQLite says against the migrations, the schema and the statements.
    pub(crate) refused: Vec<String>,
    /// Number of tables, child tables aside.
    pub(crate) tables: usize,
    /// Number of statements that were tried.
    pub(crate) statements: usize,
}

impl Plan {
    /// Returns the ways to the versions that this run makes.
    pub(crate) fn upgrades(&self) -> impl Iterator<Item = &Upgrade> {
        let rebased = self.rebased.iter().flat_map(|rebased| rebased.upgrades.iter().map(|(upgrade, _)| upgrade));
        rebased.chain(&self.next.upgrade)
    }
}

/// A store message, lowered, with what is in its directory.
struct Store {
    lowered: Lowered,
    dir: PathBuf,
    tree: disk::Tree,
    crlf: BTreeSet<String>,
    past: Past,
    rebased: Option<Rebased>,
}

/// The plans of a project's stores, and what is worth saying besides.
pub(crate) struct Plans {
    pub(crate) plans: Vec<Plan>,
    pub(crate) notes: Vec<String>,
    /// What they were computed from, where answers are kept; nothing otherwise.
    pub(crate) seen: Seen,
}

/// Computes everything for each store; nothing is written. `makes` says whether a version is made where a schema changed.
pub(crate) fn plans(
    project: &Project,
    request: &Request,
    cache: Option<&Cache<'_>>,
    makes: bool,
) -> Result<Plans, Failure> {
    let Sources { compiled, stores: names, left_out, found } = project.compile()?;
    let mut seen = Seen::default();
    if cache.is_some() {
        seen.compiled(&compiled);
        (seen.protos, seen.left_out) = (found, left_out.clone());
    }
    let wanted = |store: &&String| match &request.store {
        Some(name) => compiled.store_name(store).as_deref() == Some(name.as_str()),
        None => true,
    };
    let (mut stores, mut problems): (Vec<Store>, _) = (Vec::new(), Vec::new());
    for store in names.iter().filter(wanted) {
        let dir = project.out.join(compiled.store_name(store).unwrap_or_default());
        let mut tree = match compiled.store_name(store) {
            Some(_) => disk::read(&dir)?,
            None => disk::Tree::default(),
        };
        if let (Some(_), Some(name)) = (cache, compiled.store_name(store)) {
            seen.store(&name, &tree);
        }
        let crlf = line_endings::restore_locked(&mut tree.files);
        // A store without a name is an error of its own below.
        let sides = match (&request.rebase, compiled.store_name(store)) {
            (Some(rebase), Some(name)) => rebase::sides(project, &name, rebase, &tree.files)?,
            _ => None,
        };
        let past = past::read(sides.as_ref().map_or(&tree.files, |sides| &sides.base));
        let lowered = match lower_after(&compiled, store, past.schemas().as_deref()) {
            Ok(lowered) => lowered,
            Err(diagnostics) => {
                problems.push(diagnostics);
                continue;
            }
        };
        let Some(sides) = sides else {
            stores.push(Store { lowered, dir, tree, crlf, past, rebased: None });
            continue;
        };
        let answers = answers::of(&lowered, &request.accepted());
        let rebased = rebase::rebase(project, &lowered.schema.name, sides, &lowered.schema, &answers)?;
        let past = past::read(&rebased.files);
        match lower_after(&compiled, store, past.schemas().as_deref()) {
            Ok(lowered) => stores.push(Store { lowered, dir, tree, crlf, past, rebased: Some(rebased) }),
            Err(diagnostics) => problems.push(diagnostics),
        }
    }
    if !problems.is_empty() {
        return Err(project.problems(problems));
    }
    for (at, Store { lowered: Lowered { schema, .. }, .. }) in stores.iter().enumerate() {
        let same = stores[..at].iter().find(|other| other.lowered.schema.name == schema.name);
        if let Some(Store { lowered: Lowered { schema: other, .. }, .. }) = same {
            let stores = [other.store.clone(), schema.store.clone()];
            return Err(Failure::SameName { name: schema.name.clone(), stores });
        }
    }
    let mut notes = left_out;
    notes.extend(stores.iter().flat_map(|store| answers::left_behind(&store.lowered, store.past.history.as_ref())));
    let schemas = stores.iter().map(|store| &store.lowered.schema);
    notes.extend(lints::notes(schemas, &project.allow, request.store.is_none()));
    let known = cache.map(Cache::replays).unwrap_or_default();
    let mut replays = Vec::new();
    let plans = stores.into_iter().map(|store| {
        let (plan, found) = plan(project, &compiled, store, request, makes, &known)?;
        replays.extend(found);
        Ok(plan)
    });
    let plans = plans.collect::<Result<_, _>>()?;
    if let Some(cache) = cache {
        cache.keep_replays(&replays);
    }
    Ok(Plans { plans, notes, seen })
}

/// Returns the plan of a store, and the replays that lead where they should.
fn plan(
    project: &Project,
    compiled: &Compiled,
    store: Store,
    request: &Request,
    makes: bool,
    known: &[String],
) -> Result<(Plan, Vec<String>), Failure> {
    let Store { lowered, dir, tree, mut crlf, past, mut rebased } = store;
    let disk::Tree { files: mut there, directories, others } = tree;
    let open = rebased.as_mut().and_then(|rebased| rebased.open.take());
    let history = rebased.as_ref().map_or(&there, |rebased| &rebased.files);
    let next = match open {
        Some(open) => open,
        None => next::next(&past, &lowered.schema, request, &answers::of(&lowered, &request.accepted()), history),
    };
    let is_found = rebased.as_ref().is_some_and(|rebased| !rebased.findings.is_empty());
    let schema = lowered.schema;
    let (name, tables) = (schema.name.clone(), schema.tables.len());
    // Where a version is to come, nothing of the crate is as it will be, which the one finding says better.
    if next.is_open() || is_found || (next.upgrade.is_some() && !makes) {
        let plan = Plan {
            name,
            dir,
            schema,
            there,
            crlf,
            others,
            obstacles: BTreeMap::new(),
            past,
            rebased,
            next,
            files: Files::new(),
            texts: Vec::new(),
            refused: Vec::new(),
            tables,
            statements: 0,
        };
        return Ok((plan, Vec::new()));
    }
    let command = project.invocation.codegen();
    let history = rebased.as_ref().map_or(&there, |rebased| &rebased.files);
    let texts = texts::of(&next, history, &command);
    let intact = past.intact();
    let lock = Lock::after(&intact[..next.kept.min(intact.len())], &next.history, &texts);
    let schema_sql = schema_sql(&schema, &command);
    // Both take about as long, and neither needs the other.
    let (files, (tried, statements)) = std::thread::scope(|scope| {
        let tried = scope.spawn(|| {
            let statements = statements_in(&schema, &[Dialect::Sqlite]);
            (tried(&next, &texts, (&lock, known), (history, &schema_sql), &statements), statements.len())
        });
        let files = files(project, compiled, &schema, &next, (&texts, &lock));
        (files, tried.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut files = files?;
    for (version, texts) in next.history.versions.iter().zip(&texts) {
        let plan = texts.plan.as_ref().map(|plan| (protostore_evolve::plan_path(version.number), plan));
        files.extend(plan.map(|(path, plan)| (path, plan.clone().into_bytes())));
    }
    files.insert("schema.lock".to_owned(), lock.render(&command).into_bytes());
    crlf.extend(line_endings::restore(&mut there, &files));
    let tree = disk::Tree { files: there, directories, others };
    let obstacles = files.keys().filter_map(|path| tree.obstacle(path)).collect();
    let disk::Tree { files: there, directories: _, others } = tree;

    let Tried { refused, replays } = tried;
    let plan = Plan {
        name,
        dir,
        schema,
        there,
        crlf,
        others,
        obstacles,
        past,
        rebased,
        next,
        files,
        texts,
        refused,
        tables,
        statements,
    };
    Ok((plan, replays))
}

fn files(
    project: &Project,
    compiled: &Compiled,
    schema: &Schema,
    next: &Next,
    (texts, lock): (&[VersionTexts], &Lock),
) -> Result<Files, Failure> {
    let descriptors = compiled.descriptor_set(schema);
    let command = project.invocation.codegen();
    let (api, names) = (compiled.message_files(schema), compiled.service_names(schema));
    let CrateOptions { features, extern_paths, type_attributes, dependencies, license } = &project.crates;
    let options = StubOptions { type_attributes: type_attributes.clone(), extern_paths: extern_paths.clone() };
    let stubs = protostore_stubs::emit(&api.file, &names, &descriptors, &command, &options)
        .map_err(|error| Failure::Stubs { store: schema.store.clone(), error })?;
    let losses: Vec<_> = texts.iter().map(losses).collect();
    let versions = next.history.versions.iter().zip(texts).zip(lock.versions.iter().zip(&losses));
    let versions: Vec<_> = versions.map(version).collect();
    Ok(emit(&Input {
        command: &command,
        schema,
        formerly: &next.history.formerly,
        versions: &versions,
        stubs: &stubs.files,
        services: stubs.services,
        external: &stubs.external,
        descriptors: &descriptors,
        run_time: &project.run_time,
        features,
        dependencies,
        license: license.as_deref(),
        generator: GENERATOR,
    }))
}

/// Returns what the way back from a version loses, as its plan says; of a plan that cannot be read the check tells.
fn losses(texts: &VersionTexts) -> Vec<String> {
    let has_way_back = texts.migrations.get(SQLITE).is_some_and(|migration| migration.down.is_some());
    let plan = texts.plan.as_deref().filter(|_| has_way_back).and_then(|plan| Upgrade::from_file(plan).ok());
    let verdicts = plan.map(|plan| plan.verdicts).unwrap_or_default();
    let loses = verdicts.into_iter().filter_map(|verdict| match verdict.down {
        DownEffect::Loses(what) => Some(what.replace('\n', " ")),
        DownEffect::Exact | DownEffect::CopyOnly => None,
    });
    loses.collect()
}

fn version<'a>(
    ((version, texts), (locked, loses)): (
        (&'a protostore_evolve::Version, &'a VersionTexts),
        (&'a Locked, &'a Vec<String>),
    ),
) -> Version<'a> {
    let protostore_evolve::Version { number, slug, semver, schema, accepted: _, hooks, reader, writer, until } =
        version;
    let migration = texts.migrations.get(SQLITE);
    Version {
        number: *number,
        slug,
        semver,
        schema,
        up: migration.map(|migration| migration.up.as_str()),
        down: migration.and_then(|migration| migration.down.as_deref()),
        loses,
        chain: &locked.dialect[SQLITE].chain,
        hooks,
        reader: *reader,
        writer: *writer,
        until: *until,
        snapshot: &texts.snapshot,
    }
}
