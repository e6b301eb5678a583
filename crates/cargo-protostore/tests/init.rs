//! What `init` finds, writes, and leaves alone.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const ITEM: &str = "syntax = \"proto3\";\npackage shop.v1;\n\n// A thing.\nmessage Item {\n  string title = 1;\n  string id = 2;\n}\n\n\
                    message Part {\n  string sku = 1;\n  repeated Part parts = 2;\n}\n\nmessage Size {\n  double width = 1;\n}\n\n\
                    message GetItemRequest {\n  string id = 1;\n}\n\nservice Shop {\n  rpc GetItem(GetItemRequest) returns (Item);\n}\n";
const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../protostore");

struct Dir(TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = Self(TempDir::new().expect("a temporary directory"));
        files.iter().for_each(|(path, text)| dir.write(path, text));
        dir
    }

    fn package() -> Self {
        Self::new(&[
            ("Cargo.toml", "[package]\nname = \"shopd\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n"),
            ("proto/shop/v1/item.proto", ITEM),
        ])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.0.path().join(path).exists()
    }

    fn run(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        command.current_dir(self.0.path()).arg("protostore").args(words).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().expect("the command runs");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().expect("an exit code"), said)
    }

    fn init(&self, words: &[&str]) -> (i32, String) {
        let mut all = vec!["init", "--runtime", RUNTIME];
        all.extend(words);
        self.run(&all)
    }
}

#[test]
fn elsewhere_than_on_a_terminal_the_messages_are_listed_with_their_keys() {
    let dir = Dir::package();
    let before = dir.read("Cargo.toml");
    let (code, said) = dir.run(&["init"]);
    assert_eq!(code, 2);
    let list = "  shop.v1.Item  key id\n";
    assert!(said.contains(list), "the likeliest key comes first: {said}");
    assert!(
        said.contains("  shop.v1.Part  key sku\n") && said.contains("needs options: proto/shop/v1/item.proto:"),
        "{said}"
    );
    assert!(!said.contains("Size") && !said.contains("GetItemRequest"), "no key, and a request: {said}");
    assert!(said.contains("choose with `--table shop.v1.Item`"), "{said}");
    assert_eq!(dir.read("Cargo.toml"), before);
}

#[test]
fn a_store_is_begun_beside_the_messages_and_generates_a_crate() {
    let dir = Dir::package();
    let (code, said) = dir.init(&["--table", "Item"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("wrote proto/shop/v1/store.proto\nadded to Cargo.toml: "), "{said}");
    let store = dir.read("proto/shop/v1/store.proto");
    for line in [
        "package shop.v1;",
        "import \"protostore/v1/options.proto\";\nimport \"shop/v1/item.proto\";",
        "message ShopStore {\n  option (protostore.v1.store) = {name: \"shop\"};",
        "  repeated Item items = 1 [(protostore.v1.table) = {primary_key: \"id\"}];",
    ] {
        assert!(store.contains(line), "{store}");
    }
    let manifest = dir.read("Cargo.toml");
    assert!(
        manifest.contains(
            "[workspace]\nmembers = [\"generated/*\"]\n\n[workspace.metadata.protostore]\nruntime = { path = "
        )
    );
    let (code, said) = dir.run(&["codegen"]);
    assert!(code == 0 && dir.has("generated/shop/Cargo.toml"), "{said}");
    // A second store beside it; what is there already stays as it is.
    let manifest = dir.read("Cargo.toml");
    let (code, said) = dir.init(&["--table", "Item", "--name", "kiosk"]);
    assert!(code == 0 && said.contains("wrote proto/shop/v1/kiosk_store.proto\n"), "{said}");
    assert_eq!(dir.read("Cargo.toml"), manifest);
    let (code, said) = dir.init(&["--table", "Item", "--name", "kiosk"]);
    assert!(code == 2 && said.contains("there is a store `kiosk` already, the message shop.v1.KioskStore"), "{said}");
}

#[test]
fn a_program_replaces_hello_world_alone() {
    let dir = Dir::package();
    dir.write("src/main.rs", "fn main() {\n    println!(\"Hello, world!\");\n}\n");
    let (code, said) = dir.init(&["--table", "Item", "--main"]);
    assert!(code == 0 && said.contains("added to src/main.rs: "), "{said}");
    assert!(dir.read("src/main.rs").contains("shop::Item { id: id.parse()?, ..Default::default() }"));
    let manifest = dir.read("Cargo.toml");
    assert!(
        manifest.contains("[dependencies]\nshop = { path = \"generated/shop\" }\nprotostore = { path = "),
        "{manifest}"
    );
    assert!(manifest.contains("tokio = { version = \"1\""), "{manifest}");

    let dir = Dir::package();
    dir.write("src/main.rs", "fn main() { mine() }\n");
    let (code, said) = dir.init(&["--table", "Item", "--main"]);
    assert!(code == 2 && said.contains("src/main.rs is there already, and is not overwritten"), "{said}");
    assert!(
        dir.read("src/main.rs") == "fn main() { mine() }\n" && !dir.has("proto/shop/v1/store.proto"),
        "nothing is written"
    );
}

#[test]
fn messages_of_others_are_stored_by_a_store_of_one_s_own() {
    let dir = Dir::new(&[
        ("mine/Cargo.toml", "[package]\nname = \"d\"\nversion = \"0.1.0\"\n"),
        ("theirs/acme/v1/item.proto", &ITEM.replace("shop.v1", "acme.v1")),
    ]);
    let mine = Dir(dir.0);
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-protostore"));
        command.current_dir(mine.0.path().join("mine")).arg("protostore").args(words).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().expect("the command runs");
        (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
    };
    let (ok, said) =
        run(&["init", "-I", "../theirs", "--table", "acme.v1.Item=title", "--name", "desk", "--runtime", RUNTIME]);
    assert!(ok && said.contains("wrote proto/desk/v1/store.proto\n"), "{said}");
    let store = mine.read("mine/proto/desk/v1/store.proto");
    assert!(
        store.contains("package desk.v1;\n")
            && store.contains("repeated acme.v1.Item items = 1 [(protostore.v1.table) = {primary_key: \"title\"}];"),
        "{store}"
    );
    assert!(mine.read("mine/Cargo.toml").contains("include = [\"../theirs\"]"));
    let (ok, said) = run(&["codegen"]);
    assert!(ok, "{said}");
}

#[test]
fn a_set_of_descriptors_is_enough() {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/editions/explicit.binpb");
    let dir = Dir::package();
    std::fs::copy(set, dir.0.path().join("set.binpb")).expect("a set");
    std::fs::remove_dir_all(dir.0.path().join("proto")).expect("a directory");
    let (code, said) = dir.init(&["--from-descriptor-set", "set.binpb", "--table", "Item", "--name", "kiosk"]);
    assert!(code == 0 && said.contains("wrote proto/kiosk/v1/store.proto\n"), "{said}");
    assert!(dir.read("proto/kiosk/v1/store.proto").contains("import \"explicit.proto\";"));
    assert!(dir.read("Cargo.toml").contains("descriptor_set = \"set.binpb\"\n"));
}

#[test]
fn what_cannot_be_begun_says_why() {
    let dir = Dir::package();
    for (words, message) in [
        (vec!["--table", "Itme"], "did you mean `Item`?"),
        (vec!["--table", "Size"], "no message `Size` could be a table"),
        (vec!["--table", "Item=titel"], "`titel` of `shop.v1.Item` cannot be a key"),
        (vec!["--table", "Item", "--table", "Item"], "is given twice"),
        (vec!["--table", "Item", "--name", "my-shop"], "`my-shop` cannot be the name of a crate"),
        (vec!["--table", "Part"], "`parts` holds a `Part`, which is the record of the table `parts`"),
    ] {
        let (code, said) = dir.init(&words);
        assert!(code == 2 && said.contains(message), "{words:?}: {said}");
    }
    let (code, said) = dir.run(&["init", "--table", "Item"]);
    assert!(code == 2 && said.contains("--runtime ../protostore/crates/protostore"), "{said}");
    let (code, said) = dir.run(&["init", "--table", "Item", "--runtime", "proto"]);
    assert!(code == 2 && said.contains("does not hold the crate `protostore`"), "{said}");
    assert!(!dir.has("proto/shop/v1/store.proto"));

    let empty = Dir::new(&[]);
    let (code, said) = empty.init(&[]);
    assert!(code == 2 && said.contains("there is no Cargo.toml") && said.contains("cargo init"), "{said}");
    let empty = Dir::new(&[("Cargo.toml", "[workspace]\n")]);
    let (code, said) = empty.init(&[]);
    assert!(code == 2 && said.contains("// proto/shop/v1/item.proto\n") && said.contains("message Item {"), "{said}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = Dir::package();
    let before = dir.read("Cargo.toml");
    let (code, said) = dir.init(&["--table", "Item", "--dry-run"]);
    assert!(code == 0 && said.contains("would write proto/shop/v1/store.proto\n"), "{said}");
    assert!(dir.read("Cargo.toml") == before && !dir.has("proto/shop/v1/store.proto"));
}
