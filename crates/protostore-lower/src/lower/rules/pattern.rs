//! Reads a regular expression of RE2, and writes it as the run time's expressions mean the same.
//!
//! The two languages differ in a few words: `\d`, `\s`, `\w` and `\b` are of ASCII in RE2, and what only the other has is
//! refused.

use regex_syntax::ast::{self, AssertionKind, Ast, ClassPerlKind, ClassSetItem, Flag, FlagsItemKind, Span, Visitor};

/// Returns the expression as the run time reads it.
///
/// # Errors
/// Why it is none, as words after a comma.
pub(super) fn read(text: &str) -> Result<String, String> {
    let ast = ast::parse::Parser::new().parse(text).map_err(|e| format!("which cannot be read: {}", e.kind()))?;
    let changes = ast::visit(&ast, Words::default())?;
    let mut written = text.to_owned();
    for (span, word) in changes.into_iter().rev() {
        written.replace_range(span.start.offset..span.end.offset, word);
    }
    match regex::bytes::Regex::new(&written) {
        Ok(_) => Ok(written),
        Err(regex::Error::CompiledTooBig(_)) => Err("which is too large".to_owned()),
        Err(_) => Err("which cannot be read".to_owned()),
    }
}

/// The places of words that mean more than in RE2, and what is written there instead.
#[derive(Default)]
struct Words {
    changes: Vec<(Span, &'static str)>,
    folds_case: bool,
}

impl Visitor for Words {
    type Output = Vec<(Span, &'static str)>;
    type Err = String;

    fn finish(self) -> Result<Self::Output, String> {
        Ok(self.changes)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), |flags| self.flags(flags)),
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::WordBoundary => self.change(assertion.span, r"(?-u:\b)"),
                AssertionKind::NotWordBoundary => self.change(assertion.span, r"(?-u:\B)"),
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText => Ok(()),
                _ => Err("in which `\\b` is with braces or angles".to_owned()),
            },
            Ast::ClassPerl(class) => {
                let word = match (&class.kind, class.negated) {
                    (ClassPerlKind::Digit, false) => "[0-9]",
                    (ClassPerlKind::Digit, true) => "[^0-9]",
                    (ClassPerlKind::Space, false) => r"[\t\n\f\r ]",
                    (ClassPerlKind::Space, true) => r"[^\t\n\f\r ]",
                    (ClassPerlKind::Word, false) => "(?-i:[0-9A-Za-z_])",
                    (ClassPerlKind::Word, true) => "(?-i:[^0-9A-Za-z_])",
                };
                self.change(class.span, word)
            }
            Ast::ClassUnicode(class) => unicode(class),
            Ast::Empty(_) | Ast::Literal(_) | Ast::Dot(_) | Ast::ClassBracketed(_) => Ok(()),
            Ast::Repetition(_) | Ast::Alternation(_) | Ast::Concat(_) => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Perl(class) => {
                if self.folds_case && class.kind == ClassPerlKind::Word {
                    return Err("in which `\\w` is in brackets after `(?i)`".to_owned());
                }
                let word = match (&class.kind, class.negated) {
                    (ClassPerlKind::Digit, false) => "[0-9]",
                    (ClassPerlKind::Digit, true) => "[^0-9]",
                    (ClassPerlKind::Space, false) => r"[\t\n\f\r ]",
                    (ClassPerlKind::Space, true) => r"[^\t\n\f\r ]",
                    (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
                    (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
                };
                self.change(class.span, word)
            }
            ClassSetItem::Bracketed(_) => Err("in which brackets are in brackets".to_owned()),
            ClassSetItem::Unicode(class) => unicode(class),
            ClassSetItem::Empty(_) | ClassSetItem::Literal(_) | ClassSetItem::Range(_) => Ok(()),
            ClassSetItem::Ascii(_) | ClassSetItem::Union(_) => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), String> {
        Err("in which `&&`, `--` or `~~` is in brackets".to_owned())
    }
}

impl Words {
    fn change(&mut self, span: Span, word: &'static str) -> Result<(), String> {
        self.changes.push((span, word));
        Ok(())
    }

    fn flags(&mut self, flags: &ast::Flags) -> Result<(), String> {
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.folds_case = true,
                FlagsItemKind::Flag(Flag::MultiLine | Flag::DotMatchesNewLine | Flag::SwapGreed) => {}
                FlagsItemKind::Negation => {}
                FlagsItemKind::Flag(Flag::Unicode | Flag::CRLF | Flag::IgnoreWhitespace) => {
                    return Err("which has a flag other than `i`, `m`, `s` and `U`".to_owned());
                }
            }
        }
        Ok(())
    }
}

fn unicode(class: &ast::ClassUnicode) -> Result<(), String> {
    match class.kind {
        ast::ClassUnicodeKind::OneLetter(_) | ast::ClassUnicodeKind::Named(_) => Ok(()),
        ast::ClassUnicodeKind::NamedValue { .. } => Err("in which `\\p` has a name and a value".to_owned()),
    }
}
