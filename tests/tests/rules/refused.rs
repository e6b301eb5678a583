//! How a value that breaks a rule is refused, by each kind of write.

use protostore::{Kind, Mask};
use rules::{Form, Numbered, Text};

fn stored() -> Text {
    Text { id: "a".to_owned(), long: "a".to_owned(), wide: "aa".to_owned(), ..Text::default() }
}

#[test]
fn an_error_names_table_field_and_rule_and_quotes_no_value() {
    let store = rules::open_test().expect("a TEST store");
    let bad = Text { long: "secret".to_owned(), ..stored() };
    let error = store.write(move |tx| tx.insert(&bad)).expect_err("it is too long");
    assert_eq!(error.kind(), Kind::Invalid);
    assert_eq!(
        (error.table(), error.field(), error.constraint()),
        (Some("texts"), Some("long"), Some("string.max_len"))
    );
    assert!(error.to_string().contains("must have at most 3 characters"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn an_update_looks_at_what_it_writes() {
    let store = rules::open_test().expect("a TEST store");
    store.write(|tx| tx.insert(&stored())).expect("it is stored");
    let worse = Text { long: "aaaa".to_owned(), wide: "aaa".to_owned(), ..stored() };
    let other = worse.clone();
    store.write(move |tx| tx.update(&other, Mask::parse(["wide"])?)).expect("`long` is not written");
    let error = store.write(move |tx| tx.update(&worse, Mask::parse(["long"])?)).expect_err("it is too long");
    assert_eq!(error.field(), Some("long"));
}

#[test]
fn a_number_that_the_store_gives_is_looked_at_when_it_is_given() {
    let store = rules::open_test().expect("a TEST store");
    let next = || store.write(|tx| tx.insert(&Numbered::default()));
    assert_eq!((next().expect("1").number, next().expect("2").number), (1, 2));
    assert_eq!(next().expect_err("3 is too large").constraint(), Some("int64.gt_lt"));
}

#[test]
fn one_form_of_an_address_is_kept() {
    let store = rules::open_test().expect("a TEST store");
    let write = |form: Form| store.write(move |tx| tx.upsert(&form)).map(|_| ());
    let base = || Form { id: "a".to_owned(), ..Form::default() };
    let uuid4 = |text: &str| Form { uuid4: Some(text.to_owned()), ..base() };
    write(uuid4("0d5c5a38-8d0e-4b56-a6fe-5d9c5a1b2c3d")).expect("a UUID of version 4");
    write(uuid4("0D5C5A38-8d0e-4b56-a6fe-5d9c5a1b2c3d")).expect_err("in upper case");
    write(uuid4("0d5c5a38-8d0e-7b56-a6fe-5d9c5a1b2c3d")).expect_err("of version 7");
    for (text, good) in [("1.2.3.4", true), ("::1", false), ("01.2.3.4", false)] {
        assert_eq!(write(Form { one_ipv4: Some(text.to_owned()), ..base() }).is_ok(), good, "{text}");
    }
    for (text, good) in
        [("2001:db8::1", true), ("2001:DB8::1", false), ("0::1", false), ("::1%a", false), ("1.2.3.4", false)]
    {
        assert_eq!(write(Form { one_ipv6: Some(text.to_owned()), ..base() }).is_ok(), good, "{text}");
    }
    assert!(write(Form { one_ip: Some("1.2.3.4".to_owned()), ..base() }).is_ok());
}
