//! What REQUIRED and IMMUTABLE say of lists, maps and elements, kept by every write; and keys in messages that occur
//! elsewhere too.

use std::collections::BTreeMap;

use fastrand::Rng;
use protostore::{Kind, Mask, Result};
use rules::proto::rules::v1 as proto;
use rules::{Claim, Meta, Pod, Route, RouteDetour, RouteHop, Stack, StackLayer, StackOrigin, route, stack};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

/// A route that has all that is REQUIRED; it has no `owner` and no `drafts`, which the store does not ask for.
fn route() -> Route {
    Route {
        id: "a".to_owned(),
        hosts: words(["h"]),
        labels: [("k".to_owned(), "v".to_owned())].into(),
        hops: vec![RouteHop { address: "x".to_owned(), ports: vec![1] }],
        packed: words(["p"]),
        texts: [("t".to_owned(), proto::route::Hop::default())].into(),
        ..Route::default()
    }
}

fn field<T: std::fmt::Debug>(done: Result<T>) -> String {
    let e = done.expect_err("the write is rejected");
    assert_eq!((e.kind(), e.table()), (Kind::Invalid, Some("routes")), "{e}");
    e.field().expect("a field").to_owned()
}

#[test]
fn a_required_list_has_an_element_after_every_write() {
    let store = rules::open_test().expect("a TEST store");
    type Edit = fn(&mut Route);
    let emptied: [(&str, Edit); 8] = [
        ("hosts", |r| r.hosts.clear()),
        ("labels", |r| r.labels.clear()),
        ("hops", |r| r.hops.clear()),
        ("packed", |r| r.packed.clear()),
        ("texts", |r| r.texts.clear()),
        ("hops.ports", |r| r.hops[0].ports.clear()),
        ("hops.ports", |r| r.hops.push(RouteHop::default())),
        ("detour.hosts", |r| r.detour = Some(RouteDetour::default())),
    ];
    for (path, empty) in emptied {
        let mut record = route();
        empty(&mut record);
        assert_eq!(field(wait(store.routes().insert(record))), path);
    }
    assert_eq!(wait(store.routes().count()).unwrap(), 0);
    wait(store.routes().insert(route())).expect("a message that is unset lacks nothing");
    for (path, empty) in emptied {
        let mut record = route();
        empty(&mut record);
        let member = path.split('.').next().unwrap();
        assert_eq!(field(wait(store.routes().upsert(record.clone()))), path, "upsert");
        let mask = Mask::<Route>::parse([member]).unwrap();
        assert_eq!(field(wait(store.routes().update(record.clone(), mask))), path, "update");
        wait(store.routes().update(record, route::owner)).expect("an update that does not name the field");
    }
    assert_eq!(wait(store.routes().get("a")).unwrap(), Some(route()));
}

#[test]
fn no_edit_empties_a_required_list() {
    let store = rules::open_test().expect("a TEST store");
    wait(store.routes().insert(route())).expect("is inserted");
    let detour = Route { detour: Some(RouteDetour { hosts: words(["d"]) }), ..route() };
    wait(store.routes().update(detour.clone(), route::detour)).expect("is updated");
    assert_eq!(field(wait(store.apply(route::hosts.of("a").remove_at(0)))), "hosts");
    assert_eq!(field(wait(store.apply(route::hosts.of("a").remove("h")))), "hosts");
    assert_eq!(field(wait(store.apply(route::hosts.of("a").clear()))), "hosts");
    assert_eq!(field(wait(store.apply(route::labels.of("a").remove("k")))), "labels");
    assert_eq!(field(wait(store.apply(route::labels.of("a").clear()))), "labels");
    assert_eq!(field(wait(store.apply(route::hops.of("a").clear()))), "hops");
    assert_eq!(field(wait(store.apply(route::hops.of("a").append(RouteHop::default())))), "hops.ports");
    assert_eq!(field(wait(store.apply(route::detour::hosts.of("a").clear()))), "detour.hosts");
    assert_eq!(wait(store.routes().get("a")).unwrap(), Some(detour), "nothing is written");
    wait(store.apply(route::hosts.of("a").append("i"))).expect("an element more");
    assert!(wait(store.apply(route::hosts.of("a").remove_at(0))).expect("one is left"));
}

/// Few values, so that two stacks often agree.
fn draw_layer(rng: &mut Rng) -> StackLayer {
    let origin = |rng: &mut Rng| StackOrigin { number: rng.u32(0..2), note: ["", "n"][rng.usize(0..2)].to_owned() };
    StackLayer {
        digest: ["d", "e"][rng.usize(0..2)].to_owned(),
        size: rng.u32(0..3),
        urls: (0..rng.usize(0..3)).map(|n| n.to_string()).collect(),
        parts: (0..rng.usize(0..2)).map(|n| n.to_string()).collect(),
        origin: rng.bool().then(|| origin(rng)),
        origins: (0..rng.usize(0..2)).map(|_| origin(rng)).collect(),
    }
}

fn draw(rng: &mut Rng) -> Stack {
    Stack {
        id: "s".to_owned(),
        tags: (0..rng.usize(0..2)).map(|n| n.to_string()).collect(),
        sizes: (0..rng.u64(0..2)).map(|n| (n.to_string(), n)).collect(),
        layers: (0..rng.usize(0..3)).map(|_| draw_layer(rng)).collect(),
        named: (0..rng.usize(0..3)).map(|_| (["a", "b"][rng.usize(0..2)].to_owned(), draw_layer(rng))).collect(),
        base: rng.bool().then(|| StackLayer { size: 0, urls: Vec::new(), ..StackLayer::default() }),
        apart: rng.bool().then(|| draw_layer(rng)),
        sealed: rng.bool().then(|| StackLayer { origin: None, origins: Vec::new(), ..draw_layer(rng) }),
        free: words(["f"]),
        note: rng.u32(..).to_string(),
    }
}

/// Says whether two lists differ by elements that are only added, or only removed.
fn one_way<T: Ord>(old: impl Iterator<Item = T>, new: impl Iterator<Item = T>) -> bool {
    let mut count: BTreeMap<T, i32> = BTreeMap::new();
    old.for_each(|element| *count.entry(element).or_default() -= 1);
    new.for_each(|element| *count.entry(element).or_default() += 1);
    !(count.values().any(|n| *n < 0) && count.values().any(|n| *n > 0))
}

/// What of an element never changes.
fn fixed(layer: &StackLayer) -> (&str, &[String], u32) {
    (&layer.digest, &layer.parts, layer.origin.as_ref().map_or(0, |origin| origin.number))
}

fn numbers<'l>(layers: impl Iterator<Item = &'l StackLayer>) -> impl Iterator<Item = u32> {
    layers.flat_map(|layer| layer.origins.iter().map(|origin| origin.number))
}

fn same_layer(old: &StackLayer, new: &StackLayer) -> bool {
    fixed(old) == fixed(new) && one_way(numbers([old].into_iter()), numbers([new].into_iter()))
}

/// Says by member whether a write may change one stack to the other.
fn may_become(old: &Stack, new: &Stack) -> BTreeMap<&'static str, bool> {
    let layers = one_way(old.layers.iter().map(fixed), new.layers.iter().map(fixed))
        && one_way(numbers(old.layers.iter()), numbers(new.layers.iter()));
    let named = old.named.iter().all(|(key, layer)| new.named.get(key).is_none_or(|new| same_layer(layer, new)));
    let apart = old.apart.iter().zip(&new.apart).all(|(old, new)| same_layer(old, new));
    BTreeMap::from([
        ("tags", old.tags == new.tags),
        ("sizes", old.sizes == new.sizes),
        ("layers", layers),
        ("named", named),
        ("base", old.base == new.base),
        ("apart", apart),
        ("sealed", old.sealed == new.sealed),
    ])
}

#[test]
fn a_write_is_rejected_exactly_where_it_changes_what_is_immutable_in_lists_and_elements() {
    let (store, mut rng) = (rules::open_test().expect("a TEST store"), Rng::with_seed(0x1575));
    let mut seen: BTreeMap<(&str, bool), u32> = BTreeMap::new();
    for _ in 0..60 {
        let mut stored = draw(&mut rng);
        wait(store.stacks().insert(stored.clone())).expect("is inserted");
        for _ in 0..12 {
            let drawn = draw(&mut rng);
            let members = ["tags", "sizes", "layers", "named", "base", "apart", "sealed"];
            let member = members[rng.usize(0..members.len())];
            let mut asked = Stack { note: drawn.note.clone(), ..stored.clone() };
            match member {
                "tags" => asked.tags.clone_from(&drawn.tags),
                "sizes" => asked.sizes.clone_from(&drawn.sizes),
                "layers" => asked.layers.clone_from(&drawn.layers),
                "named" => asked.named.clone_from(&drawn.named),
                "base" => asked.base.clone_from(&drawn.base),
                "apart" => asked.apart.clone_from(&drawn.apart),
                _ => asked.sealed.clone_from(&drawn.sealed),
            }
            let allowed = may_become(&stored, &asked)[member];
            let done = match rng.bool() {
                true => wait(store.stacks().upsert(asked.clone())).map(|_| ()),
                // What the mask does not name is not looked at.
                false => {
                    let mask = Mask::<Stack>::parse([member, "note"]).unwrap();
                    wait(store.stacks().update(Stack { id: "s".to_owned(), ..asked.clone() }, mask))
                }
            };
            *seen.entry((member, allowed)).or_default() += 1;
            let context = format!("{member}: {stored:?} -> {asked:?}");
            match done {
                Ok(()) => {
                    assert!(allowed, "{context} is accepted");
                    stored = asked;
                }
                Err(e) => {
                    assert!(!allowed, "{context}: {e}");
                    assert_eq!((e.kind(), e.table()), (Kind::Invalid, Some("stacks")), "{context}: {e}");
                    assert!(e.field().is_some_and(|field| field.starts_with(member)), "{context}: {e}");
                }
            }
            assert_eq!(wait(store.stacks().get("s")).unwrap().as_ref(), Some(&stored), "{context}");
        }
        wait(store.stacks().delete("s")).expect("is deleted");
    }
    assert!(seen.len() == 14 && seen.values().all(|n| *n > 3), "each member is accepted and rejected: {seen:?}");
}

#[test]
fn an_edit_of_one_element_changes_nothing_that_is_immutable() {
    let store = rules::open_test().expect("a TEST store");
    let layer = |digest: &str, size: u32| StackLayer { digest: digest.to_owned(), size, ..StackLayer::default() };
    let stored = Stack {
        id: "s".to_owned(),
        tags: words(["t"]),
        sizes: [("a".to_owned(), 1)].into(),
        layers: vec![layer("d", 1), layer("e", 2)],
        named: [("n".to_owned(), layer("d", 1))].into(),
        free: words(["f"]),
        ..Stack::default()
    };
    wait(store.stacks().insert(stored.clone())).expect("is inserted");
    let rejected = |done: Result<()>| {
        let e = done.expect_err("the edit is rejected");
        assert_eq!(wait(store.stacks().get("s")).unwrap(), Some(stored.clone()), "nothing is written");
        e.to_string()
    };
    let changed = |field: &str| format!("stacks.{field}: is immutable, and has another value");
    assert_eq!(rejected(wait(store.apply(stack::tags.of("s").append("u")))), changed("tags"));
    assert_eq!(rejected(wait(store.apply(stack::tags.of("s").remove_at(0))).map(|_| ())), changed("tags"));
    assert_eq!(rejected(wait(store.apply(stack::tags.of("s").clear())).map(|_| ())), changed("tags"));
    assert_eq!(rejected(wait(store.apply(stack::sizes.of("s").put("a", 2))).map(|_| ())), changed("sizes"));
    assert_eq!(rejected(wait(store.apply(stack::sizes.of("s").put("b", 2))).map(|_| ())), changed("sizes"));
    assert_eq!(rejected(wait(store.apply(stack::sizes.of("s").remove("a"))).map(|_| ())), changed("sizes"));
    let other = wait(store.apply(stack::named.of("s").put("n", layer("e", 1)))).map(|_| ());
    assert_eq!(rejected(other), changed("named.value.digest"));
    // The same values, elements that come and go, and members that may change.
    wait(store.apply(stack::sizes.of("s").put("a", 1))).expect("the same entry");
    wait(store.apply(stack::tags.of("s").remove("none"))).expect("changes nothing");
    wait(store.apply(stack::named.of("s").put("n", layer("d", 7)))).expect("another member");
    wait(store.apply(stack::named.of("s").put("m", layer("x", 7)))).expect("a new entry");
    wait(store.apply(stack::layers.of("s").append(layer("f", 3)))).expect("a new element");
    wait(store.apply(stack::layers.of("s").remove_at(0))).expect("an element less");
    wait(store.apply(stack::free.of("s").append("g"))).expect("`immutable: false` is said of the field");
    let found = wait(store.stacks().get("s")).unwrap().expect("is there");
    assert_eq!(found.layers, [layer("e", 2), layer("f", 3)]);
}

#[test]
fn a_key_is_in_a_message_that_occurs_elsewhere_too() {
    let store = rules::open_test().expect("a TEST store");
    let meta = |name: &str| Meta { name: Some(name.to_owned()), number: Some(1), hash: None };
    let message = proto::Pod {
        metadata: Some(proto::Meta { name: Some("p".to_owned()), ..proto::Meta::default() }),
        template: Some(proto::Meta::default()),
        owners: vec![proto::Meta::default(), proto::Meta { number: Some(0), ..proto::Meta::default() }],
    };
    let pod = Pod::try_from(message.clone()).expect("a record");
    let stored = wait(store.pods().insert(pod.clone())).expect("is inserted");
    assert_eq!(proto::Pod::from(stored), message);
    assert_eq!(wait(store.pods().get("p")).unwrap(), Some(pod.clone()));
    let other = Pod { template: Some(meta("t")), ..pod.clone() };
    wait(store.pods().update(other.clone(), rules::pod::template)).expect("is updated");
    assert_eq!(wait(store.pods().get("p")).unwrap(), Some(other.clone()));

    // A key that is not set is no key of an empty or zero value.
    let unnamed = Pod { metadata: Meta::default(), ..pod };
    let missing = |done: Result<()>| done.expect_err("the write is rejected").to_string();
    let said = "pods.metadata.name: must be set";
    assert_eq!(missing(wait(store.pods().insert(unnamed.clone())).map(|_| ())), said);
    assert_eq!(missing(wait(store.pods().upsert(unnamed.clone())).map(|_| ())), said);
    assert_eq!(missing(wait(store.pods().update(unnamed, rules::pod::template))), said);

    let claim =
        |number, hash: Option<&[u8]>| Claim { metadata: Meta { name: None, number, hash: hash.map(<[u8]>::to_vec) } };
    wait(store.claims().insert(claim(Some(0), Some(b"h")))).expect("zero is a number");
    let zero = |done: Result<Claim>| missing(done.map(|_| ()));
    assert_eq!(zero(wait(store.claims().upsert(claim(None, Some(b"h"))))), "claims.metadata.number: must be set");
    assert_eq!(zero(wait(store.claims().insert(claim(Some(1), None)))), "claims.metadata.hash: must be set");
    assert!(wait(store.claims().delete((0, b"h"))).expect("is deleted"));
}
