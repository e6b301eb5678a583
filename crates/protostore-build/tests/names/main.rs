//! Stores of random names, generated and compiled with all warnings denied: what is accepted compiles, and what is not is
//! rejected at a line.
//!
//! `PROTOSTORE_CASES` asks for more stores than CI takes, `PROTOSTORE_SEED` for other ones; a failure prints both.

mod draw;
mod words;
mod workspace;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use protostore_build::{Failure, Invocation, Mode, Project, Protos, codegen};
use workspace::Workspace;

/// How many crates are compiled together.
const BATCH: u64 = 200;

/// A store that must be called other than its methods are, for the control.
const PLANTED: &str = "syntax = \"proto3\";\npackage planted.v1;\nimport \"protostore/v1/options.proto\";\n\
    message Names { option (protostore.v1.store) = {name: \"planted\"};\n\
    repeated Unit units = 1 [(protostore.v1.table) = {primary_key: \"id\"}]; }\n\
    message Unit { string id = 1; }\n\
    service Units { rpc New(Unit) returns (Unit); }\n";

/// Names that meet in each of the ways that there are rules for.
const MEETING: &str = "syntax = \"proto3\";\npackage tonic.Body.self;\nimport \"protostore/v1/options.proto\";\n\
    message Names { option (protostore.v1.store) = {name: \"meeting\"};\n\
    repeated User users = 1 [(protostore.v1.table) = {primary_key: \"id\" record: \"Person\"}]; Beat beat = 2;\n\
    repeated User read = 3 [(protostore.v1.table) = {primary_key: \"id\" record: \"Reader\"}]; Lost lost = 4; }\n\
    message User { string id = 1; string email = 2 [(protostore.v1.column) = {unique: true}];\n\
    bool get_by_email = 3; bool upsert_by_email = 4; AsRef as_ref = 5; AsRef columns = 6; repeated AsRef children = 7;\n\
    // right to \u{202e}left\u{202c}, and a bell \u{7}\n\
    Box box = 8; map<string, Clone> clone = 9; oneof default { string some = 10; Drop drop = 11; } }\n\
    message AsRef { int32 a = 1; } message Box { Clone from = 1; } message Drop { map<int32, Clone> type = 1; } message Beat {}\n\
    message Lost { string all = 1 [(protostore.v1.column) = {storage: NOT_STORED}]; }\n\
    enum Clone { CLONE_UNRECOGNIZED = 0; CLONE_ERROR = 1; CLONE_SELF = 2; }\n\
    service Body { rpc New(User) returns (User); rpc Connect(User) returns (stream User);\n\
    rpc SendCompressed(User) returns (User); rpc AcceptGzip(stream User) returns (User); rpc clone(User) returns (User); }\n\
    service GetSvc { rpc Get(User) returns (User); rpc type(User) returns (User); }\n";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// What came of a store.
enum Outcome {
    Written,
    /// With the codes of what is wrong.
    Rejected(BTreeSet<&'static str>),
    /// The draw is no valid protobuf, which says nothing about names.
    NotProtobuf,
}

/// What came of the stores so far.
#[derive(Default)]
struct Tally {
    drawn: u64,
    /// The crates that were written, with what they were drawn from.
    written: Vec<(String, String)>,
    rejected: u64,
    codes: BTreeSet<&'static str>,
}

#[test]
#[allow(clippy::print_stdout, reason = "a long run says how far it is, and ends with its total")]
fn what_is_accepted_compiles_without_warnings() {
    let (seed, cases) = (number("PROTOSTORE_SEED", 0x5eed), number("PROTOSTORE_CASES", BATCH));
    let workspace = Workspace::new();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let (mut written, mut rejected, mut codes, mut drawn) = (0, 0, BTreeSet::new(), vec![0; threads as usize]);
    while written < cases {
        workspace.clear();
        let quota = (cases - written).min(BATCH).div_ceil(threads);
        let tallies: Vec<Tally> = std::thread::scope(|scope| {
            let first = (0..threads).map(|thread| (thread, drawn[thread as usize] * threads + thread));
            let running: Vec<_> = first
                .map(|(thread, first)| {
                    let (workspace, cases) = (&workspace, (first..).step_by(threads as usize));
                    scope.spawn(move || write(workspace, seed, cases, thread, quota))
                })
                .collect();
            running.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        let mut batch = Vec::new();
        for (thread, tally) in tallies.into_iter().enumerate() {
            drawn[thread] += tally.drawn;
            rejected += tally.rejected;
            codes.extend(tally.codes);
            batch.extend(tally.written);
        }
        written += batch.len() as u64;
        compile(&workspace, &batch);
        println!("seed {seed}: {written} accepted and compiled, {rejected} rejected with {codes:?}");
    }
    let drawn: u64 = drawn.iter().sum();
    assert!(rejected > 0 && written + rejected >= drawn / 2, "{drawn} drawn, {written} written, {rejected} rejected");
}

/// Draws the stores of these numbers until as many are written as are asked for.
fn write(workspace: &Workspace, seed: u64, cases: impl Iterator<Item = u64>, thread: u64, quota: u64) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        if tally.written.len() as u64 == quota {
            break;
        }
        tally.drawn += 1;
        let mut rng = Rng::with_seed(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let name = format!("names_{thread}_{}", tally.written.len());
        let files = draw::store(&mut rng, &name);
        let context = format!("PROTOSTORE_SEED={seed}, case {case}\n{}", shown(&files));
        match generate(workspace, &name, &files, &context) {
            Outcome::Written => tally.written.push((name, context)),
            Outcome::Rejected(why) => {
                tally.rejected += 1;
                tally.codes.extend(why);
            }
            Outcome::NotProtobuf => {}
        }
    }
    tally
}

/// Compiles the crates, and sees that the control alone does not compile.
fn compile(workspace: &Workspace, batch: &[(String, String)]) {
    plant(workspace);
    let (failed, output) = workspace.check();
    let broken = batch.iter().filter(|(name, _)| failed.contains(name));
    let broken: Vec<_> =
        broken.map(|(name, context)| format!("{}\n{context}", workspace::of_crate(&output, name))).collect();
    assert!(broken.is_empty(), "{} crates do not compile:\n{}", broken.len(), broken.join("\n"));
    assert_eq!(failed, BTreeSet::from(["planted".to_owned()]), "{output}");
}

fn shown(files: &draw::Files) -> String {
    files.iter().map(|(name, text)| format!("// {name}\n{text}")).collect()
}

/// Generates the crate of a store.
fn generate(workspace: &Workspace, name: &str, files: &draw::Files, context: &str) -> Outcome {
    let protos = workspace.protos(name);
    for (file, text) in files {
        std::fs::write(protos.join(file), text).expect("a proto file");
    }
    let project = project(&protos, workspace.out(name));
    let generated = std::panic::catch_unwind(|| codegen(&project, Mode::Write));
    match generated.unwrap_or_else(|_| panic!("a panic: {context}")) {
        Ok(report) => {
            assert!(report.is_ok(), "{context}\n{report}");
            Outcome::Written
        }
        Err(Failure::Protos(problems)) => {
            let all: Vec<_> = problems.iter().flat_map(|diagnostics| diagnostics.iter()).collect();
            assert!(!all.is_empty() && all.iter().all(|problem| problem.line > 0), "{context}\n{all:?}");
            match all.iter().any(|problem| problem.code.id() == "P0102") {
                true => Outcome::NotProtobuf,
                false => Outcome::Rejected(all.iter().map(|problem| problem.code.id()).collect()),
            }
        }
        Err(failure) => panic!("{context}\n{failure}"),
    }
}

fn project(protos: &Path, out: PathBuf) -> Project {
    let run_time = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protostore");
    Project {
        protos: Protos::Below(protos.to_owned()),
        includes: Vec::new(),
        out,
        run_time: format!("path = {:?}", run_time.display().to_string()),
        crates: protostore_build::CrateOptions::default(),
        allow: Vec::new(),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
    }
}

/// Adds a store of all the ways in which names meet, and the control: a crate in which a method has the name that each client of tonic has for a function of its own.
fn plant(workspace: &Workspace) {
    let files = vec![("store.proto", MEETING.to_owned())];
    assert!(matches!(generate(workspace, "meeting", &files, MEETING), Outcome::Written));
    let files = vec![("store.proto", PLANTED.to_owned())];
    assert!(matches!(generate(workspace, "planted", &files, PLANTED), Outcome::Written));
    let file = workspace.out("planted").join("planted/src/proto/planted.v1.rs");
    let text = std::fs::read_to_string(&file).expect("the stubs of the control");
    let planted = text.replace("pub async fn new_method(", "pub async fn new(");
    assert_ne!(text, planted, "the control has nothing to plant");
    std::fs::write(&file, planted).expect("the stubs of the control");
}
