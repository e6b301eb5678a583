//! The choice between the two files of what dialects spell differently.

use super::Printer;
use crate::{Expr, Length, Lit, Match, Param, Show, Ty};

impl<'a> Printer<'a> {
    pub(super) fn column_type(&self, ty: Ty) -> &'static str {
        if self.is_sqlite() { Self::sqlite_type(ty) } else { self.postgres_type(ty) }
    }

    /// Returns the type as CAST names it.
    pub(super) fn cast_type(&self, ty: Ty) -> &'static str {
        match ty {
            Ty::Text => "TEXT",
            // INTEGER has 32 bits in PostgreSQL.
            Ty::Int8 => "BIGINT",
            ty => self.column_type(ty),
        }
    }

    pub(super) fn lit(&mut self, lit: &Lit<'a>) {
        match lit {
            Lit::Text(text) => self.quote_text(text),
            lit if self.is_sqlite() => self.sqlite_lit(lit),
            lit => self.postgres_lit(lit),
        }
    }

    pub(super) fn keys(&mut self, alias: Option<&str>, keys: &Param<'a>) {
        if self.is_sqlite() { self.sqlite_keys(alias, keys) } else { self.postgres_keys(alias, keys) }
    }

    pub(super) fn key(&mut self, of: Option<&str>, part: Option<usize>, ty: Ty) {
        if self.is_sqlite() { self.sqlite_key(of, part, ty) } else { self.postgres_key(of, part, ty) }
    }

    /// Adds a condition as a number.
    pub(super) fn truth(&mut self, of: &Expr<'a>) {
        if self.is_sqlite() { self.atom(of) } else { self.call("CAST(", of, " AS INT4)") }
    }

    pub(super) fn length(&mut self, unit: Length, of: &Expr<'a>) {
        if self.is_sqlite() { self.sqlite_length(unit, of) } else { self.postgres_length(unit, of) }
    }

    pub(super) fn has(&mut self, part: Match, of: &Expr<'a>, lit: &Lit<'a>) {
        if self.is_sqlite() { self.sqlite_has(part, of, lit) } else { self.postgres_has(part, of, lit) }
    }

    pub(super) fn rfc3339(&mut self, of: &Expr<'a>) {
        self.atom(of);
        let digits = "[0-9][0-9]";
        self.push(&match self.is_sqlite() {
            true => format!(" GLOB '{digits}{digits}-{digits}-{digits}T*.{digits}{digits}{digits}{digits}[0-9]Z'"),
            false => " ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*[.][0-9]{9}Z$'".to_owned(),
        });
    }

    pub(super) fn shown(&mut self, show: Show, of: &Expr<'a>) {
        let mut p = Printer::new(self.dialect);
        p.atom(of);
        let text = if self.is_sqlite() { Self::sqlite_shown(show, &p.out) } else { Self::postgres_shown(show, &p.out) };
        self.push(&text);
    }

    /// Adds bytes as hexadecimal digits.
    pub(super) fn hex(&mut self, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for byte in bytes {
            self.out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            self.out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

/// Returns how many characters or bytes a constant has.
pub(super) fn size(lit: &Lit<'_>) -> usize {
    match lit {
        Lit::Text(text) => text.chars().count(),
        Lit::Bytes(bytes) => bytes.len(),
        Lit::Bool(_) | Lit::Int(_) | Lit::Real(_) | Lit::Instant(_) => 0,
    }
}
