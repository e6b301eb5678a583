//! What upkeep does to records that are deleted softly, and to fields that are not shown.

use std::time::Duration;

use autoinstall::{Options, User, UserCredential};
use protostore::upkeep::{ExportOptions, KeeperOptions};
use protostore::{GetDeleted, Kind};

const HASH: &str = "$2b$12$a.hash.that.nobody.sees";

fn user(email: &str) -> User {
    User {
        email: email.into(),
        display_name: "Somebody".into(),
        credential: Some(UserCredential::PasswordHash(HASH.into())),
        ..User::default()
    }
}

#[test]
fn a_round_purges_who_was_deleted_long_enough_ago_and_nobody_else() {
    let purges = |age| Options::new().keeper(KeeperOptions::new().batch(2).purge_deleted_after(age)).open_test();
    let (store, later) = (purges(Duration::ZERO).unwrap(), purges(Duration::from_secs(3600)).unwrap());
    for (store, purged) in [(&store, 5), (&later, 0)] {
        let users: Vec<_> = (0..7).map(|n| user(&format!("{n}@example.com"))).collect();
        let users =
            store.write(move |tx| users.iter().map(|user| tx.insert(user)).collect::<Result<Vec<_>, _>>()).unwrap();
        let gone: Vec<_> = users[..5].iter().map(|user| user.id.clone()).collect();
        store.write(move |tx| gone.iter().try_for_each(|id| tx.delete::<User>(id).map(drop))).unwrap();
        // What was deleted is older than no time at all.
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(store.keep().unwrap().purged, purged);
        let kept = |id: &str| store.read(|r| r.run(GetDeleted::<User>(id))).unwrap().is_some();
        let left = users.iter().filter(|user| kept(&user.id)).count();
        assert_eq!(left as u64, 7 - purged);
        assert_eq!(store.read(|r| r.page::<User>(None, 9)).unwrap().records, users[5..]);
    }
}

#[test]
fn an_export_leaves_out_what_is_not_shown_unless_it_is_asked_for() {
    let store = autoinstall::open_test().unwrap();
    store.write(|tx| tx.insert(&user("a@example.com")).map(drop)).unwrap();
    let lines = |options: &ExportOptions| {
        let mut lines = Vec::new();
        let exported = store.export_lines(&mut lines, options).unwrap();
        (exported.redacted, String::from_utf8(lines).unwrap())
    };
    let (redacted, text) = lines(&ExportOptions::new());
    assert!(!text.contains(HASH) && text.contains(r#"{"redacted":true}"#) && text.contains("a@example.com"), "{text}");
    assert!(redacted >= 1 && text.contains(r#""whole":false"#), "{text}");
    let (redacted, text) = lines(&ExportOptions::new().reveal_redacted(true));
    assert!(redacted == 0 && text.contains(HASH) && text.contains(r#""whole":true"#), "{text}");
    // A plain database would hold it as it is.
    let home = tempfile::tempdir().unwrap();
    let refused = store.export_sqlite(home.path().join("plain.db"), &ExportOptions::new()).unwrap_err();
    assert_eq!(refused.kind(), Kind::Precondition, "{refused}");
    assert!(refused.to_string().contains("password_hash"), "{refused}");
    store.export_sqlite(home.path().join("plain.db"), &ExportOptions::new().reveal_redacted(true)).unwrap();
}
