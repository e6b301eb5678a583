//! Rules of lists and maps hold where single elements are written, as they do where the whole field is.

use protostore::{Kind, Result};
use rules::{Peer, Store, Tree, TreeChoice, TreeLeaf, TreeLeafKind, peer, tree};

fn leaf(value: i32, rings: usize) -> TreeLeaf {
    TreeLeaf { value, kind: Some(TreeLeafKind::One(1)), rings: vec![1; rings] }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Expects a refusal that names this field, and a record that is as it was.
fn refused<T: std::fmt::Debug>(store: &Store, done: Result<T>, field: &str) {
    let e = done.expect_err("a rule is broken");
    assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some(field)), "{e}");
    assert_eq!(wait(store.trees().get("a")).unwrap(), Some(plain()), "nothing is written");
}

fn plain() -> Tree {
    Tree {
        id: "a".to_owned(),
        leaf: Some(leaf(1, 2)),
        must: leaf(1, 0),
        leaves: vec![leaf(1, 0), leaf(2, 1)],
        words: vec!["v".to_owned()],
        sizes: [("a".to_owned(), 1), ("b".to_owned(), 2)].into(),
        choice: Some(TreeChoice::Plain(true)),
        needed: vec!["n".to_owned()],
        ..Tree::default()
    }
}

#[test]
fn an_element_that_is_written_alone_breaks_no_rule() {
    let store = rules::open_test().expect("a TEST store");
    wait(store.trees().insert(plain())).expect("keeps every rule");
    let refused = |done, field| refused(&store, done, field);
    refused(wait(store.apply(tree::words.of("a").append(""))), "words");
    refused(wait(store.apply(tree::words.of("a").append("v"))), "words");
    refused(wait(store.apply(tree::words.of("a").clear())).map(|_| ()), "words");
    refused(wait(store.apply(tree::words.of("a").remove("v"))).map(|_| ()), "words");
    refused(wait(store.apply(tree::words.of("a").remove_at(0))).map(|_| ()), "words");
    refused(wait(store.apply(tree::leaves.of("a").append(leaf(3, 0)))), "leaves");
    refused(wait(store.apply(tree::leaf::rings.of("a").append(3))), "leaf.rings");
    refused(wait(store.apply(tree::needed.of("a").remove("n"))).map(|_| ()), "needed");
    refused(wait(store.apply(tree::sizes.of("a").put("c", 1))).map(|_| ()), "sizes");
    refused(wait(store.apply(tree::sizes.of("a").put("a", 0))).map(|_| ()), "sizes");
    refused(wait(store.apply(tree::by_number.of("a").put(1, leaf(0, 0)))).map(|_| ()), "by_number.value");
    refused(wait(store.apply(tree::by_number.of("a").put(1, leaf(1, 3)))).map(|_| ()), "by_number.rings");

    wait(store.apply(tree::sizes.of("a").put("a", 5))).expect("replaces");
    wait(store.apply(tree::words.of("a").append("w"))).expect("is another");
    assert!(wait(store.apply(tree::words.of("a").remove_at(0))).expect("one is left"));
    assert!(wait(store.apply(tree::leaves.of("a").remove_at(0))).expect("may be fewer"));
    wait(store.apply(tree::leaves.of("a").append(leaf(3, 0)))).expect("there is room");
}

#[test]
fn a_list_of_references_keeps_its_rules() {
    let store = rules::open_test().expect("a TEST store");
    for id in ["a", "b", "c", "d"] {
        wait(store.trees().insert(Tree { id: id.to_owned(), ..plain() })).expect("keeps every rule");
    }
    let peer = |trees: &[&str]| Peer { trees: trees.iter().map(|id| (*id).to_owned()).collect(), ..Peer::default() };
    for (trees, rule) in [
        (&["a", "a"][..], "repeated.unique"),
        (&[], "repeated.min_items"),
        (&["a", "b", "c", "d"], "repeated.max_items"),
        (&["abc"], "string.max_len"),
    ] {
        let e = wait(store.peers().insert(peer(trees))).expect_err("a rule is broken");
        assert_eq!((e.kind(), e.field(), e.constraint()), (Kind::Invalid, Some("trees"), Some(rule)), "{e}");
    }
    let stored = wait(store.peers().insert(peer(&["b", "a"]))).expect("what is made keeps its rules");
    let id = stored.id.as_str();
    let refused = |done: Result<()>, rule| {
        let e = done.expect_err("a rule is broken");
        assert_eq!((e.kind(), e.field(), e.constraint()), (Kind::Invalid, Some("trees"), Some(rule)), "{e}");
        assert_eq!(wait(store.peers().get(id)).unwrap().as_ref(), Some(&stored), "nothing is written");
    };
    refused(wait(store.apply(peer::trees.of(id).append("a"))), "repeated.unique");
    refused(wait(store.apply(peer::trees.of(id).append("abc"))), "string.max_len");
    refused(wait(store.apply(peer::trees.of(id).clear())).map(|_| ()), "repeated.min_items");

    // The same elements in another order are written in place of the old ones.
    let turned = Peer { trees: vec!["a".to_owned(), "b".to_owned()], ..stored.clone() };
    wait(store.peers().upsert(turned)).expect("no row appears twice at any time");
    wait(store.apply(peer::trees.of(id).append("c"))).expect("is another");
}
