//! How much one answer holds: pages are bounded in bytes, whatever is listed and in whatever way.

use protostore::generated::{Stmt, stmt};
use protostore::{Col, Cursor, Find, GetBy, Kind, Mask, Mutable, Record, Result, ShownBy, Store};

use super::Db;
use super::fixture::{Image, Machine, Mount, Network, State, machine as m};

const KIB: usize = 1 << 10;

/// What a page holds here.
const PAGE: usize = 160 * KIB;

const NUMBER: Col<Image, u64> = Col::member(0, "number");
const MEMORY: Col<Machine, u32> = Col::member(2, "mem_size_mb");

/// Sizes that fill pages in every way: small ones together, some that just fit, and some that fill more than a page alone.
const SIZES: [usize; 14] = [
    0,
    9,
    50 * KIB,
    108 * KIB,
    170 * KIB,
    1,
    1,
    60 * KIB,
    60 * KIB,
    60 * KIB,
    10 * KIB,
    400 * KIB,
    150 * KIB,
    30 * KIB,
];

/// How many bytes of contents a record has.
trait Heavy: Mutable {
    fn weight(&self) -> usize;
}

impl Heavy for Image {
    fn weight(&self) -> usize {
        self.digest.len()
    }
}

impl Heavy for Machine {
    fn weight(&self) -> usize {
        self.mounts.iter().map(|mount| mount.host_path.len()).sum()
    }
}

/// Images of these sizes, the bytes in the row itself.
fn images() -> Vec<Image> {
    (10..).zip(SIZES).map(|(number, size)| Image { number, digest: vec![7; size] }).collect()
}

/// Machines of these sizes, the bytes in the rows of a child table.
fn machines() -> Vec<Machine> {
    let mounts = |size: usize| {
        let part = |at: usize| Mount { host_path: "m".repeat((size - at).min(20 * KIB)), size: 1, read_only: None };
        (0..size).step_by(20 * KIB).map(part).collect()
    };
    let machine = |(at, size)| Machine {
        id: format!("{at:02}"),
        state: State::Running,
        image_ids: vec![1],
        mounts: mounts(size),
        ..Machine::default()
    };
    (0..).zip(SIZES).map(machine).collect()
}

fn store() -> Store<Db> {
    let store = super::paged(PAGE);
    let lan = Network { id: "lan".into(), cidr: "10.0.0.0/8".into() };
    let first = (1..=3).map(|number| Image { number, digest: Vec::new() });
    store
        .write(move |tx| tx.insert(&lan).and_then(|_| first.clone().try_for_each(|i| tx.insert(&i).map(|_| ()))))
        .expect("inserts");
    store
}

fn filled<R: Heavy>(records: Vec<R>) -> Store<Db> {
    let store = store();
    store.write(move |tx| records.iter().try_for_each(|record| tx.insert(record).map(|_| ()))).expect("inserts");
    store
}

/// Reads page by page to the end, and checks that each page holds what it may and that all of them hold everything.
async fn all<R: Heavy, C>(wanted: &[R], mut page: impl AsyncFnMut(Option<C>) -> Result<(Vec<R>, Option<C>)>) {
    let (mut read, mut from, mut pages): (Vec<R>, _, _) = (Vec::new(), None, 0);
    loop {
        let (records, next) = page(from).await.expect("reads");
        let weight: usize = records.iter().map(Heavy::weight).sum();
        assert!(!records.is_empty(), "a page has at least one record");
        assert!(weight <= PAGE || records.len() == 1, "{} records of {weight} bytes", records.len());
        read.extend(records);
        pages += 1;
        from = next;
        if from.is_none() {
            break;
        }
    }
    assert!(read == wanted, "{} records in {pages} pages are not the {} that are there", read.len(), wanted.len());
    assert!(pages < wanted.len(), "small records share a page");
}

/// A filter's list, from the front and from the back.
async fn found<R: Heavy>(store: &Store<Db>, wanted: &[R], find: impl Fn() -> Find<R>) {
    all(wanted, async |after| {
        let page = store.run(find().size(1000).after(after)).await?;
        Ok((page.records, page.next))
    })
    .await;
    let reversed: Vec<R> = wanted.iter().rev().cloned().collect();
    let (mut end, mut after) = (None, None);
    loop {
        let page = store.run(find().size(1000).after(after)).await.expect("reads");
        match page.next {
            Some(next) => (end, after) = (Some(next.clone()), Some(next)),
            None => break,
        }
    }
    let end = end.expect("there are several pages");
    // What comes before the last page, and before that, to the front.
    let tail = store.run(find().size(1000).after(end.clone())).await.expect("reads").records.len();
    let mut before = store.run(find().size(1000).after(end)).await.expect("reads").previous;
    let mut read: Vec<R> = Vec::new();
    while let Some(cursor) = before {
        let page = store.run(find().size(1000).before(cursor)).await.expect("reads");
        let weight: usize = page.records.iter().map(Heavy::weight).sum();
        assert!(weight <= PAGE || page.records.len() == 1, "{} records of {weight} bytes", page.records.len());
        read.extend(page.records.into_iter().rev());
        before = page.previous;
    }
    assert!(read == reversed[tail..], "{} records from the back", read.len());
}

#[tokio::test]
async fn lists_of_large_rows_come_in_pages_that_fit() {
    let images = images();
    let store = filled(images.clone());
    let third = Some(Cursor::<Image>::of_key(3).expect("a key"));
    all(&images, async |after: Option<Cursor<Image>>| {
        let page = store.table::<Image>().page(after.or(third.clone()), usize::MAX).await?;
        Ok((page.records, page.next))
    })
    .await;
    all(&images, async |after: Option<Cursor<Image>>| {
        let page = store.read(|view| view.page::<Image>(after.or(third.clone()), 1000))?;
        Ok((page.records, page.next))
    })
    .await;
    found(&store, &images, || NUMBER.ge(10_u64).find()).await;
    let backward: Vec<Image> = images.iter().rev().cloned().collect();
    found(&store, &backward, || NUMBER.ge(10_u64).find().order_by([NUMBER.desc()])).await;
}

#[tokio::test]
async fn lists_of_records_with_large_children_come_in_pages_that_fit() {
    let machines = machines();
    let store = filled(machines.clone());
    all(&machines, async |after| {
        let page = store.table::<Machine>().page(after, 1000).await?;
        Ok((page.records, page.next))
    })
    .await;
    all(&machines, async |after| {
        let page = store.write(move |tx| tx.page::<Machine>(after.clone(), 1000))?;
        Ok((page.records, page.next))
    })
    .await;
    all(&machines, async |after| {
        let page = store.run(m::list_by_state(State::Running).size(1000).after(after)).await?;
        Ok((page.records, page.next))
    })
    .await;
    all(&machines, async |after| {
        let page = store.run(m::list_by_image_ids(1).size(1000).after(after)).await?;
        Ok((page.records, page.next))
    })
    .await;
    found(&store, &machines, || MEMORY.ge(0_u32).find()).await;
}

#[tokio::test]
async fn what_has_no_pages_is_refused_where_it_is_too_large_together() {
    let store = filled(images());
    let too_large = |e: protostore::Error| {
        assert_eq!((e.kind(), e.table()), (Kind::Exhausted, Some("images")), "{e}");
        assert!(e.message().contains("ask for fewer records"), "{e}");
    };
    let table = store.table::<Image>();
    too_large(table.get_many([12, 13, 14]).await.expect_err("larger"));
    let read = table.get_many([10, 11, 12]).await.expect("fits");
    assert_eq!(read.into_iter().map(|image| image.expect("is there")).collect::<Vec<_>>(), images()[..3]);
    // Each of them can be read, one by one.
    for image in images() {
        assert!(table.get_many([image.number]).await.expect("reads") == [Some(image.clone())]);
        assert!(table.get(image.number).await.expect("reads") == Some(image));
    }
    let machine = |id: &str, image_ids| Machine { id: id.into(), image_ids, ..Machine::default() };
    store.write(move |tx| tx.insert(&machine("all", (10..24).collect()))).expect("inserts");
    store.write(move |tx| tx.insert(&machine("few", vec![10, 11, 12]))).expect("inserts");
    too_large(store.run(m::images_by_image_ids("all")).await.expect_err("larger"));
    assert!(store.run(m::images_by_image_ids("few")).await.expect("reads") == images()[..3]);

    static SHOWN: Stmt = stmt!(
        120,
        [keys],
        r#"SELECT o.key, t."number", t."digest" FROM json_each($1) o CROSS JOIN "images" t ORDER BY o.key, t."number""#
    );
    let networks = store.table::<Network>().page(None, 1).await.expect("reads").records;
    too_large(store.run(ShownBy::<Network, Image>::new(&SHOWN, &networks)).await.expect_err("larger"));
}

#[tokio::test]
async fn a_large_record_is_read_whole_at_every_entrance() {
    let (machine, image) = (&machines()[11], &images()[11]);
    let (stored, pictured) = (machine.clone(), image.clone());
    let store = store();
    store.write(move |tx| tx.insert(&stored).and_then(|_| tx.insert(&pictured))).expect("inserts");
    let machines = store.table::<Machine>();
    assert!(machines.get(&machine.id).await.expect("reads").as_ref() == Some(machine));
    assert!(store.run(GetBy::<Machine, _>::new(&Machine::TABLE.get, machine.id.clone())).await.is_ok());
    assert!(store.table::<Image>().get(image.number).await.expect("reads").as_ref() == Some(image));
    assert!(machines.exists(&machine.id).await.expect("reads"));
    assert!(machines.page(None, 1).await.expect("reads").records == [machine.clone()]);
    assert!(store.run(MEMORY.ge(0_u32).find().first()).await.expect("reads") == Some(machine.clone()));
    assert!(store.read(|view| view.get::<Machine>(&machine.id)).expect("reads").as_ref() == Some(machine));
}

#[tokio::test]
async fn a_refusal_quotes_a_line_of_what_it_was_given() {
    let store = store();
    let long = "é".repeat(20_000);
    // What a page of another order would have given.
    let mut cursor = vec![b'o'];
    cursor.extend((long.len() as u64).to_le_bytes());
    cursor.extend(long.as_bytes());
    let after = Cursor::<Image>::from_bytes(&cursor).expect("is the form of a cursor");
    let panicking = long.clone();
    let refusals = [
        Mask::<Machine>::parse([long.as_str()]).expect_err("no such field"),
        store.run(NUMBER.ge(0_u64).find().after(after)).await.expect_err("another order"),
        store.read_async::<()>(move |_| panic!("{panicking}")).await.expect_err("panics"),
        store.table::<Network>().insert(Network { id: "x".into(), cidr: long.clone() + "\0" }).await.expect_err("NUL"),
        store.table::<Machine>().update(Machine { id: long.clone(), ..machine() }, MEMORY).await.expect_err("none"),
    ];
    for e in refusals {
        let text = e.to_string();
        assert!(text.chars().count() < 200, "{} characters: {e}", text.chars().count());
        assert!(!text.contains(&"é".repeat(101)), "{e}");
    }
}

fn machine() -> Machine {
    machines().swap_remove(0)
}
