//! On what machine, and when, something was measured.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// Says the day, the machine, its system and the compiler, in one sentence each.
pub(super) fn described() -> String {
    let day = said("date", &["-u", "+%F"]);
    // The version alone: what a builder of kernels adds to it says nothing here.
    let system = said("uname", &["-sr"]);
    let system = system.split('-').next().unwrap_or("unknown");
    let compiler = said("rustc", &["--version"]);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unknown processor", |(_, name)| name.trim());
    let cores = available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    format!(
        "Measured on {day}, on {cores} cores of {model}, {system}, with {compiler}.\n\
         The load of the machine, from other work as well, was {load} at the end."
    )
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
