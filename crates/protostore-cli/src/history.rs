//! The versions of a store as its generated crate has them in files: lock, snapshots, migrations.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use protostore::{Migration, Schema};
use protostore_evolve::{Lock, Locked, down_path, migration_path, snapshot_path};
use protostore_schema::Schema as Snapshot;

use crate::failure::Failure;

/// The dialect of the files that a database runs.
const SQLITE: &str = "sqlite";

/// Reads the history of a store, of those in several directories, as its program has it. It is never freed, as that of a
/// program is not.
pub(crate) fn read(dirs: &[PathBuf], store: &str) -> Result<&'static Schema, Failure> {
    let mut others = Vec::new();
    for dir in dirs {
        let lock = lock(dir)?;
        if lock.store == store || lock.formerly.iter().any(|name| name == store) {
            return schema(dir, &lock);
        }
        others.push(lock.store);
    }
    Err(Failure::History(format!("the database holds the store {store}, and --history has {}", others.join(", "))))
}

fn lock(dir: &Path) -> Result<Lock, Failure> {
    let path = dir.join("schema.lock");
    Lock::from_text(&text(&path)?).map_err(|why| Failure::History(format!("{}: {why}", path.display())))
}

fn text(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(|why| Failure::Io(format!("read {}", path.display()), why))?;
    // Git may have checked it out so; the hashes are of lines that end in a line feed alone.
    Ok(text.replace("\r\n", "\n"))
}

fn schema(dir: &Path, lock: &Lock) -> Result<&'static Schema, Failure> {
    let files = lock.versions.iter().flat_map(Locked::files).map(|(path, _)| path);
    let files: BTreeMap<String, String> =
        files.map(|path| text(&dir.join(&path)).map(|text| (path, text))).collect::<Result<_, _>>()?;
    if let Some(fault) = lock.verify(&files).first() {
        return Err(Failure::History(format!("{}: {fault}; restore it with git", dir.display())));
    }
    let migrations = lock.versions.iter().map(|locked| migration(dir, &files, locked));
    let migrations: &[Migration] = migrations.collect::<Result<Vec<_>, _>>()?.leak();
    let name = lock.store.rsplit('.').next().unwrap_or_default();
    Ok(Box::leak(Box::new(Schema {
        store: own(&lock.store),
        formerly: lock.formerly.iter().map(|name| own(name)).collect::<Vec<_>>().leak(),
        name: own(name),
        version: lock.head,
        semver: own(&lock.semver),
        mapping: lock.mapping,
        slots: 0,
        migrations,
        whole: own(&text(&dir.join("schema.sqlite.sql"))?),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: &[],
    })))
}

fn migration(dir: &Path, files: &BTreeMap<String, String>, locked: &Locked) -> Result<Migration, Failure> {
    let Locked { version, slug, semver, reader, writer, until, .. } = locked;
    let file = |path: String| files.get(&path).map(|text| own(text));
    let snapshot = file(snapshot_path(*version)).unwrap_or_default();
    let schema = Snapshot::from_snapshot(snapshot);
    let schema = schema.map_err(|why| Failure::History(format!("{}: version {version}: {why}", dir.display())))?;
    let chain = locked.dialect.get(SQLITE).map_or("", |migration| own(&migration.chain));
    Ok(Migration {
        version: *version,
        slug: own(slug),
        store: own(&schema.store),
        semver: own(semver),
        mapping: schema.mapping,
        text: file(migration_path(SQLITE, *version, slug)).unwrap_or_default(),
        down: file(down_path(SQLITE, *version, slug)),
        loses: &[],
        chain,
        reader: *reader,
        writer: *writer,
        until: *until,
        snapshot,
    })
}

fn own(text: &str) -> &'static str {
    text.to_owned().leak()
}
