//! Two stores over the messages of a crate that prost alone wrote: it is not generated again, and both share its types.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const FILES: [(&str, &str); 6] = [
    ("proto/shop/v1/item.proto", include_str!("own_messages/item.proto")),
    ("proto/left/v1/store.proto", include_str!("own_messages/left.proto")),
    ("proto/right/v1/store.proto", include_str!("own_messages/right.proto")),
    ("shop-api/Cargo.toml", include_str!("own_messages/shop_api/Cargo.toml")),
    ("shop-api/src/lib.rs", include_str!("own_messages/shop_api/lib.rs")),
    ("src/main.rs", include_str!("own_messages/program.rs")),
];

const MANIFEST: &str = r#"
[package]
name = "sells"
version = "0.1.0"
edition = "2024"

[workspace]
members = ["shop-api", "generated/*"]

[workspace.metadata.protostore]
features = ["sqlite"]
extern_path = { ".shop.v1" = "::shop_api::shop::v1" }
dependencies.shop-api = { path = "shop-api" }
runtime = { path = "RUNTIME" }

[dependencies]
left = { path = "generated/left" }
prost-types = "0.14"
protostore = { path = "RUNTIME", default-features = false, features = ["prost", "sqlite", "testing"] }
right = { path = "generated/right" }
shop-api = { path = "shop-api" }
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Runs a command; returns its output, and what it says of errors.
fn said(command: &mut Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.success(), text(stdout), text(stderr))
}

fn codegen(dir: &Path) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
    said(command.current_dir(dir).args(["protostore", "codegen"]))
}

#[test]
fn two_stores_share_the_messages_of_a_crate_of_prost() {
    let around = tempfile::tempdir().expect("a temporary directory");
    let dir = around.path();
    let write = |path: &str, text: &str| {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    };
    FILES.iter().for_each(|(path, text)| write(path, text));
    let runtime = root().join("crates/protostore").display().to_string();
    write("Cargo.toml", &MANIFEST.replace("RUNTIME", &runtime));
    // Its dependencies have the versions of this workspace.
    std::fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock")).expect("a lock");
    let (done, out, err) = codegen(dir);
    assert!(done, "{out}{err}");
    for store in ["left", "right"] {
        let proto = dir.join("generated").join(store).join("src/proto");
        assert!(!proto.join("shop.v1.rs").exists(), "the messages are generated again");
    }

    // Where other projects are built, so that dependencies are built once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-hour");
    let cargo = |words: &[&str]| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        said(cargo.current_dir(dir).args(words).env("CARGO_TARGET_DIR", &target).env("CARGO_NET_OFFLINE", "true"))
    };
    let (done, out, err) = cargo(&["run", "--quiet"]);
    assert!(done && out == "both stores agree\n", "{out}{err}");
    assert!(!err.contains("warning"), "{err}");

    // A crate that lacks a field is an error of the compiler, in the generated crate, which names the field.
    let api = FILES[4].1;
    let lacks = api.replace("            #[prost(string, tag = \"3\")]\n            pub etag: String,\n", "");
    assert_ne!(lacks, api);
    write("shop-api/src/lib.rs", &lacks);
    let (done, out, err) = cargo(&["check", "--quiet", "--package", "left"]);
    assert!(!done && err.contains("no field `etag` on type"), "{out}{err}");
}
