//! Takes the descriptors that protoc or buf made, in place of text.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::{DescriptorProto, FileDescriptorProto};
use protox::file::{File, FileResolver as _, GoogleFileResolver};

use super::editions;
use super::wire::{Field, Message, Value};
use crate::diagnostic::{Diagnostic, Place};
use crate::regular::read_regular;
use crate::sources::Sources;
use crate::{Code, Compiled, Diagnostics, Limits, resolver};

/// How a set is made that has what is needed.
const MAKE: &str = "make it with `protoc --include_imports --include_source_info --descriptor_set_out=FILE …`, or \
                    `buf build -o FILE`";

/// Descriptors that a protobuf compiler made.
///
/// ```no_run
/// use protostore_lower::{DescriptorInputs, compile_descriptors};
///
/// let set = std::fs::read("shop.binpb")?;
/// let inputs = DescriptorInputs { set, includes: vec!["proto".into()], ..DescriptorInputs::default() };
/// let compiled = compile_descriptors(&inputs)?;
/// assert_eq!(compiled.stores(), ["shop.v1.ShopStore"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DescriptorInputs {
    /// An encoded `FileDescriptorSet`, with all imports.
    pub set: Vec<u8>,
    /// The files whose store messages are meant, as they are imported; all of the set where there is none.
    pub files: Vec<String>,
    /// Directories that may have the texts of the files, which diagnostics quote. The first holds one's own files.
    pub includes: Vec<PathBuf>,
}

/// What a protobuf compiler asks of a plugin.
#[derive(Clone, Debug, Default)]
pub struct PluginRequest {
    /// The files that are named on the compiler's command line, as they are imported.
    pub files: Vec<String>,
    /// The parameter of the plugin.
    pub parameter: String,
    /// The files and their imports, as an encoded `FileDescriptorSet`.
    pub set: Vec<u8>,
}

impl PluginRequest {
    /// Reads an encoded `CodeGeneratorRequest`; `None` where the bytes are none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let request = Message::read(bytes)?;
        let files = request.all(1).map(|name| String::from_utf8(name.to_vec()).ok());
        let files = files.collect::<Option<_>>()?;
        // The same encoded files, under the number that a set has them.
        let set = request.all(15).map(|file| Field { number: 1, value: Value::Bytes(file.to_vec()) });
        let set = Message(set.collect()).write();
        Some(Self { files, parameter: request.text(2).to_owned(), set })
    }
}

/// Takes the descriptors of a set. A file of an edition is rewritten to proto2 or proto3.
///
/// # Errors
/// A set that is none or lacks an import, annotations of another version of protostore, and files of an edition that
/// neither proto2 nor proto3 can say.
/// No input makes it panic.
pub fn compile_descriptors(inputs: &DescriptorInputs) -> Result<Compiled, Diagnostics> {
    let limits = Limits::default();
    let fail = |file: &str, message: String, help: &str| {
        let item = Diagnostic::new(Code::DoesNotCompile, Place::file(file), None, message, Some(help.to_owned()));
        Diagnostics::from_items(vec![item])
    };
    if inputs.set.len() > limits.total_bytes {
        return Err(fail(
            "",
            format!("the set has more than {} bytes", limits.total_bytes),
            "take only what the store needs",
        ));
    }
    let no_set = || fail("", "the bytes are no set of descriptors".to_owned(), MAKE);
    let mut set = Message::read(&inputs.set).ok_or_else(no_set)?;
    let names = set.all(1).filter_map(Message::read).map(|file| file.text(1).to_owned());
    if let Some(name) = names.into_iter().find(|name| name.contains('\\')) {
        let help =
            "name the files to the compiler with slashes, on Windows too: what one file imports is the name of another";
        return Err(fail(&name, format!("the name `{name}` has a backslash"), help));
    }
    let mut unfit = Vec::new();
    complete(&mut set);
    set.each(1, |_, file| {
        if let Some(edition) = editions::edition(file)
            && let Err(found) = editions::rewrite(file, edition)?
        {
            unfit.push((file.clone(), found));
        }
        Some(())
    })
    .ok_or_else(no_set)?;
    let sources_of = |file: &FileDescriptorProto| text(inputs, limits, file);
    if !unfit.is_empty() {
        return Err(Diagnostics::from_items(
            unfit.into_iter().map(|(file, found)| rejected(&file, found, sources_of)).collect(),
        ));
    }
    check_options(&set).map_err(|message| {
        fail(resolver::OPTIONS.0, message, "write the annotations of this version with `cargo protostore export-protos DIR`, and make the set with them")
    })?;

    if let Some(missing) = missing_import(&set) {
        return Err(fail("", format!("the set lacks `{missing}`, which a file of it imports"), MAKE));
    }
    // What makes errors of descriptors readable can panic at descriptors that no compiler makes.
    let bytes = set.write();
    let pool = std::panic::catch_unwind(|| DescriptorPool::decode(bytes.as_slice()).map_err(|error| error.to_string()));
    let pool = pool.unwrap_or_else(|_| Err("the descriptors contradict themselves".to_owned()));
    let pool = pool.map_err(|error| fail("", format!("the set cannot be read: {error}"), MAKE))?;
    let names: Vec<String> = pool.files().map(|file| file.name().to_owned()).collect();
    if let Some(missing) = inputs.files.iter().find(|name| !names.contains(name)) {
        return Err(fail(missing, "the set has no such file".to_owned(), "write its name as an import has it"));
    }
    let mut sources = Sources::default();
    let mut others: BTreeSet<String> = resolver::carried().map(|(name, _)| name.to_owned()).collect();
    for file in pool.files() {
        let proto = file.file_descriptor_proto();
        match sources_of(proto) {
            Some((at, text)) => {
                sources.add(text, proto);
                others.extend((at > 0).then(|| file.name().to_owned()));
            }
            None => sources.add_without_text(proto),
        }
    }
    others.remove(resolver::OPTIONS.0);
    let files = if inputs.files.is_empty() { names } else { inputs.files.clone() };
    Ok(Compiled { pool, sources, files, others, found: BTreeSet::new(), limits })
}

/// Takes the files of `google.protobuf` from this compiler: each brings its own, of which some are not in the set, and some
/// are of an edition.
fn complete(set: &mut Message) {
    let is_known =
        |name: &str| name.starts_with("google/protobuf/") && GoogleFileResolver::new().open_file(name).is_ok();
    set.0.retain(|field| match &field.value {
        Value::Bytes(bytes) => !Message::read(bytes).is_some_and(|file| is_known(file.text(1))),
        _ => true,
    });
    let mut have: BTreeSet<String> = BTreeSet::new();
    let mut wanted: Vec<String> = Vec::new();
    for file in set.all(1).filter_map(Message::read) {
        have.insert(file.text(1).to_owned());
        wanted.extend(file.all(3).filter_map(|name| String::from_utf8(name.to_vec()).ok()));
    }
    let mut first = Vec::new();
    while let Some(name) = wanted.pop() {
        if !have.insert(name.clone()) || !is_known(&name) {
            continue;
        }
        if let Ok(file) = GoogleFileResolver::new().open_file(&name) {
            wanted.extend(file.file_descriptor_proto().dependency.iter().cloned());
            let bytes = file.file_descriptor_proto().encode_to_vec();
            first.push(Field { number: 1, value: Value::Bytes(bytes) });
        }
    }
    set.0.splice(0..0, first);
}

/// Returns the name of an import that is not in the set.
fn missing_import(set: &Message) -> Option<String> {
    let files: Vec<Message> = set.all(1).filter_map(Message::read).collect();
    let have: BTreeSet<&str> = files.iter().map(|file| file.text(1)).collect();
    let imports = files.iter().flat_map(|file| file.all(3)).filter_map(|name| std::str::from_utf8(name).ok());
    imports.into_iter().find(|name| !have.contains(name)).map(str::to_owned)
}

/// Checks that the annotations are those of this version: what another one says would be passed over.
fn check_options(set: &Message) -> Result<(), String> {
    let (name, text) = resolver::OPTIONS;
    let Some(bytes) = set.all(1).find(|bytes| Message::read(bytes).is_some_and(|file| file.text(1) == name)) else {
        return Ok(());
    };
    let own = File::from_source(name, text).map_err(|error| error.to_string())?;
    let theirs = FileDescriptorProto::decode(bytes).map_err(|error| error.to_string())?;
    if plain(own.file_descriptor_proto().clone()) == plain(theirs) {
        Ok(())
    } else {
        Err("the annotations are not those of this version of protostore".to_owned())
    }
}

/// Returns what a file declares: without places, names for JSON, and how a compiler writes the names of types.
fn plain(mut file: FileDescriptorProto) -> FileDescriptorProto {
    fn fields(message: &mut DescriptorProto) {
        for field in message.field.iter_mut().chain(&mut message.extension) {
            plain_field(field);
        }
        message.nested_type.iter_mut().for_each(fields);
    }
    fn plain_field(field: &mut prost_types::FieldDescriptorProto) {
        field.json_name = None;
        // A parser alone does not know what a name refers to.
        if field.type_name.is_some() {
            field.r#type = None;
        }
        field.type_name = field.type_name.take().and_then(|name| name.rsplit('.').next().map(str::to_owned));
        field.extendee = field.extendee.take().and_then(|name| name.rsplit('.').next().map(str::to_owned));
    }
    file.source_code_info = None;
    file.extension.iter_mut().for_each(plain_field);
    file.message_type.iter_mut().for_each(fields);
    file
}

/// Returns the text of a file and which include path has it, where its names are at the places that the descriptor says.
fn text(inputs: &DescriptorInputs, limits: Limits, file: &FileDescriptorProto) -> Option<(usize, Arc<str>)> {
    let carried = || resolver::carried().find(|(name, _)| *name == file.name()).map(|(_, text)| (1, Arc::from(text)));
    let read = |(at, include): (usize, &PathBuf)| {
        let bytes = read_regular(&include.join(file.name()), limits.file_bytes as u64 + 1).ok()?;
        Some((at, limits.check_quoted(file.name(), bytes)?))
    };
    let is_name = |part: &str| Path::new(part).components().all(|part| matches!(part, Component::Normal(_)));
    let is_plain = file.name().split('/').all(|part| !matches!(part, "" | "." | "..") && is_name(part));
    let found = inputs.includes.iter().enumerate().filter(|_| is_plain).find_map(read).or_else(carried)?;
    Sources::fits(&found.1, file).then_some(found)
}

fn rejected(
    file: &Message,
    found: editions::Unfit,
    sources_of: impl Fn(&FileDescriptorProto) -> Option<(usize, Arc<str>)>,
) -> Diagnostic {
    let proto = FileDescriptorProto::decode(file.write().as_slice()).unwrap_or_default();
    let mut sources = Sources::default();
    let text = sources_of(&proto).map(|(_, text)| text);
    match &text {
        Some(text) => sources.add(Arc::clone(text), &proto),
        None => sources.add_without_text(&proto),
    }
    let help = "write the file in proto2 or proto3, or use one feature throughout it".to_owned();
    let place = sources.place(proto.name(), &found.path);
    let shown = sources.text(proto.name()).cloned();
    let item = Diagnostic::new(Code::DoesNotCompile, place, shown, found.message, Some(help));
    if text.is_some() { item } else { item.without_text() }
}
