//! Random filters over random records of every shape, against a naive evaluator: what is found, in which order, and page
//! by page in both directions.

#[path = "filters/encodings.rs"]
mod encodings;
#[path = "filters/lists.rs"]
mod lists;
#[path = "filters/postgres.rs"]
mod postgres;
#[path = "filters/printed.rs"]
mod printed;
#[path = "filters/probe.rs"]
mod probe;
#[path = "shapes/random.rs"]
mod random;
#[path = "postgres/server.rs"]
mod server;

use std::cmp::Ordering;
use std::rc::Rc;

use fastrand::Rng;
use postgres::Postgres;
use probe::{Probe, Rule, apart, entries, many, one, set};
use prost_reflect::DescriptorPool;
use protostore::columns::Many;
use protostore::{Col, Filter, Kind, Record};
use shapes::{Store, proto::shapes::v1 as proto};

/// Filters of each type in one run; `PROTOSTORE_CASES` asks for more.
fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").ok().map_or(300, |n| n.parse().expect("PROTOSTORE_CASES is a number"))
}

fn seed() -> u64 {
    std::env::var("PROTOSTORE_SEED").ok().map_or(0x5eed, |n| n.parse().expect("PROTOSTORE_SEED is a number"))
}

/// Draws records of one type and writes them.
fn records<R, M>(store: &Store, rng: &mut Rng, normalise: impl Fn(&mut Rng, &mut M)) -> Vec<R>
where
    R: Record + TryFrom<M, Error = protostore::Error>,
    M: prost::Message + Default,
{
    let pool = DescriptorPool::decode(shapes::SCHEMA.descriptors).expect("the crate holds its descriptors");
    let descriptor = pool.get_message_by_name(R::TABLE.record).expect("the record's message is there");
    let draw = |rng: &mut Rng| {
        let mut message: M = random::message(rng, &descriptor).transcode_to().expect("a message of this type");
        normalise(rng, &mut message);
        R::try_from(message).expect("a record")
    };
    let records: Vec<R> = (0..60).map(|_| draw(rng)).collect();
    let all = records.clone();
    store.write(move |tx| all.iter().try_for_each(|r| tx.insert(r).map(|_| ()))).expect("inserts");
    records
}

/// Returns a filter of some depth, and what it means.
fn filter<R: 'static>(rng: &mut Rng, probes: &[Probe<R>], records: &[R], depth: u8) -> (Filter<R>, Rule<R>) {
    let part = |rng: &mut Rng| filter(rng, probes, records, depth - 1);
    match if depth == 0 { 9 } else { rng.u8(0..10) } {
        0 | 1 => {
            let ((a, is_a), (b, is_b)) = (part(rng), part(rng));
            (a.and(b), Rc::new(move |r| is_a(r) && is_b(r)))
        }
        2 | 3 => {
            let ((a, is_a), (b, is_b)) = (part(rng), part(rng));
            (a.or(b), Rc::new(move |r| is_a(r) || is_b(r)))
        }
        4 | 5 => {
            let (a, is_a) = part(rng);
            (!a, Rc::new(move |r| !is_a(r)))
        }
        6 => {
            let (all, is): (Vec<_>, Vec<_>) = (0..rng.usize(0..4)).map(|_| part(rng)).unzip();
            (Filter::all(all), Rc::new(move |r| is.iter().all(|is| is(r))))
        }
        7 => {
            let (any, is): (Vec<_>, Vec<_>) = (0..rng.usize(0..4)).map(|_| part(rng)).unzip();
            (Filter::any(any), Rc::new(move |r| is.iter().any(|is| is(r))))
        }
        _ => (probes[rng.usize(0..probes.len())].test)(rng, records),
    }
}

/// Every so many filters are tried on PostgreSQL too.
const ON_POSTGRES: usize = 10;

/// Compares what the store finds with what is found by looking at every record, and with what PostgreSQL finds.
fn check<R: Record>(store: &Store, rng: &mut Rng, records: &[R], probes: &[Probe<R>], key: fn(&R, &R) -> Ordering) {
    let sorts: Vec<_> = probes.iter().filter_map(|p| p.sort.as_ref()).collect();
    let mut found_some = 0;
    let mut postgres = Postgres::begin(store, records);
    for case in 0..cases() {
        let mut postgres = postgres.as_mut().filter(|_| case % ON_POSTGRES == 0);
        let (filter, holds) = filter(rng, probes, records, 3);
        let context = format!("{} case {case} of seed {}: {filter:?}", R::TABLE.record, seed());
        let (orders, comparisons): (Vec<_>, Vec<_>) =
            (0..rng.usize(0..4)).map(|_| sorts[rng.usize(0..sorts.len())](rng.bool())).unzip();
        let mut expected: Vec<&R> = records.iter().filter(|r| holds(r)).collect();
        expected.sort_by(|a, b| comparisons.iter().map(|c| c(a, b)).find(|o| o.is_ne()).unwrap_or_else(|| key(a, b)));
        found_some += usize::from(!expected.is_empty() && expected.len() < records.len());
        let read = |find: protostore::Find<R>| store.read(|r| r.run(find)).unwrap_or_else(|e| panic!("{context}: {e}"));
        let counted = store.read(|r| r.run(filter.clone().count())).unwrap_or_else(|e| panic!("{context}: {e}"));
        assert_eq!(counted, expected.len() as u64, "{context}");
        assert_eq!(store.read(|r| r.run(filter.clone().exists())).unwrap(), !expected.is_empty(), "{context}");
        if let Some(postgres) = &mut postgres {
            postgres.rows(&filter.clone().count(), &[counted], &context);
            postgres.rows(&filter.clone().exists(), &vec![1; usize::from(counted > 0)], &context);
        }
        let find = filter.find().order_by(orders.clone()).size(rng.usize(1..20));
        let first = store.read(|r| r.run(find.clone().first())).unwrap();
        assert!(same(first.as_slice(), &expected[..expected.len().min(1)]), "{context}: {first:?}");

        let (mut forward, mut after) = (Vec::new(), None);
        loop {
            let page = read(find.clone().after(after.clone()));
            if let Some(postgres) = &mut postgres {
                postgres.find(&find.clone().after(after), page.records.iter(), &context);
            }
            let bytes = page.next.as_ref().map(protostore::Cursor::to_bytes);
            let mut next: Option<protostore::Cursor<R>> =
                bytes.map(|bytes| protostore::Cursor::from_bytes(&bytes).expect("its own bytes"));
            // On every page, sealing would take most of the time of a test that is not optimised.
            if forward.is_empty() {
                let token = store.page_tokens().seal(&[&context], next.as_ref()).expect("seals");
                next = store.page_tokens().open(&[&context], &token).expect("its own token");
            }
            assert_eq!(next, page.next, "{context}");
            forward.extend(page.records);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert!(same(&forward, &expected), "{context} by {orders:?}: {forward:?} instead of {expected:?}");

        // Back from the last record, which the way back then lacks.
        let Some((last, rest)) = expected.split_last() else { continue };
        let whole = read(find.clone().size(records.len()));
        assert_eq!((whole.next, whole.previous), (None, None), "{context}");
        let end = if rest.is_empty() { None } else { read(find.clone().size(rest.len())).next };
        let Some(end) = end else { continue };
        let tail = read(find.clone().size(1).after(end));
        assert!(same(&tail.records, &[*last]), "{context}: {:?}", tail.records);
        let (mut backward, mut before) = (Vec::new(), tail.previous);
        while let Some(cursor) = before {
            let page = read(find.clone().before(cursor.clone()));
            if let Some(postgres) = &mut postgres {
                postgres.find(&find.clone().before(cursor), page.records.iter().rev(), &context);
            }
            backward.splice(0..0, page.records);
            before = page.previous;
        }
        assert!(same(&backward, rest), "{context} by {orders:?}: {backward:?} instead of {rest:?}");
    }
    if let Some(postgres) = postgres {
        postgres.end::<R>();
    }
    assert!(found_some > cases() / 10, "only {found_some} filters told records apart");
}

/// Says whether these are the same records: a NaN that a record holds is not equal to itself.
fn same<R: Record>(found: &[R], expected: &[&R]) -> bool {
    let one = |(a, b): (&R, &&R)| a == *b || format!("{a:?}") == format!("{b:?}");
    found.len() == expected.len() && found.iter().zip(expected).all(one)
}

/// One element for which all of a filter holds: what holds for the record, had it this element alone.
fn within<R: 'static, T: 'static, P: Many + 'static>(
    col: Col<R, T, P>,
    alone: fn(&R) -> Vec<R>,
    probes: Vec<Probe<R>>,
) -> Probe<R> {
    let test = Box::new(move |rng: &mut Rng, records: &[R]| {
        let (inner, holds) = filter(rng, &probes, records, 2);
        let rule: Rule<R> = Rc::new(move |r| alone(r).iter().any(|one| holds(one)));
        (col.any(inner), rule)
    });
    Probe { test, sort: None }
}

/// A key that no other case has.
fn id(rng: &mut Rng) -> String {
    format!("id-{:016x}", rng.u64(..))
}

fn probes<R>(parts: impl IntoIterator<Item = Vec<Probe<R>>>) -> Vec<Probe<R>> {
    parts.into_iter().flatten().collect()
}

#[test]
fn scalars_that_are_always_there() {
    use shapes::implicit as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<shapes::Implicit, proto::Implicit>(&store, &mut rng, |rng, m| m.id = id(rng));
    let probes = vec![
        one(c::id, |r: &shapes::Implicit| Some(r.id.clone())),
        one(c::a_bool, |r| Some(r.a_bool)),
        one(c::an_int32, |r| Some(r.an_int32)),
        one(c::a_sint64, |r| Some(r.a_sint64)),
        one(c::a_fixed32, |r| Some(r.a_fixed32)),
        one(c::a_uint64, |r| Some(r.a_uint64)),
        one(c::a_float, |r| Some(r.a_float)),
        one(c::a_double, |r| Some(r.a_double)),
        one(c::a_string, |r| Some(r.a_string.clone())),
        one(c::a_bytes, |r| Some(r.a_bytes.clone())),
        one(c::a_colour, |r| Some(r.a_colour)),
    ];
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn scalars_that_may_be_unset() {
    use shapes::explicit as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<shapes::Explicit, proto::Explicit>(&store, &mut rng, |rng, m| m.id = id(rng));
    let probes = vec![
        one(c::a_bool, |r: &shapes::Explicit| r.a_bool),
        one(c::an_int64, |r| r.an_int64),
        one(c::a_uint32, |r| r.a_uint32),
        one(c::a_fixed64, |r| r.a_fixed64),
        one(c::a_float, |r| r.a_float),
        one(c::a_double, |r| r.a_double),
        one(c::a_string, |r| r.a_string.clone()),
        one(c::a_bytes, |r| r.a_bytes.clone()),
        one(c::a_colour, |r| r.a_colour),
        one(c::a_time, |r| r.a_time),
        one(c::a_duration, |r| r.a_duration),
    ];
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn messages_in_messages() {
    use shapes::nested as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<shapes::Nested, proto::Nested>(&store, &mut rng, |rng, m| {
        m.id = id(rng);
        m.must = m.must.or(Some(proto::Point { x: 3, y: Some(0), colour: 77, time: None }));
        if let Some(outer) = &mut m.outer {
            outer.always = outer.always.take().or(Some(proto::nested::outer::Middle::default()));
        }
    });
    let middle = |r: &shapes::Nested| r.outer.as_ref().and_then(|o| o.middle.clone());
    let probes = probes([
        vec![
            set(c::point, |r: &shapes::Nested| vec![r.point.is_some()]),
            set(c::must, |_| vec![true]),
            set(c::nothing, |r| vec![r.nothing.is_some()]),
            set(c::outer::middle, move |r| vec![middle(r).is_some()]),
            set(c::outer::middle::nothing, move |r| vec![middle(r).is_some_and(|m| m.nothing.is_some())]),
            set(c::outer::middle::choice, move |r| vec![middle(r).is_some_and(|m| m.choice.is_some())]),
            one(c::point::x, |r| r.point.as_ref().map(|p| p.x)),
            one(c::point::y, |r| r.point.as_ref().and_then(|p| p.y)),
            one(c::must::time, |r| r.must.time),
            one(c::outer::name, |r| r.outer.as_ref().map(|o| o.name.clone())),
            one(c::outer::middle::data, move |r| middle(r).map(|m| m.data)),
            one(c::outer::always::point::colour, |r| {
                r.outer.as_ref().and_then(|o| o.always.point.as_ref()).map(|p| p.colour)
            }),
            one(c::outer::middle::choice::text, move |r| match middle(r)?.choice? {
                shapes::NestedOuterMiddleChoice::Text(text) => Some(text),
                shapes::NestedOuterMiddleChoice::Other(_) => None,
            }),
        ],
        many(c::outer::names, |r: &shapes::Nested| r.outer.iter().flat_map(|o| &o.names).cloned().map(Some).collect())
            .into(),
        many(c::outer::middle::points::y, move |r: &shapes::Nested| {
            middle(r).iter().flat_map(|m| &m.points).map(|p| p.y).collect()
        })
        .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn oneofs() {
    use shapes::choices as c;
    use shapes::{Choices, ChoicesLonely, ChoicesMessage, ChoicesScalar as S};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Choices, proto::Choices>(&store, &mut rng, |rng, m| m.id = id(rng));
    let point = |r: &Choices| match &r.message {
        Some(ChoicesMessage::Point(point)) => Some(point.clone()),
        _ => None,
    };
    let probes = vec![
        set(c::scalar, |r: &Choices| vec![r.scalar.is_some()]),
        set(c::message, |r| vec![r.message.is_some()]),
        set(c::message::nothing, |r| vec![matches!(r.message, Some(ChoicesMessage::Nothing(_)))]),
        set(c::message::point, move |r| vec![point(r).is_some()]),
        one(c::message::point::x, move |r| point(r).map(|p| p.x)),
        one(c::message::point::time, move |r| point(r).and_then(|p| p.time)),
        one(c::scalar::a_bool, |r| if let Some(S::ABool(v)) = r.scalar { Some(v) } else { None }),
        one(c::scalar::a_uint64, |r| if let Some(S::AUint64(v)) = r.scalar { Some(v) } else { None }),
        one(c::scalar::a_double, |r| if let Some(S::ADouble(v)) = r.scalar { Some(v) } else { None }),
        one(c::scalar::a_string, |r| if let Some(S::AString(v)) = &r.scalar { Some(v.clone()) } else { None }),
        one(c::scalar::a_time, |r| if let Some(S::ATime(v)) = r.scalar { Some(v) } else { None }),
        one(c::lonely::only, |r| r.lonely.clone().map(|ChoicesLonely::Only(v)| v)),
    ];
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn messages_in_tables_of_their_own() {
    use shapes::apart as c;
    use shapes::{Apart, ApartChoice, ApartRoomKind, ApartShelf, ApartWingWay};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let target = shapes::Target { id: "t0".to_owned(), ..Default::default() };
    store.write(move |tx| tx.insert(&target)).unwrap();
    let records = records::<Apart, proto::Apart>(&store, &mut rng, |rng, m| {
        m.id = id(rng);
        normalise_apart(rng, m, || "t0".to_owned());
    });
    let house = |r: &Apart| match &r.choice {
        Some(ApartChoice::House(room)) => Some(room.clone()),
        _ => None,
    };
    let shelf = |r: &Apart| r.room.as_ref()?.shelf.clone();
    let way = |r: &Apart| r.wing.as_ref()?.way.clone();
    let left = |way: ApartWingWay| if let ApartWingWay::Left(shelf) = way { Some(shelf) } else { None };
    let probes = probes([
        vec![
            set(c::point, |r: &Apart| vec![r.point.is_some()]),
            set(c::empty, |r| vec![r.empty.is_some()]),
            set(c::must, |_| vec![true]),
            set(c::choice, |r| vec![r.choice.is_some()]),
            set(c::lonely, |r| vec![r.lonely.is_some()]),
            set(c::choice::there, |r| vec![matches!(r.choice, Some(ApartChoice::There(_)))]),
            set(c::choice::none, |r| vec![matches!(r.choice, Some(ApartChoice::None(_)))]),
            set(c::room::kind, |r| vec![r.room.as_ref().is_some_and(|room| room.kind.is_some())]),
            set(c::room::kind::bare, |r| {
                vec![r.room.as_ref().is_some_and(|room| matches!(room.kind, Some(ApartRoomKind::Bare(_))))]
            }),
            set(c::room::point, |r| vec![r.room.as_ref().is_some_and(|room| room.point.is_some())]),
            set(c::room::shelf, move |r| vec![shelf(r).is_some()]),
            set(c::wing::shelf, |r| vec![r.wing.as_ref().is_some_and(|wing| wing.shelf.is_some())]),
            set(c::wing::way, move |r| vec![way(r).is_some()]),
            set(c::wings::way, |r| r.wings.iter().map(|wing| wing.way.is_some()).collect()),
            set(c::by_name::way, |r| r.by_name.values().map(|wing| wing.way.is_some()).collect()),
            apart(c::point::x, |r| r.point.as_ref().map(|p| p.x)),
            apart(c::point::y, |r| r.point.as_ref().and_then(|p| p.y)),
            apart(c::must::name, |r| Some(r.must.name.clone())),
            apart(c::must::target, |r| Some(r.must.target.clone())),
            apart(c::room::target, |r| r.room.as_ref().map(|room| room.target.clone())),
            apart(c::room::point::time, |r| r.room.as_ref()?.point.as_ref()?.time),
            apart(c::room::shelf::number, move |r| shelf(r).map(|s| s.number)),
            apart(c::room::shelf::place::colour, move |r| shelf(r).map(|s| s.place.colour)),
            apart(c::wing::way::left::number, move |r| way(r).and_then(left).map(|s| s.number)),
            one(c::wing::way::right, move |r| match way(r)? {
                ApartWingWay::Right(right) => Some(right),
                ApartWingWay::Left(_) => None,
            }),
            apart(c::choice::house::floor, move |r| house(r)?.floor),
            one(c::choice::here::x, |r| if let Some(ApartChoice::Here(p)) = &r.choice { Some(p.x) } else { None }),
        ],
        many(c::room::names, |r: &Apart| r.room.iter().flat_map(|room| &room.names).cloned().map(Some).collect())
            .into(),
        many(c::must::by_number::x, |r: &Apart| r.must.by_number.values().map(|p| Some(p.x)).collect()).into(),
        many(c::room::shelf::books, move |r: &Apart| {
            shelf(r).into_iter().flat_map(|s: ApartShelf| s.books).map(Some).collect()
        })
        .into(),
        many(c::wings::shelf::number, |r: &Apart| {
            r.wings.iter().filter_map(|wing| wing.shelf.as_ref()).map(|s| Some(s.number)).collect()
        })
        .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

/// Sets what must be, and names a target or none.
fn normalise_apart(rng: &mut Rng, m: &mut proto::Apart, target: impl Fn() -> String) {
    use proto::apart::{Choice, Room, Shelf, Wing, wing::Way};
    let point = || Some(proto::Point { x: 3, y: Some(0), colour: 77, time: None });
    m.must.get_or_insert_default();
    let in_oneof = match &mut m.choice {
        Some(Choice::House(room)) => Some(room),
        _ => None,
    };
    let mut shelves: Vec<&mut Shelf> = Vec::new();
    for room in m.must.iter_mut().chain(&mut m.room).chain(in_oneof) {
        let Room { target: named, shelf, .. } = room;
        *named = if rng.bool() { String::new() } else { target() };
        shelves.extend(shelf);
    }
    for wing in m.wing.iter_mut().chain(&mut m.wings).chain(m.by_name.values_mut()) {
        let Wing { shelf, way, .. } = wing;
        shelves.extend(shelf);
        if let Some(Way::Left(left)) = way {
            shelves.push(left);
        }
    }
    shelves.into_iter().for_each(|shelf| shelf.place = shelf.place.or_else(point));
}

#[test]
fn lists_of_messages_and_scalars() {
    use shapes::lists as c;
    use shapes::{Lists, ListsItemKind};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Lists, proto::Lists>(&store, &mut rng, |rng, m| m.id = id(rng));
    let probes = probes([
        vec![
            one(c::id, |r: &Lists| Some(r.id.clone())),
            set(c::nothings, |r| vec![true; r.nothings.len()]),
            set(c::items::point, |r| r.items.iter().map(|i| i.point.is_some()).collect()),
            set(c::items::kind, |r| r.items.iter().map(|i| i.kind.is_some()).collect()),
        ],
        many(c::points::x, |r: &Lists| r.points.iter().map(|p| Some(p.x)).collect()).into(),
        many(c::points::time, |r: &Lists| r.points.iter().map(|p| p.time).collect()).into(),
        many(c::items::data, |r: &Lists| r.items.iter().map(|i| i.data.clone()).collect()).into(),
        many(c::items::point::y, |r: &Lists| r.items.iter().map(|i| i.point.as_ref().and_then(|p| p.y)).collect())
            .into(),
        many(c::items::kind::name, |r: &Lists| {
            let name = |i: &shapes::ListsItem| match &i.kind {
                Some(ListsItemKind::Name(name)) => Some(name.clone()),
                _ => None,
            };
            r.items.iter().map(name).collect()
        })
        .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn maps() {
    use shapes::Maps;
    use shapes::maps as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Maps, proto::Maps>(&store, &mut rng, |rng, m| m.id = id(rng));
    let probes = probes([
        vec![
            one(c::id, |r: &Maps| Some(r.id.clone())),
            entries(c::strings, |r: &Maps| r.strings.iter().map(|(k, v)| (k.clone(), Some(v.clone()))).collect()),
            entries(c::uint64s, |r| r.uint64s.iter().map(|(k, v)| (*k, Some(*v))).collect()),
            entries(c::points::y, |r| r.points.iter().map(|(k, v)| (k.clone(), v.y)).collect()),
            entries(c::shelves::name, |r| r.shelves.iter().map(|(k, v)| (k.clone(), Some(v.name.clone()))).collect()),
        ],
        many(c::fixed64s, |r: &Maps| r.fixed64s.values().map(|v| Some(*v)).collect()).into(),
        many(c::times, |r: &Maps| r.times.values().map(|v| Some(*v)).collect()).into(),
        many(c::shelves::labels, |r: &Maps| {
            r.shelves.values().flat_map(|s| s.labels.values()).cloned().map(Some).collect()
        })
        .into(),
        many(c::inside::counts, |r: &Maps| r.inside.iter().flat_map(|i| i.counts.values()).map(|v| Some(*v)).collect())
            .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn lists_in_lists_under_a_composite_key() {
    use shapes::Deep;
    use shapes::deep as c;
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Deep, proto::Deep>(&store, &mut rng, |rng, m| {
        m.region = format!("r{}", rng.u8(0..3));
        m.number = rng.u32(..);
    });
    let probes = probes([
        vec![
            one(c::region, |r: &Deep| Some(r.region.clone())),
            one(c::number, |r| Some(r.number)),
            set(c::racks::cabinet, |r| r.racks.iter().map(|r| r.cabinet.is_some()).collect()),
        ],
        many(c::racks::name, |r: &Deep| r.racks.iter().map(|r| Some(r.name.clone())).collect()).into(),
        many(c::racks::hosts::name, |r: &Deep| r.racks.iter().flat_map(|r| &r.hosts).map(|h| h.name.clone()).collect())
            .into(),
        many(c::racks::hosts::ports::number, |r: &Deep| {
            r.racks.iter().flat_map(|r| &r.hosts).flat_map(|h| &h.ports).map(|p| Some(p.number)).collect()
        })
        .into(),
        many(c::racks::cabinet::slots, |r: &Deep| {
            let cabinets = r.racks.iter().filter_map(|r| r.cabinet.as_ref());
            cabinets.flat_map(|c| &c.slots).map(|v| Some(*v)).collect()
        })
        .into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| (&a.region, a.number).cmp(&(&b.region, b.number)));
}

#[test]
fn references_whose_zero_is_null() {
    use shapes::source as c;
    use shapes::{Source, SourceLink};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
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
    let maybe = |rng: &mut Rng| if rng.bool() { String::new() } else { format!("t{}", rng.u8(0..4)) };
    let records = records::<Source, proto::Source>(&store, &mut rng, |rng, m| {
        m.id = id(rng);
        (m.keeps, m.goes_along, m.lets_go) = (maybe(rng), maybe(rng), maybe(rng));
        m.maybe = m.maybe.as_ref().map(|_| "t1".to_owned());
        m.must = "t0".to_owned();
        (m.alone, m.parent) = (String::new(), String::new());
        m.number = m.number.map(|_| rng.i64(0..4));
        m.targets = (0..rng.usize(0..5)).map(|_| format!("t{}", rng.u8(0..4))).collect();
        m.numbers = (0..rng.usize(0..3)).map(|_| rng.i64(0..4)).collect();
        for link in m.links.iter_mut().chain(&mut m.link) {
            link.target = maybe(rng);
        }
        m.code = m.code.as_ref().map(|_| id(rng));
    });
    let target = |l: &SourceLink| Some(l.target.clone());
    let probes = probes([
        vec![
            one(c::keeps, |r: &Source| Some(r.keeps.clone())),
            one(c::lets_go, |r| Some(r.lets_go.clone())),
            one(c::maybe, |r| r.maybe.clone()),
            one(c::number, |r| r.number),
            one(c::link::target, move |r| r.link.as_ref().and_then(target)),
            one(c::link::note, |r| r.link.as_ref().map(|l| l.note.clone())),
        ],
        many(c::targets, |r: &Source| r.targets.iter().cloned().map(Some).collect()).into(),
        many(c::numbers, |r: &Source| r.numbers.iter().copied().map(Some).collect()).into(),
        many(c::links::target, move |r: &Source| r.links.iter().map(target).collect()).into(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    use shapes::implicit as c;
    let store = shapes::open_test().unwrap();
    let none = store.read(|r| r.run(c::id.is_set().find().size(0))).unwrap_err();
    assert_eq!((none.kind(), none.field()), (Kind::Invalid, Some("page_size")));
    let many = store.read(|r| r.run(c::an_int32.in_list(0..40_000).count())).unwrap_err();
    assert_eq!(many.kind(), Kind::Invalid);

    store
        .write(|tx| {
            (0..3)
                .try_for_each(|n| tx.insert(&shapes::Implicit { id: n.to_string(), ..Default::default() }).map(|_| ()))
        })
        .unwrap();
    let page = store.read(|r| r.run(c::id.is_set().find().size(1))).unwrap();
    let other = store.read(|r| r.run(c::id.is_set().find().order_by([c::a_bool.asc()]).after(page.next))).unwrap_err();
    assert_eq!((other.kind(), other.field()), (Kind::Invalid, Some("cursor")));
    assert!(protostore::Cursor::<shapes::Implicit>::from_bytes(b"nonsense").is_err());
}

#[tokio::test]
async fn the_asynchronous_face_is_the_same() {
    use shapes::int_key as c;
    let store = shapes::open_test().unwrap();
    for id in 0..10 {
        store.int_keys().insert(shapes::IntKey { id, words: vec!["a".repeat(id as usize)] }).await.unwrap();
    }
    let long = || store.int_keys().filter(c::id.ge(3) & !c::words.eq("aaaaa"));
    assert_eq!(long().count().await.unwrap(), 6);
    assert!(long().exists().await.unwrap());
    assert_eq!(long().order_by([c::id.desc()]).first().await.unwrap().unwrap().id, 9);
    let page = long().size(2).page().await.unwrap();
    let next = long().size(2).after(page.next.clone()).page().await.unwrap();
    assert_eq!(next.records.iter().map(|r| r.id).collect::<Vec<_>>(), [6, 7]);
    let back = long().size(2).before(next.previous).page().await.unwrap();
    assert_eq!((back.records, back.previous), (page.records, None));
}

#[test]
fn values_in_another_form_are_compared_as_they_are_stored() {
    use protostore::Timestamp;
    use shapes::Encodings;
    use shapes::encodings as c;
    let at = |seconds, nanos| Timestamp::new(seconds, nanos).unwrap();
    let store = shapes::open_test().unwrap();
    let records = [(0, f64::NAN, 5), (1 << 63, -0.0, -5), (u64::MAX, 0.0, 1 << 40)].map(|(full, bits, seconds)| {
        let (seconds, text) = (Some(at(seconds, 0)), Some(at(seconds >> 8, 7)));
        Encodings { id: full.to_string(), full, maybe_bits: Some(bits), seconds, text, ..Default::default() }
    });
    let all = records.clone();
    store.write(move |tx| all.iter().try_for_each(|r| tx.insert(r).map(|_| ()))).unwrap();
    let count = |filter: Filter<Encodings>| store.read(|r| r.run(filter.count()));
    assert_eq!(count(c::full.gt(1u64 << 62)).unwrap(), 2);
    assert_eq!(count(c::full.eq(u64::MAX)).unwrap(), 1);
    assert_eq!(count(c::maybe_bits.eq(f64::NAN)).unwrap(), 1);
    assert_eq!(count(c::maybe_bits.in_list([0.0, 1.0])).unwrap(), 1, "by its bits");
    assert_eq!(count(c::seconds.ge(at(5, 0))).unwrap(), 2);
    assert_eq!(count(c::text.lt(at(i64::MAX, 0))).unwrap(), 3);
    assert_eq!(count(c::text.gt(at(i64::MIN, 0)) & c::milliseconds.is_unset()).unwrap(), 3);
    assert_eq!(count(c::seconds.eq(at(5, 1))).unwrap(), 0, "no whole second");
    assert_eq!(count(c::seconds.gt(at(4, 999_999_999)) & c::seconds.lt(at(5, 1))).unwrap(), 1);
    for (order, expected) in [(c::full.desc(), [2, 1, 0]), (c::seconds.asc(), [1, 0, 2]), (c::text.asc(), [1, 0, 2])] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.read(|r| r.run(c::id.is_set().find().order_by([order]).size(1).after(after))).unwrap();
            found.extend(page.records.into_iter().map(|r| r.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected.map(|n: usize| records[n].id.clone()), "{order:?}");
    }
}

#[tokio::test]
async fn lists_by_the_beginning_of_a_key() {
    use shapes::{Deep, deep};
    let store = shapes::open_test().unwrap();
    let record = |region: &str, number| Deep { region: region.to_owned(), number, ..Default::default() };
    let all: Vec<Deep> = ["a", "b"].into_iter().flat_map(|region| (0..3).map(move |n| record(region, n))).collect();
    store.deeps().insert_many(all.clone()).await.unwrap();
    assert_eq!(store.deeps().count().await.unwrap(), 6);
    let first = store.run(deep::list_by_region("b").size(2)).await.unwrap();
    let second = store.run(deep::list_by_region("b").size(2).after(first.next)).await.unwrap();
    assert_eq!([first.records, second.records].concat(), all[3..]);
    assert_eq!(second.next, None);

    // All of them, or none.
    let refused = store.deeps().insert_many(vec![record("c", 1), record("a", 0)]).await.unwrap_err();
    assert_eq!((refused.kind(), store.deeps().count().await.unwrap()), (Kind::AlreadyExists, 6));
}

#[test]
fn several_conditions_on_one_element() {
    use shapes::{Deep, deep as c};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Deep, proto::Deep>(&store, &mut rng, |rng, m| {
        m.region = format!("r{}", rng.u8(0..3));
        m.number = rng.u32(..);
    });
    let racks: fn(&Deep) -> Vec<Deep> =
        |r| r.racks.iter().map(|rack| Deep { racks: vec![rack.clone()], ..r.clone() }).collect();
    let hosts: fn(&Deep) -> Vec<Deep> = |r| {
        let places = r.racks.iter().enumerate().flat_map(|(i, rack)| (0..rack.hosts.len()).map(move |j| (i, j)));
        let alone = |(i, j): (usize, usize)| {
            let mut one = r.clone();
            one.racks.iter_mut().for_each(|rack| rack.hosts.clear());
            one.racks[i].hosts.push(r.racks[i].hosts[j].clone());
            one
        };
        places.map(alone).collect()
    };
    let of_hosts = || {
        probes([
            vec![one(c::number, |r: &Deep| Some(r.number))],
            many(c::racks::name, |r: &Deep| r.racks.iter().map(|r| Some(r.name.clone())).collect()).into(),
            many(c::racks::hosts::name, |r: &Deep| {
                r.racks.iter().flat_map(|r| &r.hosts).map(|h| h.name.clone()).collect()
            })
            .into(),
            many(c::racks::hosts::ports::number, |r: &Deep| {
                r.racks.iter().flat_map(|r| &r.hosts).flat_map(|h| &h.ports).map(|p| Some(p.number)).collect()
            })
            .into(),
        ])
    };
    let cabinet = set(c::racks::cabinet, |r: &Deep| r.racks.iter().map(|r| r.cabinet.is_some()).collect());
    let of_racks = probes([of_hosts(), vec![within(c::racks::hosts, hosts, of_hosts()), cabinet]]);
    let probes = probes([
        vec![
            one(c::region, |r: &Deep| Some(r.region.clone())),
            within(c::racks, racks, of_racks),
            within(c::racks::hosts, hosts, of_hosts()),
        ],
        of_hosts(),
    ]);
    check(&store, &mut rng, &records, &probes, |a, b| (&a.region, a.number).cmp(&(&b.region, b.number)));
}

#[test]
fn several_conditions_on_one_entry() {
    use shapes::{Maps, maps as c};
    let (store, mut rng) = (shapes::open_test().unwrap(), Rng::with_seed(seed()));
    let records = records::<Maps, proto::Maps>(&store, &mut rng, |rng, m| m.id = id(rng));
    let points: fn(&Maps) -> Vec<Maps> = |r| {
        let alone = |(k, v): (&String, &shapes::Point)| Maps { points: [(k.clone(), v.clone())].into(), ..r.clone() };
        r.points.iter().map(alone).collect()
    };
    let of_points = || {
        probes([
            vec![entries(c::points::y, |r: &Maps| r.points.iter().map(|(k, v)| (k.clone(), v.y)).collect())],
            many(c::points::x, |r: &Maps| r.points.values().map(|p| Some(p.x)).collect()).into(),
            many(c::fixed64s, |r: &Maps| r.fixed64s.values().map(|v| Some(*v)).collect()).into(),
        ])
    };
    let within = within(c::points, points, of_points());
    let probes = probes([vec![one(c::id, |r: &Maps| Some(r.id.clone())), within], of_points()]);
    check(&store, &mut rng, &records, &probes, |a, b| a.id.cmp(&b.id));
}
