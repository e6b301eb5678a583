//! Emits the prost messages and tonic stubs of compiled protobuf files, in memory.
//!
//! Nothing is read or written, and `protoc` is not asked: descriptors go in, text comes out.

mod comments;
mod external;
mod keyword_maps;
mod merge;
mod modules;
mod packed;
mod places;
mod services;
mod transport;

use std::collections::BTreeMap;

use prost::Message as _;
use prost_build::{Config, Module};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// The directory `src/proto/` of a generated crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stubs {
    /// File name (`mod.rs`, `aurae.vms.v0.rs`) to text.
    pub files: BTreeMap<String, String>,
    /// Whether any file declares a service, so that the crate wants a feature `grpc`.
    pub services: bool,
    /// The packages of the files that other crates have.
    pub external: Vec<String>,
}

/// What is said of the messages besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StubOptions {
    /// Attributes of messages, oneofs and enums, by a path as prost takes it: `.` and `#[derive(Eq)]`.
    pub type_attributes: Vec<(String, String)>,
    /// Packages whose messages another crate has, and the module there: `.shop.v1` and `::shop_api::shop::v1`. With a
    /// package go those below it.
    pub extern_paths: BTreeMap<String, String>,
}

/// The type of a generated crate by which it implements traits for messages of other crates, as the run time's `Merge`
/// has it.
const CRATE: &str = "crate::behaviors::Crate";

/// Messages that cannot be written as Rust.
#[derive(Debug)]
pub struct StubsError(std::io::Error);

impl std::fmt::Display for StubsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "prost cannot write these messages: {}", self.0)
    }
}

impl std::error::Error for StubsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Emits messages for prost and, behind the feature `grpc`, clients and servers for tonic.
///
/// `mod.rs` names the packages as nested modules and holds the encoded descriptors as `DESCRIPTORS`, included from
/// `descriptors.bin` beside it.
/// Maps are ordered, so that a message always encodes to the same bytes.
///
/// `descriptors` is the encoded set of the files and what they import.
/// `command` is what the first line of each file names, `options` says more of the messages.
/// `names` are the traits of services and the functions of methods, by full name; prost's own where one is missing.
/// The types of `google.protobuf` are not written, since prost brings them, but it asks what they hold.
///
/// # Errors
/// If `descriptors` is no such set, if prost refuses the files, or if it writes what is not Rust.
pub fn emit(
    files: &[FileDescriptorProto],
    names: &BTreeMap<String, String>,
    descriptors: &[u8],
    command: &str,
    options: &StubOptions,
) -> Result<Stubs, StubsError> {
    let set = FileDescriptorSet::decode(descriptors).map_err(|error| StubsError(std::io::Error::other(error)))?;
    let known = set.file.into_iter().filter(|file| file.package() == "google.protobuf");
    let mut files = files.to_vec();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.iter_mut().for_each(comments::tame);
    files.iter_mut().for_each(places::complete);
    files.iter_mut().for_each(packed::complete);
    files.iter_mut().for_each(keyword_maps::complete);

    let mut sources: BTreeMap<Module, Vec<String>> = BTreeMap::new();
    let external = external::modules(&files, &options.extern_paths);
    let merge_in = (!external.is_empty()).then_some(CRATE);
    for file in files.iter().filter(|file| !external.contains_key(&module(file))) {
        sources.entry(module(file)).or_default().push(file.name().to_owned());
    }
    let own = files.iter().filter(|file| !external.contains_key(&module(file)));
    let services = own.into_iter().any(|file| !file.service.is_empty());
    let mut packages: Vec<String> = files.iter().map(|file| file.package().to_owned()).collect();
    packages.retain(|package| external.contains_key(&Module::from_protobuf_package_name(package)));
    packages.sort();
    packages.dedup();
    let requests: Vec<_> = files.into_iter().chain(known).map(|file| (module(&file), file)).collect();
    let merged = if external.is_empty() { String::new() } else { merge_external(&requests, &external, names)? };
    let generated = generate(requests, names, options)?;

    let mut texts = BTreeMap::new();
    let mut included = Vec::new();
    for (module, text) in generated.into_iter().filter(|(module, _)| !external.contains_key(module)) {
        let protos = sources.get(&module).map(|names| names.join(", ")).unwrap_or_default();
        let name = modules::file_name(&module);
        texts.insert(name, format!("// {}\n\n{}", header(command, &protos), pretty(&text, merge_in)?));
        included.push(module);
    }
    included.sort();
    let protos = sources.values().flatten().cloned().collect::<Vec<_>>().join(", ");
    texts.insert("mod.rs".to_owned(), modules::emit(&included, &external, &header(command, &protos)) + &merged);
    Ok(Stubs { files: texts, services, external: packages })
}

/// Returns the macro that says of the messages of other crates which fields have which numbers. What prost would write of
/// them says so.
fn merge_external(
    requests: &[(Module, FileDescriptorProto)],
    external: &BTreeMap<Module, String>,
    names: &BTreeMap<String, String>,
) -> Result<String, StubsError> {
    let generated = generate(requests.to_vec(), names, &StubOptions::default())?;
    let others = generated.iter().filter(|(module, _)| external.contains_key(module));
    let parsed =
        others.map(|(module, text)| Ok((module.parts().map(|part| format!("{part}::")).collect(), parse(text)?)));
    Ok(merge::emit(&parsed.collect::<Result<Vec<_>, StubsError>>()?, Some(CRATE)))
}

/// Prost panics at what Rust cannot tell apart, such as two values of an enum that differ in underscores alone. Lowering
/// rejects such names at their line; this is for a caller of this crate alone.
fn generate(
    requests: Vec<(Module, FileDescriptorProto)>,
    names: &BTreeMap<String, String>,
    options: &StubOptions,
) -> Result<BTreeMap<Module, String>, StubsError> {
    let generated = std::panic::catch_unwind(|| config(names, options).generate(requests)).unwrap_or_else(|panic| {
        let text = panic.downcast::<String>().map_or_else(|_| "it panicked".to_owned(), |text| *text);
        Err(std::io::Error::other(text))
    });
    Ok(generated.map_err(StubsError)?.into_iter().collect())
}

fn header(command: &str, protos: &str) -> String {
    format!("@generated by {command} from {protos}; do not edit")
}

fn module(file: &FileDescriptorProto) -> Module {
    Module::from_protobuf_package_name(file.package())
}

/// A generated crate speaks over any transport; what connects by tonic's own is behind the feature `transport`.
fn config(names: &BTreeMap<String, String>, options: &StubOptions) -> Config {
    let grpc = r#"#[cfg(feature = "grpc")]"#;
    let stubs = tonic_prost_build::configure().client_mod_attribute(".", grpc).server_mod_attribute(".", grpc);
    let mut config = Config::new();
    let stubs = stubs.build_transport(true).service_generator();
    config.btree_map(["."]).service_generator(Box::new(services::Named { names: names.clone(), stubs }));
    for (proto, rust) in &options.extern_paths {
        config.extern_path(proto, rust);
    }
    for (path, attribute) in &options.type_attributes {
        config.type_attribute(path, attribute);
    }
    config
}

fn pretty(text: &str, merge_in: Option<&str>) -> Result<String, StubsError> {
    let mut file = parse(text)?;
    transport::gate(&mut file.items);
    let text = prettyplease::unparse(&file);
    Ok(text + &merge::emit(&[(String::new(), file)], merge_in))
}

fn parse(text: &str) -> Result<syn::File, StubsError> {
    syn::parse_file(text).map_err(|error| StubsError(std::io::Error::other(error)))
}
