//! Lowers the `where` of an index: paths become columns, literals what is in them.

use prost_reflect::Kind;
use protostore_schema::{Condition, Form, Literal, Operator, Type};

use super::Report;
use super::draft::{Draft, Presence, Shape, Spot, type_word};
use super::indexes::{across, column_in};
use super::literals;
use super::paths;
use super::where_text::{self, Part, Sign, Term, Value};
use crate::Code;
use crate::diagnostic::Place;

/// The text of a condition, and where it is.
struct Text<'d> {
    draft: &'d Draft,
    /// The table that the index is on.
    child: Option<usize>,
    /// The whole text in the proto, with its quotes.
    place: Place,
}

/// Returns the condition of an index on a table or child table, or says what is wrong with it.
pub(super) fn lower(
    draft: &Draft,
    child: Option<usize>,
    text: &str,
    place: Place,
    report: &mut Report<'_>,
) -> Option<Condition> {
    let whole = Text { draft, child, place };
    match where_text::read(text) {
        Ok(term) => whole.term(&term, report),
        Err(wrong) => {
            let place = whole.at(&wrong.at, report);
            report.add(Code::BadCondition, place, wrong.says, wrong.help);
            None
        }
    }
}

impl Text<'_> {
    /// Returns the place of a piece of the text.
    fn at(&self, piece: &std::ops::Range<usize>, report: &Report<'_>) -> Place {
        let text = report.sources.text(&self.place.file).zip(self.place.span.clone());
        let inner = text.and_then(|(text, span)| {
            let inner = crate::option_text::inside(text.get(span.clone())?, piece)?;
            Some(span.start + inner.start..span.start + inner.end)
        });
        Place { file: self.place.file.clone(), span: inner.or_else(|| self.place.span.clone()) }
    }

    /// Lowers every part, so that all that is wrong is said at once.
    fn term(&self, term: &Term, report: &mut Report<'_>) -> Option<Condition> {
        let mut all = |parts: &[Term]| {
            let parts: Vec<_> = parts.iter().map(|part| self.term(part, report)).collect();
            parts.into_iter().collect::<Option<Vec<_>>>()
        };
        Some(match term {
            Term::All(parts) => Condition::All(all(parts)?),
            Term::Any(parts) => Condition::Any(all(parts)?),
            Term::Not(inner) => match &**inner {
                Term::Has(path) => self.has(path, false, report)?,
                inner => Condition::Not(Box::new(self.term(inner, report)?)),
            },
            Term::Has(path) => self.has(path, true, report)?,
            Term::Compare { path, sign, value } => self.compare(path, *sign, value, report)?,
        })
    }

    /// Finds the field at a path, and its column in the index's table.
    fn column(&self, path: &Part, report: &mut Report<'_>) -> Option<(usize, String)> {
        let place = self.at(&path.at, report);
        let i = paths::resolve(self.draft, &path.text, place.clone(), report)?;
        let column = column_in(self.draft, i, self.child);
        if column.is_none() {
            across(self.draft, i, ("index", self.child), place, report);
        }
        Some((i, column?))
    }

    /// Asks whether a field is set, or whether it is not.
    fn has(&self, path: &Part, set: bool, report: &mut Report<'_>) -> Option<Condition> {
        let (i, column) = self.column(path, report)?;
        let spot = &self.draft.spots[i];
        let refused = |text: String, help: String, report: &mut Report<'_>| {
            report.add(Code::CannotApply, self.at(&path.at, report), text, help);
            None
        };
        let path = &path.text;
        match (&spot.shape, spot.presence) {
            (Shape::Message(_), _) => {
                let literal = Literal::Integer(set.into());
                Some(Condition::Compare { column, operator: Operator::Equal, literal })
            }
            (Shape::Row(_) | Shape::Scalars(_) | Shape::Messages(_) | Shape::Map(_) | Shape::Absent, _) => {
                let text = format!("`{path}` is no field of one value, so an index cannot ask whether it is set");
                refused(text, "name a field of one value".to_owned(), report)
            }
            (Shape::Scalar(_), Presence::Explicit | Presence::Member) if !spot.required && !spot.key => {
                Some(Condition::Set { column, set })
            }
            (Shape::Scalar(_), Presence::Implicit) if !spot.required && !spot.key => {
                let text = format!("`{path}` cannot tell unset from zero");
                let help = format!("write `{path} != {}`", literals::zero(spot));
                refused(text, help, report)
            }
            (Shape::Scalar(_), _) => refused(format!("`{path}` is always set"), "take it away".to_owned(), report),
        }
    }

    fn compare(&self, path: &Part, sign: Sign, value: &Value, report: &mut Report<'_>) -> Option<Condition> {
        let (i, column) = self.column(path, report)?;
        let spot = &self.draft.spots[i];
        let ty = match spot.ty() {
            Some(ty) if ty.can_be_indexed() && spot.form() != Form::FloatBits => ty,
            Some(_) | None => {
                let what = match spot.ty() {
                    Some(Type::Float | Type::Double) => "is stored as FLOAT_BITS, which are not in order".to_owned(),
                    Some(ty) => format!("is a `{}`", type_word(ty)),
                    None => "is a message".to_owned(),
                };
                let place = self.at(&path.at, report);
                let help = "name a field of one scalar; whether a message is set is asked by `:*`";
                report.add(Code::CannotApply, place, format!("`{}` {what}, so it is not compared", path.text), help);
                return None;
            }
        };
        let enumeration = match spot.field.kind() {
            Kind::Enum(enumeration) => Some(enumeration),
            _ => None,
        };
        let literal = match literals::lower(ty, spot.form(), enumeration.as_ref(), value) {
            Ok(literal) => literal,
            Err(help) => {
                let text = format!(
                    "`{}` is no value of `{}`, which is of type `{}`",
                    value.part().text,
                    path.text,
                    type_word(ty)
                );
                let place = self.at(&value.part().at, report);
                report.add(Code::ConditionType, place, text, help);
                return None;
            }
        };
        if !spot.null_for_zero() {
            return Some(Condition::Compare { column, operator: operator(sign), literal });
        }
        self.reference(spot, column, sign, literal).or_else(|| {
            let place = self.at(&path.at, report);
            let text = format!("`{}` is a reference, which has no order", path.text);
            report.add(Code::CannotApply, place, text, "compare it with `=` or `!=`");
            None
        })
    }

    /// Compares a reference that is NULL where it names no row.
    fn reference(&self, spot: &Spot, column: String, sign: Sign, literal: Literal) -> Option<Condition> {
        let is_zero = match &literal {
            Literal::Text(text) => text.is_empty(),
            Literal::Bytes(bytes) => bytes.is_empty(),
            Literal::Integer(_) | Literal::Real(_) => false,
        };
        let unset = match (sign, is_zero) {
            (Sign::Equal, false) => {
                return Some(Condition::Compare { column, operator: Operator::Equal, literal });
            }
            (Sign::NotEqual, true) => return Some(Condition::Set { column, set: true }),
            (Sign::Equal, true) => Condition::Set { column, set: false },
            (Sign::NotEqual, false) => {
                let same = Condition::Compare { column, operator: Operator::Equal, literal };
                Condition::Not(Box::new(same))
            }
            (Sign::Less | Sign::LessOrEqual | Sign::Greater | Sign::GreaterOrEqual, _) => return None,
        };
        // In a message that is not set the field is neither zero nor anything else.
        let around = spot.parent.filter(|_| self.draft.is_inside(spot)).map(|at| &self.draft.spots[at]);
        Some(match around {
            None => unset,
            Some(message) => {
                let column = message.sql.clone();
                let is_set = Condition::Compare { column, operator: Operator::Equal, literal: Literal::Integer(1) };
                Condition::All(vec![is_set, unset])
            }
        })
    }
}

fn operator(sign: Sign) -> Operator {
    match sign {
        Sign::Equal => Operator::Equal,
        Sign::NotEqual => Operator::NotEqual,
        Sign::Less => Operator::Less,
        Sign::LessOrEqual => Operator::LessOrEqual,
        Sign::Greater => Operator::Greater,
        Sign::GreaterOrEqual => Operator::GreaterOrEqual,
    }
}
