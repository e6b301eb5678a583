//! `cargo +nightly fuzz run token`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| protostore_fuzz::targets::token(bytes));
