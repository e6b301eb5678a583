//! `cargo +nightly fuzz run descriptors`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| protostore_fuzz::targets::descriptors(bytes));
