//! A daemon that needs nothing of the system that it runs on: built static, and started in a directory that has nothing else.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cargo::{cargo, succeeds};

/// Where it is built: with other flags than all else, which stays as it is.
const BUILT: &str = "target/static";

/// Where the daemon runs.
const ROOT: &str = "target/empty-root";

/// How long the daemon may take to listen, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the daemon static and starts it in an empty root: a record survives a kill there. Returns whether it does.
pub(crate) fn run() -> bool {
    match build().and_then(|binary| try_it(&binary)) {
        Ok(said) => {
            println!("{said}");
            true
        }
        Err(why) => {
            eprintln!("static: {why}");
            false
        }
    }
}

/// Returns the target: that of musl where its standard library and a C compiler for it are installed, else this machine's.
fn target() -> Result<String, String> {
    let said = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc: {error}"))?.stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not say its host")?;
    let musl = host.replace("-gnu", "-musl");
    let library = Command::new("rustc").args(["--print", "target-libdir", "--target", &musl]).output();
    let has_library = library.is_ok_and(|found| Path::new(String::from_utf8_lossy(&found.stdout).trim()).is_dir());
    let compiler = Command::new("musl-gcc").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    Ok(if has_library && compiler.is_ok() { musl } else { host.to_owned() })
}

fn build() -> Result<PathBuf, String> {
    let target = target()?;
    println!("static: for {target}, with an OpenSSL that is built along");
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", target.replace('-', "_").to_uppercase());
    let mut build =
        cargo(["build", "--package", "auraed", "--no-default-features", "--features", "sqlcipher-vendored"]);
    build.args(["--target", &target, "--target-dir", BUILT]).env(flags, "-C target-feature=+crt-static");
    if !succeeds(&mut build) {
        return Err("the daemon is not built".to_owned());
    }
    let binary = Path::new(BUILT).join(&target).join("debug/auraed");
    let bytes = std::fs::read(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
    match interpreter(&bytes) {
        Some(false) => Ok(binary),
        Some(true) => Err(format!("{} asks for a dynamic loader", binary.display())),
        None => Err(format!("{} is not an ELF file of 64 bits", binary.display())),
    }
}

/// Returns whether a program asks for a dynamic loader: whether a segment is `PT_INTERP`.
fn interpreter(elf: &[u8]) -> Option<bool> {
    let number = |at: usize, bytes: usize| -> Option<usize> {
        let part = elf.get(at..at + bytes)?;
        Some(part.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
    };
    if !elf.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (first, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    (0..count).map(|segment| number(first + segment * size, 4)).try_fold(false, |found, kind| Some(found || kind? == 3))
}

fn try_it(binary: &Path) -> Result<String, String> {
    let root = Path::new(ROOT);
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: std::io::Error| format!("{what}: {error}")
    };
    if root.exists() {
        std::fs::remove_dir_all(root).map_err(failed(ROOT))?;
    }
    std::fs::create_dir_all(root).map_err(failed(ROOT))?;
    std::fs::copy(binary, root.join("auraed")).map_err(failed("the daemon"))?;
    let client = |words: &[&str]| -> Result<String, String> {
        let socket = root.join("data/auraed.sock");
        let output = Command::new(binary).args(["client", "--socket"]).arg(socket).args(words).output();
        let output = output.map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(said) } else { Err(said) }
    };
    let mut first = start(root)?;
    let made =
        listening(root, &mut first).and_then(|()| client(&["create-vm", "vm-1", "--memory", "512", "--vcpus", "2"]));
    end(&mut first);
    made?;
    let mut second = start(root)?;
    let found = listening(root, &mut second).and_then(|()| client(&["get-vm", "vm-1"]));
    end(&mut second);
    let found = found?;
    if !found.contains("512 MiB") {
        return Err(format!("the machine is not what it was: {found}"));
    }
    let size = std::fs::metadata(binary).map_err(failed("the daemon"))?.len() >> 20;
    Ok(format!("static: {}, {size} MiB, runs in an empty root, and a machine survived a kill there", binary.display()))
}

/// Starts the daemon with the directory as its root, in which there is nothing but the program.
fn start(root: &Path) -> Result<Child, String> {
    let mut daemon = Command::new("unshare");
    daemon.args(["--user", "--map-root-user", "--root"]).arg(root).args(["/auraed", "serve", "--data", "/data"]);
    daemon.env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    daemon.spawn().map_err(|error| format!("unshare: {error}"))
}

fn listening(root: &Path, daemon: &mut Child) -> Result<(), String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = daemon.try_wait().map_err(|error| error.to_string())? {
            return Err(format!("the daemon ended: {status}"));
        }
        if std::os::unix::net::UnixStream::connect(root.join("data/auraed.sock")).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("the daemon does not listen after {} s", PATIENCE.as_secs()))
}

/// Ends the daemon without a warning.
fn end(daemon: &mut Child) {
    // It may have ended by itself, which was said then.
    let _ = daemon.kill();
    let _ = daemon.wait();
}

#[cfg(test)]
mod tests {
    use super::interpreter;

    #[test]
    fn a_program_that_asks_for_a_loader_is_told_from_one_that_does_not() {
        let own = std::fs::read(std::env::current_exe().expect("a program")).expect("its bytes");
        assert_eq!(interpreter(&own), Some(true), "tests are linked dynamically");
        let mut other = own.clone();
        let first = usize::try_from(u64::from_le_bytes(own[32..40].try_into().expect("8 bytes"))).expect("a place");
        let (size, count) = (usize::from(own[54]), usize::from(own[56]));
        for segment in 0..count {
            let at = first + segment * size;
            if other[at..at + 4] == [3, 0, 0, 0] {
                other[at] = 0;
            }
        }
        assert_eq!(interpreter(&other), Some(false));
        assert_eq!(interpreter(b"#!/bin/sh\n"), None);
    }
}
