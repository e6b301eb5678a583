//! Which files a store's messages and services come from, for stubs and for reflection.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_reflect::{FileDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use protostore_schema::{Schema, UnstoredMessage};

use crate::served::served;
use crate::{Compiled, annotations, names};

impl Compiled {
    /// Returns the files whose messages and services belong to the store, each after those it imports.
    ///
    /// They are the store's own file, the files among its imports that declare services, and those that their types
    /// come from. Store messages are taken out, and files of `google.protobuf` and of options alone are left out.
    #[must_use]
    pub fn message_files(&self, schema: &Schema) -> FileDescriptorSet {
        let names = self.used_files(&schema.store);
        let mut kept = BTreeMap::new();
        for file in self.pool.files().filter(|f| names.contains(f.name())) {
            let mut proto = file.file_descriptor_proto().clone();
            remove_stores(&file, &mut proto);
            if !(proto.message_type.is_empty() && proto.enum_type.is_empty() && proto.service.is_empty()) {
                kept.insert(file.name().to_owned(), proto);
            }
        }
        let stays: BTreeSet<String> = kept.keys().cloned().collect();
        let files = self.pool.files().filter_map(|f| kept.remove(f.name()));
        FileDescriptorSet { file: files.map(|file| keep_imports(file, &stays)).collect() }
    }

    /// Returns the messages of those files that no table holds, by file and name. Requests and responses of methods are not
    /// among them, nor what only those hold.
    #[must_use]
    pub fn unstored_messages(&self, schema: &Schema) -> Vec<UnstoredMessage> {
        let files: Vec<_> = self.pool.files().filter(|f| self.used_files(&schema.store).contains(f.name())).collect();
        let mut known: BTreeSet<String> = schema.reach.messages.iter().map(|message| message.proto.clone()).collect();
        let methods = files.iter().flat_map(|file| file.services().flat_map(|s| s.methods().collect::<Vec<_>>()));
        let mut open: Vec<MessageDescriptor> = methods.flat_map(|method| [method.input(), method.output()]).collect();
        while let Some(message) = open.pop() {
            if known.insert(message.full_name().to_owned()) {
                open.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
            }
        }
        let mut open: Vec<MessageDescriptor> =
            files.iter().flat_map(|file| file.messages().collect::<Vec<_>>()).collect();
        let mut found = Vec::new();
        while let Some(message) = open.pop() {
            open.extend(message.child_messages());
            let is_other = message.is_map_entry() || annotations::is_store(&message) || message.fields().len() == 0;
            if !is_other && !known.contains(message.full_name()) {
                let mut fields: Vec<_> = message.fields().collect();
                fields.sort_by_key(|field| field.number());
                let fields = fields.iter().map(|field| field.name().to_owned()).collect();
                let (proto, file) = (message.full_name().to_owned(), message.parent_file().name().to_owned());
                found.push(UnstoredMessage { proto, file, fields });
            }
        }
        found.sort_by(|a, b| (&a.file, &a.proto).cmp(&(&b.file, &b.proto)));
        found
    }

    /// Returns the encoded files of [`message_files`](Self::message_files) and all that they import, with their
    /// options and without comments: what server reflection serves. A `backfill` is not in it. Whichever compiler made the
    /// descriptors, it is the same.
    #[must_use]
    pub fn descriptor_set(&self, schema: &Schema) -> Vec<u8> {
        let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
        for file in self.used_files(&schema.store).iter().filter_map(|name| self.pool.get_file_by_name(name)) {
            after_imports(&file, &mut seen, &mut order);
        }
        let files = order.into_iter().filter_map(|file| served(&file));
        let mut set = FileDescriptorSet::default().transcode_to_dynamic();
        set.set_field_by_name("file", Value::List(files.map(Value::Message).collect()));
        set.encode_to_vec()
    }

    /// Returns the descriptors of the files that [`message_files`](Self::message_files) draws from.
    pub(crate) fn api_files(&self, store: &MessageDescriptor) -> Vec<FileDescriptor> {
        let names = self.used_files(store.full_name());
        self.pool.files().filter(|file| names.contains(file.name())).collect()
    }

    /// Returns what the services and methods of [`message_files`](Self::message_files) are called in Rust: the trait or
    /// function that each is, by its full name. Without `r#`, which emission adds to keywords.
    #[must_use]
    pub fn service_names(&self, schema: &Schema) -> BTreeMap<String, String> {
        let Some(store) = self.pool.get_message_by_name(&schema.store) else { return BTreeMap::new() };
        let services = self.api_files(&store).into_iter().flat_map(|file| file.services().collect::<Vec<_>>());
        let mut found = BTreeMap::new();
        for service in services {
            let methods: Vec<_> = service.methods().collect();
            let name = names::service(service.name(), methods.iter().map(|method| method.name()));
            found.insert(service.full_name().to_owned(), name);
            found.extend(methods.iter().map(|m| (m.full_name().to_owned(), names::method(m.name()))));
        }
        found
    }

    /// Returns the names of the files that [`message_files`](Self::message_files) draws from.
    fn used_files(&self, store: &str) -> BTreeSet<String> {
        let Some(store) = self.pool.get_message_by_name(store) else { return BTreeSet::new() };
        let mut used = BTreeSet::new();
        let mut open = vec![store.parent_file()];
        open.extend(imports(&store.parent_file()).into_iter().filter(|f| f.services().len() > 0));
        open.extend(record_files(&store));
        while let Some(file) = open.pop() {
            if file.package_name() != "google.protobuf" && used.insert(file.name().to_owned()) {
                open.extend(type_files(&file));
            }
        }
        used
    }
}

/// Returns all files that a file imports, also through others.
fn imports(file: &FileDescriptor) -> Vec<FileDescriptor> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut open: Vec<_> = file.dependencies().collect();
    while let Some(file) = open.pop() {
        if seen.insert(file.name().to_owned()) {
            open.extend(file.dependencies());
            found.push(file);
        }
    }
    found
}

fn record_files(store: &MessageDescriptor) -> Vec<FileDescriptor> {
    store.fields().filter_map(|field| kind_file(&field.kind())).collect()
}

/// Returns the files of the types that the messages and services of a file use; those of store messages aside.
fn type_files(file: &FileDescriptor) -> Vec<FileDescriptor> {
    fn visit(message: &MessageDescriptor, found: &mut Vec<FileDescriptor>) {
        if !annotations::is_store(message) {
            found.extend(message.fields().filter_map(|field| kind_file(&field.kind())));
        }
        message.child_messages().for_each(|child| visit(&child, found));
    }
    let mut found = Vec::new();
    file.messages().for_each(|message| visit(&message, &mut found));
    for method in file.services().flat_map(|s| s.methods().collect::<Vec<_>>()) {
        found.extend([method.input().parent_file(), method.output().parent_file()]);
    }
    found
}

fn kind_file(kind: &Kind) -> Option<FileDescriptor> {
    match kind {
        Kind::Message(message) => Some(message.parent_file()),
        Kind::Enum(enumeration) => Some(enumeration.parent_file()),
        _ => None,
    }
}

/// Takes store messages out of a file, with the places and comments of what stays moved along.
fn remove_stores(file: &FileDescriptor, proto: &mut FileDescriptorProto) {
    let stores: BTreeSet<usize> =
        file.messages().enumerate().filter(|(_, m)| annotations::is_store(m)).map(|(i, _)| i).collect();
    let moved = |i: usize| i - stores.range(..i).count();
    let keep = |path: &[i32]| match path {
        [4, i, ..] => !stores.contains(&usize::try_from(*i).unwrap_or_default()),
        _ => true,
    };
    if let Some(info) = &mut proto.source_code_info {
        info.location.retain(|location| keep(&location.path));
        for location in &mut info.location {
            if let [4, i, ..] = &mut location.path[..] {
                *i = i32::try_from(moved(usize::try_from(*i).unwrap_or_default())).unwrap_or_default();
            }
        }
    }
    let messages = std::mem::take(&mut proto.message_type);
    proto.message_type =
        messages.into_iter().enumerate().filter(|(i, _)| !stores.contains(i)).map(|(_, m)| m).collect();
}

/// Takes imports out of a file that are not among the files that stay.
fn keep_imports(mut file: FileDescriptorProto, stays: &BTreeSet<String>) -> FileDescriptorProto {
    let keeps = |name: &String| stays.contains(name) || name.starts_with("google/protobuf/");
    let old = std::mem::take(&mut file.dependency);
    let public: BTreeSet<&String> =
        file.public_dependency.iter().filter_map(|i| old.get(usize::try_from(*i).ok()?)).collect();
    file.dependency = old.iter().filter(|name| keeps(name)).cloned().collect();
    file.public_dependency =
        (0i32..).zip(&file.dependency).filter(|(_, n)| public.contains(n)).map(|(i, _)| i).collect();
    file.weak_dependency.clear();
    file
}

/// Adds a file after those that it imports, which come by name.
fn after_imports(file: &FileDescriptor, seen: &mut BTreeSet<String>, order: &mut Vec<FileDescriptor>) {
    if seen.insert(file.name().to_owned()) {
        let mut imports: Vec<FileDescriptor> = file.dependencies().collect();
        imports.sort_by(|a, b| a.name().cmp(b.name()));
        imports.iter().for_each(|import| after_imports(import, seen, order));
        order.push(file.clone());
    }
}
