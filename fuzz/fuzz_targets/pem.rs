//! `cargo +nightly fuzz run pem`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| protostore_fuzz::targets::pem(bytes));
