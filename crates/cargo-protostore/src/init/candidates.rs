//! The messages that could be tables: found, tried, and chosen.

use std::path::{Path, PathBuf};

use protostore_build::{Failure, proto_files};
use protostore_lower::{Candidate, Compiled, DescriptorInputs, Inputs, compile, compile_descriptors, lower, nearest};

use super::Stop;

/// Where the messages come from.
pub(crate) struct Input {
    pub(crate) protos: PathBuf,
    pub(crate) include: Vec<PathBuf>,
    /// A set of descriptors, in place of text.
    pub(crate) set: Option<PathBuf>,
}

/// A message that could be a table.
pub(crate) struct Found {
    pub(crate) candidate: Candidate,
    /// What is in its way, as a diagnostic says it; nothing where it becomes a table as it is.
    pub(crate) problem: Option<String>,
}

/// A message that becomes a table, with the key that is written; none where the message says it.
pub(crate) struct Choice {
    pub(crate) candidate: Candidate,
    pub(crate) key: Vec<String>,
}

impl Found {
    /// Returns the message with its key, and what is in its way.
    pub(crate) fn line(&self) -> String {
        let Candidate { message, keys, says_key, .. } = &self.candidate;
        let first = keys.first().map_or("", String::as_str);
        let said = if *says_key { ", which the message says" } else { "" };
        let others = match keys.get(1..4) {
            Some(others) if !says_key => format!("; or {}", others.join(", ")),
            _ => String::new(),
        };
        let problem =
            self.problem.as_ref().map(|problem| format!("\n        needs options: {problem}")).unwrap_or_default();
        format!("{message}  key {first}{said}{others}{problem}")
    }
}

/// Finds the messages that could be tables, and tries each.
pub(crate) fn find(input: &Input) -> Result<Vec<Found>, Stop> {
    // Where there is no directory of protos yet, there is no message either.
    let is_there = input.set.is_some() || input.protos.is_dir() || !input.include.is_empty();
    let candidates = if is_there { input.compile()?.candidates() } else { Vec::new() };
    if candidates.is_empty() {
        let message = format!("no message below {} could be a table", input.protos.display());
        let help = "a record is a message with a field that tells the rows apart:\n    // proto/shop/v1/item.proto\n    \
                    syntax = \"proto3\";\n    package shop.v1;\n\n    message Item {\n      string id = 1;\n      \
                    string title = 2;\n    }";
        return Err(Stop::says(message, help));
    }
    let problems = input.try_each(&candidates);
    let mut found: Vec<Found> =
        candidates.into_iter().zip(problems).map(|(candidate, problem)| Found { candidate, problem }).collect();
    // The order among those without a problem stays.
    found.sort_by_key(|found| found.problem.is_some());
    Ok(found)
}

/// Returns the chosen messages: `Item`, `shop.v1.Item=id`.
pub(crate) fn chosen(found: &[Found], words: &[String]) -> Result<Vec<Choice>, Stop> {
    let names: Vec<&str> = found.iter().map(|found| found.candidate.message.as_str()).collect();
    let mut choices: Vec<Choice> = Vec::new();
    for word in words {
        let (name, key) = word.split_once('=').map_or((word.as_str(), None), |(name, key)| (name, Some(key)));
        let is_it = |full: &&str| *full == name || full.ends_with(&format!(".{name}"));
        let matching: Vec<&str> = names.iter().copied().filter(is_it).collect();
        let candidate = match matching[..] {
            [one] => found.iter().map(|found| &found.candidate).find(|candidate| candidate.message == one),
            [] => None,
            _ => return Err(Stop::says(format!("`{name}` may be {}", matching.join(" or ")), "give the full name")),
        };
        let Some(candidate) = candidate else {
            let short: Vec<&str> = names.iter().map(|full| full.rsplit('.').next().unwrap_or(full)).collect();
            let near = nearest(name, &names).or_else(|| nearest(name, &short));
            let help = near
                .map_or_else(|| format!("there are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(Stop::says(format!("no message `{name}` could be a table"), help));
        };
        let key: Vec<String> = match key {
            Some(key) => key.split(',').map(str::to_owned).collect(),
            None if candidate.says_key => Vec::new(),
            None => candidate.keys.first().cloned().into_iter().collect(),
        };
        if let Some(unknown) = key.iter().find(|field| !field.contains('.') && !candidate.keys.contains(field)) {
            let help = format!("there are {}", candidate.keys.join(", "));
            return Err(Stop::says(format!("`{unknown}` of `{}` cannot be a key", candidate.message), help));
        }
        if choices.iter().any(|choice| choice.candidate.message == candidate.message) {
            return Err(Stop::says(format!("`{name}` is given twice"), "name each message once"));
        }
        choices.push(Choice { candidate: candidate.clone(), key });
    }
    if choices.is_empty() {
        return Err(Stop::says("no message was chosen", "a store has at least one table"));
    }
    Ok(choices)
}

/// Returns the list of messages as the reason why nothing was begun: what to choose.
pub(crate) fn list(found: &[Found]) -> Stop {
    let lines: String = found.iter().map(|found| format!("  {}\n", found.line())).collect();
    let first = found.first().map_or("Item", |found| found.candidate.message.as_str());
    Stop::says(
        "no message was chosen to be a table",
        format!(
            "messages that could be:\n{lines}choose with `--table {first}`, or `--table {first}=KEY` for another key"
        ),
    )
}

impl Input {
    fn compile(&self) -> Result<Compiled, Stop> {
        let failed = |found| Stop::Failure(Failure::Protos(vec![found]));
        if let Some(set) = &self.set {
            let bytes = std::fs::read(set).map_err(|error| Failure::File { path: set.clone(), error })?;
            let includes = self.includes();
            let inputs = DescriptorInputs { set: bytes, files: Vec::new(), includes };
            return compile_descriptors(&inputs).map_err(failed);
        }
        let mut files = if self.protos.is_dir() { proto_files(&self.protos)? } else { Vec::new() };
        for include in &self.include {
            files.extend(proto_files(include)?);
        }
        compile(&Inputs { includes: self.includes(), files }).map_err(failed)
    }

    /// Checks that no store has that name yet.
    pub(crate) fn check_name(&self, name: &str) -> Result<(), Stop> {
        if !self.protos.is_dir() && self.set.is_none() {
            return Ok(());
        }
        let compiled = self.compile()?;
        let stores = compiled.stores();
        match stores.iter().find(|store| compiled.store_name(store).as_deref() == Some(name)) {
            Some(store) => {
                let help = "add the tables to that message, or give this store another name with --name";
                Err(Stop::says(format!("there is a store `{name}` already, the message {store}"), help))
            }
            None => Ok(()),
        }
    }

    /// Returns where imports are looked up.
    fn includes(&self) -> Vec<PathBuf> {
        std::iter::once(&self.protos).filter(|dir| dir.is_dir()).chain(&self.include).cloned().collect()
    }

    /// Lowers a store of each message alone, and returns what is in its way. Of descriptors nothing can be tried,
    /// since a store message is text.
    fn try_each(&self, candidates: &[Candidate]) -> Vec<Option<String>> {
        let none = || candidates.iter().map(|_| None).collect();
        if self.set.is_some() {
            return none();
        }
        let mut text =
            "syntax = \"proto3\";\npackage protostore.init;\nimport \"protostore/v1/options.proto\";\n".to_owned();
        let mut files: Vec<&str> = candidates.iter().map(|candidate| candidate.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        files.iter().for_each(|file| text += &format!("import \"{file}\";\n"));
        for (number, candidate) in candidates.iter().enumerate() {
            let key = candidate.keys.first().filter(|_| !candidate.says_key);
            let key = key.map(|key| format!("primary_key: \"{key}\"")).unwrap_or_default();
            text += &format!(
                "message S{number} {{\n  option (protostore.v1.store) = {{name: \"s{number}\"}};\n  repeated .{} rows = 1 \
                 [(protostore.v1.table) = {{{key}}}];\n}}\n",
                candidate.message
            );
        }
        let Ok(compiled) = self.compile_with("protostore/init.proto", &text) else { return none() };
        let problem = |number: usize| {
            let found = lower(&compiled, &format!("protostore.init.S{number}")).err()?;
            found.iter().next().map(|first| format!("{}:{}: {first}", beside(&self.protos, &first.file), first.line))
        };
        (0..candidates.len()).map(problem).collect()
    }

    /// Compiles one more file, which is not written beside the others.
    pub(crate) fn compile_with(&self, name: &str, text: &str) -> Result<Compiled, Failure> {
        let dir = std::env::temp_dir().join(format!("protostore-init-{}", std::process::id()));
        let path = dir.join(name);
        let write = || {
            std::fs::create_dir_all(path.parent().unwrap_or(&dir))?;
            std::fs::write(&path, text)
        };
        let written = write().map_err(|error| Failure::File { path: path.clone(), error });
        let includes = self.includes().into_iter().chain([dir.clone()]).collect();
        let compiled = written.and_then(|()| {
            compile(&Inputs { includes, files: vec![path.clone()] }).map_err(|found| {
                // What is written comes to be there under this name.
                Failure::Protos(vec![found.with_files(|file| beside(&self.protos, file))])
            })
        });
        // A directory that stays behind in the system's place for such does no harm.
        let _ = std::fs::remove_dir_all(&dir);
        compiled
    }
}

fn beside(protos: &Path, file: &str) -> String {
    if file.is_empty() { String::new() } else { protos.join(file).display().to_string() }
}
