//! A program that opens the store, adds records and lists them.

use super::manifest::Manifest;
use super::store::Store;
use super::{Stop, Written};

/// What `cargo new` writes, which says nothing that would be lost.
const HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// Returns the program of a package.
pub(crate) fn program(manifest: &Manifest, store: &Store) -> Result<Written, Stop> {
    let path = manifest.package_dir().join("src/main.rs");
    let there = std::fs::read_to_string(&path).ok();
    let added = match there.as_deref().map(|text| text.replace("\r\n", "\n")) {
        None => None,
        Some(text) if text == HELLO => Some("the program, in place of `Hello, world!`"),
        Some(_) => {
            let message = format!("{} is there already, and is not overwritten", path.display());
            return Err(Stop::says(
                message,
                "leave --main out: the README of the generated crate shows how to open the store",
            ));
        }
    };
    Ok(Written { path, text: text(store), added })
}

fn text(store: &Store) -> String {
    let name = store.name();
    let (table, record) = (store.first_table(), store.first_record());
    let field = store.first_key();
    let key = match field {
        Some(field) => format!(
            "    if let [command, id] = &words[..]\n        && command == \"add\"\n    {{\n        let record = \
             {name}::{record} {{ {field}: id.parse()?, ..Default::default() }};\n        // On the disk when it returns: what was \
             answered survives a crash.\n        store.{table}().insert(record).await?;\n        println!(\"added \
             {{id}}\");\n    }}\n"
        ),
        None => String::new(),
    };
    let usage = if field.is_some() {
        "`cargo run -- add ID` adds one, `cargo run` lists them"
    } else {
        "`cargo run` lists them"
    };
    format!(
        "//! Keeps the {table} of `{name}` in an encrypted file: {usage}.\n//!\n//! `openssl genpkey -algorithm ed25519 -out \
         server.key` makes the key, without which the file cannot be read.\n\nuse \
         protostore::Key;\n\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let words: Vec<String> = std::env::args().skip(1).collect();\n    let key = \
         Key::from_pem_file(\"server.key\")?;\n    let store = {name}::open(\"{name}.db\", &key)?;\n{key}    \
         for record in store.{table}().page(None, 100).await?.records {{\n        \
         println!(\"{{record:?}}\");\n    }}\n    Ok(())\n}}\n"
    )
}
