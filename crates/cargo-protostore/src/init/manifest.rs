//! The manifests of a project: where it is, and what a store adds to them. What is there stays as it is written.

use std::path::{Path, PathBuf};

use protostore_build::{Dependency, Failure};
use toml::de::{DeTable, DeValue};

use super::{Stop, Written};

const NAME: &str = "Cargo.toml";

/// The manifests around a directory.
pub(crate) struct Manifest {
    /// The directory of the workspace, or of the package where there is no workspace, from where the command runs.
    root: PathBuf,
    /// The directory of the package, if the command runs in one.
    package: Option<PathBuf>,
}

/// What a store adds.
pub(crate) struct More<'m> {
    pub(crate) protos: &'m Path,
    pub(crate) include: &'m [PathBuf],
    pub(crate) set: Option<&'m Path>,
    /// The file that configures the project already.
    pub(crate) config: Option<&'m Path>,
    pub(crate) runtime: Option<&'m Dependency>,
    /// The store that a program opens.
    pub(crate) program: Option<&'m str>,
}

impl Manifest {
    pub(crate) fn find(current: &Path) -> Result<Self, Stop> {
        let (mut root, mut package) = (None, None);
        for (up, dir) in current.ancestors().enumerate() {
            let path = dir.join(NAME);
            if path.is_file() {
                let way: PathBuf = std::iter::repeat_n("..", up).collect();
                let text = read(&path)?;
                let table = parse(&path, &text)?;
                if table.contains_key("package") {
                    package.get_or_insert_with(|| way.clone());
                    root.get_or_insert_with(|| way.clone());
                }
                if table.contains_key("workspace") {
                    root = Some(way);
                    break;
                }
            }
            if dir.join(".git").exists() {
                break;
            }
        }
        let none = || Stop::says("there is no Cargo.toml at or around this directory", "run `cargo init` first");
        root.map(|root| Self { root, package }).ok_or_else(none)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.root
    }

    /// Returns the directory of the package, or the root.
    pub(crate) fn package_dir(&self) -> &Path {
        self.package.as_deref().unwrap_or(&self.root)
    }

    /// Returns the manifests with what a store adds; those that change.
    pub(crate) fn with(&self, more: &More<'_>) -> Result<Vec<Written>, Stop> {
        let root = self.root.join(NAME);
        let before = read(&root)?;
        let mut text = with_member(&root, &before)?;
        if more.config.is_none() {
            text += &table(&self.root, more);
        }
        let mut written = Vec::new();
        let package = self.package_dir().join(NAME);
        match more.program {
            Some(store) if package == root => {
                text = with_dependencies(&package, &text, &self.dependencies(store, more))?
            }
            Some(store) => {
                let before = read(&package)?;
                let text = with_dependencies(&package, &before, &self.dependencies(store, more))?;
                let added = Some("the dependencies of the program");
                written.extend((text != before).then_some(Written { path: package, text, added }));
            }
            None => {}
        }
        let added = Some("the member `generated/*` and what configures the stores");
        if text != before {
            written.insert(0, Written { path: root, text, added });
        }
        Ok(written)
    }

    /// Returns the dependencies of a program that opens a store.
    fn dependencies(&self, store: &str, more: &More<'_>) -> Vec<(String, String)> {
        let dir = self.package_dir();
        let generated = Dependency::at(self.root.join("generated").join(store)).in_crate(dir);
        let mut all = vec![(store.to_owned(), format!("{{ {generated} }}"))];
        let runtime = more.runtime.map(|runtime| format!("{{ {}, default-features = false }}", runtime.in_crate(dir)));
        all.extend(runtime.map(|runtime| ("protostore".to_owned(), runtime)));
        all.push(("tokio".to_owned(), "{ version = \"1\", features = [\"macros\", \"rt\"] }".to_owned()));
        all
    }
}

/// Returns the table that configures a project.
fn table(root: &Path, More { protos, include, set, runtime, .. }: &More<'_>) -> String {
    let path = |path: &Path| {
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        toml::Value::String(path).to_string()
    };
    let mut lines = vec![String::new(), "[workspace.metadata.protostore]".to_owned()];
    lines.extend((*protos != root.join("proto")).then(|| format!("protos = {}", path(protos))));
    lines.extend(set.map(|set| format!("descriptor_set = {}", path(set))));
    let include: Vec<String> = include.iter().map(|dir| path(dir)).collect();
    lines.extend((!include.is_empty()).then(|| format!("include = [{}]", include.join(", "))));
    lines.extend(runtime.map(|runtime| format!("runtime = {{ {} }}", runtime.in_crate(root))));
    lines.join("\n") + "\n"
}

/// Adds the generated crates to the members of the workspace, which is made where there is none.
fn with_member(path: &Path, text: &str) -> Result<String, Stop> {
    const MEMBER: &str = "\"generated/*\"";
    let table = parse(path, text)?;
    let Some(DeValue::Table(workspace)) = table.get("workspace").map(|value| value.get_ref()) else {
        return Ok(format!("{}\n\n[workspace]\nmembers = [{MEMBER}]\n", text.trim_end()));
    };
    let members = match workspace.get("members").map(|value| (value.get_ref(), value.span())) {
        Some((DeValue::Array(members), span)) => Some((members, span)),
        _ => None,
    };
    let Some((members, span)) = members else {
        let header = text.lines().position(|line| line.trim() == "[workspace]");
        let Some(header) = header else {
            let help = format!("add {MEMBER} to the members of the workspace, and run the command again");
            return Err(Stop::says(format!("{} has a workspace without a line `[workspace]`", path.display()), help));
        };
        let lines = text.lines().enumerate().map(|(at, line)| {
            if at == header { format!("{line}\nmembers = [{MEMBER}]\n") } else { format!("{line}\n") }
        });
        return Ok(lines.collect());
    };
    let is_there =
        members.iter().any(|member| member.get_ref().as_str().is_some_and(|name| name.starts_with("generated/")));
    if is_there {
        return Ok(text.to_owned());
    }
    let (at, member) = match members.last() {
        Some(last) => (last.span().end, format!(", {MEMBER}")),
        None => (span.start + 1, MEMBER.to_owned()),
    };
    Ok(inserted(text, at, &member))
}

/// Adds the dependencies that a package does not have.
fn with_dependencies(path: &Path, text: &str, dependencies: &[(String, String)]) -> Result<String, Stop> {
    let table = parse(path, text)?;
    let there = table.get("dependencies").and_then(|value| value.get_ref().as_table());
    let missing = dependencies.iter().filter(|(name, _)| !there.is_some_and(|there| there.contains_key(name.as_str())));
    let lines: String = missing.map(|(name, words)| format!("{name} = {words}\n")).collect();
    if lines.is_empty() {
        return Ok(text.to_owned());
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.trim() == "[dependencies]" {
            let start = if line.ends_with('\n') { String::new() } else { "\n".to_owned() };
            return Ok(inserted(text, at, &(start + &lines)));
        }
    }
    Ok(format!("{}\n\n[dependencies]\n{lines}", text.trim_end()))
}

fn inserted(text: &str, at: usize, new: &str) -> String {
    format!("{}{new}{}", &text[..at], &text[at..])
}

fn read(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path).map_err(|error| Stop::Failure(Failure::File { path: path.to_owned(), error }))
}

fn parse<'t>(path: &Path, text: &'t str) -> Result<DeTable<'t>, Stop> {
    let parsed = DeTable::parse(text).map(toml::Spanned::into_inner);
    parsed.map_err(|error| Stop::says(format!("{}: {}", path.display(), error.message()), "correct the manifest"))
}

#[cfg(test)]
mod tests {
    use super::{Path, with_dependencies, with_member};

    fn member(text: &str) -> String {
        with_member(Path::new("Cargo.toml"), text).ok().expect("a manifest")
    }

    #[test]
    fn a_member_is_added_where_it_is_missing() {
        let one = "[workspace]\nmembers = [\"a\"]  # ours\n";
        assert_eq!(member(one), "[workspace]\nmembers = [\"a\", \"generated/*\"]  # ours\n");
        assert_eq!(member(&member(one)), member(one));
        let lines = "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n]\n";
        assert_eq!(member(lines), "[workspace]\nmembers = [\n    \"a\",\n    \"b\", \"generated/*\",\n]\n");
        assert_eq!(member("[workspace]\nmembers = []\n"), "[workspace]\nmembers = [\"generated/*\"]\n");
        assert_eq!(
            member("[workspace]\nresolver = \"3\"\n"),
            "[workspace]\nmembers = [\"generated/*\"]\nresolver = \"3\"\n"
        );
        assert_eq!(
            member("[package]\nname = \"d\"\n"),
            "[package]\nname = \"d\"\n\n[workspace]\nmembers = [\"generated/*\"]\n"
        );
    }

    #[test]
    fn a_dependency_is_added_where_it_is_missing() {
        let new = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        let with = |text: &str| with_dependencies(Path::new("Cargo.toml"), text, &new).ok().expect("a manifest");
        assert_eq!(with("[dependencies]\nb = \"3\"\n"), "[dependencies]\na = 1\nb = \"3\"\n");
        assert_eq!(with("[dependencies]"), "[dependencies]\na = 1\nb = 2\n");
        assert_eq!(with("[package]\n"), "[package]\n\n[dependencies]\na = 1\nb = 2\n");
    }
}
