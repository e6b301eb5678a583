//! Fields that keep the value of the insert: random writes of an encrypted store against a naive model, and the trigger
//! alone against other programs.

#[path = "shapes/random.rs"]
mod random;

use fastrand::Rng;
use prost_reflect::{DescriptorPool, MessageDescriptor};
use protostore::{Kind, Mask};
use shapes::Fixed;
use shapes::proto::shapes::v1::fixed::{Choice, Part, Whole};
use shapes::proto::shapes::v1::{self as proto};

fn descriptor() -> MessageDescriptor {
    let pool = DescriptorPool::decode(shapes::SCHEMA.descriptors).expect("the crate holds its descriptors");
    pool.get_message_by_name("shapes.v1.Fixed").expect("the record's message is there")
}

fn draw(rng: &mut Rng, descriptor: &MessageDescriptor) -> proto::Fixed {
    let mut message: proto::Fixed = random::message(rng, descriptor).transcode_to().expect("a message of this type");
    message.id = "one".to_owned();
    message.token = protostore::generate::uuid_v4();
    let other = match &mut message.choice {
        Some(Choice::Other(part)) => Some(part),
        _ => None,
    };
    // Many messages agree in what never changes.
    for part in message.part.iter_mut().chain(other).filter(|_| rng.bool()) {
        *part = Part { weight: part.weight, ..Part::default() };
    }
    message
}

/// Says whether two messages agree in what never changes; a field without presence is zero where the message around it
/// is not set.
fn agree(old: &proto::Fixed, new: &proto::Fixed) -> bool {
    let fixed = |part: Option<&Part>| Part { weight: 0, ..part.cloned().unwrap_or_default() };
    let choice = |message: &proto::Fixed| match message.choice.clone() {
        Some(Choice::Other(part)) => (fixed(Some(&part)), None),
        Some(Choice::Free(_)) | None => (fixed(None), None),
        Some(set @ (Choice::One(_) | Choice::Third(_))) => (fixed(None), Some(set)),
    };
    let rest = |message: &proto::Fixed| proto::Fixed {
        part: Some(fixed(message.part.as_ref())),
        choice: None,
        label: String::new(),
        notes: Vec::new(),
        ..message.clone()
    };
    rest(old) == rest(new) && choice(old) == choice(new)
}

/// Puts one member of `from` into `into`.
fn take(member: &str, from: &proto::Fixed, into: &mut proto::Fixed) {
    let from = from.clone();
    match member {
        "text" => into.text = from.text,
        "number" => into.number = from.number,
        "real" => into.real = from.real,
        "colour" => into.colour = from.colour,
        "time" => into.time = from.time,
        "part" => into.part = from.part,
        "whole" => into.whole = from.whole,
        "choice" => into.choice = from.choice,
        "words" => into.words = from.words,
        "wholes" => into.wholes = from.wholes,
        "settings" => into.settings = from.settings,
        "token" => into.token = from.token,
        "hash" => into.hash = from.hash,
        "label" => into.label = from.label,
        "notes" => into.notes = from.notes,
        other => panic!("no member {other}"),
    }
}

const MEMBERS: [&str; 15] = [
    "text", "number", "real", "colour", "time", "part", "whole", "choice", "words", "wholes", "settings", "token",
    "hash", "label", "notes",
];

#[test]
fn a_write_is_refused_exactly_where_it_changes_what_is_immutable() {
    let (store, descriptor, mut rng) =
        (shapes::open_test().expect("a TEST store"), descriptor(), Rng::with_seed(0xf1ed));
    let (mut accepted, mut refused) = (0, 0);
    for case in 0..40 {
        let mut stored = draw(&mut rng, &descriptor);
        let record = Fixed::try_from(stored.clone()).expect("a record");
        store.write(move |tx| tx.insert(&record)).expect("is inserted");
        for step in 0..20 {
            let drawn = draw(&mut rng, &descriptor);
            let mut asked = stored.clone();
            let members: Vec<&str> = (0..rng.usize(1..3)).map(|_| MEMBERS[rng.usize(0..MEMBERS.len())]).collect();
            members.iter().for_each(|member| take(member, &drawn, &mut asked));
            let upsert = rng.bool();
            let mask = Mask::<Fixed>::parse(members.iter().copied()).expect("a mask");
            // What the mask does not name is not looked at.
            let written = if upsert { asked.clone() } else { proto::Fixed { id: stored.id.clone(), ..drawn.clone() } };
            let record = Fixed::try_from(written).expect("a record");
            let result = store.write(move |tx| match upsert {
                true => tx.upsert(&record).map(|_| ()),
                false => tx.update(&record, mask.clone()),
            });
            let context = format!("case {case} step {step} upsert {upsert} {members:?}: {stored:?} -> {asked:?}");
            match result {
                Ok(()) => {
                    assert!(agree(&stored, &asked), "{context} is accepted");
                    stored = asked;
                    accepted += 1;
                }
                Err(e) => {
                    assert!(!agree(&stored, &asked), "{context}: {e}");
                    assert_eq!((e.kind(), e.table()), (Kind::Invalid, Some("fixed")), "{context}");
                    assert_eq!(e.message(), "is immutable, and has another value");
                    let member = e.field().expect("a field").split('.').next().expect("a part").to_owned();
                    let member = if ["one", "other", "third"].contains(&&*member) { "choice" } else { &member };
                    assert!(members.contains(&member), "{context}: {e}");
                    refused += 1;
                }
            }
            let found = store.read(|r| r.get::<Fixed>("one")).expect("is read").expect("is there");
            assert_eq!(proto::Fixed::from(found), stored, "{context}");
        }
        assert!(store.write(|tx| tx.delete::<Fixed>("one")).expect("is deleted"));
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

#[test]
fn what_is_unset_stays_unset_and_the_message_around_may_come_and_go() {
    let store = shapes::open_test().expect("a TEST store");
    let empty = Fixed { id: "a".to_owned(), ..Fixed::default() };
    let record = empty.clone();
    let stored = store.write(move |tx| tx.insert(&record)).expect("is inserted");
    let update = |record: Fixed, path: &'static str| {
        store.write(move |tx| tx.update(&record, Mask::parse([path])?)).map_err(|e| e.to_string())
    };
    let part =
        |part: Part| Fixed::try_from(proto::Fixed { id: "a".to_owned(), part: Some(part), ..Default::default() });
    assert_eq!(update(part(Part { weight: 7, ..Part::default() }).unwrap(), "part"), Ok(()));
    assert_eq!(update(empty.clone(), "part"), Ok(()));
    let refused = |field: &str| Err(format!("fixed.{field}: is immutable, and has another value"));
    let text = Part { text: "x".to_owned(), ..Part::default() };
    assert_eq!(update(part(text).unwrap(), "part"), refused("part.text"));
    let maybe = Part { maybe: Some(String::new()), ..Part::default() };
    assert_eq!(update(part(maybe).unwrap(), "part"), refused("part.maybe"));
    let inner = Part { inner: Some(Whole::default()), ..Part::default() };
    assert_eq!(update(part(inner).unwrap(), "part"), refused("part.inner"));
    assert_eq!(update(Fixed { number: Some(0), ..empty.clone() }, "number"), refused("number"));
    assert_eq!(update(Fixed { label: "b".to_owned(), ..empty }, "*"), Ok(()));
    let found = store.read(|r| r.get::<Fixed>("a")).unwrap().unwrap();
    assert_eq!(found, Fixed { label: "b".to_owned(), ..stored }, "a token that is not given stays as it is");
}

#[test]
fn another_program_is_refused_by_the_file_itself() {
    let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
    db.execute_batch(shapes::SCHEMA.migrations[0].text).expect("the first migration runs");
    db.execute_batch(
        "INSERT INTO fixed (id, part, part__inner, part__inner__core, whole, whole__core, other, other__inner, \
         other__inner__core, third, third__core) VALUES ('a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
    )
    .expect("a row");
    let refused = db.execute_batch("UPDATE fixed SET label = 'b', text = 'c'").expect_err("is refused");
    assert!(refused.to_string().contains("fixed.text is immutable"), "{refused}");
    db.execute_batch("UPDATE fixed SET label = 'b', text = ''").expect("is the same");
    let refused = db.execute_batch("UPDATE OR REPLACE fixed SET id = 'b'").expect_err("is refused");
    assert!(refused.to_string().contains("fixed.id is immutable"), "{refused}");
}
