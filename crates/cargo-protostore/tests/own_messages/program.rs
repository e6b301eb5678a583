//! A program over two stores that share the messages of one crate.

use protostore::{FieldBehavior as _, Merge as _, Result, Wire};
use shop_api::shop::v1::{Item, Part, item};

/// Takes over some fields of a request, whichever store the record is of.
fn updated<R: Wire>(stored: R, mut request: R::Message, paths: &[Vec<u32>]) -> Result<R> {
    request.clear_output_only();
    let mut message = stored.into_message();
    message.merge_fields(&request, paths)?;
    R::from_message(message)
}

fn part(name: &str) -> Part {
    Part { name: name.to_owned(), code: vec![1, 2, 0].into(), etag: format!("{name}-1") }
}

fn message() -> Item {
    let text = |text: &str| text.to_owned();
    Item {
        id: text("lamp"),
        picture: vec![0, 255].into(),
        receipt: Some(vec![].into()),
        thumbnails: vec![vec![1].into(), vec![].into()],
        labels: [(text("b"), text("2")), (text("a"), text("1"))].into(),
        files: [(text("f"), vec![9, 0])].into(),
        parts: [(text("bulb"), part("bulb")), (text("base"), part("base"))].into(),
        main: Some(part("body")),
        kind: item::Kind::New.into(),
        kinds: vec![7, 1],
        create_time: Some(prost_types::Timestamp { seconds: 5, nanos: 6 }),
        notes: [(text("n"), vec![3])].into(),
        spare: [(text("s"), part("screw"))].into(),
        pages: vec![vec![4].into(), vec![5].into()],
        source: Some(item::Source::Scan(vec![8].into())),
    }
}

fn main() -> Result<()> {
    let (left, right) = (left::open_test()?, right::open_test()?);
    // One Rust type goes into both stores, and comes out of both as it went in.
    let (first, second) = (left::Item::from_message(message())?, right::Item::from_message(message())?);
    left.write(move |tx| tx.insert(&first).map(drop))?;
    right.write(move |tx| tx.insert(&second).map(drop))?;
    let first = left.read(|view| view.get::<left::Item>("lamp"))?.expect("it is there");
    let second = right.read(|view| view.get::<right::Item>("lamp"))?.expect("it is there");
    assert_eq!(first.clone().into_message(), message());
    assert_eq!(second.clone().into_message(), message());
    let made = Item { source: Some(item::Source::MadeOf(part("wood"))), receipt: None, ..message() };
    assert_eq!(left::Item::from_message(made.clone())?.into_message(), made);

    // Fields are merged, in both stores, and what is OUTPUT_ONLY is left out at every depth.
    let request = Item {
        main: Some(Part { name: "new".to_owned(), code: vec![].into(), etag: "set".to_owned() }),
        create_time: None,
        ..Item::default()
    };
    let (paths, mut expected) = ([vec![8, 1], vec![8, 3]], message());
    expected.main = Some(Part { name: "new".to_owned(), etag: String::new(), ..part("body") });
    assert_eq!(updated(first, request.clone(), &paths)?.into_message(), expected);
    assert_eq!(updated(second, request, &paths)?.into_message(), expected);

    // A message of the generated crate holds one of the other crate.
    type Crate = <right::Crate as Wire>::Message;
    let stored = Crate { id: "c".to_owned(), lid: Some(part("lid")), sides: vec![part("side")] };
    let given = Crate { lid: Some(part("other")), ..Crate::default() };
    let record = right::Crate::from_message(stored.clone())?;
    let merged = updated(record, given, &[vec![2, 1]])?.into_message();
    let lid = Some(Part { name: "other".to_owned(), ..part("lid") });
    assert_eq!(merged, Crate { lid, ..stored });
    println!("both stores agree");
    Ok(())
}
