//! Random messages of every shape, through the emitted and compiled code and an encrypted store: what goes in comes out,
//! and what is refused is refused with the name of its field.

#[path = "shapes/asked.rs"]
mod asked;
#[path = "shapes/beyond.rs"]
mod beyond;
#[path = "shapes/drawer.rs"]
mod drawer;
#[path = "shapes/random.rs"]
#[allow(dead_code, reason = "the tests that know no options draw whole messages")]
mod random;
#[path = "shapes/reach.rs"]
mod reach;
#[path = "shapes/same.rs"]
mod same;
#[path = "shapes/spoil.rs"]
mod spoil;
#[path = "shapes/wild.rs"]
mod wild;

use std::collections::{BTreeMap, BTreeSet};

use asked::Asks;
use drawer::{Drawer, Rows};
use fastrand::Rng;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value};
use prost_types::Timestamp;
use protostore::{Cursor, Mutable};
use shapes::Store;
use shapes::proto::shapes::v1 as proto;

/// Messages of each type in one run; `PROTOSTORE_CASES` asks for more.
fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").ok().map_or(150, |n| n.parse().expect("PROTOSTORE_CASES is a number"))
}

fn seed() -> u64 {
    std::env::var("PROTOSTORE_SEED").ok().map_or(0x5eed, |n| n.parse().expect("PROTOSTORE_SEED is a number"))
}

fn pool() -> DescriptorPool {
    DescriptorPool::decode(shapes::SCHEMA.descriptors).expect("the crate holds its descriptors")
}

/// The rows that references name, which the tests insert first.
fn rows() -> Rows {
    let texts = (0..4).map(|n| Value::String(format!("t{n}"))).collect();
    let numbers = (0..4).map(Value::I64).collect();
    let full = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX].map(Value::U64).to_vec();
    [("targets".to_owned(), texts), ("int_keys".to_owned(), numbers), ("full_keys".to_owned(), full)].into()
}

/// Draws messages of type `M`, stores each and reads it back in every way there is; and breaks each in one place, and
/// sees it refused.
fn round_trips<R, M>(store: &Store, mut normalise: impl FnMut(&mut Rng, &mut M))
where
    R: Mutable + TryFrom<M, Error = protostore::Error>,
    M: prost::Message + Default + From<R> + Clone + std::fmt::Debug,
{
    let (descriptor, asks) = table(R::TABLE.number);
    let rows = rows();
    let drawer = Drawer { asks: &asks, rows: &rows };
    let mut rng = Rng::with_seed(seed());
    let mut counts = BTreeMap::new();
    for case in 0..cases() {
        let drawn: DynamicMessage = drawer.message(&mut rng, &descriptor);
        let mut message: M = drawn.transcode_to().expect("a message of this type");
        normalise(&mut rng, &mut message);
        let dynamic = reflected(&descriptor, &message);
        reach::count(&dynamic, &mut counts);
        let context = format!("{} case {case} of seed {}: {message:?}", R::TABLE.record, seed());
        let record = R::try_from(message.clone()).unwrap_or_else(|e| panic!("{context}: {e}"));
        refused::<R, M>(store, &mut rng, &asks, &record, dynamic.clone());
        let (upserted, inserted, key) = (record.clone(), record.clone(), R::own_key(record.key()));
        store.write(move |tx| tx.upsert(&upserted)).unwrap_or_else(|e| panic!("{context}: {e}"));
        let found = store.read(|r| r.get::<R>(record.key())).unwrap_or_else(|e| panic!("{context}: {e}"));
        let found = found.unwrap_or_else(|| panic!("{context}: not found"));
        let found = reflected(&descriptor, &M::from(found));
        same::same(&asks, &dynamic, &found).unwrap_or_else(|e| panic!("{context}: {e} differs"));
        assert!(store.write(move |tx| tx.delete::<R>(R::borrow_key(&key))).unwrap(), "{context}");
        store.write(move |tx| tx.insert(&inserted)).unwrap_or_else(|e| panic!("{context}: {e}"));
    }
    for name in reach::types(&asks, &descriptor) {
        let count = counts.get(&name).copied().unwrap_or_default();
        assert!(count * 20 >= cases(), "only {count} messages of {} cases held a {name} with something in it", cases());
    }
    // The children of a whole page come in a fixed number of statements, and each to its own record.
    let mut after: Option<Cursor<R>> = None;
    loop {
        let page = store.read(|r| r.page::<R>(after.take(), 7)).unwrap();
        for record in &page.records {
            let alone = store.read(|r| r.get::<R>(record.key())).unwrap();
            assert!(alone.is_some_and(|alone| alike(&alone, record)), "{record:?}");
        }
        many(store, &page.records);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
}

/// Reads records by a list of keys in another order, each twice, and deletes and writes them again.
fn many<R: protostore::Mutable>(store: &Store, records: &[R]) {
    let asked: Vec<&R> = records.iter().rev().chain(records).collect();
    let found = store.read(|r| r.get_many::<R>(asked.iter().map(|record| record.key()))).unwrap();
    assert_eq!(found.len(), asked.len());
    assert!(found.iter().flatten().zip(&asked).all(|(found, asked)| alike(found, asked)));
    let (gone, left) = records.split_at(records.len() / 2);
    let again = gone.to_vec();
    let deleted = store.write(move |tx| tx.delete_many::<R>(again.iter().chain(&again).map(R::key))).unwrap();
    assert_eq!(deleted, gone.len() as u64);
    let found = store.read(|r| r.get_many::<R>(records.iter().map(R::key))).unwrap();
    // What names a record that is gone may have let go of it.
    let there = gone.iter().map(|_| false).chain(left.iter().map(|_| true));
    assert!(found.iter().map(Option::is_some).eq(there));
    let again = gone.to_vec();
    store.write(move |tx| tx.run(protostore::InsertMany::new(again.clone()))).unwrap();
}

/// Returns the message of a table's record, and what is asked of its fields.
fn table(number: u32) -> (MessageDescriptor, Asks) {
    let store = pool().get_message_by_name(shapes::SCHEMA.store).expect("the store is among its descriptors");
    let field = store.get_field(number).expect("a table is a field of the store");
    (field.kind().as_message().expect("a table holds a message").clone(), Asks::of_table(&field))
}

fn reflected(of: &MessageDescriptor, message: &impl prost::Message) -> DynamicMessage {
    let mut dynamic = DynamicMessage::new(of.clone());
    dynamic.transcode_from(message).expect("a message of this type");
    dynamic
}

/// Returns whether two records say the same; unlike `==`, of a NaN too.
fn alike<R: std::fmt::Debug>(a: &R, b: &R) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

/// Breaks a message that is not stored yet: it is refused by the name of its field, and nothing of it is written.
fn refused<R, M>(store: &Store, rng: &mut Rng, asks: &Asks, record: &R, mut message: DynamicMessage)
where
    R: Mutable + TryFrom<M, Error = protostore::Error>,
    M: prost::Message + Default,
{
    let key: Vec<String> =
        R::TABLE.layout.columns.iter().filter(|c| R::TABLE.key.contains(&c.name)).map(|c| c.field.to_owned()).collect();
    let Some(spoilt) = spoil::spoil(rng, asks, &key, &mut message) else { return };
    // What is nested too deep for prost is no message that could arrive.
    let Ok(broken) = message.transcode_to::<M>() else { return };
    let context = format!("{}: {spoilt:?}: {message}", R::TABLE.record);
    let before = store.read(|r| r.get::<R>(record.key())).unwrap();
    // A table of one row has it already.
    let upsert = rng.bool() || R::TABLE.key == ["_singleton"];
    let refused = R::try_from(broken)
        .and_then(|broken| store.write(move |tx| if upsert { tx.upsert(&broken) } else { tx.insert(&broken) }));
    let e = refused.expect_err(&context);
    assert_eq!(e.field(), Some(spoilt.field.as_str()), "{context}: {e}");
    assert!(spoilt.says.iter().any(|says| e.to_string().ends_with(says)), "{context}: {e}");
    // Before there is a record, there is no table.
    if let Some(table) = e.table() {
        assert_eq!(table, R::TABLE.layout.name, "{context}: {e}");
    }
    let after = store.read(|r| r.get::<R>(record.key())).unwrap();
    assert!(alike(&before, &after), "{context}: something was written");
}

/// A key that no other case has.
fn id(rng: &mut Rng) -> String {
    format!("id-{:016x}", rng.u64(..))
}

/// Waits for the asynchronous face of a store.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn point() -> proto::Point {
    proto::Point { x: 3, y: Some(0), colour: 77, time: None }
}

macro_rules! shape {
    ($test:ident, $record:ident, $normalise:expr) => {
        #[test]
        fn $test() {
            let store = shapes::open_test().expect("a TEST store");
            round_trips::<shapes::$record, proto::$record>(&store, $normalise);
        }
    };
}

shape!(implicit_scalars, Implicit, |rng, m| m.id = id(rng));
shape!(explicit_scalars, Explicit, |rng, m| m.id = id(rng));
shape!(repeated_scalars, Repeated, |rng, m| m.id = id(rng));
shape!(required_scalars, Required, |rng, m| {
    m.id = id(rng);
    m.an_int32 = m.an_int32.max(1);
    m.a_uint64 = m.a_uint64.max(1);
    m.a_double = if m.a_double == 0.0 { 0.5 } else { m.a_double };
    m.a_string.push('.');
    m.a_bytes.push(0);
    m.a_colour = if m.a_colour == 0 { 1 } else { m.a_colour };
    m.a_bool = m.a_bool.or(Some(false));
    m.a_uint32 = m.a_uint32.or(Some(0));
    m.text = m.text.take().or(Some(String::new()));
    m.a_time = m.a_time.or(Some(Timestamp { seconds: -1, nanos: 999_999_999 }));
});
shape!(nested_messages, Nested, |rng, m| {
    m.id = id(rng);
    m.must = m.must.or(Some(point()));
    if let Some(outer) = &mut m.outer {
        outer.always = outer.always.take().or(Some(proto::nested::outer::Middle::default()));
    }
});
shape!(oneofs, Choices, |rng, m| m.id = id(rng));
shape!(repeated_messages, Lists, |rng, m| m.id = id(rng));
shape!(keywords, Keywords, |rng, m| m.id = id(rng));
shape!(integer_keys, IntKey, |rng, m| m.id = rng.i64(..));
shape!(bytes_keys, BytesKey, |rng, m| m.id = rng.u64(..).to_be_bytes().to_vec());
shape!(keys_of_seven_parts, WideKey, |rng, m| {
    m.a = id(rng);
    m.e.push(1);
    m.f = m.f.or(Some(Timestamp::default()));
});
shape!(keys_inside_a_message, DeepKey, |rng, m| {
    let label = m.meta.take().map(|meta| meta.label).unwrap_or_default();
    m.meta = Some(proto::deep_key::Meta { name: id(rng), label });
});
shape!(proto2, Legacy, |rng, m| m.id = id(rng));
shape!(maps, Maps, |rng, m| m.id = id(rng));
shape!(lists_in_lists, Deep, |rng, m| {
    m.region = id(rng);
    m.number = rng.u32(..);
});

shape!(wrappers, Wrappers, |rng, m| {
    m.id = id(rng);
    m.must = m.must.take().or(Some(String::new()));
    if let Some(inner) = &mut m.inner {
        inner.must = inner.must.take().or(Some(String::new()));
    }
});
shape!(well_known_types, WellKnown, |rng, m| {
    m.id = id(rng);
    m.must = m.must.take().or(Some(prost_types::Struct::default()));
    m.must_be = Some(());
    if let Some(inner) = &mut m.inner {
        inner.an_any = inner.an_any.take().or(Some(prost_types::Any::default()));
    }
});
shape!(singletons_without_columns, Flags, |_, _| {});

shape!(scalars_of_proto2, Olden, |rng, m| m.id = id(rng));
shape!(scalars_in_every_place, Places, |rng, m| m.id = id(rng));
shape!(encodings_in_every_place, Codes, |rng, m| m.id = id(rng));
shape!(well_known_types_in_every_place, Known, |rng, m| m.id = id(rng));

/// Every type of message that the records of this file hold is drawn; each draw asserts how often.
#[test]
fn sixty_types_of_messages() {
    let text = include_str!("shapes.rs");
    let mut reached = BTreeSet::new();
    for found in shapes::SCHEMA.tables {
        let name = found.record.rsplit('.').next().expect("a name");
        if text.contains(&format!(", {name}, |")) || text.contains(&format!("<shapes::{name}, proto::{name}>")) {
            let (descriptor, asks) = table(found.number);
            reached.extend(reach::types(&asks, &descriptor));
        }
    }
    assert!(reached.len() >= 60, "{} types: {reached:?}", reached.len());
}

#[test]
fn singletons() {
    let store = shapes::open_test().expect("a TEST store");
    for n in 0..4 {
        let target = shapes::Target { id: format!("t{n}"), name: String::new() };
        store.write(move |tx| tx.insert(&target)).unwrap();
    }
    round_trips::<shapes::Settings, proto::Settings>(&store, |rng, m| {
        m.target_ids = (0..rng.usize(0..5)).map(|_| format!("t{}", rng.u8(0..4))).collect();
    });
    // There is a row now, and never a second.
    let again = store.write(|tx| tx.insert(&shapes::Settings::default())).unwrap_err();
    assert_eq!(again.to_string(), "settings: has its only record already");
    assert_eq!(again.kind(), protostore::Kind::AlreadyExists);
    let page = store.read(|r| r.page::<shapes::Settings>(None, 1)).unwrap();
    assert_eq!((page.records.len(), page.next.is_none()), (1, true));

    // The handle needs no key, and neither do the functions of a join table.
    store.write(|tx| tx.run(shapes::settings::target_ids.of(protostore::Singleton).append("t3"))).unwrap();
    let ids = wait(store.settings().get()).unwrap().unwrap().target_ids;
    let named = store.read(|r| r.run(shapes::settings::targets_by_target_ids())).unwrap();
    assert_eq!(named.iter().map(|t| &t.id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert!(ids.last().unwrap() == "t3");
    let name = shapes::Settings { name: "only".to_owned(), ..shapes::Settings::default() };
    wait(store.settings().update(name, [shapes::settings::name])).unwrap();
    let found = wait(store.settings().get()).unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.target_ids), ("only", ids));
    assert!(wait(store.settings().delete()).unwrap());
    assert!(!wait(store.settings().exists()).unwrap());
    let missing = wait(store.settings().update(shapes::Settings::default(), [shapes::settings::name]));
    assert_eq!(missing.unwrap_err().kind(), protostore::Kind::NotFound);
}

shape!(encodings, Encodings, |rng, m| {
    m.id = id(rng);
    // It is unique.
    m.text = m.text.map(|_| Timestamp { seconds: rng.i64(0..200_000_000_000), nanos: 1 });
});
shape!(keys_of_a_time_and_a_number, TimeKey, |rng, m| {
    m.time = Some(Timestamp { seconds: rng.i64(-62_135_596_800..253_402_300_800), nanos: rng.i32(0..1_000_000_000) });
});

#[test]
fn keys_of_the_whole_range() {
    use protostore::stored::FullRange;
    let store = shapes::open_test().expect("a TEST store");
    let ends = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX];
    for id in ends {
        store.write(move |tx| tx.insert(&shapes::FullKey { id, ..Default::default() })).unwrap();
    }
    let mut next = 2;
    round_trips::<shapes::FullKey, proto::FullKey>(&store, |rng, m| {
        next = if next == (1 << 63) - 2 { (1 << 63) + 1 } else { next + 1 };
        m.id = next;
        m.parent = m.parent.map(|_| *rng.choice(&ends).expect("a choice"));
        m.others = m.others.iter().map(|_| *rng.choice(&ends).expect("a choice")).collect();
    });
    // Pages are in the order of the numbers.
    let all = store.read(|r| r.page::<shapes::FullKey>(None, usize::MAX >> 1)).unwrap().records;
    assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!((all[0].id, all.last().map(|r| r.id)), (0, Some(u64::MAX)));
    let last = store.read(|r| r.run(shapes::full_key::list_by_parent(u64::MAX).size(10_000))).unwrap().records;
    assert!(!last.is_empty() && last.iter().all(|r| r.parent == Some(u64::MAX)));
    assert!(store.write(|tx| tx.delete::<shapes::FullKey>(FullRange(u64::MAX))).unwrap());
    let left = store.read(|r| r.run(shapes::full_key::list_by_parent(u64::MAX))).unwrap().records;
    assert!(left.is_empty());
}

shape!(immutable_fields, Fixed, |rng, m| {
    m.id = id(rng);
    m.token = protostore::generate::uuid_v4();
});
shape!(bytes, Packed, |rng, m| {
    m.id = id(rng);
    m.must = m.must.or(Some(point()));
    m.raw.push('\0');
    m.maybe_raw = m.maybe_raw.take().map(|raw| raw + "\0.");
    m.raw_by_raw.insert("a\0b".to_owned(), "\0".to_owned());
    m.times.push(Timestamp { seconds: i64::MAX, nanos: -1 });
});
shape!(messages_that_contain_themselves, Tree, |rng, m| {
    m.id = id(rng);
    m.must.get_or_insert_default();
});
shape!(fields_that_are_not_stored, Partial, |rng, m| {
    let half = m.half.take().map(|_| proto::partial::Half::default());
    *m = proto::Partial { id: id(rng), half, ..Default::default() };
});

/// Sets the places of shelves, which must be set.
fn normalise_shelves<'m>(shelves: impl IntoIterator<Item = &'m mut proto::apart::Shelf>) {
    shelves.into_iter().for_each(|shelf| shelf.place = shelf.place.or(Some(point())));
}

fn shelves_of(wing: &mut proto::apart::Wing) -> impl Iterator<Item = &mut proto::apart::Shelf> {
    let left = match &mut wing.way {
        Some(proto::apart::wing::Way::Left(shelf)) => Some(shelf),
        _ => None,
    };
    wing.shelf.iter_mut().chain(left)
}

/// Draws what JSON can carry.
fn normalise_page(rng: &mut Rng, page: &mut proto::Page) {
    page.list.truncate(1);
    page.any = page.any.take().map(|_| any(rng));
    if let Some(mask) = &mut page.mask {
        mask.paths.retain(|path| path != "é");
    }
    page.plain_null = 0;
    if let Some(proto::page::Way::Null(number)) = &mut page.way {
        *number = 0;
    }
    if let Some(legacy) = &mut page.legacy {
        legacy.id = id(rng);
    }
    let way = match &mut page.way {
        Some(proto::page::Way::Left(left)) => Some(&mut **left),
        _ => None,
    };
    let next = page.next.as_deref_mut();
    for inner in page.list.iter_mut().chain(way).chain(next) {
        normalise_page(rng, inner);
    }
}

/// Any message that is known, or none.
fn any(rng: &mut Rng) -> prost_types::Any {
    use prost::Message;
    let of = |name: &str, value: Vec<u8>| prost_types::Any { type_url: format!("types.example/{name}"), value };
    let point =
        proto::Point { x: rng.i32(..), y: Some(0), colour: 77, time: Some(Timestamp { seconds: -1, nanos: 1 }) };
    match rng.u8(0..6) {
        0 => prost_types::Any::default(),
        1 => of("google.protobuf.Timestamp", Timestamp { seconds: 0, nanos: 5 }.encode_to_vec()),
        2 => of("google.protobuf.Any", of("shapes.v1.Point", point.encode_to_vec()).encode_to_vec()),
        3 => {
            let page = proto::Page { way: Some(proto::page::Way::Null(0)), ..Default::default() };
            let page = proto::Page { mask: Some(prost_types::FieldMask::default()), floats: vec![0.5], ..page };
            of("shapes.v1.Page", page.encode_to_vec())
        }
        4 => of("google.protobuf.Int64Value", 7_i64.encode_to_vec()),
        _ => of("shapes.v1.Point", point.encode_to_vec()),
    }
}

shape!(json, Texts, |rng, m| {
    m.id = id(rng);
    m.must = m.must.or(Some(point()));
    m.any = m.any.take().map(|_| any(rng));
    if let Some(legacy) = &mut m.legacy {
        legacy.id = id(rng);
    }
    let one = match &mut m.choice {
        Some(proto::texts::Choice::OnePage(page)) => Some(page),
        _ => None,
    };
    let inner = m.inner.iter_mut().chain(&mut m.inners).filter_map(|inner| inner.page.as_mut());
    let pages = m.page.iter_mut().chain(&mut m.pages).chain(m.by_name.values_mut()).chain(one).chain(inner);
    pages.for_each(|page| normalise_page(rng, page));
    m.by_number.insert(i64::MIN, 77);
});

#[test]
fn messages_in_tables_of_their_own() {
    let store = shapes::open_test().expect("a TEST store");
    for n in 0..4 {
        let target = shapes::Target { id: format!("t{n}"), name: String::new() };
        store.write(move |tx| tx.insert(&target)).unwrap();
    }
    round_trips::<shapes::Apart, proto::Apart>(&store, |rng, m| {
        m.id = id(rng);
        m.must.get_or_insert_default();
        let house = match &mut m.choice {
            Some(proto::apart::Choice::House(room)) => Some(room),
            _ => None,
        };
        for room in m.must.iter_mut().chain(&mut m.room).chain(house) {
            room.target = if rng.bool() { String::new() } else { format!("t{}", rng.u8(0..4)) };
            normalise_shelves(&mut room.shelf);
        }
        normalise_shelves(m.wing.iter_mut().chain(&mut m.wings).chain(m.by_name.values_mut()).flat_map(shelves_of));
    });
    // An index inside leads back to the record, and the row goes with it.
    let room = shapes::ApartRoom { name: "attic".to_owned(), target: "t1".to_owned(), ..Default::default() };
    let apart = shapes::Apart { id: "a".to_owned(), room: Some(room), ..Default::default() };
    let inserted = apart.clone();
    store.write(move |tx| tx.insert(&inserted)).unwrap();
    let found = store.read(|r| r.run(shapes::apart::list_by_room_name("attic"))).unwrap().records;
    assert_eq!(found, std::slice::from_ref(&apart));
    // A mask writes the row, and takes it away; a oneof is written as a whole.
    let changed = shapes::Apart {
        point: Some(shapes::Point { x: 7, ..Default::default() }),
        choice: Some(shapes::ApartChoice::None(())),
        must: shapes::ApartRoom { name: "not named".to_owned(), ..Default::default() },
        room: None,
        ..apart.clone()
    };
    let (written, expected) = (changed.clone(), shapes::Apart { must: apart.must.clone(), ..changed });
    let mask = protostore::Mask::parse(["point", "room", "none"]).unwrap();
    store.write(move |tx| tx.update(&written, mask.clone())).unwrap();
    assert_eq!(store.read(|r| r.get::<shapes::Apart>("a")).unwrap(), Some(expected));
    assert!(store.read(|r| r.run(shapes::apart::list_by_room_name("attic"))).unwrap().records.is_empty());
}

shape!(messages_in_tables_of_a_singleton, Alone, |_, m| {
    if let Some(proto::alone::Choice::Wing(wing)) = &mut m.choice {
        normalise_shelves(shelves_of(wing));
    }
});

#[test]
fn a_field_that_is_not_stored_is_refused_by_name() {
    let half = proto::partial::Half { names: [(String::new(), String::new())].into() };
    let messages = [
        ("text", proto::Partial { text: "a".to_owned(), ..Default::default() }),
        ("points", proto::Partial { points: vec![proto::Point::default()], ..Default::default() }),
        ("inner", proto::Partial { inner: Some(Box::default()), ..Default::default() }),
        ("colour", proto::Partial { colour: Some(0), ..Default::default() }),
        ("half.names", proto::Partial { half: Some(half), ..Default::default() }),
    ];
    for (field, message) in messages {
        let refused = shapes::Partial::try_from(message).expect_err(field);
        assert_eq!(refused.to_string(), format!("{field}: is not stored, so it must not be set"));
    }
}

#[test]
fn every_bit_of_a_float() {
    let store = shapes::open_test().expect("a TEST store");
    let (float, double) = ([0xffc0_0001, 0x8000_0000, 1], [0x7ff0_dead_beef_0001, 1 << 63, 1]);
    for (n, (f, d)) in float.into_iter().zip(double).enumerate() {
        let record = shapes::Encodings {
            id: format!("bits-{n}"),
            bits: f32::from_bits(f),
            maybe_bits: Some(f64::from_bits(d)),
            many_bits: vec![f64::from_bits(d); 2],
            bits_by_name: [("a".to_owned(), f32::from_bits(f))].into(),
            ..Default::default()
        };
        let id = record.id.clone();
        store.write(move |tx| tx.insert(&record)).unwrap();
        let found = store.read(|r| r.get::<shapes::Encodings>(&id)).unwrap().expect("was inserted");
        assert_eq!((found.bits.to_bits(), found.maybe_bits.map(f64::to_bits)), (f, Some(d)));
        assert!(found.many_bits.iter().all(|v| v.to_bits() == d) && found.many_bits.len() == 2);
        assert_eq!(found.bits_by_name["a"].to_bits(), f);
    }
}

#[test]
fn references_of_every_kind() {
    let store = shapes::open_test().expect("a TEST store");
    for n in 0..4 {
        let target = shapes::Target { id: format!("t{n}"), name: String::new() };
        let number = shapes::IntKey { id: n, words: Vec::new() };
        store
            .write(move |tx| {
                tx.insert(&target)?;
                tx.insert(&number)
            })
            .unwrap();
    }
    let target = |rng: &mut Rng| format!("t{}", rng.u8(0..4));
    let maybe = |rng: &mut Rng| if rng.bool() { String::new() } else { format!("t{}", rng.u8(0..4)) };
    round_trips::<shapes::Source, proto::Source>(&store, |rng, m| {
        m.id = id(rng);
        (m.keeps, m.goes_along, m.lets_go) = (maybe(rng), maybe(rng), maybe(rng));
        m.maybe = m.maybe.as_ref().map(|_| target(rng));
        m.must = target(rng);
        m.alone = String::new();
        m.number = m.number.map(|_| rng.i64(0..4));
        m.parent = String::new();
        m.targets = (0..rng.usize(0..5)).map(|_| target(rng)).collect();
        m.numbers = (0..rng.usize(0..3)).map(|_| rng.i64(0..4)).collect();
        for link in m.links.iter_mut().chain(&mut m.link) {
            link.target = maybe(rng);
        }
        m.code = m.code.as_ref().map(|_| id(rng));
    });
}

#[test]
fn references_inside_elements() {
    let store = shapes::open_test().expect("a TEST store");
    for n in 0..4 {
        let target = shapes::Target { id: format!("t{n}"), name: String::new() };
        store.write(move |tx| tx.insert(&target)).unwrap();
    }
    round_trips::<shapes::Linked, proto::Linked>(&store, |rng, m| {
        m.id = id(rng);
        for target in m.groups.iter_mut().flat_map(|g| &mut g.targets).chain(m.named.values_mut()) {
            *target = format!("t{}", rng.u8(0..4));
        }
    });
    // The way back finds the record through any of its elements.
    let linked = store.read(|r| r.page::<shapes::Linked>(None, usize::MAX >> 1)).unwrap().records;
    let named = |l: &shapes::Linked| l.groups.iter().flat_map(|g| &g.targets).any(|t| t == "t1");
    let expected: Vec<_> = linked.iter().filter(|l| named(l)).map(|l| l.id.clone()).collect();
    let found = store.read(|r| r.run(shapes::linked::list_by_groups_targets("t1").size(10_000))).unwrap();
    assert_eq!(found.records.iter().map(|l| l.id.clone()).collect::<Vec<_>>(), expected);
    assert!(!expected.is_empty() && expected.len() < linked.len());
}
