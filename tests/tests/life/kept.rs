//! Rows that are kept when they are deleted, beside a model in memory of what is there, what is deleted and since when.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use life::{Badge, Folder, Note, Pin, folder, note};
use protostore::{Error, Filter, GetDeleted, Kind, Mask, PageDeleted, Purge, Timestamp, Undelete};

type NoteKey = (String, u32);

/// What is in the file; the revisions of notes are left out.
#[derive(Clone, Debug, Default)]
struct Model {
    folders: BTreeMap<String, Folder>,
    notes: BTreeMap<NoteKey, Note>,
    pins: BTreeMap<String, Pin>,
}

/// Rows that a delete or its undoing is about.
#[derive(Debug, Default)]
struct Marked {
    folders: BTreeSet<String>,
    notes: BTreeSet<NoteKey>,
}

impl Model {
    fn live(&self, id: &str) -> Option<&Folder> {
        self.folders.get(id).filter(|folder| folder.delete_time.is_none())
    }

    fn live_notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.values().filter(|note| note.delete_time.is_none())
    }

    fn names<'a>(&self, ids: impl IntoIterator<Item = &'a String>, own: Option<&str>) -> Result<(), Kind> {
        let missing = |id: &&String| !id.is_empty() && Some(id.as_str()) != own && self.live(id).is_none();
        if ids.into_iter().any(|id| missing(&id)) { Err(Kind::Reference) } else { Ok(()) }
    }

    fn put(&mut self, folder: &Folder, replace: bool) -> Result<(), Kind> {
        let there = self.folders.get(&folder.id);
        if there.is_some_and(|there| there.delete_time.is_some()) {
            return Err(Kind::AlreadyExists);
        }
        self.names([&folder.parent], Some(&folder.id))?;
        if there.is_some() && !replace {
            return Err(Kind::AlreadyExists);
        }
        self.folders.insert(folder.id.clone(), folder.clone());
        self.unique()?;
        self.names(folder.links.iter().chain(&folder.needs), None)
    }

    fn update(&mut self, folder: &Folder, part: Part) -> Result<(), Kind> {
        if part == Part::Parent {
            self.names([&folder.parent], Some(&folder.id))?;
        }
        self.live(&folder.id).ok_or(Kind::NotFound)?;
        let old = self.folders.get_mut(&folder.id).ok_or(Kind::NotFound)?;
        match part {
            Part::Name => old.name.clone_from(&folder.name),
            Part::Parent => old.parent.clone_from(&folder.parent),
            Part::Links => old.links.clone_from(&folder.links),
            Part::Needs => old.needs.clone_from(&folder.needs),
        }
        self.unique()?;
        match part {
            Part::Name | Part::Parent => Ok(()),
            Part::Links => self.names(&folder.links, None),
            Part::Needs => self.names(&folder.needs, None),
        }
    }

    fn put_note(&mut self, note: &Note, replace: bool) -> Result<(), Kind> {
        let key = (note.folder_id.clone(), note.number);
        let there = self.notes.get(&key);
        if there.is_some_and(|there| there.delete_time.is_some()) {
            return Err(Kind::AlreadyExists);
        }
        self.names([&note.folder_id], None)?;
        if there.is_some() && !replace {
            return Err(Kind::AlreadyExists);
        }
        self.notes.insert(key, note.clone());
        self.unique()
    }

    fn pin(&mut self, pin: &Pin) -> Result<(), Kind> {
        self.names([&pin.folder_id], None)?;
        if self.pins.insert(pin.id.clone(), pin.clone()).is_some() {
            return Err(Kind::AlreadyExists);
        }
        self.names(&pin.folder_ids, None)
    }

    /// Refuses two rows that are there and have one value.
    fn unique(&self) -> Result<(), Kind> {
        let names: Vec<_> =
            self.folders.values().filter(|f| f.delete_time.is_none()).filter_map(|f| f.name.as_ref()).collect();
        let authors: Vec<_> = self.live_notes().map(|note| (&note.author, note.number)).collect();
        let twice = names.iter().collect::<BTreeSet<_>>().len() < names.len()
            || authors.iter().collect::<BTreeSet<_>>().len() < authors.len();
        if twice { Err(Kind::AlreadyExists) } else { Ok(()) }
    }

    /// Adds what goes with rows, of those that have this time.
    fn spread(&self, marked: &mut Marked, time: Option<Timestamp>) {
        loop {
            let below = |f: &&Folder| f.delete_time == time && marked.folders.contains(&f.parent);
            let new: Vec<String> = self.folders.values().filter(below).map(|f| f.id.clone()).collect();
            let before = marked.folders.len();
            marked.folders.extend(new);
            if marked.folders.len() == before {
                break;
            }
        }
        let inside = |(_, n): &(&NoteKey, &Note)| n.delete_time == time && marked.folders.contains(&n.folder_id);
        let new: Vec<NoteKey> = self.notes.iter().filter(inside).map(|(key, _)| key.clone()).collect();
        marked.notes.extend(new);
    }

    fn settle(&mut self, marked: &Marked, time: Option<Timestamp>) {
        self.folders.values_mut().filter(|f| marked.folders.contains(&f.id)).for_each(|f| f.delete_time = time);
        let notes = self.notes.iter_mut().filter(|(key, _)| marked.notes.contains(*key));
        notes.for_each(|(_, note)| note.delete_time = time);
    }

    /// Returns what is deleted with rows, or says that something keeps one of them.
    fn delete(&self, mut marked: Marked) -> Result<Marked, Kind> {
        self.spread(&mut marked, None);
        let needed = self.folders.values().filter(|f| f.delete_time.is_none() && !marked.folders.contains(&f.id));
        let needed = needed.flat_map(|f| &f.needs).any(|id| marked.folders.contains(id));
        let pinned = self.pins.values().any(|pin| marked.folders.contains(&pin.folder_id));
        if needed || pinned { Err(Kind::Precondition) } else { Ok(marked) }
    }

    fn undelete(&mut self, mut marked: Marked, time: Option<Timestamp>) -> Result<(), Kind> {
        self.spread(&mut marked, time);
        self.settle(&marked, None);
        for folder in self.folders.values().filter(|f| marked.folders.contains(&f.id)) {
            self.names([&folder.parent].into_iter().chain(&folder.needs), None)?;
        }
        self.names(marked.notes.iter().map(|(folder, _)| folder), None)?;
        self.unique()
    }

    fn purge(&mut self, id: &str) -> Result<(), Kind> {
        let mut gone = BTreeSet::from([id.to_owned()]);
        while let Some(next) =
            self.folders.values().find(|f| gone.contains(&f.parent) && !gone.contains(&f.id)).map(|f| f.id.clone())
        {
            gone.insert(next);
        }
        self.folders.retain(|id, _| !gone.contains(id));
        self.notes.retain(|(folder, _), _| !gone.contains(folder));
        self.folders.values_mut().for_each(|f| f.links.retain(|id| !gone.contains(id)));
        self.pins.values_mut().for_each(|pin| pin.folder_ids.retain(|id| !gone.contains(id)));
        let kept = self.folders.values().flat_map(|f| &f.needs).chain(self.pins.values().map(|pin| &pin.folder_id));
        if kept.into_iter().any(|id| gone.contains(id)) { Err(Kind::Precondition) } else { Ok(()) }
    }

    /// Undoes what was refused.
    fn try_to(&mut self, f: impl FnOnce(&mut Self) -> Result<(), Kind>) -> Result<(), Kind> {
        let before = self.clone();
        f(self).inspect_err(|_| *self = before)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Name,
    Parent,
    Links,
    Needs,
}

fn mask(part: Part) -> Mask<Folder> {
    match part {
        Part::Name => folder::name.into(),
        Part::Parent => folder::parent.into(),
        Part::Links => folder::links.into(),
        Part::Needs => folder::needs.into(),
    }
}

fn id(rng: &mut Rng) -> String {
    rng.u8(0..6).to_string()
}

fn maybe(rng: &mut Rng, of: u8) -> String {
    if rng.u8(0..of) == 0 { id(rng) } else { String::new() }
}

fn ids(rng: &mut Rng) -> Vec<String> {
    (0..rng.u8(0..9).saturating_sub(6)).map(|_| id(rng)).collect()
}

fn drawn(rng: &mut Rng) -> Folder {
    let name = rng.bool().then(|| rng.u8(0..4).to_string());
    Folder { id: id(rng), name, parent: maybe(rng, 2), links: ids(rng), needs: ids(rng), delete_time: None }
}

fn drawn_note(rng: &mut Rng) -> Note {
    let author = rng.u8(0..2).to_string();
    Note { folder_id: id(rng), number: rng.u32(0..3), author, ..Note::default() }
}

fn kind<T>(result: Result<T, Error>) -> Result<(), Kind> {
    result.map(drop).map_err(|e| e.kind())
}

fn without_revision(mut note: Note) -> Note {
    assert_ne!(std::mem::take(&mut note.etag), "");
    note
}

/// Compares all that can be read.
fn same(store: &super::Store, model: &Model, context: &str) {
    let live: Vec<Folder> = model.folders.values().filter(|f| f.delete_time.is_none()).cloned().collect();
    let read = store.read(|r| {
        for id in (0..6).map(|id: u8| id.to_string()) {
            assert_eq!(r.get::<Folder>(&id)?.as_ref(), model.live(&id), "{context}");
            assert_eq!(r.run(GetDeleted::<Folder>(&id))?.as_ref(), model.folders.get(&id), "{context}");
            assert_eq!(r.exists::<Folder>(&id)?, model.live(&id).is_some(), "{context}");
            let linked = model.live(&id).map(|f| f.links.as_slice()).unwrap_or_default();
            let linked: Vec<&Folder> = linked.iter().filter_map(|id| model.live(id)).collect();
            assert_eq!(r.run(folder::folders_by_links(&id))?.iter().collect::<Vec<_>>(), linked, "{context}");
            let holds: Vec<Folder> = live.iter().filter(|f| f.links.contains(&id)).cloned().collect();
            assert_eq!(r.run(folder::list_by_links(&id))?.records, holds, "{context}");
            let below: Vec<Folder> = live.iter().filter(|f| f.parent == id).cloned().collect();
            assert_eq!(r.run(folder::list_by_parent(&id).count())?, below.len() as u64, "{context}");
            assert_eq!(r.run(folder::parent.eq(id.as_str()).find())?.records, below, "{context}");
            let notes: Vec<Note> = model.live_notes().filter(|note| note.folder_id == id).cloned().collect();
            let read = r.run(note::list_by_folder_id(&id))?.records;
            assert_eq!(read.into_iter().map(without_revision).collect::<Vec<_>>(), notes, "{context}");
        }
        for name in (0..4).map(|name: u8| name.to_string()) {
            let found = live.iter().find(|f| f.name.as_ref() == Some(&name));
            assert_eq!(r.run(folder::get_by_name(&name))?.as_ref(), found, "{context}");
        }
        for (author, number) in ["0", "1"].into_iter().flat_map(|author| (0..3).map(move |number| (author, number))) {
            let found = model.live_notes().find(|note| note.author == author && note.number == number).cloned();
            let read = r.run(note::get_by_author_number(author, number))?;
            assert_eq!(read.map(without_revision), found, "{context}");
        }
        assert_eq!(r.run(Filter::<Folder>::everything().count())?, live.len() as u64, "{context}");
        let first = r.page::<Folder>(None, 2)?;
        let mut paged = first.records;
        if let Some(next) = first.next {
            paged.extend(r.page::<Folder>(Some(next), 9)?.records);
        }
        assert_eq!(paged, live, "{context}");
        let all = r.run(PageDeleted::<Folder> { after: None, size: 9 })?.records;
        assert_eq!(all, model.folders.values().cloned().collect::<Vec<_>>(), "{context}");
        let all = r.run(PageDeleted::<Note> { after: None, size: 99 })?.records;
        let all: Vec<Note> = all.into_iter().map(without_revision).collect();
        assert_eq!(all, model.notes.values().cloned().collect::<Vec<_>>(), "{context}");
        assert_eq!(r.page::<Pin>(None, 9)?.records, model.pins.values().cloned().collect::<Vec<_>>(), "{context}");
        Ok(())
    });
    read.unwrap_or_else(|e| panic!("{context}: {e}"));
}

/// Takes over the time that the store gave to what it deleted.
fn settled(store: &super::Store, model: &mut Model, marked: &Marked, context: &str) {
    let (folder, note) = (marked.folders.first().cloned(), marked.notes.first().cloned());
    let time = store.read(|r| match (&folder, &note) {
        (Some(id), _) => Ok(r.run(GetDeleted::<Folder>(id))?.and_then(|folder| folder.delete_time)),
        (None, Some((id, number))) => Ok(r.run(GetDeleted::<Note>((id, *number)))?.and_then(|note| note.delete_time)),
        (None, None) => Ok(None),
    });
    let time = time.unwrap_or_else(|e| panic!("{context}: {e}"));
    assert!(time.is_some_and(|time| time.nanos() == 0 && time <= Timestamp::now()), "{context}: {time:?}");
    model.settle(marked, time);
}

#[test]
fn any_sequence_of_writes_leaves_what_the_model_has() {
    let mut rng = Rng::with_seed(0x5af7);
    let cases = std::env::var("PROTOSTORE_CASES").map_or(12, |n| n.parse::<usize>().expect("a number") / 20 + 1);
    for case in 0..cases {
        let store = super::store();
        let mut model = Model::default();
        for step in 0..80 {
            let (drawn, drawn_note) = (drawn(&mut rng), drawn_note(&mut rng));
            let (folder, note) = (drawn.clone(), drawn_note.clone());
            let what = rng.u8(0..16);
            let context = format!("case {case}, step {step}, {what}: {drawn:?} and {drawn_note:?} on {model:?}");
            let (done, wanted) = match what {
                0..=2 => (kind(store.write(move |tx| tx.insert(&folder))), model.try_to(|m| m.put(&drawn, false))),
                3 => (kind(store.write(move |tx| tx.upsert(&folder))), model.try_to(|m| m.put(&drawn, true))),
                4 | 5 => {
                    let part = [Part::Name, Part::Parent, Part::Links, Part::Needs][rng.usize(0..4)];
                    let mask = mask(part);
                    let done = store.write(move |tx| tx.update(&folder, mask.clone()));
                    (kind(done), model.try_to(|m| m.update(&drawn, part)))
                }
                6 | 7 => {
                    (kind(store.write(move |tx| tx.insert(&note))), model.try_to(|m| m.put_note(&drawn_note, false)))
                }
                8 => (kind(store.write(move |tx| tx.upsert(&note))), model.try_to(|m| m.put_note(&drawn_note, true))),
                9 | 10 => {
                    let some = |id: &String| model.live(id).is_some();
                    let keys: Vec<String> = match rng.u8(0..3) {
                        0 => vec![drawn.id.clone()],
                        1 => vec![drawn.id.clone(), drawn.parent.clone()],
                        _ => {
                            let all = model.folders.values().filter(|f| f.parent == drawn.parent);
                            all.map(|f| f.id.clone()).collect()
                        }
                    };
                    let folders: BTreeSet<String> = keys.iter().filter(|id| some(id)).cloned().collect();
                    let (count, asked) = (folders.len() as u64, keys.clone());
                    let by = (keys.len() != 2 && keys != [drawn.id.clone()]).then(|| drawn.parent.clone());
                    let done = store.write(move |tx| match (&by, &asked[..]) {
                        (Some(parent), _) => tx.run(folder::list_by_parent(parent).delete()),
                        (None, [id]) => Ok(u64::from(tx.delete::<Folder>(id)?)),
                        (None, ids) => tx.delete_many::<Folder>(ids.iter().map(String::as_str)),
                    });
                    let wanted = model.delete(Marked { folders, notes: BTreeSet::new() });
                    if let (Ok(deleted), Ok(marked)) = (&done, &wanted) {
                        assert_eq!(*deleted, count, "{context}");
                        if count > 0 {
                            settled(&store, &mut model, marked, &context);
                        }
                    }
                    (kind(done), wanted.map(drop))
                }
                11 => {
                    let key = (note.folder_id.clone(), note.number);
                    let there = model.notes.get(&key).is_some_and(|note| note.delete_time.is_none());
                    let done = store.write(move |tx| tx.delete::<Note>((&note.folder_id, note.number)));
                    assert_eq!(done.expect(&context), there, "{context}");
                    if there {
                        let marked = Marked { folders: BTreeSet::new(), notes: BTreeSet::from([key]) };
                        settled(&store, &mut model, &marked, &context);
                    }
                    (Ok(()), Ok(()))
                }
                12 => {
                    let time = model.folders.get(&drawn.id).and_then(|f| f.delete_time);
                    let done = store.write(move |tx| tx.run(Undelete::<Folder>::new(folder.id.clone())));
                    let marked = Marked { folders: BTreeSet::from([drawn.id.clone()]), notes: BTreeSet::new() };
                    let wanted = if time.is_some() { model.try_to(|m| m.undelete(marked, time)) } else { Ok(()) };
                    assert!(done.as_ref().map_or(true, |done| *done == time.is_some()), "{context}");
                    (kind(done), wanted)
                }
                13 => {
                    let key = (note.folder_id.clone(), note.number);
                    let time = model.notes.get(&key).and_then(|note| note.delete_time);
                    let marked = Marked { folders: BTreeSet::new(), notes: BTreeSet::from([key.clone()]) };
                    let done = store.write(move |tx| tx.run(Undelete::<Note>::new(key.clone())));
                    let wanted = if time.is_some() { model.try_to(|m| m.undelete(marked, time)) } else { Ok(()) };
                    (kind(done), wanted)
                }
                14 => {
                    let gone = model.folders.get(&drawn.id).is_some_and(|f| f.delete_time.is_some());
                    let done = store.write(move |tx| tx.run(Purge::<Folder>::new(folder.id.clone())));
                    let wanted = if gone { model.try_to(|m| m.purge(&drawn.id)) } else { Ok(()) };
                    assert!(done.as_ref().map_or(true, |done| *done == gone), "{context}");
                    (kind(done), wanted)
                }
                _ if rng.bool() => {
                    let pin = Pin { id: id(&mut rng), folder_id: maybe(&mut rng, 3), folder_ids: ids(&mut rng) };
                    let written = pin.clone();
                    (kind(store.write(move |tx| tx.insert(&written))), model.try_to(|m| m.pin(&pin)))
                }
                _ => {
                    let deleted = store.write(move |tx| tx.delete::<Pin>(&folder.id)).expect(&context);
                    assert_eq!(deleted, model.pins.remove(&drawn.id).is_some(), "{context}");
                    (Ok(()), Ok(()))
                }
            };
            assert_eq!(done, wanted, "{context}");
            same(&store, &model, &context);
        }
    }
}

fn folder(id: &str, parent: &str) -> Folder {
    Folder { id: id.to_owned(), parent: parent.to_owned(), ..Folder::default() }
}

#[test]
fn what_is_refused_says_why() {
    let store = super::store();
    let note = |number| Note { folder_id: "a".to_owned(), number, ..Note::default() };
    store.write(move |tx| tx.insert(&folder("a", ""))).expect("inserts");
    let (first, other) = (note(1), note(2));
    store.write(move |tx| tx.insert(&first)).expect("inserts");
    store.write(move |tx| tx.delete::<Note>(("a", 1))).expect("deletes");
    let (inserted, upserted) = (note(1), note(1));
    let said = "notes.folder_id, number: is the key of a record that is deleted: undelete it, or purge it first";
    for refused in [store.write(move |tx| tx.insert(&inserted)), store.write(move |tx| tx.upsert(&upserted))] {
        let refused = refused.expect_err("is deleted");
        assert_eq!((refused.kind(), refused.to_string().as_str()), (Kind::AlreadyExists, said));
    }
    let set = Folder { delete_time: Some(Timestamp::now()), ..folder("b", "") };
    let masked = Folder { delete_time: Some(Timestamp::now()), ..folder("a", "") };
    let said = "folders.delete_time: is set by the store, when the record is deleted: leave it unset";
    for refused in [
        kind_and_text(store.write({
            let set = set.clone();
            move |tx| tx.insert(&set)
        })),
        kind_and_text(store.write(move |tx| tx.upsert(&set))),
        kind_and_text(store.write({
            let masked = masked.clone();
            move |tx| tx.update(&masked, folder::delete_time)
        })),
    ] {
        assert_eq!(refused, (Kind::Invalid, said.to_owned()));
    }
    store.write(move |tx| tx.update(&masked, folder::name)).expect("the time is not written");
    // A rule is kept as elsewhere.
    assert_eq!(kind_and_text(store.write(move |tx| tx.insert(&note(10)))).0, Kind::Invalid);
    let pin = Pin { id: "p".to_owned(), folder_id: "a".to_owned(), folder_ids: Vec::new() };
    store.write(move |tx| tx.insert(&pin)).expect("inserts");
    let refused = kind_and_text(store.write(move |tx| tx.delete::<Folder>("a")));
    assert_eq!(refused, (Kind::Precondition, "pins.folder_id: still names the record of folders".to_owned()));
    store.write(move |tx| tx.delete::<Pin>("p")).expect("deletes");
    store.write(move |tx| tx.delete::<Folder>("a")).expect("deletes");
    store.write(move |tx| tx.insert(&folder("z", ""))).expect("inserts");
    let refused = kind_and_text(store.write(|tx| tx.run(folder::links.of("z").append("a"))));
    assert_eq!(
        refused,
        (Kind::Reference, "folders.links: refers to a record of folders that does not exist".to_owned())
    );
    assert_eq!(kind_and_text(store.write(|tx| tx.run(folder::links.of("a").append("z")))).0, Kind::NotFound);
    assert_eq!(kind_and_text(store.read(|r| r.run(folder::links.of("a").read()))).0, Kind::NotFound);
    let refused = kind_and_text(store.write(move |tx| tx.insert(&other)));
    assert_eq!(
        refused,
        (Kind::Reference, "notes.folder_id: refers to a record of folders that does not exist".to_owned())
    );
    let refused = kind_and_text(store.write(move |tx| tx.run(Undelete::<Note>::new(("a".to_owned(), 1)))));
    assert_eq!(
        refused,
        (Kind::Reference, "notes.folder_id: refers to a record of folders that does not exist".to_owned())
    );
}

fn kind_and_text<T: std::fmt::Debug>(result: Result<T, Error>) -> (Kind, String) {
    let e = result.expect_err("is refused");
    (e.kind(), e.to_string())
}

#[test]
fn a_delete_and_its_undoing_change_the_revision() {
    let store = super::store();
    super::wait(store.folders().insert(folder("a", ""))).expect("inserts");
    super::wait(store.folders().insert(folder("b", "a"))).expect("inserts");
    let note = Note { folder_id: "b".to_owned(), number: 1, ..Note::default() };
    let inserted = super::wait(store.notes().insert(note.clone())).expect("inserts");
    assert_eq!(super::wait(store.notes().delete_if(("b", 1), "7".to_owned())).unwrap_err().kind(), Kind::Aborted);
    assert!(super::wait(store.folders().delete("a")).expect("deletes"));
    assert_eq!(super::wait(store.notes().get(("b", 1))).unwrap(), None);
    let deleted = super::wait(store.notes().get_deleted(("b", 1))).unwrap().expect("is kept");
    assert_ne!(deleted.etag, inserted.etag);
    assert_eq!(super::wait(store.notes().page_deleted(None, 9)).unwrap().records, std::slice::from_ref(&deleted));
    // The one who read it before cannot write it over.
    assert_eq!(super::wait(store.notes().upsert(inserted.clone())).unwrap_err().kind(), Kind::Aborted);
    assert!(super::wait(store.folders().undelete("a")).expect("comes back"));
    assert!(!super::wait(store.folders().undelete("a")).expect("is there"));
    let back = super::wait(store.notes().get(("b", 1))).unwrap().expect("came with its folder");
    assert!(back.etag != deleted.etag && back.etag != inserted.etag && back.delete_time.is_none());
    assert!(super::wait(store.notes().delete_if(("b", 1), back.etag)).expect("deletes"));
    assert!(super::wait(store.notes().purge(("b", 1))).expect("purges"));
    assert!(!super::wait(store.notes().purge(("b", 1))).expect("is gone"));
    assert!(!super::wait(store.folders().purge("a")).expect("is not deleted"));
    assert!(!super::wait(store.notes().insert(note)).expect("the key is free").etag.is_empty());
}

#[test]
fn a_reference_of_two_fields_keeps_what_it_names_until_it_is_deleted() {
    let store = super::store();
    let note = Note { folder_id: "a".to_owned(), number: 1, ..Note::default() };
    let badge = Badge { id: "b".to_owned(), folder_id: Some("a".to_owned()), number: Some(1), gone: None };
    super::wait(store.folders().insert(folder("a", ""))).expect("inserts");
    super::wait(store.notes().insert(note)).expect("inserts");
    super::wait(store.badges().insert(badge)).expect("inserts");
    let said = "badges.folder_id, number: still names the record of notes";
    assert_eq!(super::wait(store.notes().delete(("a", 1))).unwrap_err().to_string(), said);
    assert_eq!(super::wait(store.folders().delete("a")).unwrap_err().to_string(), said);
    assert!(super::wait(store.badges().delete("b")).expect("deletes"));
    assert!(super::wait(store.badges().get_deleted("b")).unwrap().expect("is kept").gone.is_some());
    assert!(super::wait(store.folders().delete("a")).expect("deletes"));
    let said = "badges.folder_id, number: refers to a record of notes that does not exist";
    assert_eq!(super::wait(store.badges().undelete("b")).unwrap_err().to_string(), said);
    let said = "badges.folder_id, number: still names the record of notes";
    assert_eq!(super::wait(store.notes().purge(("a", 1))).unwrap_err().to_string(), said);
    assert!(super::wait(store.folders().undelete("a")).expect("comes back"));
    assert!(super::wait(store.badges().undelete("b")).expect("comes back"));
    assert_eq!(super::wait(store.badges().get("b")).unwrap().expect("is there").gone, None);
}
