//! The canonical form of a condition: identities for names, parts in one order.

use crate::{Arm, Column, Expr, Name, Qualifier, Select, Source};

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A table.
    Table,
    /// A column.
    Column,
}

impl<'a> Expr<'a> {
    /// Returns the condition over identities in place of names, with the parts of AND, OR and sums in a fixed order.
    ///
    /// Two conditions mean the same for evolution where their canonical forms are equal.
    #[must_use]
    pub fn canonical(mut self, identity: &dyn Fn(Named, &str) -> String) -> Self {
        self.rename(identity);
        self.sort();
        self
    }

    fn rename(&mut self, f: &dyn Fn(Named, &str) -> String) {
        match self {
            Self::Column(Column { of, name }) => {
                if let Qualifier::Table(table) = of {
                    *table = f(Named::Table, table).into();
                }
                *name = f(Named::Column, name).into();
            }
            Self::Excluded(name) => *name = f(Named::Column, name).into(),
            Self::InRows(_, rows) | Self::Exists(rows) | Self::Value(rows) => rename_rows(rows, f),
            _ => {}
        }
        self.inner(&mut |e| e.rename(f));
    }

    fn sort(&mut self) {
        self.inner(&mut Self::sort);
        if let Self::All(parts) | Self::Any(parts) | Self::HowMany(parts) = self {
            parts.sort();
        }
    }

    /// Calls for each expression directly inside, those of subselects among them.
    fn inner(&mut self, f: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Tuple(all) | Self::All(all) | Self::Any(all) | Self::HowMany(all) => all.iter_mut().for_each(f),
            Self::Not(a) | Self::NotTrue(a) | Self::IsTrue(a) | Self::IsNull(a) | Self::NotNull(a) => f(a),
            Self::ByType(a) | Self::Max(a) | Self::Plus(a, _) | Self::Plain(a) | Self::Cast(a, _) => f(a),
            Self::Between(a, ..) | Self::Length(_, a) | Self::Has(_, a, _) | Self::Rfc3339(a) | Self::Shown(_, a) => {
                f(a)
            }
            Self::Compare(a, _, b) | Self::Coalesce(a, b) => {
                f(a);
                f(b);
            }
            Self::In(a, all) | Self::NotIn(a, all) => {
                f(a);
                all.iter_mut().for_each(f);
            }
            Self::InRows(a, rows) => {
                f(a);
                rows.rows.iter_mut().for_each(f);
            }
            Self::Exists(rows) | Self::Value(rows) => rows.rows.iter_mut().for_each(f),
            Self::Case(of, arms, otherwise) => {
                of.iter_mut().chain(otherwise).for_each(|e| f(e));
                arms.iter_mut().for_each(|Arm(when, then)| {
                    f(when);
                    f(then);
                });
            }
            Self::Column(_) | Self::Param(_) | Self::Lit(_) | Self::Excluded(_) | Self::Const(_) | Self::Count => {}
            Self::Key { .. } | Self::KeyPlace { .. } => {}
        }
    }
}

fn rename_rows(rows: &mut Select<'_>, f: &dyn Fn(Named, &str) -> String) {
    if let Source::Table(name, _) = &mut rows.from {
        *name = Name::from(f(Named::Table, name));
    }
}
