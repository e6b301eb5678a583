//! A write that is refused has changed nothing, however much of it the database had done by then.

#[path = "refused/web.rs"]
mod web;

use protostore::{Delete, DeleteMany, Insert, InsertMany, Kind, Record, Result, Store, Tx, Update, Upsert, View};

use super::fixture::Machine;
use super::{Db, Place, close, machine, open, store};
use web::{Fixed, Hold, Log, Note, Right, SCHEMA, Tally, fixed};
pub(super) use web::{Left, left};

/// How many rows follow one another, at most, when a delete goes through all of them.
const DEEPEST: usize = 1000;

/// What keeps the root of a chain from being deleted, found only when most of the chain is gone already.
#[derive(Clone, Copy, Debug)]
pub(super) enum Obstacle {
    /// The chain is longer than the database follows it.
    Depth,
    /// A reference without an action.
    Hold,
    /// A trigger on what SET NULL updates.
    Immutable,
    /// A trigger on what CASCADE deletes.
    AppendOnly,
    /// A number that a trigger counts beyond what its column holds.
    Overflow,
}

pub(super) const OBSTACLES: [Obstacle; 5] =
    [Obstacle::Depth, Obstacle::Hold, Obstacle::Immutable, Obstacle::AppendOnly, Obstacle::Overflow];

/// A write that is refused, in the form in which either face takes it.
macro_rules! writes {
    ($($name:ident: $op:expr => $kind:expr),+ $(,)?) => {
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types, reason = "each is an expression by name")]
        enum Write { $($name),+ }

        impl Write {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns those that are to be tried where an obstacle is: all deletes, and once the others.
            fn beside(obstacle: Obstacle) -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied().filter(move |write| match obstacle {
                    Obstacle::Hold => true,
                    // It takes the database a second.
                    Obstacle::Depth => matches!(write, Self::delete),
                    Obstacle::Immutable | Obstacle::AppendOnly | Obstacle::Overflow => write.kind().is_none(),
                })
            }

            fn kind(self) -> Option<Kind> {
                match self { $(Self::$name => $kind),+ }
            }

            fn apply(self, store: &Store<Db>) -> Result<()> {
                let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                match self { $(Self::$name => runtime.block_on(store.apply($op)).map(|_| ())),+ }
            }

            fn run(self, tx: &mut Tx<'_, Db>) -> Result<()> {
                match self { $(Self::$name => tx.run($op).map(|_| ())),+ }
            }
        }
    };
}

writes! {
    delete: Delete::<Left>::new("0".into()) => None,
    delete_many: DeleteMany::<Left>::new(vec!["alone".into(), "0".into()]) => None,
    delete_list: left::list_by_mark(7).delete() => None,
    insert_taken: Insert::new(Left { id: "alone".into(), ..Left::default() }) => Some(Kind::AlreadyExists),
    insert_unique: Insert::new(Left { mark: 7, ..named("new") }) => Some(Kind::AlreadyExists),
    insert_check: Insert::new(Left { mark: 1000, ..named("new") }) => Some(Kind::Invalid),
    insert_reference: Insert::new(Left { of: "none".into(), ..named("new") }) => Some(Kind::Reference),
    insert_second: InsertMany::new(vec![named("new"), named("alone")]) => Some(Kind::AlreadyExists),
    upsert_unique: Upsert::new(Left { mark: 7, ..named("alone") }) => Some(Kind::AlreadyExists),
    upsert_reference: Upsert::new(Left { of: "none".into(), ..named("alone") }) => Some(Kind::Reference),
    upsert_immutable: Upsert::new(Fixed { of: "alone".into(), ..fixed("kept") }) => Some(Kind::Invalid),
    update_unique: Update::new(Left { mark: 7, ..named("alone") }, [left::MARK]) => Some(Kind::AlreadyExists),
    update_check: Update::new(Left { mark: 1000, ..named("alone") }, [left::MARK]) => Some(Kind::Invalid),
    update_immutable: Update::new(Fixed { of: "alone".into(), ..fixed("kept") }, [fixed::OF]) => Some(Kind::Invalid),
    update_nothing: Update::new(named("none"), [left::MARK]) => Some(Kind::NotFound),
}

pub(super) fn named(id: &str) -> Left {
    Left { id: id.into(), ..Left::default() }
}

fn fixed(id: &str) -> Fixed {
    Fixed { id: id.into(), ..Fixed::default() }
}

/// Writes `count` records, each named by the next: `0` on the left, `1` on the right, and so on.
fn chain(tx: &mut Tx<'_, Db>, count: usize) -> Result<()> {
    for n in 0..count {
        let (id, of) = (n.to_string(), n.checked_sub(1).map(|n| n.to_string()).unwrap_or_default());
        let mark = if n == 0 { 7 } else { 0 };
        if n % 2 == 0 {
            tx.insert(&Left { id, of, mark }).map(|_| ())
        } else {
            tx.insert(&Right { id, of, mark }).map(|_| ())
        }?;
    }
    Ok(())
}

/// A store with a chain whose root cannot be deleted, and records beside it.
pub(super) fn with(obstacle: Option<Obstacle>) -> (Place, Store<Db>) {
    let (place, store) = open(&SCHEMA);
    let made = store.write(move |tx| {
        let last = "4".to_owned();
        chain(tx, if matches!(obstacle, Some(Obstacle::Depth)) { DEEPEST + 2 } else { 5 })?;
        tx.insert(&named("alone"))?;
        tx.insert(&fixed("kept"))?;
        tx.insert(&Note { id: "n".into(), of: "0".into(), mark: 0 })?;
        tx.insert(&Tally { id: "t".into(), of: String::new(), mark: i64::MAX })?;
        match obstacle {
            None | Some(Obstacle::Depth) => Ok(()),
            Some(Obstacle::Hold) => tx.insert(&Hold { id: "h".into(), of: last, mark: 0 }).map(|_| ()),
            Some(Obstacle::Immutable) => tx.insert(&Fixed { of: last, ..fixed("f") }).map(|_| ()),
            Some(Obstacle::AppendOnly) => tx.insert(&Log { id: "l".into(), of: last, mark: 0 }).map(|_| ()),
            Some(Obstacle::Overflow) => tx.insert(&Right { id: "r".into(), of: last, mark: 99 }).map(|_| ()),
        }
    });
    made.expect("is written");
    (place, store)
}

/// Returns everything that is in the store.
pub(super) fn dump(store: &Store<Db>) -> Vec<String> {
    fn all<R: Record>(view: &mut View<'_, Db>, out: &mut Vec<String>) -> Result<()> {
        out.extend(view.page::<R>(None, 10_000)?.records.iter().map(|record| format!("{record:?}")));
        Ok(())
    }
    let mut out = Vec::new();
    let read = store.read(|view| {
        all::<Left>(view, &mut out)?;
        all::<Right>(view, &mut out)?;
        all::<Hold>(view, &mut out)?;
        all::<Note>(view, &mut out)?;
        all::<Fixed>(view, &mut out)?;
        all::<Log>(view, &mut out)?;
        all::<Tally>(view, &mut out)
    });
    read.expect("reads");
    out
}

#[test]
fn a_refused_write_has_changed_nothing_by_either_face() {
    for obstacle in OBSTACLES {
        let (place, store) = with(Some(obstacle));
        let before = dump(&store);
        for write in Write::beside(obstacle) {
            let what = format!("{write:?} where {obstacle:?}");
            let alone = write.apply(&store).expect_err(&what);
            assert_eq!(dump(&store), before, "{what}");
            let inside = store.write(move |tx| write.run(tx)).expect_err(&what);
            assert_eq!(dump(&store), before, "{what}, in a closure");
            assert_eq!((alone.kind(), alone.to_string()), (inside.kind(), inside.to_string()), "{what}");
            assert!(write.kind().is_none_or(|kind| kind == alone.kind()), "{what}: {alone}");
        }
        close(place, store);
    }
}

#[test]
fn a_closure_that_goes_on_after_a_refusal_keeps_what_it_did_around_it() {
    for obstacle in OBSTACLES {
        let (place, store) = with(Some(obstacle));
        for (n, write) in Write::beside(obstacle).enumerate() {
            let what = format!("{write:?} where {obstacle:?}");
            let mut wanted = dump(&store);
            let answered = store.write(move |tx| {
                tx.insert(&named(&format!("x{n} before")))?;
                let refused = write.run(tx).expect_err("refused");
                tx.insert(&named(&format!("x{n} then")))?;
                Ok(refused.to_string())
            });
            let alone = write.apply(&store).expect_err(&what).to_string();
            assert_eq!(answered.expect(&what), alone, "{what}");
            wanted.push(format!("{:?}", named(&format!("x{n} before"))));
            wanted.push(format!("{:?}", named(&format!("x{n} then"))));
            let mut found = dump(&store);
            wanted.sort();
            found.sort();
            assert_eq!(found, wanted, "{what}");
        }
        close(place, store);
    }
}

#[test]
fn what_is_in_nobodys_way_is_deleted_to_the_end() {
    let (place, store) = with(None);
    store.write(|tx| chain_from(tx, 5, DEEPEST)).expect("grows");
    assert!(store.write(|tx| tx.delete::<Left>("0")).expect("is as deep as it may be"));
    let rest = dump(&store);
    assert_eq!(rest.len(), 4, "{rest:?}");
    close(place, store);
}

/// Goes on with a chain that has so many records.
fn chain_from(tx: &mut Tx<'_, Db>, from: usize, count: usize) -> Result<()> {
    for n in from..count {
        let (id, of) = (n.to_string(), (n - 1).to_string());
        if n % 2 == 0 {
            tx.insert(&Left { id, of, mark: 0 }).map(|_| ())
        } else {
            tx.insert(&Right { id, of, mark: 0 }).map(|_| ())
        }?;
    }
    Ok(())
}

#[test]
fn a_delete_that_goes_too_deep_names_table_field_and_limit() {
    let (_place, store) = with(Some(Obstacle::Depth));
    let e = store.write(|tx| tx.delete::<Left>("0")).expect_err("is too deep");
    assert_eq!((e.kind(), e.table(), e.field()), (Kind::Precondition, Some("lefts"), Some("of")));
    assert_eq!(e.constraint(), Some("lefts.of, rights.of"));
    let why = "a delete goes by CASCADE through no more than 1000 records one behind another: \
               delete those at the other end first";
    assert_eq!(e.message(), why);
}

#[test]
fn a_closure_sees_after_a_refusal_what_it_would_see_if_that_had_never_been() {
    let store = store();
    let bad = || Machine { image_ids: vec![1, 9], ..machine("bad") };
    // Its row is written before the element is refused.
    let seen = store.write(move |tx| {
        let refused = tx.insert(&bad()).expect_err("refused").kind();
        if tx.exists::<Machine>("bad")? {
            return Err(protostore::Error::new(Kind::Engine, "is half there"));
        }
        tx.insert(&machine("bad"))?;
        Ok((refused, tx.get::<Machine>("bad")?.map(|found| found.image_ids)))
    });
    assert_eq!(seen.expect("goes on"), (Kind::Reference, Some(machine("bad").image_ids)));
    // One that panics over what it must not see is not held to that either.
    let gone = store.write(|tx| {
        tx.delete::<Machine>("bad")?;
        let _ = tx.insert(&Machine { image_ids: vec![1, 9], ..machine("bad") });
        assert!(!tx.exists::<Machine>("bad")?, "is half there");
        Ok(())
    });
    gone.expect("goes on");
}
