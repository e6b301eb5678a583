//! The program `protostore`.

use std::process::ExitCode;

fn main() -> ExitCode {
    protostore_cli::main()
}
