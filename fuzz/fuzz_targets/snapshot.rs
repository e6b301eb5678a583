//! `cargo +nightly fuzz run snapshot`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| protostore_fuzz::targets::snapshot(bytes));
