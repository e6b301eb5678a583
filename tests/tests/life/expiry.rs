//! Rows that expire, beside a model in memory that knows which are past and which are still in the file.

use std::collections::BTreeMap;

use fastrand::Rng;
use life::{Claim, Fact, Leader, Lease, LeaseUntil, Lock, Mention, claim, fact, leader, lease, lock};
use protostore::{Error, Filter, Kind, Mask, Singleton, Timestamp};

fn hours(from_now: i64) -> Timestamp {
    Timestamp::new(Timestamp::now().seconds() + from_now * 3600, 0).expect("is normalised")
}

/// What is in the file: the rows that have expired are there until they are in the way.
#[derive(Clone, Debug, Default)]
struct Model {
    facts: BTreeMap<String, Fact>,
    mentions: BTreeMap<String, Mention>,
}

fn is_past(fact: &Fact) -> bool {
    fact.expire_time.is_some_and(|time| time <= Timestamp::now())
}

impl Model {
    fn live(&self, id: &str) -> Option<&Fact> {
        self.facts.get(id).filter(|fact| !is_past(fact))
    }

    /// Deletes a fact and what goes with it.
    fn remove(&mut self, id: &str) {
        if self.facts.remove(id).is_none() {
            return;
        }
        let below: Vec<String> = self.facts.values().filter(|f| f.parent == id).map(|f| f.id.clone()).collect();
        below.iter().for_each(|id| self.remove(id));
        self.facts.values_mut().for_each(|fact| fact.others.retain(|other| other != id));
        self.mentions.retain(|_, mention| mention.goes_along != id);
        for mention in self.mentions.values_mut() {
            mention.all.retain(|other| other != id);
            if mention.lets_go == id {
                mention.lets_go.clear();
            }
        }
    }

    fn clear(&mut self, meets: impl Fn(&Fact) -> bool) -> usize {
        let gone: Vec<String> = self.facts.values().filter(|f| is_past(f) && meets(f)).map(|f| f.id.clone()).collect();
        gone.iter().for_each(|id| self.remove(id));
        gone.len()
    }

    fn names<'a>(&self, ids: impl IntoIterator<Item = &'a String>, own: Option<&str>) -> Result<(), Kind> {
        let missing = |id: &&String| !id.is_empty() && Some(id.as_str()) != own && self.live(id).is_none();
        if ids.into_iter().any(|id| missing(&id)) { Err(Kind::Reference) } else { Ok(()) }
    }

    fn put(&mut self, fact: &Fact, replace: bool) -> Result<(), Kind> {
        let mut fact = fact.clone();
        if let (true, Some(old)) = (replace, self.live(&fact.id)) {
            fact.create_time = old.create_time;
        }
        self.clear(|f| f.id == fact.id || (f.name.is_some() && f.name == fact.name));
        self.names([&fact.parent], Some(&fact.id))?;
        let taken = |f: &Fact| f.id != fact.id && f.name.is_some() && f.name == fact.name;
        if (!replace && self.facts.contains_key(&fact.id)) || self.facts.values().any(taken) {
            return Err(Kind::AlreadyExists);
        }
        self.facts.insert(fact.id.clone(), fact.clone());
        self.names(&fact.others, None)
    }

    fn update(&mut self, fact: &Fact, what: Part) -> Result<(), Kind> {
        if what == Part::Parent {
            self.names([&fact.parent], Some(&fact.id))?;
        }
        self.live(&fact.id).ok_or(Kind::NotFound)?;
        if what == Part::Name && fact.name.is_some() {
            self.clear(|f| f.id != fact.id && f.name == fact.name);
            if self.facts.values().any(|f| f.id != fact.id && f.name == fact.name) {
                return Err(Kind::AlreadyExists);
            }
        }
        let old = self.facts.get_mut(&fact.id).ok_or(Kind::NotFound)?;
        match what {
            Part::Subject => old.subject.clone_from(&fact.subject),
            Part::Name => old.name.clone_from(&fact.name),
            Part::Expire => old.expire_time = fact.expire_time,
            Part::Parent => old.parent.clone_from(&fact.parent),
            Part::Others => old.others.clone_from(&fact.others),
            Part::Words => old.words.clone_from(&fact.words),
        }
        if what == Part::Others { self.names(&fact.others, None) } else { Ok(()) }
    }

    fn mention(&mut self, mention: &Mention) -> Result<(), Kind> {
        self.names([&mention.goes_along, &mention.lets_go], None)?;
        if self.mentions.insert(mention.id.clone(), mention.clone()).is_some() {
            return Err(Kind::AlreadyExists);
        }
        self.names(&mention.all, None)
    }

    /// Undoes what was refused.
    fn try_to(&mut self, f: impl FnOnce(&mut Self) -> Result<(), Kind>) -> Result<(), Kind> {
        let before = self.clone();
        f(self).inspect_err(|_| *self = before)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Subject,
    Name,
    Expire,
    Parent,
    Others,
    Words,
}

fn mask(part: Part) -> Mask<Fact> {
    match part {
        Part::Subject => fact::subject.into(),
        Part::Name => fact::name.into(),
        Part::Expire => fact::expire_time.into(),
        Part::Parent => fact::parent.into(),
        Part::Others => fact::others.into(),
        Part::Words => fact::words.into(),
    }
}

fn id(rng: &mut Rng) -> String {
    rng.u8(0..8).to_string()
}

fn maybe(rng: &mut Rng) -> String {
    if rng.u8(0..3) == 0 { id(rng) } else { String::new() }
}

fn ids(rng: &mut Rng) -> Vec<String> {
    (0..rng.u8(0..7).saturating_sub(4)).map(|_| id(rng)).collect()
}

fn drawn(rng: &mut Rng) -> Fact {
    Fact {
        id: id(rng),
        subject: rng.u8(0..2).to_string(),
        name: rng.bool().then(|| rng.u8(0..4).to_string()),
        expire_time: rng.choice([None, Some(hours(-2)), Some(hours(-1)), Some(hours(1))]).flatten(),
        create_time: Some(hours(rng.i64(-9..9))),
        words: ids(rng),
        parent: maybe(rng),
        others: ids(rng),
    }
}

fn kind<T>(result: Result<T, Error>) -> Result<(), Kind> {
    result.map(drop).map_err(|e| e.kind())
}

/// Compares all that can be read.
fn same(store: &super::Store, model: &Model, context: &str) {
    let live: Vec<Fact> = model.facts.values().filter(|f| !is_past(f)).cloned().collect();
    let read = store.read(|r| {
        for id in (0..8).map(|id: u8| id.to_string()) {
            assert_eq!(r.get::<Fact>(&id)?.as_ref(), model.live(&id), "{context}");
            assert_eq!(r.exists::<Fact>(&id)?, model.live(&id).is_some(), "{context}");
            let named = model.live(&id).map(|f| f.others.as_slice()).unwrap_or_default();
            let named: Vec<&Fact> = named.iter().filter_map(|id| model.live(id)).collect();
            assert_eq!(r.run(fact::facts_by_others(&id))?.iter().collect::<Vec<_>>(), named, "{context}");
            let holds: Vec<Fact> = live.iter().filter(|f| f.others.contains(&id)).cloned().collect();
            assert_eq!(r.run(fact::list_by_others(&id))?.records, holds, "{context}");
        }
        let all: Vec<String> = (0..8).map(|id: u8| id.to_string()).collect();
        let wanted: Vec<Option<Fact>> = all.iter().map(|id| model.live(id).cloned()).collect();
        assert_eq!(r.get_many::<Fact>(all.iter().map(String::as_str))?, wanted, "{context}");
        for name in (0..4).map(|name: u8| name.to_string()) {
            let found = live.iter().find(|f| f.name.as_ref() == Some(&name));
            assert_eq!(r.run(fact::get_by_name(&name))?.as_ref(), found, "{context}");
        }
        for subject in ["0", "1"] {
            let of: Vec<Fact> = live.iter().filter(|f| f.subject == subject).cloned().collect();
            let first = r.run(fact::list_by_subject(subject).size(2))?;
            let mut listed = first.records;
            if let Some(next) = first.next {
                listed.extend(r.run(fact::list_by_subject(subject).after(next))?.records);
            }
            assert_eq!(listed, of, "{context}");
            assert_eq!(r.run(fact::list_by_subject(subject).count())?, of.len() as u64, "{context}");
            assert_eq!(r.run(fact::list_by_subject(subject).exists())?, !of.is_empty(), "{context}");
            let filter = || fact::subject.eq(subject);
            assert_eq!(r.run(filter().find())?.records, of, "{context}");
            assert_eq!(r.run(filter().find().first())?.as_ref(), of.first(), "{context}");
            assert_eq!(r.run(filter().exists())?, !of.is_empty(), "{context}");
        }
        assert_eq!(r.run(Filter::<Fact>::everything().count())?, live.len() as u64, "{context}");
        let first = r.page::<Fact>(None, 3)?;
        let mut paged = first.records;
        if let Some(next) = first.next {
            paged.extend(r.page::<Fact>(Some(next), 9)?.records);
        }
        assert_eq!(paged, live, "{context}");
        let mentions: Vec<Mention> = model.mentions.values().cloned().collect();
        assert_eq!(r.page::<Mention>(None, 9)?.records, mentions, "{context}");
        Ok(())
    });
    read.unwrap_or_else(|e| panic!("{context}: {e}"));
}

#[test]
fn any_sequence_of_writes_leaves_what_the_model_has() {
    let mut rng = Rng::with_seed(0x11fe);
    let cases = std::env::var("PROTOSTORE_CASES").map_or(8, |n| n.parse::<usize>().expect("a number") / 20 + 1);
    for case in 0..cases {
        let store = super::store();
        let mut model = Model::default();
        for step in 0..60 {
            let drawn = drawn(&mut rng);
            let fact = drawn.clone();
            let what = rng.u8(0..12);
            let context = format!("case {case}, step {step}, {what}: {drawn:?} on {model:?}");
            let (done, wanted) = match what {
                0..=2 => (kind(store.write(move |tx| tx.insert(&fact))), model.try_to(|m| m.put(&drawn, false))),
                3..=4 => (kind(store.write(move |tx| tx.upsert(&fact))), model.try_to(|m| m.put(&drawn, true))),
                5..=7 => {
                    let parts =
                        [Part::Subject, Part::Name, Part::Expire, Part::Parent, Part::Others, Part::Words, Part::Name];
                    let part = parts[rng.usize(0..parts.len())];
                    let mask = mask(part);
                    let done = store.write(move |tx| tx.update(&fact, mask.clone()));
                    (kind(done), model.try_to(|m| m.update(&drawn, part)))
                }
                8 if rng.bool() => {
                    let of = |f: &&Fact| f.subject == drawn.subject && !is_past(f);
                    let gone: Vec<String> = model.facts.values().filter(of).map(|f| f.id.clone()).collect();
                    let by = drawn.subject.clone();
                    let deleted = store.write(move |tx| tx.run(fact::list_by_subject(&by).delete())).expect(&context);
                    assert!(deleted <= gone.len() as u64 && (deleted > 0) != gone.is_empty(), "{context}");
                    gone.iter().for_each(|id| model.remove(id));
                    (Ok(()), Ok(()))
                }
                8 if rng.bool() => {
                    let keys = [drawn.id.clone(), drawn.parent.clone()];
                    let gone: Vec<String> = keys.iter().filter(|id| model.live(id).is_some()).cloned().collect();
                    let some =
                        move |tx: &mut protostore::Tx<'_, _>| tx.delete_many::<Fact>(keys.iter().map(String::as_str));
                    let deleted = store.write(some).expect(&context);
                    assert!(deleted <= gone.len() as u64 && (deleted > 0) != gone.is_empty(), "{context}");
                    gone.iter().for_each(|id| model.remove(id));
                    (Ok(()), Ok(()))
                }
                8 => {
                    let deleted = store.write(move |tx| tx.delete::<Fact>(&fact.id)).expect(&context);
                    assert_eq!(deleted, model.live(&drawn.id).is_some(), "{context}");
                    if deleted {
                        model.remove(&drawn.id);
                    }
                    (Ok(()), Ok(()))
                }
                9 => {
                    let swept = store.write(|tx| tx.run(protostore::Sweep::<Fact>::new(1))).expect(&context);
                    let past = model.facts.values().filter(|f| is_past(f));
                    let first = past.min_by_key(|f| (f.expire_time, f.id.clone())).map(|f| f.id.clone());
                    assert_eq!(swept, u64::from(first.is_some()), "{context}");
                    first.into_iter().for_each(|id| model.remove(&id));
                    (Ok(()), Ok(()))
                }
                _ => {
                    let all = ids(&mut rng);
                    let mention =
                        Mention { id: id(&mut rng), goes_along: maybe(&mut rng), lets_go: maybe(&mut rng), all };
                    let written = mention.clone();
                    (kind(store.write(move |tx| tx.insert(&written))), model.try_to(|m| m.mention(&mention)))
                }
            };
            assert_eq!(done, wanted, "{context}");
            same(&store, &model, &context);
        }
        let past = model.facts.values().filter(|f| is_past(f)).count();
        let swept = super::wait(store.sweep()).expect("sweeps");
        assert!(swept <= past as u64 && (swept > 0) == (past > 0));
        model.clear(|_| true);
        same(&store, &model, "swept");
        assert_eq!(super::wait(store.sweep()).expect("sweeps"), 0);
    }
}

#[test]
fn lists_are_edited_in_place_while_their_owner_is_there() {
    let store = super::store();
    let fact = |id: &str, from_now| Fact { id: id.to_owned(), expire_time: Some(hours(from_now)), ..Fact::default() };
    for fact in [fact("live", 1), fact("other", 1), fact("past", -1)] {
        store.write(move |tx| tx.insert(&fact)).expect("inserts");
    }
    store.write(|tx| tx.run(fact::others.of("live").append("other"))).expect("adds");
    let refused = store.write(|tx| tx.run(fact::others.of("live").append("past"))).expect_err("is past");
    assert_eq!(refused.to_string(), "facts.others: refers to a record of facts that does not exist");
    let refused = store.write(|tx| tx.run(fact::others.of("past").append("live"))).expect_err("is past");
    assert_eq!(refused.to_string(), "facts: no record has this key");
    let refused = store.write(|tx| tx.run(fact::others.of("past").remove("other"))).expect_err("is past");
    assert_eq!(refused.kind(), Kind::NotFound);
    let refused = store.read(|r| r.run(fact::others.of("past").read())).expect_err("is past");
    assert_eq!(refused.kind(), Kind::NotFound);
    assert_eq!(store.write(|tx| tx.run(fact::others.of("live").remove("other"))).unwrap(), 1);
}

fn lease(slot: u32, zone: &str, number: i64, until: Option<i64>) -> Lease {
    let until = until.map(|from_now| LeaseUntil { time: Some(hours(from_now)) });
    Lease { host: "h".to_owned(), slot, until, zone: Some(zone.to_owned()), number: Some(number) }
}

#[test]
fn a_unique_value_of_two_fields_is_free_when_its_row_is_gone() {
    let store = super::store();
    let insert = |lease: Lease| store.write(move |tx| tx.insert(&lease));
    insert(lease(1, "a", 1, Some(-1))).expect("inserts");
    insert(lease(2, "a", 2, None)).expect("inserts");
    assert_eq!(insert(lease(3, "a", 2, None)).unwrap_err().kind(), Kind::AlreadyExists);
    // Half of the value is given, half is the row's own.
    let half = Lease { number: Some(1), ..lease(2, "unused", 0, None) };
    store.write(move |tx| tx.update(&half, lease::number)).expect("the other is past");
    assert_eq!(store.read(|r| r.get::<Lease>(("h", 2))).unwrap(), Some(lease(2, "a", 1, None)));
    insert(lease(4, "b", 1, Some(0))).expect("is past as soon as it is there");
    assert_eq!(store.read(|r| r.get::<Lease>(("h", 4))).unwrap(), None);
    insert(lease(4, "b", 1, Some(1))).expect("both its key and its value are free");
    assert_eq!(store.read(|r| r.run(lease::list_by_host("h"))).unwrap().records.len(), 2);
    assert_eq!(super::wait(store.leases().sweep(9)).unwrap(), 0);
}

#[test]
fn the_only_row_of_a_table_is_gone_in_time() {
    let store = super::store();
    let leader = |name: &str, from_now| Leader { name: name.to_owned(), until: hours(from_now) };
    let (past, next, last) = (leader("past", -1), leader("next", 1), leader("last", 1));
    let changed = last.clone();
    store.write(move |tx| tx.insert(&past)).expect("inserts");
    assert_eq!(store.read(|r| r.get::<Leader>(Singleton)).unwrap(), None);
    let refused = store.write(move |tx| tx.update(&changed, leader::name)).expect_err("is past");
    assert_eq!(refused.kind(), Kind::NotFound);
    store.write(move |tx| tx.insert(&next)).expect("the other is past");
    let refused = store.write(move |tx| tx.insert(&last)).expect_err("is there");
    assert_eq!(refused.kind(), Kind::AlreadyExists);
}

#[test]
fn a_reference_of_two_fields_names_what_is_there() {
    let store = super::store();
    for lease in [lease(1, "a", 1, Some(1)), lease(2, "a", 2, Some(-1))] {
        store.write(move |tx| tx.insert(&lease)).expect("inserts");
    }
    let claim = |slot| Claim { id: "c".to_owned(), host: Some("h".to_owned()), slot: Some(slot) };
    let said = "claims.host, slot: refers to a record of leases that does not exist";
    let (first, past) = (claim(1), claim(2));
    let changed = past.clone();
    assert_eq!(store.write(move |tx| tx.insert(&past)).expect_err("is past").to_string(), said);
    store.write(move |tx| tx.insert(&first)).expect("is there");
    // The mask names half of the reference.
    assert_eq!(store.write(move |tx| tx.update(&changed, claim::slot)).expect_err("is past").to_string(), said);
    assert_eq!(store.read(|r| r.get::<Claim>("c")).unwrap(), Some(claim(1)));
}

#[test]
fn rules_and_revisions_hold_of_rows_that_expire() {
    let store = super::store();
    let lock = |owner: &str, until, etag| Lock {
        id: "l".to_owned(),
        owner: owner.to_owned(),
        until: Some(hours(until)),
        etag,
    };
    let short = super::wait(store.locks().insert(lock("a", 1, 0))).expect_err("breaks a rule");
    assert_eq!((short.kind(), short.field()), (Kind::Invalid, Some("owner")));
    let first = super::wait(store.locks().insert(lock("ann", -1, 0))).expect("inserts");
    let gone = super::wait(store.locks().upsert(lock("ann", 1, first.etag))).expect_err("is past");
    assert_eq!(gone.kind(), Kind::Aborted);
    let second = super::wait(store.locks().insert(lock("bob", 1, 0))).expect("the other is past");
    assert!(second.etag > first.etag, "none is given twice");
    let stale = lock("cat", 1, first.etag);
    assert_eq!(super::wait(store.locks().update(stale, lock::owner)).unwrap_err().kind(), Kind::Aborted);
    let broken = super::wait(store.locks().update(lock("d", 1, second.etag), lock::owner)).expect_err("breaks a rule");
    assert_eq!(broken.kind(), Kind::Invalid);
    assert!(super::wait(store.locks().update(lock("eve", 1, second.etag), lock::owner)).unwrap() > second.etag);
}
