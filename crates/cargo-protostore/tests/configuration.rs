//! What configures a project: where it is found, what it may say, and what is said of what it may not.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const STORE: &str = include_str!("../../../tests/cases/drift/lab/v0/lab.proto");
const RUNTIME: &str = concat!("runtime = { path = \"", env!("CARGO_MANIFEST_DIR"), "/../protostore\" }");

/// A directory with protos, in which a table of its own says what else there is.
struct Dir(TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = Self(TempDir::new().expect("a temporary directory"));
        dir.write("proto/lab.proto", STORE);
        files.iter().for_each(|(path, text)| dir.write(path, text));
        dir
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn has(&self, path: &str) -> bool {
        self.0.path().join(path).is_file()
    }

    /// Runs a command in a directory below; returns its exit code, and what it says.
    fn run(&self, below: &str, line: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        command.current_dir(self.0.path().join(below)).arg("protostore").args(line.split(' '));
        let Output { status, stdout, stderr } = command.output().expect("the command runs");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().expect("an exit code"), said.replace(&format!("{}/", self.0.path().display()), ""))
    }
}

fn table(table: &str, keys: &str) -> String {
    format!("[workspace]\n\n[{table}]\n{keys}\n")
}

#[test]
fn each_of_the_three_places_configures_a_project() {
    let workspace = table("workspace.metadata.protostore", RUNTIME);
    let package = format!("[package]\nname = \"d\"\nversion = \"0.1.0\"\n\n[package.metadata.protostore]\n{RUNTIME}\n");
    for (path, text) in [("Cargo.toml", workspace.as_str()), ("Cargo.toml", &package), ("protostore.toml", RUNTIME)] {
        let dir = Dir::new(&[(path, text)]);
        assert_eq!(dir.run("", "codegen").0, 0, "{text}");
        assert!(dir.has("generated/lab/Cargo.toml"), "{text}");
        let (code, said) = dir.run("", "check");
        assert!(code == 0 && said.ends_with("; everything agrees\n"), "{said}");
    }
}

#[test]
fn two_configurations_are_an_error_that_names_both() {
    let dir = Dir::new(&[
        ("Cargo.toml", &table("workspace.metadata.protostore", RUNTIME)),
        ("crates/d/Cargo.toml", &format!("[package]\nname = \"d\"\n\n[package.metadata.protostore]\n{RUNTIME}\n")),
    ]);
    let (code, said) = dir.run("crates/d", "check");
    let both = "`[package.metadata.protostore]` of Cargo.toml and `[workspace.metadata.protostore]` of ../../Cargo.toml both \
                configure this project";
    assert!(code == 2 && said.contains(both), "{said}");
    assert_eq!(dir.run("", "codegen").0, 0, "one is around the workspace");
    dir.write("protostore.toml", RUNTIME);
    let (code, said) = dir.run("", "check");
    assert!(
        code == 2 && said.contains("`protostore.toml` and `[workspace.metadata.protostore]` of Cargo.toml"),
        "{said}"
    );
    // A file that is named is meant.
    assert_eq!(dir.run("", "check --config protostore.toml").0, 0);
}

#[test]
fn a_configuration_around_the_workspace_or_the_repository_is_another_project_s() {
    let dir = Dir::new(&[
        ("protostore.toml", RUNTIME),
        ("inner/Cargo.toml", "[workspace]\n"),
        ("inner/proto/lab.proto", STORE),
    ]);
    let (code, said) = dir.run("inner", "codegen");
    assert!(code == 2 && said.contains("nothing says where it is"), "{said}");
    let dir = Dir::new(&[("protostore.toml", RUNTIME), ("inner/.git/HEAD", ""), ("inner/proto/lab.proto", STORE)]);
    assert_eq!(dir.run("inner", "codegen").0, 2);
    let dir = Dir::new(&[("protostore.toml", RUNTIME), ("inner/notes", "")]);
    assert_eq!(dir.run("inner", "codegen").0, 0);
    assert!(dir.has("generated/lab/Cargo.toml"), "paths start at the configuration");
}

#[test]
fn the_licence_of_a_generated_crate_is_its_owner_s_to_choose() {
    let dir = Dir::new(&[("protostore.toml", RUNTIME)]);
    assert_eq!(dir.run("", "codegen").0, 0);
    let manifest =
        |dir: &Dir| std::fs::read_to_string(dir.0.path().join("generated/lab/Cargo.toml")).expect("a manifest");
    assert!(!manifest(&dir).contains("license"), "none is chosen for them");
    dir.write("protostore.toml", &format!("{RUNTIME}\nlicense = \"MIT OR LicenseRef-Own\"\n"));
    let (code, said) = dir.run("", "check");
    assert!(code == 1 && said.contains("generated/lab/Cargo.toml is not what"), "{said}");
    assert_eq!(dir.run("", "codegen").0, 0);
    assert!(manifest(&dir).contains("\nlicense = \"MIT OR LicenseRef-Own\"\n"), "{}", manifest(&dir));
    for wrong in ["\"\"", "\" \"", "\"MIT\\\"\\npublish = true\"", "[\"MIT\"]"] {
        dir.write("protostore.toml", &format!("{RUNTIME}\nlicense = {wrong}\n"));
        assert_eq!(dir.run("", "check").0, 2, "{wrong}");
    }
}

/// A generated crate says who wrote it, where a configuration is not looked for.
#[test]
fn a_command_that_runs_in_a_generated_crate_finds_the_configuration_around_it() {
    let dir = Dir::new(&[("Cargo.toml", &table("workspace.metadata.protostore", RUNTIME))]);
    assert_eq!(dir.run("", "codegen").0, 0);
    let (code, said) = dir.run("generated/lab", "check");
    assert!(code == 0 && said.ends_with("; everything agrees\n"), "{said}");
}

#[test]
fn without_a_run_time_codegen_says_what_to_write() {
    let dir = Dir::new(&[("Cargo.toml", "[workspace]\n")]);
    let (code, said) = dir.run("", "codegen");
    assert_eq!(code, 2, "{said}");
    for line in [
        "error: generated crates depend on the run-time crate `protostore`, and nothing says where it is",
        "[workspace.metadata.protostore]",
        "runtime = { path = \"../protostore/crates/protostore\" }",
        "runtime = { git = \"https://…/protostore\", rev = \"…\" }",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(!dir.has("generated/lab/Cargo.toml"));
}

#[test]
fn no_generated_manifest_names_a_crate_of_a_registry_that_is_another_s() {
    for runtime in ["{ version = \"0.1\" }", "\"0.1\"", "{ git = \"https://example.com/p\" }", "{ path = \"nowhere\" }"]
    {
        let dir = Dir::new(&[("protostore.toml", &format!("runtime = {runtime}\n"))]);
        let (code, said) = dir.run("", "codegen");
        assert!(code == 2 && !dir.has("generated/lab/Cargo.toml"), "{runtime}: {said}");
    }
}

#[test]
fn what_cannot_be_said_is_rejected_at_its_place() {
    let cases = [
        ("proto = \"p\"", "2:1: protostore.toml has no key `proto`", "did you mean `protos`?"),
        ("runtimes = 1", "2:1: protostore.toml has no key `runtimes`", "did you mean `runtime`?"),
        ("colour = 1", "2:1: protostore.toml has no key `colour`", "there are `protos`, `descriptor_set`, `include`"),
        ("out = 7", "2:7: `out` is not a string", "write a string"),
        ("include = [1]", "2:11: `include` is not a list of strings", "write a list of strings"),
        ("stores = [\"shop\"]", "2:10: `shop` is not a .proto file", "name the files that hold the store messages"),
        (
            "features = [\"sqlcypher\"]",
            "2:12: a generated crate has no feature `sqlcypher`",
            "did you mean `sqlcipher`?",
        ),
        ("features = [\"grpc\"]", "2:12: `features` must name one build of SQLite", "`sqlite` (not encrypted)"),
        (
            "type_attribute = { \".\" = \"#[derive(serde::Serialize)]\" }",
            "a JSON that protobuf does not read",
            "protobuf's JSON",
        ),
        ("type_attribute = { \".\" = \"derive(Eq)\" }", "`derive(Eq)` is not an attribute", "#[derive(Eq)]"),
        ("extern_path = { \"shop\" = \"::a\" }", "`shop` is not a package", "a dot before it"),
        ("extern_path = { \".shop\" = \"a\" }", "`a` is not a path of another crate", "`::` before it"),
        ("dependencies = { serde = \"1\" }", "2:26: `serde` is not a table", "write a table"),
        ("runtime.version = \"1\"", "a version alone means the crate of that name on crates.io", "{ path = \"…\" }"),
        ("out =", "2:", "it is not TOML"),
    ];
    for (line, message, help) in cases {
        let dir = Dir::new(&[("protostore.toml", &format!("# mine\n{line}\n"))]);
        let (code, said) = dir.run("", "codegen");
        assert!(code == 2 && said.starts_with("error: protostore.toml:2:"), "{line}: {said}");
        assert!(said.contains(message) && said.contains(help), "{line}: {said}");
    }
}

#[test]
fn features_dependencies_and_attributes_reach_the_generated_crate() {
    let keys = format!(
        "{RUNTIME}\nfeatures = [\"sqlite\", \"grpc\"]\ntype_attribute = {{ \".\" = \"#[derive(Eq)]\", \".lab\" = [\"#[non_exhaustive]\"] }}\n\
         dependencies.traits = {{ path = \"traits\" }}\n"
    );
    let dir = Dir::new(&[("protostore.toml", &keys)]);
    let (code, said) = dir.run("", "codegen");
    assert_eq!(code, 0, "{said}");
    let read = |path: &str| std::fs::read_to_string(dir.0.path().join(path)).expect("a generated file");
    let manifest = read("generated/lab/Cargo.toml");
    assert!(manifest.contains("default = [\"sqlite\"]\n"), "it has no services: {manifest}");
    assert!(manifest.contains("traits = { path = \"../../traits\" }\n"), "{manifest}");
    let readme = read("generated/lab/README.md");
    assert!(readme.contains("| `sqlite` | yes | The file is not encrypted. |\n"), "{readme}");
    assert!(!readme.contains("`grpc`") && !readme.contains("`transport`"), "it has no services: {readme}");
    let messages = read("generated/lab/src/proto/lab.v0.rs");
    assert!(messages.contains("#[derive(Eq)]") && messages.contains("#[non_exhaustive]"), "{messages}");
}

#[test]
fn two_stores_share_the_messages_of_a_package() {
    let other = "syntax = \"proto3\";\npackage other;\nimport \"google/api/field_behavior.proto\";\nimport \"lab.proto\";\n\
                 import \"protostore/v1/options.proto\";\nmessage OtherStore {\n  option (protostore.v1.store) = {name: \
                 \"other\"};\n  repeated Box boxes = 1;\n}\nmessage Box {\n  string id = 1 \
                 [(google.api.field_behavior) = IDENTIFIER];\n  lab.v0.Machine machine = 2;\n}\n";
    let keys =
        format!("{RUNTIME}\nstores = [\"proto/other.proto\"]\nextern_path = {{ \".lab\" = \"::lab::proto::lab\" }}\n");
    let dir = Dir::new(&[("protostore.toml", &keys), ("proto/other.proto", other)]);
    let (code, said) = dir.run("", "codegen");
    let missing = "`extern_path` names the crate `lab`, and `dependencies` does not say where it is";
    assert!(code == 2 && said.contains(missing), "{said}");
    dir.write("protostore.toml", &(keys + "dependencies.lab = { path = \"generated/lab\" }\n"));
    let (code, said) = dir.run("", "codegen");
    assert_eq!(code, 0, "{said}");
    let read = |path: &str| std::fs::read_to_string(dir.0.path().join(path)).expect("a generated file");
    assert!(read("generated/other/src/proto/mod.rs").contains("pub use ::lab::proto::lab::v0 as v0;"));
    assert!(read("generated/other/Cargo.toml").contains("lab = { path = \"../lab\" }\n"));
    assert!(!dir.has("generated/other/src/proto/lab.v0.rs"));
    assert!(read("generated/other/src/proto/other.rs").contains("::lab::proto::lab::v0::Machine"));
}

#[test]
fn a_subdirectory_finds_protos_beside_the_manifest_above() {
    let dir = Dir::new(&[("crates/daemon/src/main.rs", "")]);
    let flags =
        format!("--runtime {}", RUNTIME.trim_start_matches("runtime = { ").trim_end_matches(" }").replace(' ', ""));
    let (code, said) = dir.run("crates/daemon", &format!("codegen {flags}"));
    assert!(code == 2 && said.contains("crates/daemon/proto does not exist"), "there is no manifest: {said}");
    dir.write("crates/daemon/Cargo.toml", "");
    dir.write("Cargo.toml", "[workspace]\n");
    assert_eq!(dir.run("crates/daemon/src", &format!("codegen {flags}")).0, 0);
    std::fs::remove_file(dir.0.path().join("generated/lab/README.md")).expect("a generated file");
    let (code, said) = dir.run("crates/daemon", &format!("check {flags}"));
    assert!(code == 1 && said.contains("../../generated/lab/README.md is missing"), "{said}");
    let (code, said) = dir.run("crates/daemon", &format!("check {flags} --protos proto"));
    assert!(code == 2 && said.contains("crates/daemon/proto does not exist"), "a flag is from here: {said}");
}

#[test]
fn flags_override_what_the_table_says() {
    let dir = Dir::new(&[("protostore.toml", &format!("{RUNTIME}\nprotos = \"nowhere\"\nout = \"elsewhere\"\n"))]);
    assert_eq!(dir.run("", "codegen").0, 2);
    let (code, said) = dir.run("", "codegen --protos proto --out generated");
    assert!(code == 0 && dir.has("generated/lab/Cargo.toml"), "{said}");
    assert!(!Path::new(dir.0.path()).join("elsewhere").exists());
}
