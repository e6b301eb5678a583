//! The site of a project's stores, written to a directory of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protostore_emit::{SiteStore, SiteVersion, site};
use protostore_evolve::History;
use protostore_lower::{Lowered, lower_after};
use protostore_schema::{Schema, UnstoredMessage};

use crate::project::Sources;
use crate::{Failure, Project, disk, line_endings, past, sync};

/// What was written of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The first page.
    pub index: PathBuf,
    /// Number of stores.
    pub stores: usize,
    /// Number of tables, child tables aside.
    pub tables: usize,
    /// Number of files that are the site.
    pub files: usize,
    /// What was left out although it may hold protos, as sentences.
    pub notes: Vec<String>,
}

impl Site {
    /// Returns what a command says of it: what there is, and the page to open.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { index, stores, tables, files, notes } = self;
        let count =
            |number: usize, one: &str| if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") };
        let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
        let (stores, tables, files) = (count(*stores, "store"), count(*tables, "table"), count(*files, "file"));
        format!("{notes}docs: {stores}, {tables}, {files}; open {}", index.display())
    }
}

/// The first page of every site has this, by which a directory is known to be one.
const MARK: &[u8] = b"search-index.js";

/// Writes pages about the stores of some projects, as the protos say them now, to a directory; pages of stores and tables
/// that are gone are removed. A browser reads them from there, without a server.
///
/// # Errors
/// If the protos are wrong, a file cannot be written, or the directory has files and is not a site.
pub fn docs(projects: &[Project], dir: &Path) -> Result<Site, Failure> {
    let (stores, notes) = lowered(projects)?;
    distinct(&stores)?;
    let versions: Vec<Vec<SiteVersion<'_>>> = stores.iter().map(|store| versions(store.history.as_ref())).collect();
    let with_versions = stores.iter().zip(&versions);
    let all: Vec<SiteStore<'_>> = with_versions
        .map(|(Store { schema, history: _, unstored }, versions)| SiteStore { schema, versions, unstored })
        .collect();
    let files = site(&all);
    let old = old_pages(dir)?;
    for (path, bytes) in &files {
        let file = dir.join(path);
        if std::fs::read(&file).is_ok_and(|there| there == *bytes) {
            continue;
        }
        sync::replace(&file, bytes)?;
    }
    for path in old.iter().filter(|path| !files.contains_key(*path)) {
        let file = dir.join(path);
        std::fs::remove_file(&file).map_err(Failure::at(&file))?;
    }
    let tables = stores.iter().map(|store| store.schema.tables.len()).sum();
    Ok(Site { index: dir.join("index.html"), stores: stores.len(), tables, files: files.len(), notes })
}

/// A store as its protos say it now, and its history.
struct Store {
    schema: Schema,
    history: Option<History>,
    /// The messages of the API's files that no table holds.
    unstored: Vec<UnstoredMessage>,
}

/// Returns the stores of some projects, and what was left out.
fn lowered(projects: &[Project]) -> Result<(Vec<Store>, Vec<String>), Failure> {
    let (mut stores, mut notes) = (Vec::new(), Vec::new());
    for project in projects {
        let Sources { compiled, stores: names, left_out, found: _ } = project.compile()?;
        notes.extend(left_out);
        let mut problems = Vec::new();
        for name in &names {
            let mut tree = match compiled.store_name(name) {
                Some(name) => disk::read(&project.out.join(name))?,
                None => disk::Tree::default(),
            };
            line_endings::restore_locked(&mut tree.files);
            let past = past::read(&tree.files);
            match lower_after(&compiled, name, past.schemas().as_deref()) {
                Ok(Lowered { schema, .. }) => {
                    let unstored = compiled.unstored_messages(&schema);
                    stores.push(Store { schema, history: past.history, unstored });
                }
                Err(diagnostics) => problems.push(diagnostics),
            }
        }
        if !problems.is_empty() {
            return Err(project.problems(problems));
        }
    }
    Ok((stores, notes))
}

/// Returns the stores of a project as text, or the tables of that name; none where no store has one.
///
/// # Errors
/// If the protos are wrong.
pub fn describe(project: &Project, table: Option<&str>) -> Result<Option<String>, Failure> {
    let (stores, _) = lowered(std::slice::from_ref(project))?;
    let texts: Vec<String> = match table {
        None => stores.iter().map(|store| protostore_emit::describe(&store.schema, &store.unstored)).collect(),
        Some(name) => stores.iter().filter_map(|store| protostore_emit::describe_table(&store.schema, name)).collect(),
    };
    Ok((!texts.is_empty()).then(|| texts.join("\n")))
}

fn versions(history: Option<&History>) -> Vec<SiteVersion<'_>> {
    history
        .map(|history| &history.versions[..])
        .unwrap_or_default()
        .iter()
        .map(|version| SiteVersion { number: version.number, slug: &version.slug, semver: &version.semver })
        .collect()
}

/// Checks that each store has pages of its own.
fn distinct(stores: &[Store]) -> Result<(), Failure> {
    for (at, Store { schema, .. }) in stores.iter().enumerate() {
        if let Some(Store { schema: other, .. }) = stores[..at].iter().find(|other| other.schema.name == schema.name) {
            let stores = [other.store.clone(), schema.store.clone()];
            return Err(Failure::SameName { name: schema.name.clone(), stores });
        }
    }
    Ok(())
}

/// Returns the pages of a site that is there, by path; a directory with other files is none.
fn old_pages(dir: &Path) -> Result<BTreeSet<String>, Failure> {
    let tree = disk::list(dir)?;
    if tree.files.is_empty() && tree.others.is_empty() {
        return Ok(BTreeSet::new());
    }
    let index = tree.files.get("index.html").map(std::fs::read);
    match index {
        Some(Ok(text)) if text.windows(MARK.len()).any(|window| window == MARK) => {}
        Some(Err(error)) => return Err(Failure::at(&dir.join("index.html"))(error)),
        Some(Ok(_)) | None => return Err(Failure::NotASite { path: dir.to_owned() }),
    }
    Ok(tree.files.into_keys().filter(|path| path.ends_with(".html")).collect())
}
