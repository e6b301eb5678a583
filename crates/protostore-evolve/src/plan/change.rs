//! The changes that evolution knows, each with the id that diagnostics, pages and tests call it by.

use serde::{Deserialize, Serialize};

/// A kind of change: a row of the tables of changes. What is none of them is rejected by name.
///
/// `T` store and tables, `A` fields added, `D` fields removed, `N` names, `K` kinds of scalars, `P` presence, oneofs
/// and required fields, `S` storage and encoding, `C` constraints, indexes, references and generated values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// comments, order, file moves, Rust names, record, deprecated, another tool
    T01,
    /// store message renamed or moved
    T02,
    /// store name (directory)
    T03,
    /// message of a record or field renamed, moved, or replaced by one with the same numbers, names and kin
    T04,
    /// replaced by one in which a number has another name or kind
    T05,
    /// table added
    T06,
    /// table renamed
    T07,
    /// table gone, reserved number and name
    T08,
    /// table gone, no or half a reserved
    T09,
    /// table's number changed
    T10,
    /// a reserved or dropped number or path used again
    T11,
    /// singular -> repeated store field
    T12,
    /// repeated -> singular
    T13,
    /// primary key: other fields, parts, order; IDENTIFIER moved
    T14,
    /// key column re-typed
    T15,
    /// append_only on / off
    T16,
    /// expire on
    T17,
    /// expire off or another field
    T18,
    /// soft_delete on
    T19,
    /// soft_delete off
    T20,
    /// revision on: new field / existing one
    T21,
    /// revision off / other field
    T22,
    /// hash_chain on: new field / existing one
    T23,
    /// hash_chain off
    T24,
    /// chained table: field added without backfill
    T25,
    /// chained table: drop, re-type, any change of wire kind, label, packing, wrapper, oneof with another f
    T26,
    /// --mapping n
    T27,
    /// watch on or off
    T28,
    /// expire or soft_delete moved to another field
    T29,
    /// implicit scalar or enum, at the top
    A01,
    /// optional, wrapper, well-known, oneof of new members
    A02,
    /// implicit scalar in a flattened message
    A03,
    /// implicit scalar in an element or a message of its own table
    A04,
    /// message, flattened
    A05,
    /// message in a child table, repeated, map, join table
    A06,
    /// member added to a oneof
    A07,
    /// REQUIRED, required, proto2 required: scalar, message, reference
    A08,
    /// with references, not required
    A09,
    /// with unique: optional / implicit
    A10,
    /// JSON or BYTES: message / repeated, map
    A11,
    /// NOT_STORED, relation
    A12,
    /// moved in from another path (owner -> meta.owner)
    A13,
    /// value added to an open enum
    A14,
    /// number and name reserved
    D01,
    /// no or half a reserved; not owned: no dropped
    D02,
    /// oneof member
    D03,
    /// stored -> NOT_STORED or relation
    D04,
    /// enum value, open enum, reserved in the enum
    D05,
    /// enum value without reserved
    D06,
    /// enum value, closed enum
    D07,
    /// column called rowid, oid, _rowid_
    D08,
    /// field, or a message around it
    N01,
    /// json_name alone
    N02,
    /// a name that another live number had (two fields swap)
    N03,
    /// a name that another number ever had, in a message stored as JSON
    N04,
    /// oneof
    N05,
    /// enum
    N06,
    /// enum value; alias first, alias added or gone
    N07,
    /// column.name
    N08,
    /// case only
    N09,
    /// column called rowid, oid, _rowid_
    N10,
    /// a name that leaves one number and appears at another of the same message, same type and label
    N11,
    /// a number whose name, type and label all differ from before (also within T05)
    N12,
    /// int32 -> int64, uint32 -> uint64 or int64, sint32 -> sint64, bool -> any integer, enum -> int32 or i
    K01,
    /// int32 <-> uint32, fixed32 <-> sfixed32, int64 -> uint64, fixed64 <-> sfixed64, uint64 FULL_RANGE ->
    K02,
    /// int64 -> int32, uint64 -> uint32, sint64 -> sint32, any -> bool, int64 -> enum, any -> closed enum
    K03,
    /// enum A -> enum B
    K04,
    /// within 32 or 64 bits, other group: int32 -> sint32, sfixed32; int64 -> sint64, sfixed64
    K05,
    /// signed -> fixed or unsigned of another group
    K06,
    /// float -> double; int32, uint32 -> double
    K07,
    /// double -> float, int64 -> double, integer -> float, floating -> integer
    K08,
    /// string -> bytes
    K09,
    /// bytes -> string
    K10,
    /// number <-> text, bool <-> text, scalar <-> message, Timestamp <-> anything
    K11,
    /// wrapper <-> optional scalar
    K12,
    /// wrapper -> implicit scalar
    K13,
    /// message in BYTES <-> bytes
    K14,
    /// Struct, Value, ListValue, Any, FieldMask <-> each other
    K15,
    /// map<K,V> -> repeated entry
    K16,
    /// repeated entry -> map
    K17,
    /// singular -> repeated: implicit zero or unset gives none, else one element
    K18,
    /// repeated -> singular
    K19,
    /// packed on or off
    K20,
    /// implicit -> optional
    P01,
    /// optional -> implicit
    P02,
    /// implicit reference <-> optional reference
    P03,
    /// not required -> REQUIRED
    P04,
    /// REQUIRED -> not
    P05,
    /// message required on / off
    P06,
    /// alone into or out of a oneof of one, optional at the other end
    P07,
    /// implicit into a oneof
    P08,
    /// out of a oneof to optional / implicit
    P09,
    /// from one oneof to another
    P10,
    /// oneof required on / off
    P11,
    /// IMMUTABLE on / off
    P12,
    /// REQUIRED of a list or map on / off
    P13,
    /// COLUMNS -> CHILD_TABLE
    S01,
    /// CHILD_TABLE -> COLUMNS
    S02,
    /// any of COLUMNS, CHILD_TABLE, rows <-> JSON, BYTES; JSON <-> BYTES
    S03,
    /// string TEXT <-> storage: BYTES
    S04,
    /// uint64 -> FULL_RANGE
    S05,
    /// FULL_RANGE -> checked
    S06,
    /// float, double -> FLOAT_BITS / back
    S07,
    /// time to a finer unit / a coarser one
    S08,
    /// time <-> RFC3339
    S09,
    /// MICROSECONDS <-> TIMESTAMPTZ
    S10,
    /// message in BYTES: wire-compatible change inside / other
    S11,
    /// message in JSON: added, renamed / removed and reserved / re-typed
    S12,
    /// contents of an Any
    S13,
    /// encoding of a key or of a map key
    S14,
    /// rule added or tightened, SQL can state it
    C01,
    /// the same, SQL cannot (pattern, format)
    C02,
    /// rule loosened or gone, closed enum gains a value or opens
    C03,
    /// min, max items / repeated.unique
    C04,
    /// index added, removed, other columns, direction, where
    C05,
    /// unique added, or its where widened
    C06,
    /// unique gone, or narrowed
    C07,
    /// reference added: implicit / optional
    C08,
    /// reference gone, or not_enforced on
    C09,
    /// on_delete, target table
    C10,
    /// reference of several fields: anything
    C11,
    /// debug_redact
    C12,
    /// SEQUENCE on / off
    C13,
    /// UUID, CREATE_TIME, UPDATE_TIME on or off
    C14,
    /// references of a repeated field
    C15,
    /// what no row describes: always rejected
    Other,
}
