//! The columns of a table, a line each.

/// Returns columns, or declares them as a static: SQL name, path of the field, the same in numbers, role and kind, type in
/// SQL; then the encoding and the behaviors, where there are any.
///
/// ```
/// protostore::generated::columns! {
///     /// The columns of `hosts`.
///     static COLUMNS;
///     "id" "id" [1] Value(String) Text, IMMUTABLE;
///     "seen" "seen" [2] Value(Message "google.protobuf.Timestamp") Int8 as Seconds, OUTPUT_ONLY | REDACTED;
/// }
///
/// let places = protostore::generated::columns! {
///     "_id" "id" [1] OwnerKey(String) Text;
///     "_position" "disks" [3] Position Int8;
/// };
/// assert_eq!((COLUMNS[1].path, places[1].name), (&[2][..], "_position"));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __columns {
    ($(#[$doc:meta])* static $columns:ident; $($rest:tt)*) => {
        $(#[$doc])*
        static $columns: &[$crate::Column] = $crate::__columns! { $($rest)* };
    };
    ($(
        $name:literal $field:literal [$($number:literal),*] $role:ident $(($($kind:tt)+))? $ty:ident
        $(as $encoding:ident)? $(, $($behavior:ident)|+)?;
    )*) => {
        &[$($crate::Column {
            name: $name,
            field: $field,
            path: &[$($number),*],
            role: $crate::Role::$role,
            kind: $crate::__columns!(@kind $($($kind)+)?),
            ty: $crate::Ty::$ty,
            encoding: $crate::__columns!(@encoding $($encoding)?),
            behaviors: $crate::__behaviors!($($($behavior)|+)?),
        }),*]
    };
    (@kind) => { None };
    (@kind Enum $name:literal) => {
        Some($crate::ProtoKind::Enum(&$crate::ProtoEnum { name: $name, values: &[] }))
    };
    (@kind Enum $of:ty) => { Some($crate::ProtoKind::Enum(<$of>::PROTO_ENUM)) };
    (@kind Message $name:literal) => { Some($crate::ProtoKind::Message($name)) };
    (@kind $kind:ident) => { Some($crate::ProtoKind::$kind) };
    (@encoding) => { $crate::Encoding::Own };
    (@encoding $encoding:ident) => { $crate::Encoding::$encoding };
}

/// Returns what is said of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __behaviors {
    ($($behavior:ident)|*) => { $crate::Behaviors::NONE$(.with($crate::Behaviors::$behavior))* };
}

/// Returns child tables by their types.
#[doc(hidden)]
#[macro_export]
macro_rules! __child_tables {
    ($($child:ty),*) => { &[$(<$child as $crate::generated::ChildTable>::CHILD),*] };
}
