//! What a plugin of a protobuf compiler does: descriptors come in, files go out, and the history is where it says.
//!
//! <https://protobuf.dev/reference/cpp/api-docs/google.protobuf.compiler.plugin.pb/>

use std::path::PathBuf;

use protostore_lower::PluginRequest;

use crate::codegen::emitted;
use crate::{Config, Failure, Invocation, Mode, Protos, Request, current_dir};

/// `FEATURE_PROTO3_OPTIONAL` and `FEATURE_SUPPORTS_EDITIONS`.
const FEATURES: u64 = 3;
/// `EDITION_PROTO2` and `EDITION_2024`.
const EDITIONS: (u64, u64) = (998, 1001);

/// Answers a `CodeGeneratorRequest` with a `CodeGeneratorResponse`, both encoded; what is worth saying besides is in the
/// list.
///
/// The parameter is `history=DIR`, the directory of the stores, which is also the plugin's output; `config=FILE`, `amend`,
/// `name=SLUG` and `accept=WORD:PLACE` may follow it, with commas between them.
#[must_use]
pub fn answer_plugin(request: &[u8]) -> (Vec<u8>, Vec<String>) {
    match answer(request) {
        Ok((files, notes)) => {
            let mut response = Vec::new();
            varint(2, FEATURES, &mut response);
            varint(3, EDITIONS.0, &mut response);
            varint(4, EDITIONS.1, &mut response);
            for (path, content) in files {
                let mut file = Vec::new();
                bytes(1, path.as_bytes(), &mut file);
                bytes(15, &content, &mut file);
                bytes(15, &file, &mut response);
            }
            (response, notes)
        }
        Err(message) => {
            let mut response = Vec::new();
            bytes(1, message.as_bytes(), &mut response);
            varint(2, FEATURES, &mut response);
            varint(3, EDITIONS.0, &mut response);
            varint(4, EDITIONS.1, &mut response);
            (response, Vec::new())
        }
    }
}

type Emitted = (Vec<(String, Vec<u8>)>, Vec<String>);

fn answer(request: &[u8]) -> Result<Emitted, String> {
    let request = PluginRequest::read(request).ok_or("the request is not that of a protobuf compiler")?;
    let Parameter { history, config, asked } = Parameter::read(&request.parameter)?;
    let said = |failure: Failure| failure.plain();
    let mut found = match config {
        Some(file) => Config::read(&file).map_err(said)?,
        None => current_dir().and_then(|current| Config::find(&current)).map_err(said)?,
    };
    // The request takes the place of whatever the configuration takes as input.
    (found.descriptor_set, found.stores, found.out) = (None, Vec::new(), Some(history));
    let invocation = Invocation { program: "cargo protostore".to_owned(), arguments: String::new() };
    let mut project = found.project(invocation).map_err(said)?;
    let root = match &project.protos {
        Protos::Below(root) => Some(root.clone()),
        Protos::Files(_) | Protos::Set { .. } => None,
    };
    project.includes.splice(0..0, root);
    project.protos = Protos::Set { name: "the request".to_owned(), bytes: request.set, files: request.files };
    let (report, files) = emitted(&project, &asked).map_err(said)?;
    if !report.is_ok() {
        return Err(report.findings.iter().map(|finding| format!("{finding}\n")).collect());
    }
    let stale = report.removed.iter().map(|path| format!("{path} is stale: remove it"));
    Ok((files, report.notes.iter().cloned().chain(stale).collect()))
}

/// What the parameter of a plugin says.
struct Parameter {
    history: PathBuf,
    config: Option<PathBuf>,
    asked: Request,
}

impl Parameter {
    fn read(text: &str) -> Result<Self, String> {
        let (mut history, mut config, mut asked) = (None, None, Request::default());
        for word in text.split(',').filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                Some(("history", dir)) => history = Some(PathBuf::from(dir)),
                Some(("config", file)) => config = Some(PathBuf::from(file)),
                Some(("name", slug)) => asked.name = Some(slug.parse()?),
                Some(("accept", accept)) => asked.accept.push(accept.parse()?),
                None if word == "amend" => asked.mode = Mode::Amend,
                _ => {
                    return Err(format!(
                        "the parameter `{word}` is not known: there are history=DIR, config=FILE, amend, name=SLUG and \
                         accept=WORD:PLACE"
                    ));
                }
            }
        }
        let history = history.ok_or(
            "the parameter history=DIR is missing: without the directory that has the schema.lock of each store, every run \
             would begin a history anew; give the directory that the plugin writes to, as in --protostore_out=generated \
             --protostore_opt=history=generated",
        )?;
        Ok(Self { history, config, asked })
    }
}

fn varint(number: u64, value: u64, out: &mut Vec<u8>) {
    write(number << 3, out);
    write(value, out);
}

fn bytes(number: u64, value: &[u8], out: &mut Vec<u8>) {
    write(number << 3 | 2, out);
    write(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
