//! The printer: one walk over a tree for all dialects. Whatever they spell differently is in a file each.

mod alter;
mod definition;
mod dialect;
mod expr;
mod layout;
mod postgres;
mod recode;
mod sqlite;
mod statement;
mod table;
mod trigger;

use layout::{Break, Layout};

use crate::{Dialect, Expr, Name, Param, ParamRole, Statement, Ty};

/// A statement's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// `SELECT … FROM …` of a read of whole records; empty of any other statement.
    pub head: String,
    /// What follows the head, or the whole statement.
    pub rest: String,
    /// The parameters, in the order of their numbers.
    pub params: Vec<Param<'a>>,
    /// Whether a literal or name holds a control character, such as a line break that is no part of the layout.
    pub has_control: bool,
}

impl Text<'_> {
    /// Returns the text with names of its own.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        let own = |p: Param<'_>| Param { field: p.field.into_owned().into(), role: p.role, ty: p.ty };
        Text {
            head: self.head,
            rest: self.rest,
            params: self.params.into_iter().map(own).collect(),
            has_control: self.has_control,
        }
    }

    /// Returns the whole statement, with a line break after the head.
    #[must_use]
    pub fn whole(&self) -> String {
        if self.head.is_empty() { self.rest.clone() } else { [&self.head, "\n", &self.rest].concat() }
    }
}

impl Dialect {
    /// Prints a statement for a file that people read: a long one breaks into lines of about 100 characters.
    #[must_use]
    pub fn print<'a>(self, statement: &Statement<'a>) -> Text<'a> {
        let mut p = Printer::new(self);
        p.layout = Some(Layout::default());
        p.statement(statement);
        let Printer { out, params, layout, head, .. } = p;
        let lines = |range| layout.as_ref().map(|layout| layout.lines(&out, range, 0)).unwrap_or_default();
        // The space after the head is no part of either.
        let rest = if head > 0 { out.len().min(head + 1) } else { 0 };
        Text { head: lines(0..head), rest: lines(rest..out.len()), params, has_control: out.contains(char::is_control) }
    }

    /// Prints a statement to be run, without line breaks, and returns its parameters in the order of their numbers.
    #[must_use]
    pub fn print_once<'a>(self, statement: &Statement<'a>) -> (String, Vec<Param<'a>>) {
        let mut p = Printer::new(self);
        p.statement(statement);
        (p.out, p.params)
    }

    /// Returns the name of a column's type.
    #[must_use]
    pub fn print_type(self, ty: Ty) -> &'static str {
        Printer::new(self).column_type(ty)
    }

    /// Prints an expression by itself.
    #[must_use]
    pub fn print_expr(self, expr: &Expr<'_>) -> String {
        let mut p = Printer::new(self);
        p.expr(expr, 0);
        p.out
    }
}

/// The text so far, and what has to be known of it.
struct Printer<'a> {
    dialect: Dialect,
    out: String,
    /// Parameters so far: the number of one is its place, from 1.
    params: Vec<Param<'a>>,
    /// Numbers of [`ParamRole::Nth`], of which a filter may have thousands; 0 where there is none.
    nth: Vec<usize>,
    /// Where lines may break; none where the text is one line.
    layout: Option<Layout>,
    /// How many SELECTs are around.
    depth: u8,
    /// Where the head of a read of records ends.
    head: usize,
}

impl<'a> Printer<'a> {
    fn new(dialect: Dialect) -> Self {
        let out = String::with_capacity(256);
        Self { dialect, out, params: Vec::new(), nth: Vec::new(), layout: None, depth: 0, head: 0 }
    }

    fn is_sqlite(&self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Begins a clause: the line may break before the word.
    fn clause(&mut self, word: &str) {
        self.space(Break::Clause);
        self.push(word);
        self.push(" ");
    }

    /// Adds a space, after which the line may break.
    fn space(&mut self, before: Break) {
        self.push(" ");
        if let Some(layout) = &mut self.layout {
            layout.note(self.out.len(), self.depth, before);
        }
    }

    fn quoted(&mut self, name: &str) {
        self.between('"', name);
    }

    fn quote_text(&mut self, text: &str) {
        self.between('\'', text);
    }

    /// Adds text between quotes, with those inside doubled.
    fn between(&mut self, quote: char, text: &str) {
        self.out.push(quote);
        for part in text.split_inclusive(quote) {
            self.push(part);
            if part.ends_with(quote) {
                self.out.push(quote);
            }
        }
        self.out.push(quote);
    }

    fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.out.push(char::from_digit((number % 10) as u32, 10).unwrap_or('0'));
    }

    fn names<'n>(&mut self, names: impl IntoIterator<Item = &'n Name<'a>>)
    where
        'a: 'n,
    {
        self.each(names, |p, name| p.quoted(name));
    }

    /// Adds a list separated by commas.
    fn each<T>(&mut self, all: impl IntoIterator<Item = T>, mut print: impl FnMut(&mut Self, T)) {
        for (at, part) in all.into_iter().enumerate() {
            if at > 0 {
                self.push(",");
                self.space(Break::Item);
            }
            print(self, part);
        }
    }

    fn param(&mut self, param: &Param<'a>) {
        let Some(ty) = param.ty else { return self.placeholder(param) };
        self.push("CAST(");
        self.placeholder(param);
        self.push(" AS ");
        self.push(self.cast_type(ty));
        self.push(")");
    }

    /// Adds `$1`, the number of which is that of the parameter's first appearance.
    fn placeholder(&mut self, param: &Param<'a>) {
        let known = match param.role {
            ParamRole::Nth(nth) => self.nth.get(nth as usize).copied().filter(|number| *number > 0),
            _ => self.params.iter().position(|p| p.role == param.role && p.field == param.field).map(|at| at + 1),
        };
        let number = known.unwrap_or_else(|| self.add(param));
        self.push("$");
        self.number(number);
    }

    fn add(&mut self, param: &Param<'a>) -> usize {
        self.params.push(param.clone());
        if let ParamRole::Nth(nth) = param.role {
            let nth = nth as usize;
            self.nth.resize(self.nth.len().max(nth + 1), 0);
            self.nth[nth] = self.params.len();
        }
        self.params.len()
    }
}
