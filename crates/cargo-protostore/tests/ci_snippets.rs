//! The snippets for CI of the page about projects: their commands exist, and exit as the page says.

#[path = "page/mod.rs"]
mod page;

use std::path::Path;
use std::process::Command;

use page::{Block, blocks, command};

const PAGE: &str = include_str!("../../../docs/project.md");
const PROTO: &str = include_str!("mistakes/shop.proto");

/// Returns the commands of this program in the snippets, with what a service puts in place of its variables.
fn commands() -> Vec<String> {
    let (_, section) = PAGE.split_once("\n## CI\n").expect("the section");
    let blocks = blocks(section);
    let lines =
        blocks.iter().filter(|Block { language, .. }| ["yaml", "sh"].contains(language)).flat_map(|of| &of.lines);
    let own = lines.filter_map(|line| Some(&line[line.find("cargo protostore ")?..]));
    own.map(|line| line.split(" >").next().unwrap_or(line).replace("${{ github.base_ref }}", "main")).collect()
}

fn ran(dir: &Path, typed: &str) -> bool {
    command(dir, typed).status().expect("the command runs").success()
}

fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let at = dir.path();
    page::configure(at);
    std::fs::create_dir_all(at.join("proto/shop/v1")).expect("a directory");
    std::fs::write(at.join("proto/shop/v1/shop.proto"), PROTO).expect("a proto");
    assert!(ran(at, "cargo protostore codegen --quiet"));
    assert!(ran(
        at,
        "git init -q -b main && git add --all && git config user.name lab && git config user.email lab@example.org"
    ));
    assert!(ran(at, "git -c commit.gpgsign=false commit -q -m one && git update-ref refs/remotes/origin/main HEAD"));
    // What a job fetches.
    assert!(ran(at, "git fetch -q . main"));
    dir
}

#[test]
fn the_commands_of_the_snippets_exit_as_the_page_says() {
    let dir = repository();
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    let codes = || -> Vec<Option<i32>> {
        let run = |typed: &String| command(dir.path(), typed).output().expect("the command runs").status.code();
        commands.iter().map(run).collect()
    };
    assert!(codes().iter().all(|code| *code == Some(0)), "{commands:?}: {:?}", codes());
    std::fs::remove_file(dir.path().join("generated/shop/README.md")).expect("a generated file");
    assert!(codes().iter().all(|code| *code == Some(1)), "{commands:?}: {:?}", codes());
}

#[test]
fn the_hook_stops_a_commit_of_protos_without_what_they_become() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = repository();
    let at = dir.path();
    let hook = blocks(PAGE).into_iter().find(|Block { language, .. }| *language == "sh").expect("the hook");
    let file = at.join(".git/hooks/pre-commit");
    std::fs::write(&file, hook.lines.join("\n") + "\n").expect("a hook");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("a hook that runs");
    let bin = Path::new(env!("CARGO_BIN_EXE_cargo-protostore")).parent().expect("a directory");
    let path = std::env::join_paths(
        std::iter::once(bin.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").expect("a path"))),
    );
    let commit = |message: &str| {
        let mut git = Command::new("git");
        git.current_dir(at).env("PATH", path.as_ref().expect("a path")).args(["-c", "commit.gpgsign=false"]);
        git.args(["commit", "-q", "-a", "-m", message]).output().expect("git runs").status.success()
    };
    let proto = at.join("proto/shop/v1/shop.proto");
    std::fs::write(&proto, PROTO.replace("  string city = 2;\n", "  string city = 2;\n  string street = 3;\n"))
        .expect("a proto");
    assert!(!commit("forgotten"), "the hook let it through");
    assert!(ran(at, "cargo protostore codegen --quiet") && ran(at, "git add --all"));
    assert!(commit("complete"));
}
