//! What a request was answered with, as bytes: what comes again is read from them.

use crate::error::{Error, Kind, Result};
#[cfg(feature = "prost")]
use crate::record::Wire;

/// An answer that is kept with what it answers, and given again: a record, a message in a [`Proto`], or one of Rust's own types.
///
/// ```
/// use protostore::Answer;
///
/// let kept = 42_u64.to_answer();
/// assert_eq!(u64::from_answer(&kept).expect("was kept"), 42);
/// ```
///
/// The bytes are in the database for a day, so that what was kept by one version of a program may be read by the next.
pub trait Answer: Sized + Send + 'static {
    /// Returns the bytes.
    fn to_answer(&self) -> Vec<u8>;

    /// Returns what they were made of.
    ///
    /// # Errors
    /// [`Kind::Damaged`] where they were made of something else.
    fn from_answer(bytes: &[u8]) -> Result<Self>;
}

#[cold]
fn unreadable() -> Error {
    let why = "was answered before, and the answer that was kept cannot be read: the program answers with another type now; \
               read what the request has made instead";
    Error::new(Kind::Damaged, why).at("request_id")
}

impl Answer for () {
    fn to_answer(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() { Ok(()) } else { Err(unreadable()) }
    }
}

impl Answer for bool {
    fn to_answer(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(unreadable()),
        }
    }
}

impl Answer for u64 {
    fn to_answer(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self::from_be_bytes).map_err(|_| unreadable())
    }
}

impl Answer for String {
    fn to_answer(&self) -> Vec<u8> {
        self.clone().into_bytes()
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        Self::from_utf8(bytes.to_vec()).map_err(|_| unreadable())
    }
}

impl Answer for Vec<u8> {
    fn to_answer(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        Ok(bytes.to_vec())
    }
}

/// A protobuf message as an answer: its encoding.
///
/// ```
/// use protostore::{Answer, Proto};
///
/// let kept = Proto("a string is a message too".to_owned()).to_answer();
/// assert_eq!(Proto::<String>::from_answer(&kept).expect("was kept").0, "a string is a message too");
/// ```
#[cfg(feature = "prost")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proto<M>(pub M);

#[cfg(feature = "prost")]
impl<M: prost::Message + Default + 'static> Answer for Proto<M> {
    fn to_answer(&self) -> Vec<u8> {
        self.0.encode_to_vec()
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        M::decode(bytes).map(Self).map_err(|e| unreadable().because(e))
    }
}

#[cfg(feature = "prost")]
impl<R: Wire> Answer for R {
    fn to_answer(&self) -> Vec<u8> {
        prost::Message::encode_to_vec(&self.clone().into_message())
    }

    fn from_answer(bytes: &[u8]) -> Result<Self> {
        let message = <R::Message as prost::Message>::decode(bytes).map_err(|e| unreadable().because(e))?;
        Self::from_message(message).map_err(|e| unreadable().because(e))
    }
}
