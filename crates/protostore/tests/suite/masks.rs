//! Masks, as clients write them.

use protostore::{Kind, Mask};

use super::fixture::{Machine, Nic, machine as m};
use super::{machine, store, told};

#[test]
fn a_mask_is_read_from_paths() {
    let parse = |paths: &[&str]| Mask::<Machine>::parse(paths.iter().copied());
    assert_eq!(parse(&["state", "mounts"]).expect("reads"), Mask::of([m::STATE, m::MOUNTS_FIELD]));
    assert_eq!(parse(&["kernel"]).expect("a member of a oneof selects it"), Mask::from([m::BOOT]));
    assert_eq!(parse(&["*"]).expect("reads"), Mask::all());
    assert_eq!(parse(&[]).expect("reads"), Mask::of([]));
    assert_eq!(format!("{:?}", parse(&["root_drive", "state"])), r#"Ok(["state", "root_drive"])"#);
    assert!(!Mask::<Machine>::all().has(0) && Mask::<Machine>::all().has(1) && !Mask::<Machine>::all().has(99));

    let refused = |path: &str| parse(&["state", path]).expect_err("refused");
    let e = refused("memory");
    assert_eq!(
        told(&e),
        (Kind::Invalid, Some("machines"), Some("memory"), None, "is not a field of fixture.v1.Machine")
    );
    let e = refused("root_drive.image_path");
    let why = "is written as a whole only: name root_drive in the mask";
    assert_eq!(told(&e), (Kind::Invalid, Some("machines"), Some("root_drive.image_path"), None, why));
    assert_eq!(refused("id").message(), "is the key, which never changes");
    assert_eq!(refused("").kind(), Kind::Invalid);
    assert_eq!(refused("state.").kind(), Kind::Invalid);
    assert_eq!(Mask::<Nic>::parse(["name"]).expect_err("a part of the key").field(), Some("name"));
}

#[tokio::test]
async fn a_key_in_a_mask_is_refused() {
    let store = store();
    store.table::<Machine>().insert(machine("vm")).await.expect("inserts");
    let e = store.table::<Machine>().update(machine("vm"), [m::ID, m::STATE]).await.expect_err("refused");
    assert_eq!(told(&e), (Kind::Invalid, Some("machines"), Some("id"), None, "is the key, which never changes"));
}
