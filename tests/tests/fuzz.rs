//! The fuzz targets of `fuzz`, over a bounded number of changed inputs: a stable compiler has no fuzzer.
//!
//! `PROTOSTORE_CASES` asks for more changes of each input than CI takes, `PROTOSTORE_SEED` for other ones.

#[path = "../../fuzz/src/targets.rs"]
#[allow(unreachable_pub, reason = "public where a fuzzer calls them")]
mod targets;

use std::path::{Path, PathBuf};

use fastrand::Rng;

/// Changes of each input.
const CASES: u64 = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Returns what a target begins with: files that the repository has.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let below = |dir: &str, end: &str| -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(root().join(dir)).expect("a directory").flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.to_string_lossy().ends_with(end));
        paths.sort();
        paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
    };
    match target {
        "pem" => below("crates/protostore/tests/vectors", ".pem"),
        // One that looks like a token: the layout, a nonce and bytes that are sealed with no key.
        "token" => vec![b"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_vec(), b"".to_vec()],
        "lock" => vec![std::fs::read(root().join("generated/froyo/schema.lock")).expect("a lock")],
        "snapshot" => below("generated/froyo/schema", "1.json"),
        "descriptors" => below("tests/cases/editions", ".binpb"),
        other => panic!("{other} has no inputs"),
    }
}

/// Changes an input as a fuzzer does: bytes, pieces that are taken out, repeated, or put elsewhere.
fn changed(seed: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..=bytes.len());
        let end = (at + rng.usize(..32)).min(bytes.len());
        match rng.u8(..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
            1 if at < bytes.len() => bytes[at] = *rng.choice(b"\0\n-\"{}[],:09az\xff\x80".iter()).expect("a byte"),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = rng.usize(..=bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => bytes.truncate(at),
            _ => bytes.insert(at, rng.u8(..)),
        }
    }
    bytes
}

#[test]
fn no_target_finds_anything_in_what_is_changed_by_chance() {
    let (seed, cases) = (number("PROTOSTORE_SEED", 0x5eed), number("PROTOSTORE_CASES", CASES));
    std::thread::scope(|scope| {
        for (name, target) in targets::ALL {
            scope.spawn(move || {
                for (n, input) in seeds(name).iter().enumerate() {
                    target(input);
                    // A set of descriptors takes as long as a hundred keys.
                    let cases = if name == "descriptors" { cases / 5 } else { cases };
                    for case in 0..cases {
                        let mut rng = Rng::with_seed(seed ^ (case << 8) ^ n as u64);
                        target(&changed(input, &mut rng));
                    }
                }
            });
        }
    });
}

/// The control: a target that finds something ends the run.
#[test]
fn a_target_that_finds_something_is_heard() {
    let finds = |bytes: &[u8]| assert!(!bytes.starts_with(b"-----BEGIN"), "found");
    let inputs = seeds("pem");
    assert!(std::panic::catch_unwind(|| inputs.iter().for_each(|input| finds(input))).is_err());
}

#[test]
fn each_target_is_one_that_cargo_fuzz_runs() {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
    for (name, _) in targets::ALL {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is no program");
        let text = std::fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).expect("a target");
        assert!(text.contains(&format!("targets::{name}(bytes)")), "{text}");
    }
}
