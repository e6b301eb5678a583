//! protoc and buf: they compile every store, and what they make becomes the same crate as the text does.
//!
//! Without protoc the tests say so and pass, unless `PROTOSTORE_PROTOC=required` is set, as it is in CI. buf is tried where
//! it is in the path, or where `PROTOSTORE_BUF` says.
#![allow(clippy::print_stderr, reason = "what is not tried is said")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Returns the stock compiler, or none where there need not be one.
fn protoc() -> Option<PathBuf> {
    let found = in_path("protoc");
    let is_required = std::env::var_os("PROTOSTORE_PROTOC").is_some_and(|value| value == "required");
    assert!(found.is_some() || !is_required, "protoc is not installed: `apt-get install protobuf-compiler`");
    if found.is_none() {
        eprintln!("protoc: NOT INSTALLED, so nothing was tried with it: `apt-get install protobuf-compiler`");
    }
    found
}

/// Runs a program in a directory; returns whether it succeeded, and what it said.
fn run(program: &Path, dir: &Path, words: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } =
        Command::new(program).current_dir(dir).args(words).output().expect("the program runs");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

fn protostore(dir: &Path, line: &str) -> (bool, String) {
    let words: Vec<&str> = std::iter::once("protostore").chain(line.split(' ')).collect();
    run(Path::new(env!("CARGO_BIN_EXE_cargo-protostore")), dir, &words)
}

/// A project with a store that has services, imports and comments, and the exported annotations.
fn project() -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    copy(&root().join("proto/aurae"), &dir.path().join("proto/aurae"));
    let run_time = root().join("crates/protostore");
    std::fs::write(dir.path().join("protostore.toml"), format!("runtime = {{ path = {run_time:?} }}\n"))
        .expect("a file");
    let (ok, said) = protostore(dir.path(), "export-protos third_party");
    assert!(ok && said.contains("wrote third_party/protostore/v1/options.proto\n"), "{said}");
    assert!(said.ends_with("export-protos: 5 files written\n"), "{said}");
    dir
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Returns the proto files of this repository that have a store message, each with its include directory.
fn stores() -> Vec<(PathBuf, String)> {
    fn visit(root: &Path, dir: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                visit(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "proto")
                && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("(protostore.v1.store)"))
            {
                let name = path.strip_prefix(root).expect("it is below").display().to_string();
                found.push((root.to_owned(), name));
            }
        }
    }
    let mut found = Vec::new();
    for dir in ["proto", "tests/shapes/proto", "tests/cases/ok"] {
        visit(&root().join(dir), &root().join(dir), &mut found);
    }
    found.retain(|(_, name)| name != "protostore/v1/options.proto");
    found.sort();
    found
}

#[test]
fn an_export_is_written_once_and_leaves_the_compiler_s_own_files_out() {
    let dir = TempDir::new().expect("a temporary directory");
    let (ok, said) = protostore(dir.path(), "export-protos third_party");
    assert!(ok && said.ends_with("export-protos: 5 files written\n"), "{said}");
    assert!(!dir.path().join("third_party/google/protobuf").exists());
    let (ok, said) = protostore(dir.path(), "export-protos third_party");
    assert!(ok && said == "export-protos: nothing changed\n", "{said}");
}

#[test]
#[allow(clippy::print_stdout, reason = "the reader of a test is told what was left out")]
fn stock_protoc_compiles_every_store() {
    let Some(protoc) = protoc() else { return };
    let dir = project();
    let exported = dir.path().join("third_party");
    let stores = stores();
    assert!(stores.len() > 30, "{stores:?}");
    let mut compiled = 0;
    for (include, name) in stores {
        let words = ["-I", &include.display().to_string(), "-I", &exported.display().to_string(), "-o", "set", &name]
            .map(str::to_owned);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (ok, said) = run(&protoc, dir.path(), &words);
        // A protoc before version 22 brings a descriptor.proto without this option.
        if said.contains("Option \"debug_redact\" unknown") {
            println!("{name}: NOT COMPILED, since this protoc does not know debug_redact");
            continue;
        }
        assert!(ok, "{name}: {said}");
        compiled += 1;
    }
    assert!(compiled > 25, "protoc compiled {compiled} stores");
    // A mistake is noticed.
    std::fs::write(dir.path().join("proto/bad.proto"), "syntax = \"proto3\"; message M { N n = 1; }").expect("a file");
    assert!(!run(&protoc, dir.path(), &["-I", "proto", "-o", "set", "bad.proto"]).0);
}

#[test]
fn a_set_of_protoc_is_the_same_crate_as_the_text() {
    let Some(protoc) = protoc() else { return };
    let dir = project();
    let (ok, said) = protostore(dir.path(), "codegen");
    assert!(ok, "{said}");
    let words = ["-I", "proto", "-I", "third_party", "--include_imports", "--include_source_info", "-o", "set.binpb"];
    let words: Vec<&str> = words.into_iter().chain(["aurae/store/v0/store.proto"]).collect();
    let (ok, said) = run(&protoc, dir.path(), &words);
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "check --descriptor-set set.binpb");
    assert!(ok && said.ends_with("; everything agrees\n"), "{said}");
    // One key in place of the flag.
    let config = std::fs::read_to_string(dir.path().join("protostore.toml")).expect("a file");
    std::fs::write(dir.path().join("protostore.toml"), config + "descriptor_set = \"set.binpb\"\n").expect("a file");
    std::fs::remove_dir_all(dir.path().join("proto")).expect("a directory");
    let (ok, said) = protostore(dir.path(), "check");
    assert!(ok, "the set is enough: {said}");
}

#[test]
fn the_plugin_writes_what_codegen_writes_and_needs_the_history() {
    let Some(protoc) = protoc() else { return };
    let dir = project();
    let plugin = format!("--plugin=protoc-gen-protostore={}", env!("CARGO_BIN_EXE_protoc-gen-protostore"));
    let line = |opt: &str| {
        let mut words = vec!["-I", "proto", "-I", "third_party", &plugin, "--protostore_out=generated"];
        words.extend((!opt.is_empty()).then_some(opt));
        words.push("aurae/store/v0/store.proto");
        std::fs::create_dir_all(dir.path().join("generated")).expect("a directory");
        run(&protoc, dir.path(), &words)
    };
    let (ok, said) = line("");
    assert!(!ok && said.contains("the parameter history=DIR is missing"), "{said}");
    let (ok, said) = line("--protostore_opt=histroy=generated");
    assert!(!ok && said.contains("the parameter `histroy=generated` is not known"), "{said}");
    let (ok, said) = line("--protostore_opt=history=generated");
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "check");
    assert!(ok && said.ends_with("; everything agrees\n"), "{said}");

    // The history is continued, and a question is the compiler's error.
    let vms = dir.path().join("proto/aurae/vms/v0/vms.proto");
    let text = std::fs::read_to_string(&vms).expect("a file");
    let renamed = text.replacen("string name = ", "string label = ", 1);
    assert_ne!(text, renamed);
    std::fs::write(&vms, renamed).expect("a file");
    let (ok, said) = line("--protostore_opt=history=generated,name=renamed");
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "check");
    assert!(ok, "{said}");
    assert!(
        std::fs::read_to_string(dir.path().join("generated/aurae/schema.lock"))
            .is_ok_and(|lock| lock.contains("head = 2"))
    );
}

#[test]
fn buf_builds_the_protos_and_its_image_is_the_same_crate() {
    let buf = std::env::var_os("PROTOSTORE_BUF").map(PathBuf::from).or_else(|| in_path("buf"));
    let Some(buf) = buf else {
        eprintln!("buf: NOT INSTALLED, so nothing was tried with it: `npm install @bufbuild/buf`");
        return;
    };
    let dir = project();
    std::fs::remove_dir_all(dir.path().join("third_party")).expect("a directory");
    assert!(protostore(dir.path(), "export-protos third_party").0);
    let modules = "version: v2\nmodules:\n  - path: proto\n  - path: third_party\n";
    std::fs::write(dir.path().join("buf.yaml"), modules).expect("a file");
    let (ok, said) = run(&buf, dir.path(), &["build", "-o", "set.binpb"]);
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "codegen");
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "check --descriptor-set set.binpb");
    assert!(ok && said.ends_with("; everything agrees\n"), "{said}");
    let plugin = env!("CARGO_BIN_EXE_protoc-gen-protostore");
    let template = format!(
        "version: v2\nplugins:\n  - local: {plugin:?}\n    out: generated\n    opt: history=generated\n    strategy: all\n"
    );
    std::fs::write(dir.path().join("buf.gen.yaml"), template).expect("a file");
    std::fs::remove_dir_all(dir.path().join("generated/aurae/src")).expect("a directory");
    let (ok, said) = run(&buf, dir.path(), &["generate"]);
    assert!(ok, "{said}");
    let (ok, said) = protostore(dir.path(), "check");
    assert!(ok && said.ends_with("; everything agrees\n"), "{said}");
}
