//! What is done with bytes of a stranger. None of it may panic, and what is read must be what would be written.
//!
//! The tests of the repository run the same functions over a bounded number of changed inputs, on a stable compiler.

use std::sync::OnceLock;

use protostore::{Cursor, Key, Kind};
use protostore_evolve::Lock;
use protostore_lower::{DescriptorInputs, PluginRequest, compile_descriptors, lower};
use protostore_schema::Schema;

/// A target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const ALL: [Target; 5] =
    [("pem", pem), ("token", token), ("lock", lock), ("snapshot", snapshot), ("descriptors", descriptors)];

/// A private key: refused as a key, without a word of what was given, or taken.
pub fn pem(bytes: &[u8]) {
    if let Err(refused) = Key::from_pem(bytes) {
        assert_eq!(refused.kind(), Kind::Key);
        let said = refused.to_string();
        // Words of the messages themselves are in whatever English text; lines of base64 are in none.
        let secret = bytes.split(|byte| *byte == b'\n').filter(|line| line.len() >= 40 && !line.starts_with(b"-----"));
        for line in secret.filter_map(|line| std::str::from_utf8(line).ok()) {
            assert!(!said.contains(line.trim()), "it quotes the key: {said}");
        }
    }
}

/// A page token: nothing but what the store has sealed is opened.
pub fn token(bytes: &[u8]) {
    static STORE: OnceLock<(aurae::Store, String)> = OnceLock::new();
    let (store, sealed) = STORE.get_or_init(|| {
        let store = aurae::open_test().expect("a store");
        let place = Cursor::<aurae::Network>::of_key("lan").expect("a place");
        let sealed = store.page_tokens().seal(&["List"], Some(&place)).expect("a token");
        (store, sealed)
    });
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match store.page_tokens().open::<aurae::Network>(&["List"], text) {
        Ok(None) => assert!(text.is_empty(), "{text:?} asks for the first page"),
        Ok(Some(_)) => assert_eq!(text, sealed, "it is opened and was not sealed"),
        Err(refused) => assert_eq!(refused.kind(), Kind::Invalid),
    }
}

/// A lock: what is read is written as itself again.
pub fn lock(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(lock) = Lock::from_text(text) {
        let written = lock.render("cargo protostore codegen");
        let again = Lock::from_text(&written).expect("what is written is read");
        assert_eq!(again.render("cargo protostore codegen"), written);
    }
}

/// A snapshot: the same.
pub fn snapshot(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(schema) = Schema::from_snapshot(text) {
        let written = schema.to_snapshot();
        let again = Schema::from_snapshot(&written).expect("what is written is read");
        assert_eq!(again.to_snapshot(), written);
    }
}

/// Descriptors of a compiler, and the request of a plugin: diagnostics, or schemas.
pub fn descriptors(bytes: &[u8]) {
    if let Some(request) = PluginRequest::read(bytes) {
        drop(compile_descriptors(&DescriptorInputs { set: request.set, ..DescriptorInputs::default() }));
    }
    let inputs = DescriptorInputs { set: bytes.to_vec(), ..DescriptorInputs::default() };
    if let Ok(compiled) = compile_descriptors(&inputs) {
        compiled.stores().iter().for_each(|store| drop(lower(&compiled, store)));
    }
}
