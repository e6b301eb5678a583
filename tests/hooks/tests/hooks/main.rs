//! Upgrades that ask the program: what its methods get and give, and what stops them.

#[path = "../../../../crates/protostore/tests/process/mod.rs"]
mod process;

mod example;
mod kills;
mod lab;
mod many;
mod rejected;
