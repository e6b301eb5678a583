//! Join tables, from both sides and in place.

use protostore::{Cursor, Kind};

use super::fixture::{Image, Machine, machine as m};
use super::{machine, store, told};

#[tokio::test]
async fn a_join_table_is_read_from_both_sides() {
    let store = store();
    store.table::<Machine>().insert(machine("a")).await.expect("inserts");
    store.table::<Machine>().insert(Machine { image_ids: vec![3, 1], ..machine("b") }).await.expect("inserts");
    let images = store.run(m::images_by_image_ids("a")).await.expect("reads");
    assert_eq!(images.iter().map(|i| i.number).collect::<Vec<_>>(), [2, 1, 2], "in order, and as often as named");
    assert_eq!(images[0], Image { number: 2, digest: vec![0, 255, 1] });
    let by = async |number| {
        let page = store.run(m::list_by_image_ids(number)).await.expect("reads");
        page.records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(
        (by(1).await, by(2).await, by(3).await),
        (vec!["a".into(), "b".into()], vec!["a".into()], vec!["b".into()])
    );
    let after =
        store.run(m::list_by_image_ids(1).after(Cursor::<Machine>::of_key("a").expect("a key"))).await.expect("reads");
    assert_eq!(after.records, [Machine { image_ids: vec![3, 1], ..machine("b") }]);
    assert_eq!(store.run(m::images_by_image_ids("none")).await.expect("reads"), []);
}

#[tokio::test]
async fn a_join_table_is_edited_in_place() {
    let store = store();
    store.table::<Machine>().insert(machine("a")).await.expect("inserts");
    let ids = async || store.table::<Machine>().get("a").await.expect("reads").expect("is there").image_ids;
    store.apply(m::IMAGE_LIST.of("a").append(3)).await.expect("adds");
    assert_eq!(ids().await, [2, 1, 2, 3]);
    assert_eq!(store.apply(m::IMAGE_LIST.of("a").remove(2)).await.expect("removes"), 2);
    assert_eq!(store.apply(m::IMAGE_LIST.of("a").remove(2)).await.expect("removes"), 0);
    store.apply(m::IMAGE_LIST.of("a").append(1)).await.expect("adds");
    assert_eq!(ids().await, [1, 3, 1]);
    assert_eq!(store.apply(m::IMAGE_LIST.of("a").remove(1)).await.expect("removes"), 2);
    assert_eq!(store.apply(m::IMAGE_LIST.of("a").remove(3)).await.expect("removes"), 1);
    store.apply(m::IMAGE_LIST.of("a").append(2)).await.expect("adds to an empty list");
    assert_eq!(ids().await, [2]);

    let e = store.apply(m::IMAGE_LIST.of("a").append(9)).await.expect_err("no such image");
    let (table, why) = (Some("machines"), "refers to a record of images that does not exist");
    assert_eq!(told(&e), (Kind::Reference, table, Some("image_ids"), Some("value"), why));
    let e = store.apply(m::IMAGE_LIST.of("none").append(1)).await.expect_err("no such machine");
    assert_eq!(told(&e), (Kind::NotFound, Some("machines"), None, None, "no record has this key"));
    let e = store.run(m::IMAGE_LIST.of("none").read()).await.expect_err("no such machine");
    assert_eq!(e.kind(), Kind::NotFound);
}

#[tokio::test]
async fn a_list_in_a_message_is_edited_where_the_message_is_set() {
    let store = store();
    store.table::<Machine>().insert(machine("a")).await.expect("inserts");
    store.table::<Machine>().insert(Machine { root_drive: None, ..machine("b") }).await.expect("inserts");
    store.apply(m::LABEL_LIST.of("a").append("c")).await.expect("appends");
    assert!(store.apply(m::LABEL_LIST.of("a").remove_at(1)).await.expect("removes"));
    assert!(!store.apply(m::LABEL_LIST.of("a").remove_at(2)).await.expect("there is none"));
    assert_eq!(store.run(m::LABEL_LIST.of("a").read()).await.expect("reads"), ["a", "c"]);
    assert_eq!(store.apply(m::LABEL_LIST.of("a").clear()).await.expect("clears"), 2);
    let refused = store.apply(m::LABEL_LIST.of("b").append("c")).await.expect_err("the message is not set");
    let why = "is not set, so it holds nothing";
    assert_eq!(told(&refused), (Kind::Precondition, Some("machines"), Some("root_drive"), None, why));
    assert_eq!(store.run(m::LABEL_LIST.of("b").read()).await.expect_err("nor read").kind(), Kind::Precondition);
}
