//! `cargo +nightly fuzz run lock`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| protostore_fuzz::targets::lock(bytes));
