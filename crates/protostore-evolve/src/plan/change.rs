//! The changes that evolution knows, each with the id that diagnostics, pages and tests call it by.

use serde::{Deserialize, Serialize};

/// Declares the kinds, so that no list of them can be incomplete.
macro_rules! kinds {
    ($($variant:ident = $title:literal;)*) => {
        /// A kind of change: a row of the tables of changes. What is none of them is rejected.
        ///
        /// `T` store and tables, `A` fields added, `D` fields removed, `N` names, `K` types of values, `P` presence,
        /// oneofs and required fields, `S` storage and encoding, `C` constraints, indexes, references and generated
        /// values. An id, once published, keeps its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ChangeKind {
            $(#[doc = concat!($title, ".")] $variant,)*
            /// What no row describes: always rejected.
            Other,
        }

        impl ChangeKind {
            /// All rows of the tables, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the id, `T07`; `?` of what no row describes.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)*
                    Self::Other => "?",
                }
            }

            /// Returns what the change is, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                    Self::Other => "a change that no rule describes",
                }
            }
        }
    };
}

kinds! {
    // Store and tables.
    T01 = "something changed that stored data cannot tell";
    T02 = "the store message was renamed or moved";
    T03 = "the name of the store changed";
    T04 = "a message was renamed or moved";
    T05 = "a message was replaced by one in which a number has another name";
    T06 = "a table is new";
    T07 = "a table was renamed";
    T08 = "a table is gone";
    T09 = "a table is gone, and its number or name is not reserved";
    T10 = "the number of a table changed";
    T11 = "a number or name is used again";
    T12 = "a singular field of the store became repeated";
    T13 = "a repeated field of the store became singular";
    T14 = "rows are identified by other fields";
    T15 = "a field of the key has another type";
    T16 = "rows never change, or may change now";
    T17 = "rows expire now";
    T18 = "rows expire no more";
    T19 = "rows remain after they are deleted";
    T20 = "rows do not remain after they are deleted";
    T21 = "every write changes a number of its row";
    T22 = "writes change another number of their row, or none";
    T23 = "rows are chained by a hash";
    T24 = "a hash chain ends";
    T25 = "a field was added to a chained table";
    T26 = "a field of a chained table became something else, or is gone";
    T27 = "other rules turn messages into tables";
    T28 = "changes of rows are watched, or no more";
    T29 = "rows expire, or are marked as deleted, by another field";
    T30 = "rows are rewritten by the program";

    // Fields added.
    A01 = "a scalar was added";
    A02 = "an optional field was added";
    A03 = "a scalar was added to a message";
    A04 = "a scalar was added to the elements of a list or map";
    A05 = "a message was added";
    A06 = "a list, a map or a message in a table of its own was added";
    A07 = "a member was added to a oneof";
    A08 = "a field was added that must be set";
    A09 = "a reference was added";
    A10 = "a unique field was added";
    A11 = "a message or list in one column was added";
    A12 = "a field was added that is not stored, or shows other rows";
    A13 = "a field moved to another path";
    A14 = "a value was added to an open enum";

    // Fields removed.
    D01 = "a field is gone";
    D02 = "a field is gone, and its number or name is not reserved";
    D03 = "a member of a oneof is gone";
    D04 = "a field is no longer stored";
    D05 = "a value of an enum is gone";
    D06 = "a value of an enum is gone, and its number or name is not reserved";
    D07 = "a value of a closed enum is gone";
    D08 = "a column called rowid, oid or _rowid_ is gone";

    // Names.
    N01 = "a field was renamed";
    N02 = "a field has another name in JSON";
    N03 = "two fields exchanged their names";
    N04 = "a name is used again in a message that is stored as JSON";
    N05 = "a oneof was renamed";
    N06 = "an enum was renamed";
    N07 = "a value of an enum was renamed";
    N08 = "a column was renamed";
    N09 = "a name changed in case only";
    N10 = "a column called rowid, oid or _rowid_ was renamed";
    N11 = "a field was given another number";
    N12 = "a number was given to another field";

    // Types of values.
    K01 = "an integer holds more";
    K02 = "an integer is read with another sign";
    K03 = "an integer holds less";
    K04 = "a field has another enum";
    K05 = "an integer has another encoding on the wire";
    K06 = "a signed integer became unsigned with another encoding";
    K07 = "a number became a double";
    K08 = "a number became one that may not hold it exactly";
    K09 = "text became bytes";
    K10 = "bytes became text";
    K11 = "a type became one of another nature";
    K12 = "an optional scalar became a wrapper, or a wrapper optional";
    K13 = "a wrapper became a plain scalar";
    K14 = "bytes became a message, or a message bytes";
    K15 = "a well-known message became another";
    K16 = "a map became a list of entries";
    K17 = "a list of entries became a map";
    K18 = "a field became repeated";
    K19 = "a field is no longer repeated";
    K20 = "a list is packed, or no longer";

    // Presence.
    P01 = "a scalar became optional";
    P02 = "a scalar is no longer optional";
    P03 = "a reference became optional, or is no longer";
    P04 = "a field must be set now";
    P05 = "a field need not be set any more";
    P06 = "a message must be set now, or need not be any more";
    P07 = "a field is alone in a oneof, or no longer";
    P08 = "a scalar became a member of a oneof";
    P09 = "a field is no longer a member of a oneof";
    P10 = "a field is a member of another oneof";
    P11 = "a oneof must be set now, or need not be any more";
    P12 = "a field keeps its first value, or may change now";
    P13 = "a list must have an element now, or need not have one any more";

    // Storage and encoding.
    S01 = "a message moved to a table of its own";
    S02 = "a message moved from a table of its own into columns";
    S03 = "a message or list moved into one column, or out of one";
    S04 = "text is stored as bytes, or no longer";
    S05 = "an unsigned integer is stored in full range";
    S06 = "an unsigned integer is no longer stored in full range";
    S07 = "a floating-point number is stored as its bits, or no longer";
    S08 = "a time is stored in another unit";
    S09 = "a time is stored as text, or no longer";
    S10 = "a time is stored in the engine's own type, or no longer";
    S11 = "a message that is stored as bytes changed";
    S12 = "a message that is stored as JSON changed";
    S13 = "the contents of an Any changed";
    S14 = "the encoding of a key changed";

    // Constraints, indexes and references.
    C01 = "a constraint is new or tighter";
    C02 = "a constraint is new or tighter that SQL cannot state";
    C03 = "a constraint is looser or gone";
    C04 = "a list may have fewer elements, or each once";
    C05 = "an index is new, gone, or of other columns";
    C06 = "a unique index is new, or of more rows";
    C07 = "a unique index is gone, or of fewer rows";
    C08 = "a reference is new";
    C09 = "a reference is gone, or no longer enforced";
    C10 = "a reference names another table, or something else happens on delete";
    C11 = "a reference of several fields changed";
    C12 = "a field is redacted, or no longer";
    C13 = "a field is numbered by the store, or no longer";
    C14 = "a field is generated by the store, or no longer";
    C15 = "the elements of a list refer to rows, or no longer";
}

/// The page that has a section for each kind.
const PAGE: &str = include_str!("../../carried/changes.md");
const _: () = assert!(PAGE.len() > 1000, "check out with `git config core.symlinks true`");

impl ChangeKind {
    /// Returns the section about the change in the page of changes, as markdown without the title.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        let title = format!("\n### {}: ", self.id());
        let section = PAGE.split_once(&title).map_or("", |(_, rest)| rest);
        let body = section.split_once('\n').map_or("", |(_, rest)| rest);
        let end = ["\n### ", "\n## "].iter().filter_map(|next| body.find(next)).min().unwrap_or(body.len());
        body[..end].trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_section_in_the_page_of_changes() {
        let sections: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let expected: Vec<String> =
            ChangeKind::ALL.iter().map(|kind| format!("{}: {}", kind.id(), kind.title())).collect();
        assert_eq!(sections, expected);
        for kind in ChangeKind::ALL {
            let text = kind.explanation();
            assert!(!text.is_empty() && !text.contains("\n#"), "{kind}");
        }
        assert!(ChangeKind::T10.explanation().ends_with("Put the number back."));
    }
}
