//! Versions: what `codegen` appends, asks and rewrites, and what `check` says of them beside a commit of git.

#[path = "files/lab.rs"]
#[allow(dead_code, reason = "the tests of files need more of it")]
mod lab;

mod versions {
    mod against;
    mod amend;
    mod append;
    mod asks;
    mod format;
    mod names;
    mod oldest;
    mod rebase;
}
