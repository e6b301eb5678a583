//! Reads and deletes by values that no column holds: they find what the naive evaluator finds, which is nothing.

use fastrand::Rng;
use protostore::stored::{FullRange, Rfc3339};
use protostore::{Kind, Timestamp};
use shapes::{Encodings, Settings, Source, Target, TimeKey, WideKey};

use super::encodings::{drawn, written};
use super::probe::Drawn;
use super::{cases, seed};

/// Compares all that a list by an index answers with the records that have the value.
macro_rules! compare {
    ($store:ident, $list:expr, $expected:expr, $context:expr) => {{
        let (list, mut expected): (_, Vec<_>) = ($list, $expected);
        expected.sort();
        let read = $store.read(|r| r.run(list.clone())).unwrap_or_else(|e| panic!("{}: {e}", $context));
        let keys: Vec<_> = read.records.iter().map(|r| r.id.clone()).collect();
        assert_eq!(keys, expected, "{}", $context);
        assert_eq!($store.read(|r| r.run(list.clone().count())).unwrap(), expected.len() as u64, "{}", $context);
        assert_eq!($store.read(|r| r.run(list.clone().exists())).unwrap(), !expected.is_empty(), "{}", $context);
        if expected.is_empty() {
            assert_eq!($store.write(move |tx| tx.run(list.clone().delete())).unwrap(), 0, "{}", $context);
        }
    }};
}

/// A value that a record has, one beside it, or any.
fn asked<T: Drawn>(rng: &mut Rng, of: Option<T>) -> T {
    match of {
        Some(value) if rng.u8(..) > 128 => value,
        Some(value) if rng.bool() => value.near(rng),
        _ => T::stray(rng),
    }
}

#[test]
fn lists_by_an_index_take_every_value() {
    use shapes::encodings as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let all: Vec<Encodings> = (0..60).map(|_| drawn(&mut rng)).collect();
    let records = written(&store, all.into_iter());
    for case in 0..cases() {
        let context = format!("case {case} of seed {}", seed());
        let one = rng.choice(&records).unwrap().clone();
        let having = |is: &dyn Fn(&Encodings) -> bool| -> Vec<String> {
            records.iter().filter(|r| is(r)).map(|r| r.id.clone()).collect()
        };

        let own = asked(&mut rng, one.own);
        compare!(store, c::list_by_own(own), having(&|r| r.own == Some(own)), format!("{own:?}, {context}"));
        let full = asked(&mut rng, Some(one.full));
        compare!(store, c::list_by_full(full), having(&|r| r.full == full), format!("{full}, {context}"));

        let text = asked(&mut rng, one.text);
        let found = store.read(|r| r.run(c::get_by_text(text))).unwrap_or_else(|e| panic!("{text:?}, {context}: {e}"));
        let found: Vec<String> = found.into_iter().map(|r| r.id).collect();
        assert_eq!(found, having(&|r| r.text == Some(text)), "{text:?}, {context}");
    }
}

#[test]
fn a_value_that_no_column_holds_is_in_no_record() {
    let store = shapes::open_test().unwrap();
    let targets = ["a", "b"].map(|id| Target { id: id.to_owned(), ..Target::default() });
    let source =
        Source { id: "s".to_owned(), must: "a".to_owned(), targets: vec!["a".to_owned()], ..Source::default() };
    let settings = Settings { revision: None, ..Settings::default() };
    store
        .write(move |tx| {
            targets.iter().try_for_each(|t| tx.insert(t).map(|_| ()))?;
            tx.insert(&source)?;
            tx.insert(&settings)?;
            Ok(())
        })
        .unwrap();
    use shapes::{settings, source, time_key, wide_key};
    let far = Timestamp::new(i64::MAX, 0).unwrap();
    store
        .write(move |tx| {
            for nul in ["\0", "a\0", "\0a", "a\0b"] {
                // By unique and other indexes, through join tables and elements.
                assert_eq!(tx.run(source::get_by_code(nul))?, None);
                assert_eq!(tx.run(source::list_by_must(nul))?.records, []);
                assert_eq!(tx.run(source::list_by_keeps(nul))?.records, []);
                assert_eq!(tx.run(source::list_by_targets(nul).count())?, 0);
                assert_eq!(tx.run(source::list_by_links_target(nul).delete())?, 0);
                assert_eq!(tx.run(source::targets_by_targets(nul))?, []);
                // By the key.
                assert_eq!(tx.get::<Target>(nul)?, None);
                assert!(!tx.exists::<Target>(nul)?);
                assert!(!tx.delete::<Target>(nul)?);
                assert_eq!(tx.run(wide_key::list_by_a_b(nul, 1))?.records, []);
                let key = |f, g| (nul, 1, true, shapes::Colour::default(), &b""[..], f, g);
                for (f, g) in [(Timestamp::default(), 1), (far, 1), (Timestamp::default(), u64::MAX)] {
                    assert_eq!(tx.get::<WideKey>(key(f, g))?, None);
                    assert!(!tx.delete::<WideKey>(key(f, g))?);
                }
                // Elements of a record that cannot be there.
                let none = tx.run(source::targets.of(nul).read()).unwrap_err();
                assert_eq!((none.kind(), none.table()), (Kind::NotFound, Some("sources")));
            }
            assert_eq!(tx.run(settings::list_by_revision(u64::MAX))?.records, []);
            assert!(!tx.run(settings::list_by_revision(1 << 63).exists())?);
            for time in [far, Timestamp::new(i64::MIN, 1).unwrap(), Timestamp::new(253_402_300_800, 0).unwrap()] {
                assert_eq!(tx.run(time_key::list_by_time(time))?.records, []);
                assert_eq!(tx.get::<TimeKey>((Rfc3339(time), FullRange(0)))?, None);
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_key_that_no_column_holds_hides_no_other() {
    let store = shapes::open_test().unwrap();
    for id in ["a", "b", "c"] {
        store.targets().insert(Target { id: id.to_owned(), ..Target::default() }).await.unwrap();
    }
    let ids = ["a", "a\0", "b", "\0", "a"];
    let found = store.targets().get_many(ids).await.unwrap();
    let found: Vec<Option<String>> = found.into_iter().map(|target| target.map(|target| target.id)).collect();
    assert_eq!(found, ids.map(|id| (!id.contains('\0')).then(|| id.to_owned())));
    assert_eq!(store.targets().delete_many(ids).await.unwrap(), 2);
    assert_eq!(store.targets().count().await.unwrap(), 1);
    assert_eq!(store.targets().get_many(["\0"]).await.unwrap(), [None]);
    assert_eq!(store.targets().delete_many(["\0"]).await.unwrap(), 0);
}

#[test]
fn a_write_of_what_no_column_holds_is_refused() {
    let store = shapes::open_test().unwrap();
    let nul = store.write(|tx| tx.insert(&Target { id: "a\0".to_owned(), ..Target::default() }).map(|_| ()));
    let nul = nul.unwrap_err();
    assert_eq!((nul.kind(), nul.field()), (Kind::Invalid, Some("id")));
    let wide = store.write(|tx| tx.insert(&WideKey { g: u64::MAX, ..WideKey::default() }).map(|_| ())).unwrap_err();
    assert_eq!((wide.kind(), wide.field()), (Kind::OutOfRange, Some("g")));
}
