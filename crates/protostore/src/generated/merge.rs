//! How messages are merged: the numbers of their fields, and what is done with a field.

use crate::merge::Merge;

/// Says of messages which fields have which numbers: those that are written as a whole, and those that are messages; of a
/// oneof its members.
///
/// `in path::Crate;` comes first where another crate declares some of the messages: the type is the generated crate's own.
#[doc(hidden)]
#[macro_export]
macro_rules! __merge {
    (in every crate; $($message:ty { $($fields:tt)* })*) => {$(
        #[allow(unused_variables, unreachable_patterns, clippy::all, reason = "a message may have no fields")]
        impl<Crate> $crate::Merge<Crate> for $message {
            $crate::__merge_fields! { in Crate; $($fields)* }
        }
    )*};
    (in $by:ty; $($message:ty { $($fields:tt)* })*) => {$(
        #[allow(unused_variables, unreachable_patterns, clippy::all, reason = "a message may have no fields")]
        impl $crate::Merge<$by> for $message {
            $crate::__merge_fields! { in $by; $($fields)* }
        }
    )*};
    ($($message:ty { $($fields:tt)* })*) => {
        $crate::__merge! { in (); $($message { $($fields)* })* }
    };
}

/// The functions of a message.
#[doc(hidden)]
#[macro_export]
macro_rules! __merge_fields {
    (in $by:ty;
        $(fields $($field:literal $name:ident),+;)?
        $(messages $($inner:literal $inner_name:ident),+;)?
        $(required $($required:literal $required_name:ident),+;)?
        $(oneof $oneof:ident $of:ty {
            $(fields $($member:literal $variant:ident),+;)?
            $(messages $($inner_member:literal $inner_variant:ident),+;)?
        })*
    ) => {
        fn has_path(path: &[u32]) -> bool {
            match path {
                [] => true,
                $($([$field] => true,)+)?
                $($([$inner, rest @ ..] => $crate::generated::merge::has::<$by, _, _>(|m: &Self| &m.$inner_name, rest),)+)?
                $($([$required, rest @ ..] => {
                    $crate::generated::merge::requires::<$by, _, _>(|m: &Self| &m.$required_name, rest)
                })+)?
                $(
                    $($([$member] => true,)+)?
                    $($([$inner_member, rest @ ..] => {
                        type Of = $of;
                        $crate::generated::merge::offers::<$by, _, _>(Of::$inner_variant, rest)
                    })+)?
                )*
                _ => false,
            }
        }

        fn write_path(&mut self, from: &Self, path: &[u32]) {
            match path {
                [] => self.clone_from(from),
                $($([$field] => self.$name.clone_from(&from.$name),)+)?
                $($([$inner, rest @ ..] => {
                    $crate::generated::merge::message::<$by, _>(&mut self.$inner_name, &from.$inner_name, rest);
                })+)?
                $($([$required, rest @ ..] => {
                    $crate::Merge::<$by>::write_path(&mut self.$required_name, &from.$required_name, rest);
                })+)?
                $(
                    $($([$member] => {
                        type Of = $of;
                        $crate::generated::merge::member(&mut self.$oneof, &from.$oneof, |of| {
                            matches!(of, Of::$variant(_))
                        });
                    })+)?
                    $($([$inner_member] => {
                        type Of = $of;
                        $crate::generated::merge::member(&mut self.$oneof, &from.$oneof, |of| {
                            matches!(of, Of::$inner_variant(_))
                        });
                    }
                    [$inner_member, rest @ ..] => {
                        type Of = $of;
                        let given = match &from.$oneof {
                            Some(Of::$inner_variant(given)) => Some(given),
                            _ => None,
                        };
                        match (&mut self.$oneof, given) {
                            (Some(Of::$inner_variant(own)), given) => {
                                $crate::generated::merge::inside::<$by, _>(own, given, rest);
                            }
                            (own, Some(given)) => {
                                let made = $crate::generated::merge::made::<$by, _>(given, rest);
                                *own = Some(Of::$inner_variant(made));
                            }
                            (_, None) => {}
                        }
                    })+)?
                )*
                _ => {}
            }
        }
    };
}

/// Returns whether the message of a field has a path.
#[must_use]
pub fn has<Crate, S, M: Merge<Crate>>(_field: fn(&S) -> &Option<M>, path: &[u32]) -> bool {
    M::has_path(path)
}

/// Returns whether the message of a field that is always set has a path.
#[must_use]
pub fn requires<Crate, S, M: Merge<Crate>>(_field: fn(&S) -> &M, path: &[u32]) -> bool {
    M::has_path(path)
}

/// Returns whether the message of a oneof's member has a path.
#[must_use]
pub fn offers<Crate, O, M: Merge<Crate>>(_member: fn(M) -> O, path: &[u32]) -> bool {
    M::has_path(path)
}

/// Writes a field that is a message.
pub fn message<Crate, M: Merge<Crate>>(own: &mut Option<M>, given: &Option<M>, path: &[u32]) {
    match (own, given) {
        (own, given) if path.is_empty() => own.clone_from(given),
        (Some(own), given) => inside(own, given.as_ref(), path),
        (own, Some(given)) => *own = Some(made(given, path)),
        (None, None) => {}
    }
}

/// Writes a field inside a message that is set.
pub fn inside<Crate, M: Merge<Crate>>(own: &mut M, given: Option<&M>, path: &[u32]) {
    match given {
        Some(given) => own.write_path(given, path),
        None => own.write_path(&M::default(), path),
    }
}

/// Makes a message with one field of another.
pub fn made<Crate, M: Merge<Crate>>(given: &M, path: &[u32]) -> M {
    let mut made = M::default();
    made.write_path(given, path);
    made
}

/// Writes a member of a oneof as a whole.
pub fn member<O: Clone>(own: &mut Option<O>, given: &Option<O>, is: fn(&O) -> bool) {
    match given {
        Some(given) if is(given) => *own = Some(given.clone()),
        _ if own.as_ref().is_some_and(is) => *own = None,
        _ => {}
    }
}
