//! Pages of lists by an index: their order, NULLs and directions among it, against a plain sort of all records.

use std::cmp::Ordering;

use life::{Rank, rank};
use protostore::{Bind, Cursor, Kind, ListBy, Timestamp};

type Compare = fn(&Rank, &Rank) -> Ordering;

/// How often random records are drawn.
fn cases() -> usize {
    std::env::var("PROTOSTORE_CASES").map_or(12, |cases| cases.parse().expect("a number"))
}

/// Draws records of few values, so that many are equal in some columns; no two in what is unique.
fn draw(random: &mut fastrand::Rng) -> Vec<Rank> {
    let mut ranks: Vec<Rank> = Vec::new();
    for seat in 0..random.i64(1..40) {
        let rank = Rank {
            region: ["a", "b", "é"][random.usize(..3)].to_owned(),
            number: random.i64(-3..30),
            league: random.i32(0..2),
            points: random.bool().then(|| [i64::MIN, -1, 0, 7, i64::MAX][random.usize(..5)]),
            name: random.bool().then(|| ["", "x", "y", "\u{10ffff}"][random.usize(..4)].to_owned()),
            level: random.i32(-1..2),
            seat: if random.bool() { seat } else { -seat },
            team: random.i32(0..4),
            until: match random.u8(..6) {
                0 => Some(Timestamp::new(1, 0).expect("a time")),
                1 => Some(Timestamp::new(4_000_000_000, 0).expect("a time")),
                _ => None,
            },
            badges: (0..random.usize(..5)).map(|_| ["gold", "iron"][random.usize(..2)].to_owned()).collect(),
        };
        let meets = |other: &Rank| {
            let same_key = (&other.region, other.number) == (&rank.region, rank.number);
            let same_name = other.name.is_some() && (other.team, &other.name) == (rank.team, &rank.name);
            same_key || same_name || (other.level, other.seat) == (rank.level, rank.seat)
        };
        if !ranks.iter().any(meets) {
            ranks.push(rank);
        }
    }
    ranks
}

fn key(a: &Rank, b: &Rank) -> Ordering {
    (&a.region, a.number).cmp(&(&b.region, b.number))
}

/// By `points` from the greatest, `name`, `level` from the greatest, and the key backwards.
fn by_points(a: &Rank, b: &Rank) -> Ordering {
    b.points.cmp(&a.points).then_with(|| by_name_and_level(a, b))
}

fn by_name_and_level(a: &Rank, b: &Rank) -> Ordering {
    a.name.cmp(&b.name).then_with(|| b.level.cmp(&a.level)).then_with(|| key(b, a))
}

fn by_name(a: &Rank, b: &Rank) -> Ordering {
    a.name.cmp(&b.name).then_with(|| key(a, b))
}

/// Walks a list from page to page, each place through a token, and returns the records.
fn walk<P>(store: &super::Store, list: &ListBy<Rank, P>, size: usize) -> Vec<Rank>
where
    P: Bind + Clone + Send + Sync + 'static,
{
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let after: Option<Cursor<Rank>> = store.page_tokens().open(&["ranks"], &token).expect("a token of the list");
        let page = store.read(|r| r.run(list.clone().after(after).size(size))).expect("a page");
        assert!(page.records.len() <= size);
        assert!(page.next.is_none() || page.records.len() == size, "only the last page is shorter");
        all.extend(page.records);
        token = store.page_tokens().seal(&["ranks"], page.next.as_ref()).expect("a token");
        if token.is_empty() {
            return all;
        }
    }
}

/// Compares a list, in pages of every size, with the records that it should hold.
fn compare<P>(store: &super::Store, ranks: &[Rank], list: ListBy<Rank, P>, of: impl Fn(&Rank) -> bool, order: Compare)
where
    P: Bind + Clone + Send + Sync + 'static,
{
    let is_there = |rank: &&Rank| rank.until.is_none_or(|until| until.seconds() > 1);
    let mut wanted: Vec<Rank> = ranks.iter().filter(is_there).filter(|rank| of(rank)).cloned().collect();
    wanted.sort_by(order);
    let counted = store.read(|r| r.run(list.clone().count())).expect("counts");
    assert_eq!(counted, wanted.len() as u64);
    for size in 1..=wanted.len() + 1 {
        let found = walk(store, &list, size);
        assert_eq!(found, wanted, "in pages of {size}");
        if size == 1 && wanted.len() > 1 {
            let mut other = wanted.clone();
            other.swap(0, 1);
            assert_ne!(found, other, "another order is noticed");
        }
    }
}

#[test]
fn pages_of_every_size_are_the_whole_list_in_the_order_of_its_index() {
    let seed = std::env::var("PROTOSTORE_SEED").map_or(7, |seed| seed.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..cases() {
        let ranks = draw(&mut random);
        let store = super::store();
        let written = ranks.clone();
        store.write(move |tx| written.iter().try_for_each(|rank| tx.insert(rank).map(drop))).expect("inserts");
        for league in 0..2 {
            compare(&store, &ranks, rank::list_by_league(league), |r| r.league == league, by_points);
            for points in [i64::MIN, 0, 7] {
                let is = |r: &Rank| r.league == league && r.points == Some(points);
                compare(&store, &ranks, rank::list_by_league_points(league, points), is, by_name_and_level);
            }
            for name in ["", "x"] {
                let is = |r: &Rank| r.league == league && r.name.as_deref() == Some(name);
                let order: Compare = |a, b| a.points.cmp(&b.points).then_with(|| key(a, b));
                compare(&store, &ranks, rank::list_by_league_name(league, name), is, order);
            }
        }
        for team in 0..4 {
            compare(&store, &ranks, rank::list_by_team(team), |r| r.team == team, by_name);
        }
        for level in -1..2 {
            let order: Compare = |a, b| a.seat.cmp(&b.seat);
            compare(&store, &ranks, rank::list_by_level(level), |r| r.level == level, order);
        }
        for points in [i64::MAX, -1] {
            let is = |r: &Rank| r.points == Some(points);
            compare(&store, &ranks, rank::list_by_points(points), is, |a, b| key(b, a));
        }
        for region in ["a", "é"] {
            compare(&store, &ranks, rank::list_by_region(region), |r| r.region == region, key);
        }
        for badge in ["gold", "iron", "none"] {
            let has = |r: &Rank| r.badges.iter().any(|own| own == badge);
            compare(&store, &ranks, rank::list_by_badges(badge), has, key);
        }
    }
}

#[test]
fn a_place_is_one_in_an_order_and_needs_no_record() {
    let store = super::store();
    let ranks: Vec<Rank> =
        (0..5).map(|number| Rank { number: 2 * number, seat: number, region: "a".into(), ..Rank::default() }).collect();
    let written = ranks.clone();
    store.write(move |tx| written.iter().try_for_each(|rank| tx.insert(rank).map(drop))).expect("inserts");
    // A list in the order of the key begins after any key.
    let after = Cursor::<Rank>::of_key(("a", 3)).expect("a key");
    let page = store.read(|r| r.run(rank::list_by_region("a").after(after.clone()))).expect("reads");
    assert_eq!(page.records, ranks[2..]);
    let refused = store.read(|r| r.run(rank::list_by_league(0).after(after))).expect_err("another order");
    assert_eq!((refused.kind(), refused.field()), (Kind::Invalid, Some("cursor")));
    // The record of a place is deleted, and the list goes on after it.
    let first = store.read(|r| r.run(rank::list_by_league(0).size(2))).expect("reads");
    assert_eq!(first.records, [ranks[4].clone(), ranks[3].clone()]);
    store.write(|tx| tx.delete::<Rank>(("a", 6))).expect("deletes");
    let rest = store.read(|r| r.run(rank::list_by_league(0).after(first.next.clone()))).expect("reads");
    assert_eq!(rest.records, [ranks[2].clone(), ranks[1].clone(), ranks[0].clone()]);
    let nul = Cursor::<Rank>::of_key(("\0", 3)).expect_err("no record has this key");
    assert_eq!(nul.kind(), Kind::Invalid);
}
