//! Finds the table that configures a project, as cargo finds a workspace.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::table::{ConfigError, File};
use super::{Config, PROTOS, keys};
use crate::Failure;

/// The file of a configuration alone.
pub(crate) const OWN: &str = "protostore.toml";
const MANIFEST: &str = "Cargo.toml";

/// A configuration, and what it is called: "`[workspace.metadata.protostore]` of Cargo.toml".
type Found = (String, Config);

/// What a directory says.
#[derive(Default)]
struct Directory {
    found: Vec<Found>,
    /// Whether the search ends here.
    is_root: bool,
}

pub(super) fn find(current: &Path) -> Result<Config, Failure> {
    let mut found: Vec<Found> = Vec::new();
    for (up, dir) in current.ancestors().enumerate() {
        let way: PathBuf = std::iter::repeat_n("..", up).collect();
        let Directory { found: here, is_root } = look(dir, &way)?;
        found.extend(here);
        if is_root {
            break;
        }
    }
    only(found).map(|config| config.unwrap_or_else(|| Config { dir: default_dir(current), ..Config::default() }))
}

pub(super) fn read(file: &Path) -> Result<Config, Failure> {
    let dir = file.parent().unwrap_or(Path::new(""));
    let found = if file.file_name().is_some_and(|name| name == MANIFEST) {
        manifest(file, dir)?.found
    } else {
        vec![own(file, dir)?]
    };
    let help = "write the table, or name the file that has it";
    let none = || ConfigError::of_file(file, "it has no table `[workspace.metadata.protostore]`".to_owned(), help);
    only(found)?.ok_or_else(none)
}

/// Looks into a directory, which is reached from where the command runs by `way`.
fn look(dir: &Path, way: &Path) -> Result<Directory, Failure> {
    let mut directory = Directory::default();
    if dir.join(OWN).is_file() {
        directory.found.push(own(&way.join(OWN), way)?);
    }
    if dir.join(MANIFEST).is_file() {
        let Directory { found, is_root } = manifest(&way.join(MANIFEST), way)?;
        directory.found.extend(found);
        directory.is_root = is_root;
    }
    directory.is_root |= dir.join(".git").exists();
    Ok(directory)
}

fn own(path: &Path, dir: &Path) -> Result<Found, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::at(path))?;
    let file = File::new(path, &text);
    let table = file.parse()?;
    let config = keys::read(&path.display().to_string(), file.entries(table.get_ref()), dir)?;
    Ok((format!("`{}`", path.display()), Config { file: Some(path.to_owned()), ..config }))
}

fn manifest(path: &Path, dir: &Path) -> Result<Directory, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::at(path))?;
    let file = File::new(path, &text);
    let table = file.parse()?;
    let mut directory = Directory { found: Vec::new(), is_root: table.get_ref().contains_key("workspace") };
    for of in ["package", "workspace"] {
        if let Some(own) =
            [of, "metadata", "protostore"].iter().try_fold(table.get_ref(), |table, key| below(table, key))
        {
            let name = format!("[{of}.metadata.protostore]");
            let config = keys::read(&name, file.entries(own), dir)?;
            directory
                .found
                .push((format!("`{name}` of {}", path.display()), Config { file: Some(path.to_owned()), ..config }));
        }
    }
    Ok(directory)
}

fn below<'t, 'd>(table: &'t DeTable<'d>, key: &str) -> Option<&'t DeTable<'d>> {
    match table.get(key)?.get_ref() {
        DeValue::Table(inner) => Some(inner),
        _ => None,
    }
}

/// Returns the one configuration; a second one is an error, since each of the two would be half of what is meant.
fn only(mut found: Vec<Found>) -> Result<Option<Config>, Failure> {
    if let [(first, config), (second, _), ..] = &found[..] {
        let message = format!("{first} and {second} both configure this project");
        let help = format!("keep one of them: move the keys of {second} into {first}, and remove it");
        return Err(ConfigError::of_file(config.file.as_deref().unwrap_or(Path::new("")), message, &help));
    }
    Ok(found.pop().map(|(_, config)| config))
}

/// Returns where the defaults start without a configuration: the nearest directory at or around `current` that has a
/// `Cargo.toml` beside protos, or `current` itself.
fn default_dir(current: &Path) -> PathBuf {
    if current.join(PROTOS).is_dir() {
        return PathBuf::new();
    }
    let holds = |dir: &Path| dir.join(MANIFEST).is_file() && dir.join(PROTOS).is_dir();
    let up = current.ancestors().position(holds).unwrap_or(0);
    std::iter::repeat_n("..", up).collect()
}
