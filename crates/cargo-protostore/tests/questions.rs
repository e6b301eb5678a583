//! What `init` asks on a terminal: a pseudo-terminal, as `script` of util-linux makes one.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const ITEM: &str = "syntax = \"proto3\";\npackage shop.v1;\n\n// A thing.\nmessage Item {\n  string id = 1;\n  string title = 2;\n}\n\n\
                    // A part of one.\nmessage Part {\n  string id = 1;\n  string sku = 2;\n}\n";
const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../protostore");

fn package() -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    };
    write("Cargo.toml", "[package]\nname = \"shopd\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n");
    write("proto/shop/v1/item.proto", ITEM);
    dir
}

/// Runs `init` on a terminal: each answer is typed when its question is there. Returns the exit code, and what the terminal
/// showed.
fn init(dir: &Path, flags: &str, answers: &[(&str, &str)]) -> (i32, String) {
    let line = format!("'{}' protostore init {flags}", env!("CARGO_BIN_EXE_cargo-protostore"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command", &line, "/dev/null"]);
    script.current_dir(dir).env("TERM", "dumb").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().expect("script of util-linux is installed");
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut shown = Vec::new();
    let mut seen = 0;
    for (question, answer) in answers {
        // Bytes come as the terminal shows them; the end comes where the program stopped asking.
        while !text(&shown[seen..]).contains(question) {
            let mut bytes = [0; 256];
            match output.read(&mut bytes).expect("reads") {
                0 => panic!("{question:?} is not asked:\n{}", text(&shown)),
                read => shown.extend(&bytes[..read]),
            }
        }
        seen = shown.len();
        input.write_all(format!("{answer}\n").as_bytes()).expect("types");
    }
    // An end of the input would be taken for a hang-up, so it stays open until the program has ended.
    output.read_to_end(&mut shown).expect("reads");
    drop(input);
    (child.wait().expect("ends").code().expect("an exit code"), text(&shown))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

#[test]
fn what_flags_do_not_say_is_asked_one_by_one() {
    let dir = package();
    let answers = [
        ("Tables, by number or name, with a key where another is meant", "1 Part=sku"),
        ("Name of the store, and of the generated crate [shop]", "stock"),
        ("Where the run-time crate is", RUNTIME),
        ("Write a program that opens the store? y/n [n]", "y"),
    ];
    let (code, shown) = init(dir.path(), "", &answers);
    assert_eq!(code, 0, "{shown}");
    for words in ["Messages that could be tables:", "   1  shop.v1.Item", "wrote proto/shop/v1/store.proto"] {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    let read = |path: &str| std::fs::read_to_string(dir.path().join(path)).expect(path);
    let store = read("proto/shop/v1/store.proto");
    assert!(store.contains("name: \"stock\"") && store.contains("repeated Item items = 1"), "{store}");
    assert!(store.contains("primary_key: \"sku\""), "{store}");
    assert!(read("src/main.rs").contains("stock::open(\"stock.db\", &key)?"), "the program is written");
    assert!(read("Cargo.toml").contains("[workspace.metadata.protostore]"));
}

#[test]
fn an_empty_answer_is_the_default_and_what_a_flag_says_is_not_asked() {
    let dir = package();
    let flags = format!("--runtime '{RUNTIME}' --name shop");
    let answers = [("(1 3=region,id) [1]", ""), ("[shop]", ""), ("y/n [n]", "")];
    let (code, shown) = init(dir.path(), &flags, &answers);
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Where the run-time crate is"), "{shown}");
    let store = std::fs::read_to_string(dir.path().join("proto/shop/v1/store.proto")).expect("a store");
    assert!(store.contains("Item items = 1") && !store.contains("Part"), "{store}");
    assert!(!dir.path().join("src/main.rs").exists(), "no program is asked for");
}

#[test]
fn an_answer_that_means_nothing_writes_nothing_and_says_what_does() {
    let dir = package();
    let (code, shown) = init(dir.path(), &format!("--runtime '{RUNTIME}'"), &[("(1 3=region,id)", "7")]);
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("error: ") && shown.contains('7'), "{shown}");
    assert!(!dir.path().join("proto/shop/v1/store.proto").exists());
}

/// Control-D ends the input.
#[test]
fn the_end_of_the_input_is_no_answer() {
    let dir = package();
    let (code, shown) = init(dir.path(), &format!("--runtime '{RUNTIME}'"), &[("(1 3=region,id)", "\u{4}")]);
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("the answer is missing") || shown.contains("error: "), "{shown}");
    assert!(!dir.path().join("proto/shop/v1/store.proto").exists());
}
