//! What the compiler says where something cannot be done with a column or a record: the error is a sentence, and says what
//! to do instead.
//!
//! Each file of `mistakes` begins with lines that the compiler must say; the one without a mistake compiles.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// Compiles a file against a build of the run-time crate; returns whether that succeeded, and what the compiler said.
fn compile(run_time: &Path, name: &str) -> (bool, String) {
    let out = tempfile::tempdir().expect("a directory");
    let dependencies = run_time.parent().expect("a build is in a directory");
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
        .args([out.path(), &directory().join(name)])
        .arg("--extern")
        .arg(format!("protostore={}", run_time.display()))
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .output()
        .expect("the compiler runs");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Returns the newest build of the run-time crate that this compiler reads, beside this test.
fn run_time() -> PathBuf {
    let this = std::env::current_exe().expect("this program has a path");
    let beside = std::fs::read_dir(this.parent().expect("a directory")).expect("the directory of builds");
    let mut builds: Vec<(SystemTime, PathBuf)> = beside
        .flatten()
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with("libprotostore-") && name.ends_with(".rlib")
        })
        .map(|entry| (entry.metadata().and_then(|data| data.modified()).expect("a time"), entry.path()))
        .collect();
    builds.sort();
    let mut said = String::new();
    while let Some((_, build)) = builds.pop() {
        let (ok, text) = compile(&build, "none.rs");
        if ok {
            return build;
        }
        said = text;
    }
    panic!("the file without a mistake does not compile with any build of the run-time crate:\n{said}");
}

#[test]
fn each_mistake_is_a_sentence_that_says_what_to_do() {
    let run_time = run_time();
    let (mut tried, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(directory()).expect("a directory").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "none.rs" {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("a file");
        let expected: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
        assert!(expected.len() > 1, "{name} says what is expected");
        let (ok, said) = compile(&run_time, &name);
        assert!(!ok, "{name} compiles");
        // The compiler numbers some errors, and has a text for each number that is not ours.
        let said = said.replace("error[E0277]", "error");
        wrong.extend(
            expected
                .iter()
                .filter(|line| !said.contains(**line))
                .map(|line| format!("{name}: {line:?} is not in\n{said}")),
        );
        tried += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 8, "{tried} mistakes were tried");
}
