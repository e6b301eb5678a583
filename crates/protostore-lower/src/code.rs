//! The codes of diagnostics. A code, once published, keeps its meaning.

/// Declares the codes, so that no list of them can be incomplete.
macro_rules! codes {
    ($($variant:ident = $id:literal, $title:literal;)*) => {
        /// What is wrong, as a stable code: `protostore::P0301`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $id, "`: ", $title, ".")] $variant,)*
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the number with its letter, `P0301`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Returns what the code means, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    // Files and their text.
    CannotRead = "P0101", "a file cannot be read";
    DoesNotCompile = "P0102", "a file is no valid protobuf";
    FileTooLarge = "P0103", "a file is too large";
    TooManyFiles = "P0104", "the files together are too many or too large";
    NestedTooDeep = "P0105", "a file is nested too deep";
    Edition = "P0106", "editions are not supported";
    NotUtf8 = "P0107", "a file is not UTF-8";

    // The store message, and where annotations are written.
    NoStore = "P0201", "there is no such store message";
    EmptyStore = "P0202", "a store has no tables";
    SingletonTable = "P0203", "a table of at most one row has a key";
    NotARecord = "P0204", "a table holds no message";
    Misplaced = "P0205", "an option is in the wrong place";
    StoreAsType = "P0206", "a store message is used as a type";
    RecordInTwoTables = "P0207", "two tables hold the same message and do not name their records";
    RecordInside = "P0208", "a field holds a message that is a table's record";
    UnknownPath = "P0209", "a path names no field";
    CannotApply = "P0210", "an option cannot apply to its field";
    Contradiction = "P0211", "two places disagree about a field";
    Incomplete = "P0212", "an option lacks a part that it needs";
    EntriesDisagree = "P0213", "two entries about a field disagree";

    // Keys.
    NoKey = "P0301", "a table has no primary key";
    SeveralIdentifiers = "P0302", "several fields are IDENTIFIER";
    KeyDisagrees = "P0303", "`primary_key` and IDENTIFIER name different fields";
    CannotBeKey = "P0304", "a field cannot be a part of the primary key";

    // Shapes that are refused.
    Recursion = "P0403", "a message contains itself";
    WellKnownType = "P0404", "a well-known type is not supported";
    Group = "P0405", "groups are not supported";
    Extensible = "P0406", "extensions and message sets are not supported";
    ValidationRule = "P0407", "a `buf.validate` rule cannot be kept";
    FieldInfo = "P0410", "a format of `google.api.field_info` is not known";
    RequiredMessage = "P0412", "a `required` message of proto2 is not supported";
    NoJson = "P0413", "a message has no JSON that tells its fields apart";

    // Required fields.
    RequiredBool = "P0501", "REQUIRED on a plain bool says nothing";
    CannotBeRequired = "P0502", "a field cannot be REQUIRED";
    UnknownBehavior = "P0503", "an unknown field behaviour";
    RedactedKey = "P0504", "a part of a key is `debug_redact`";
    RuleType = "P0505", "a rule is of another type than its field";
    ImpossibleRule = "P0506", "no value keeps the rules of a field";
    BadPattern = "P0507", "a pattern is not one of RE2";
    NeverMade = "P0508", "a rule refuses what the store makes";

    // References.
    UnknownTable = "P0601", "a reference names no table";
    ReferenceType = "P0602", "a reference and the key that it names differ in type";
    CompositeTarget = "P0603", "a reference names a table with a key of several fields";
    CannotSetNull = "P0604", "SET_NULL on a reference that cannot be unset";
    ZeroReference = "P0605", "a plain reference cannot tell zero from none";
    SingletonTarget = "P0606", "a reference names a table of at most one row";
    NotEnforced = "P0607", "a reference that is not enforced says what happens on a delete";
    ResourceKey = "P0608", "a `resource_reference` names a record whose key is not its name";
    ForeignKeyFields = "P0609", "a `foreign_key` has other fields than the key that it names";
    BadRelation = "P0610", "a `relation` names no reference to its own table";

    // Indexes.
    BadIndex = "P0701", "an index cannot be read";
    IndexAcrossTables = "P0702", "an index names fields of several tables";
    DuplicateIndex = "P0703", "an index repeats another";
    BadCondition = "P0704", "the `where` of an index cannot be read";
    ConditionType = "P0705", "a literal is no value of the field that it is compared with";
    TooManyParts = "P0706", "a key, an index or a reference has too many fields";

    // Values that the store makes.
    CannotGenerate = "P0751", "a field cannot hold a value that is made";

    // Names and sizes.
    NameTaken = "P0801", "two names in a table are the same";
    TableNameTaken = "P0802", "two names in the store are the same";
    ReservedName = "P0803", "a name is reserved";
    RustNameTaken = "P0804", "two names are the same in Rust";
    BadName = "P0805", "a name cannot be used";
    TooManyColumns = "P0806", "a table has too many columns";
    OneofTooLarge = "P0807", "a oneof has too many members";
    TooDeep = "P0808", "messages are nested too deep";
    TooManyTables = "P0809", "a record or a store becomes too many tables";
    TooManyValues = "P0810", "an enum has too many values";
    TooManyWays = "P0811", "messages hold one another in too many ways";

    // The life of a row.
    AppendOnlyReference = "P0901", "a reference would change rows that never change";
    LivesTogether = "P0902", "two options about the life of a row cannot be used together";
    NotATime = "P0903", "a field does not hold the time at which a row is gone";
    KeptFromExpiring = "P0904", "a reference would keep rows from expiring";
    HiddenUnique = "P0905", "a unique value in a list would be held by a row that is gone";
    NotADeleteTime = "P0906", "a field cannot say when a row was deleted";
    NotTakenBack = "P0907", "a delete could not be taken back";
    CascadeDeletes = "P0908", "a cascade would delete rows for good";
    DeleteTimeIndexed = "P0909", "an index would find only rows that are hidden";
    CascadeTakes = "P0910", "a cascade would delete what a field must keep";

    // Guards.
    CannotBeImmutable = "P0921", "a field cannot be IMMUTABLE";
    CannotBeRevision = "P0922", "a field cannot be the revision of its row";
    CannotBeChained = "P0923", "a table cannot have a chain of hashes";
    EncodingVaries = "P0924", "a chained record has no single encoding";

    // Answers to what the next version asks.
    StillThere = "P1001", "a `dropped` names a field that is still there";
    NeverThere = "P1002", "a `dropped` names a field that no version had";
    BadBackfill = "P1003", "a `backfill` cannot be read";
    BadHook = "P1004", "a `backfill` in Rust cannot be called";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "protostore::{}", self.id())
    }
}

/// The page that has a section for each code.
const PAGE: &str = include_str!("../carried/diagnostics.md");
const _: () = assert!(PAGE.len() > 1000, "check out with `git config core.symlinks true`");

impl Code {
    /// Returns the section about the code in the page of diagnostics: cause and repair, as markdown without the title.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        section(&format!("\n### {}: ", self.id()))
    }
}

/// Returns the section about a note in the page of diagnostics, as markdown without the title; empty where it has none.
#[must_use]
pub fn note_explanation(name: &str) -> &'static str {
    section(&format!("\n#### {name}: "))
}

fn section(title: &str) -> &'static str {
    let section = PAGE.split_once(title).map_or("", |(_, rest)| rest);
    let body = section.split_once('\n').map_or("", |(_, rest)| rest);
    let next = ["\n#### ", "\n### ", "\n## "].iter().filter_map(|next| body.find(next)).min();
    body[..next.unwrap_or(body.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_explained() {
        for code in Code::ALL {
            let text = code.explanation();
            assert!(!text.is_empty() && !text.contains("\n#"), "{code}");
        }
        assert_eq!(Code::FileTooLarge.explanation().lines().last(), Some("Split the file."));
        assert!(Code::TooDeep.explanation().ends_with("refer to them."));
    }

    #[test]
    fn ids_are_in_order_and_differ() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()));
    }
}
