//! A value that is `debug_redact` is stored, and nothing that is made to be read shows it.

use rules::{Secret, SecretCard, SecretProof};

const HIDDEN: &str = "hidden-value";

fn secret() -> Secret {
    let card = || SecretCard { number: "4000".to_owned(), pin: Some(HIDDEN.to_owned()) };
    Secret {
        id: "a".to_owned(),
        token: HIDDEN.to_owned(),
        card: Some(card()),
        cards: vec![card()],
        answers: [(HIDDEN.to_owned(), HIDDEN.to_owned())].into(),
        proof: Some(SecretProof::Password(HIDDEN.to_owned())),
    }
}

#[test]
fn debug_shows_that_there_is_something_and_not_what() {
    let shown = format!("{:?}", secret());
    assert!(!shown.contains(HIDDEN), "{shown}");
    assert_eq!(
        shown,
        r#"Secret { id: "a", token: [redacted], card: [redacted], cards: [SecretCard { number: "4000", pin: [redacted] }], answers: [redacted], proof: Some(Password([redacted])) }"#
    );
    let shown = Secret { proof: Some(SecretProof::Certificate("c".to_owned())), ..secret() };
    assert!(format!("{shown:?}").ends_with(r#"proof: Some(Certificate("c")) }"#));
}

#[test]
fn a_redacted_value_comes_back_and_no_view_has_it() {
    let store = rules::open_test().expect("a TEST store");
    let record = secret();
    let sent = record.clone();
    store.write(move |tx| tx.insert(&sent)).expect("it is stored");
    let found = store.read(|r| r.get::<Secret>("a")).expect("it is read");
    assert_eq!(found, Some(record));

    let sql = include_str!("../../shapes/generated/rules/schema.sqlite.sql");
    let views = sql
        .split("CREATE VIEW ")
        .filter(|view| view.starts_with("\"secrets"))
        .map(|view| view.split(';').next().unwrap_or_default());
    for view in views {
        for hidden in ["token", "card\"", "pin", "_key", "value", "AS \"password"] {
            assert!(!view.contains(hidden), "{hidden} in {view}");
        }
    }
}
