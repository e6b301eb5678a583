//! Requests that a client may send again, because it did not see the answer: each is applied once, and answered alike.
//!
//! The answer is written in the transaction of what it answers, so that there is never one without the other, whenever the
//! process is killed.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Kind, Result, excerpt};

mod answer;

pub use answer::Answer;
#[cfg(feature = "prost")]
pub use answer::Proto;

/// How long an answer is kept at least, in seconds: a day.
pub(crate) const KEPT_SECONDS: i64 = 24 * 3600;

/// The most characters that the name of a caller or of a method may have.
const LONGEST: usize = 512;

/// What tells a request from every other, and from the same one that comes again: who sends it, to which method, under which
/// id, and a hash of what it says.
///
/// ```
/// # async fn f(store: &protostore::Store, body: &[u8]) -> protostore::Result<()> {
/// use protostore::{Once, RequestId};
///
/// let request = RequestId::new("spiffe://host/operator", "CreateNetwork", "2f1d9c0a-6a8e-4f0f-9d6c-0b8f6d6a7c11", body)?;
/// let sequence: u64 = store.write(move |tx| tx.once(&request, |tx| Ok(42)))?;
/// # Ok(()) }
/// ```
///
/// The id is the `request_id` of [AIP-155](https://google.aip.dev/155): a UUID of version 4 that the client makes once for a
/// request, and sends again with each try of it. Ids of different callers or methods have nothing to do with one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    pub(crate) principal: String,
    pub(crate) method: String,
    pub(crate) id: String,
    pub(crate) hash: [u8; 32],
}

impl RequestId {
    /// Makes the id of a request: its caller as the service knows it, the method, the `request_id`, and the bytes of the
    /// request, such as its protobuf encoding without the id.
    ///
    /// # Errors
    /// [`Kind::Invalid`] where the id is no UUID of version 4 with hyphens, or a name has more than 512 bytes.
    pub fn new(principal: impl Into<String>, method: impl Into<String>, id: &str, request: &[u8]) -> Result<Self> {
        let (principal, method) = (principal.into(), method.into());
        let parsed = Uuid::try_parse(id).ok().filter(|uuid| id.len() == 36 && uuid.get_version_num() == 4);
        let Some(uuid) = parsed else {
            let why = format!("must be a UUID of version 4, such as {EXAMPLE}, and is {:?}", excerpt(id));
            return Err(Error::invalid("request_id", why));
        };
        if principal.len() > LONGEST || method.len() > LONGEST {
            let why = format!("belongs to a caller or method whose name has more than {LONGEST} bytes");
            return Err(Error::invalid("request_id", why));
        }
        Ok(Self { principal, method, id: uuid.hyphenated().to_string(), hash: Sha256::digest(request).into() })
    }
}

const EXAMPLE: &str = "2f1d9c0a-6a8e-4f0f-9d6c-0b8f6d6a7c11";

/// Says that an id comes with another request than before.
#[cold]
pub(crate) fn another() -> Error {
    let why = "belongs to another request of the same caller; a request that is sent again must be the same, and another one \
               needs an id of its own";
    Error::new(Kind::Invalid, why).at("request_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_4_in_whatever_case() {
        let of = |id: &str| RequestId::new("me", "Create", id, b"body");
        let lower = of(EXAMPLE).expect("is one");
        assert_eq!(of(&EXAMPLE.to_uppercase()).expect("is the same"), lower);
        for wrong in [
            "",
            "1",
            "00000000-0000-0000-0000-000000000000",
            "2f1d9c0a6a8e4f0f9d6c0b8f6d6a7c11",
            "018f9c0a-6a8e-7f0f-9d6c-0b8f6d6a7c11",
            "{2f1d9c0a-6a8e-4f0f-9d6c-0b8f6d6a7c11}",
        ] {
            let e = of(wrong).expect_err("is none");
            assert_eq!((e.kind(), e.field()), (Kind::Invalid, Some("request_id")), "{wrong}");
        }
        assert_ne!(RequestId::new("me", "Create", EXAMPLE, b"other").expect("is one"), lower);
        assert!(RequestId::new("m".repeat(513), "Create", EXAMPLE, b"body").is_err());
    }
}
