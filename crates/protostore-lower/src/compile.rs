//! Compiles protobuf files to descriptors, whatever the files hold.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use prost_reflect::{DescriptorPool, MessageDescriptor};

use crate::diagnostic::{Diagnostic, Place};
use crate::resolver::{Opened, Resolver};
use crate::sources::Sources;
use crate::{Code, Diagnostics, Limits, annotations};

mod descriptors;
mod editions;
mod failure;
mod imports;
mod wire;

pub use descriptors::{DescriptorInputs, PluginRequest, compile_descriptors};

use failure::Failure;
use imports::Importable;

/// The parser and the linker recurse for what is nested; the limits keep that far below this.
const STACK: usize = 256 << 20;

/// What is to be compiled.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Directories that imports are looked up in, the first match first. The first holds one's own files.
    ///
    /// `protostore/v1/options.proto` and `google/protobuf/*.proto` need not be in any of them, nor need
    /// `google/api/field_behavior.proto`, `field_info.proto` and `resource.proto`, and `buf/validate/validate.proto`;
    /// the first is always this version's own.
    pub includes: Vec<PathBuf>,
    /// The files that hold the store messages: paths below an include directory, or names as an import has them.
    pub files: Vec<PathBuf>,
}

/// The descriptors of all files, and their texts.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) pool: DescriptorPool,
    pub(crate) sources: Sources,
    pub(crate) files: Vec<String>,
    /// Files that belong to others, so that nothing is written in them.
    pub(crate) others: BTreeSet<String>,
    /// Files that an include path has; the rest is carried along.
    found: BTreeSet<String>,
    pub(crate) limits: Limits,
}

/// Compiles the files and what they import.
///
/// # Errors
/// Everything that is wrong with the files as protobuf, and files that exceed [`Limits`].
/// No input makes it panic.
pub fn compile(inputs: &Inputs) -> Result<Compiled, Diagnostics> {
    compile_within(inputs, &Limits::default())
}

/// Compiles the files within other limits than the usual.
///
/// # Errors
/// As for [`compile`].
pub fn compile_within(inputs: &Inputs, limits: &Limits) -> Result<Compiled, Diagnostics> {
    let (inputs, limits) = (inputs.clone(), *limits);
    let thread = std::thread::Builder::new().name("protostore-compile".to_owned()).stack_size(STACK);
    let result = thread.spawn(move || compile_here(&inputs, limits)).map(std::thread::JoinHandle::join);
    let stopped = |why: &str| {
        let message = format!("the protobuf compiler stopped: {why}");
        let help = Some("check the files with protoc, which may say more".to_owned());
        Err(Diagnostics::from_items(vec![Diagnostic::new(Code::DoesNotCompile, Place::file(""), None, message, help)]))
    };
    match result {
        Ok(Ok(compiled)) => compiled,
        Ok(Err(panic)) => stopped(panic.downcast_ref::<String>().map_or("it panicked", String::as_str)),
        Err(err) => stopped(&err.to_string()),
    }
}

fn compile_here(inputs: &Inputs, limits: Limits) -> Result<Compiled, Diagnostics> {
    let opened = Rc::new(RefCell::new(Opened::default()));
    let resolver = Resolver::new(inputs.includes.clone(), limits, Rc::clone(&opened));
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);

    let importable = Importable::new(&inputs.includes, limits);
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for path in &inputs.files {
        match import_name(&inputs.includes, path) {
            Ok(name) => {
                if let Err(err) = compiler.open_file(&name) {
                    let (texts, pool) = (&opened.borrow().texts, &compiler.descriptor_pool());
                    let failure = Failure { name: &name, texts, pool, importable: &importable };
                    failure.explain(&err, &mut problems);
                }
                files.push(name);
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems.append(&mut opened.borrow_mut().refused);
    if !problems.is_empty() {
        return Err(Diagnostics::from_items(problems));
    }

    // Protox makes its descriptors before it reads options, so that it takes `[packed = false]` for packed.
    let made = compiler.descriptor_pool();
    let pool = DescriptorPool::decode(made.encode_to_vec().as_slice()).unwrap_or(made);
    let mut sources = Sources::default();
    for file in pool.files() {
        if let Some(text) = opened.borrow().texts.get(file.name()) {
            sources.add(Arc::clone(text), file.file_descriptor_proto());
        }
    }
    let Opened { others, found, .. } = std::mem::take(&mut *opened.borrow_mut());
    Ok(Compiled { pool, sources, files, others, found, limits })
}

/// Returns the name by which a file on the include path is imported.
fn import_name(includes: &[PathBuf], path: &Path) -> Result<String, Diagnostic> {
    let refuse = |message: String, help: String| {
        Diagnostic::new(Code::CannotRead, Place::file(&path.to_string_lossy()), None, message, Some(help))
    };
    let real = path.canonicalize().ok();
    let below = includes.iter().find_map(|include| {
        let rest = path.strip_prefix(include).ok().map(Path::to_owned);
        rest.or_else(|| Some(real.as_ref()?.strip_prefix(include.canonicalize().ok()?).ok()?.to_owned()))
    });
    let Some(name) = slashes(below.as_deref().unwrap_or(path)) else {
        let help = "give the directory above it as an include path".to_owned();
        return Err(refuse("the file is not below an include path".to_owned(), help));
    };
    let found = includes.iter().map(|include| include.join(&name)).find(|p| p.exists());
    match (found, below) {
        (Some(found), Some(_)) if real.is_some() && found.canonicalize().ok() != real => Err(refuse(
            format!("the file is hidden by `{}`, which an import of `{name}` finds first", found.display()),
            "change the order of the include paths, or give the other file".to_owned(),
        )),
        (Some(_), _) => Ok(name),
        (None, _) if name.starts_with("google/") => Ok(name),
        (None, _) => Err(refuse(
            format!("there is no file `{name}` in an include path"),
            "check the name, or give the directory above it as an include path".to_owned(),
        )),
    }
}

/// Returns a path as an import has it.
fn slashes(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

impl Compiled {
    /// Returns the name of every file, and the text that it has on the include path; none where it is carried along.
    ///
    /// As long as [`read_import`](crate::read_import) returns the same for each name, the files compile to the same.
    pub fn imports(&self) -> impl Iterator<Item = (String, Option<&str>)> {
        self.pool.files().map(|file| {
            let name = file.name().to_owned();
            let text = self.found.contains(&name).then(|| self.sources.text(&name)).flatten();
            (name, text.map(|text| &**text))
        })
    }

    /// Returns the full names of the store messages in the files that were given, in the order of the files.
    #[must_use]
    pub fn stores(&self) -> Vec<String> {
        fn visit(message: &MessageDescriptor, stores: &mut Vec<String>) {
            if annotations::is_store(message) {
                stores.push(message.full_name().to_owned());
            }
            message.child_messages().for_each(|child| visit(&child, stores));
        }
        let mut stores = Vec::new();
        for file in self.files.iter().filter_map(|name| self.pool.get_file_by_name(name)) {
            file.messages().for_each(|message| visit(&message, &mut stores));
        }
        let mut seen = std::collections::BTreeSet::new();
        stores.retain(|name| seen.insert(name.clone()));
        stores
    }
}
