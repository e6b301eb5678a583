//! The list or map of one record, by its column: `virtual_machine::drives.of("vm-1")`, and what can be done with it.

use super::edit::{Append, Clear, Edit, Put, Remove, RemoveAt, RemoveKey};
use super::inside::{Entries, Entry, Items};
use crate::filter::columns::{InnerList, InnerMap, List, Map};
use crate::filter::{Col, Comparable, Operand};
use crate::record::{EditedList, EditedMap, EditedValues, Mutable};

/// The list of one record.
#[derive(Debug)]
pub struct ListOf<R: Mutable, T, C> {
    owner: R::Key,
    of: std::marker::PhantomData<fn() -> (T, C)>,
}

/// The map of one record.
#[derive(Debug)]
pub struct MapOf<R: Mutable, C> {
    owner: R::Key,
    of: std::marker::PhantomData<fn() -> C>,
}

/// What is given where a `T` is put in: a `T`, or `&str` for a `String`.
pub trait Given<T> {
    /// Returns it.
    fn given(self) -> T;
}

impl<T> Given<T> for T {
    fn given(self) -> T {
        self
    }
}

impl Given<String> for &str {
    fn given(self) -> String {
        self.to_owned()
    }
}

/// Writes what begins every edit, for the fields of a record and for those of a message in it.
macro_rules! of {
    ($($place:ident),+; $edited:ident => $of:ty) => {
        $(impl<R: Mutable, T, C: $edited<Owner = R>> Col<R, T, $place<C>> {
            /// Looks at the elements of the record with this key, to read or write them without the rest of it.
            ///
            /// What it returns makes operations, for `run` and `apply` of a store and `run` of a transaction. They are
            /// refused where no record has this key, and inside a message that is not set.
            pub fn of(self, owner: R::KeyRef<'_>) -> $of {
                <$of>::new(R::own_key(owner))
            }
        })+
    };
}

of!(List, InnerList; EditedList => ListOf<R, T, C>);
of!(Map, InnerMap; EditedMap => MapOf<R, C>);

impl<R: Mutable, T, C: EditedList<Owner = R>> ListOf<R, T, C> {
    const fn new(owner: R::Key) -> Self {
        Self { owner, of: std::marker::PhantomData }
    }

    /// Puts an element behind all others.
    pub fn append(self, element: impl Given<C::Item>) -> Edit<R, C, Append<C::Item>> {
        Edit::new(self.owner, Append(element.given()))
    }

    /// Deletes the element at this index, counted from 0 in the order of the list, and says whether there was one.
    pub fn remove_at(self, index: usize) -> Edit<R, C, RemoveAt> {
        Edit::new(self.owner, RemoveAt(index))
    }

    /// Deletes the elements that are equal to a value, and returns how many there were.
    pub fn remove(self, value: impl Operand<T>) -> Edit<R, C, Remove<T>>
    where
        C: EditedValues,
        T: Comparable,
    {
        Edit::new(self.owner, Remove(value.operand()))
    }

    /// Deletes all elements, and returns how many there were.
    pub fn clear(self) -> Edit<R, C, Clear> {
        Edit::new(self.owner, Clear)
    }

    /// Reads the elements.
    pub fn read(self) -> Items<R, C> {
        Items::new(self.owner)
    }
}

impl<R: Mutable, C: EditedMap<Owner = R>> MapOf<R, C> {
    const fn new(owner: R::Key) -> Self {
        Self { owner, of: std::marker::PhantomData }
    }

    /// Writes an entry in place of the one with its key, and says whether there was one.
    pub fn put(self, key: impl Operand<C::Place>, value: impl Given<C::Item>) -> Edit<R, C, Put<C::Place, C::Item>> {
        Edit::new(self.owner, Put { key: key.operand(), value: value.given() })
    }

    /// Reads the value of a key, if there is one.
    pub fn get(self, key: impl Operand<C::Place>) -> Entry<R, C> {
        Entry::new(self.owner, key.operand())
    }

    /// Deletes the entry of a key, and says whether there was one.
    pub fn remove(self, key: impl Operand<C::Place>) -> Edit<R, C, RemoveKey<C::Place>> {
        Edit::new(self.owner, RemoveKey(key.operand()))
    }

    /// Deletes all entries, and returns how many there were.
    pub fn clear(self) -> Edit<R, C, Clear> {
        Edit::new(self.owner, Clear)
    }

    /// Reads the entries.
    pub fn read(self) -> Entries<R, C> {
        Entries::new(self.owner)
    }
}
