//! How Rust's own types become parameters, and what of them is refused.

use super::{Bind, Binder};
use crate::error::{Kind, Result};

impl<T: Bind + ?Sized> Bind for &T {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        (**self).bind(b)
    }

    fn field(&self, at: usize) -> Option<&'static str> {
        (**self).field(at)
    }
}

impl<T: Bind> Bind for Option<T> {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        match self {
            Some(v) => v.bind(b),
            None => b.null(),
        }
    }
}

impl Bind for bool {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(i64::from(*self))
    }
}

impl Bind for i32 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(i64::from(*self))
    }
}

impl Bind for i64 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(*self)
    }
}

impl Bind for u32 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.int(i64::from(*self))
    }
}

impl Bind for u64 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        match i64::try_from(*self) {
            Ok(v) => b.int(v),
            Err(_) => Err(b.refuse(Kind::OutOfRange, "must not be above 9223372036854775807")),
        }
    }
}

impl Bind for f32 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        f64::from(*self).bind(b)
    }
}

impl Bind for f64 {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        // SQLite stores NaN as NULL.
        if self.is_nan() {
            return Err(b.refuse(Kind::Invalid, "must not be NaN"));
        }
        b.real(*self)
    }
}

impl Bind for str {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        // PostgreSQL has no NUL in text, and in SQLite it makes `length()` lie.
        if self.as_bytes().contains(&0) {
            return Err(b.refuse(Kind::Invalid, "must not contain the character NUL"));
        }
        b.text(self)
    }
}

impl Bind for String {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.as_str().bind(b)
    }
}

impl Bind for [u8] {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.blob(self)
    }
}

impl Bind for Vec<u8> {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.blob(self)
    }
}

impl Bind for () {
    #[inline(always)]
    fn bind<B: Binder>(&self, _: &mut B) -> Result<()> {
        Ok(())
    }
}

/// Writes `Bind` for a tuple, part by part.
macro_rules! tuple {
    ($($part:ident . $at:tt),+) => {
        impl<$($part: Bind),+> Bind for ($($part,)+) {
            #[inline(always)]
            fn bind<Z: Binder>(&self, b: &mut Z) -> Result<()> {
                $(self.$at.bind(b)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A.0);
tuple!(A.0, B.1);
tuple!(A.0, B.1, C.2);
tuple!(A.0, B.1, C.2, D.3);
tuple!(A.0, B.1, C.2, D.3, E.4);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10);
tuple!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10, L.11);
