//! The plugin of protoc and buf: `protoc --protostore_out=generated --protostore_opt=history=generated …`.
#![allow(clippy::print_stderr, reason = "a compiler shows what its plugin says")]

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut request = Vec::new();
    let answered = std::io::stdin().lock().read_to_end(&mut request).and_then(|_| {
        let (response, notes) = protostore_build::answer_plugin(&request);
        notes.iter().for_each(|note| eprintln!("protoc-gen-protostore: note: {note}"));
        std::io::stdout().lock().write_all(&response)
    });
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("protoc-gen-protostore: {error}");
            ExitCode::FAILURE
        }
    }
}
