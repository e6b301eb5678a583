//! One spelling for expressions and views that say the same in another order.
//!
//! The order in which fields are declared is no part of a schema, but the generated text follows it: in the terms of an
//! AND or of a sum, in the arms of a CASE, and in the columns of a view.

use crate::sql::Tree;

const COMPARISONS: [&str; 12] = ["=", "==", "<>", "!=", "<", "<=", ">", ">=", "IS", "IN", "LIKE", "BETWEEN"];

/// Returns the canonical text of an expression.
pub(crate) fn expression(trees: &[Tree]) -> String {
    // Parentheses around all of it say nothing.
    if let [Tree::Group(inside)] = trees
        && !inside.iter().any(|tree| tree.is("SELECT") || tree.is(","))
    {
        return expression(inside);
    }
    sorted(trees, "OR", |part| sorted(part, "AND", comparison))
}

/// Returns the canonical text of a statement in which the columns of a SELECT may be in any order.
pub(crate) fn statement(trees: &[Tree]) -> String {
    let from = trees.iter().rposition(|tree| tree.is("FROM"));
    let select = trees.iter().position(|tree| tree.is("SELECT"));
    let (Some(select), Some(from)) = (select, from) else { return plain(trees) };
    if from < select {
        return plain(trees);
    }
    let mut columns: Vec<_> = split(&trees[select + 1..from], ",").into_iter().map(expression).collect();
    columns.sort();
    format!("{} {} {}", plain(&trees[..=select]), columns.join(", "), plain(&trees[from..]))
}

/// Returns the tokens as they are, one space between them.
pub(crate) fn plain(trees: &[Tree]) -> String {
    trees.iter().map(tree).collect::<Vec<_>>().join(" ")
}

fn tree(tree: &Tree) -> String {
    match tree {
        Tree::Token(text) => text.clone(),
        Tree::Group(trees) if trees.iter().any(|tree| tree.is("SELECT")) => format!("({})", statement(trees)),
        Tree::Group(trees) => {
            let parts: Vec<_> = split(trees, ",").into_iter().map(expression).collect();
            format!("({})", parts.join(", "))
        }
        Tree::Case(trees) => case(trees),
    }
}

fn case(trees: &[Tree]) -> String {
    let otherwise = trees.iter().position(|tree| tree.is("ELSE")).unwrap_or(trees.len());
    let arms = split(&trees[..otherwise], "WHEN");
    let mut texts: Vec<_> = arms[1..].iter().map(|arm| plain(arm)).collect();
    texts.sort();
    format!("CASE {} WHEN {} {} END", plain(arms[0]), texts.join(" WHEN "), plain(&trees[otherwise..]))
}

/// A comparison keeps its two sides; each may be a sum.
fn comparison(trees: &[Tree]) -> String {
    match trees.iter().position(|tree| COMPARISONS.iter().any(|word| tree.is(word))) {
        None => sum(trees),
        Some(at) => format!("{} {} {}", sum(&trees[..at]), plain(&trees[at..=at]), comparison(&trees[at + 1..])),
    }
}

fn sum(trees: &[Tree]) -> String {
    if trees.iter().any(|tree| tree.is("-") || tree.is("||")) { plain(trees) } else { sorted(trees, "+", plain) }
}

fn sorted(trees: &[Tree], word: &str, inner: impl Fn(&[Tree]) -> String) -> String {
    let mut parts: Vec<_> = split(trees, word).into_iter().map(inner).collect();
    parts.sort();
    parts.join(&format!(" {word} "))
}

/// Splits at a word; the AND of a BETWEEN is none.
fn split<'a>(trees: &'a [Tree], word: &str) -> Vec<&'a [Tree]> {
    let mut parts = Vec::new();
    let (mut start, mut between) = (0, 0);
    for (at, tree) in trees.iter().enumerate() {
        if tree.is("BETWEEN") {
            between += 1;
        } else if tree.is("AND") && between > 0 {
            between -= 1;
        } else if tree.is(word) {
            parts.push(&trees[start..at]);
            start = at + 1;
        }
    }
    parts.push(&trees[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::{expression, statement};
    use crate::sql::read;

    fn same(a: &str, b: &str) -> bool {
        expression(&read(a)) == expression(&read(b))
    }

    #[test]
    fn terms_may_stand_in_any_order() {
        assert!(same("(a IS NOT NULL) + (b IS NOT NULL) <= 1", "(b IS NOT NULL)+(a IS NOT NULL) <= 1"));
        assert!(same("(p OR a IS NULL) AND (b IS NOT NULL) = p", "(b IS NOT NULL) = p AND (a IS NULL OR p)"));
        assert!(same("a BETWEEN 0 AND 1 AND b = 2", "b = 2 AND a BETWEEN 0 AND 1"));
    }

    #[test]
    fn sides_bounds_and_arguments_may_not() {
        assert!(!same("a BETWEEN 0 AND 1", "a BETWEEN 1 AND 0"));
        assert!(!same("a < b", "b < a"));
        assert!(!same("f(a, b)", "f(b, a)"));
        assert!(!same("a - b + c", "a - c + b"));
        assert!(!same("a || b", "b || a"));
    }

    #[test]
    fn a_view_is_its_columns() {
        let view = |sql: &str| statement(&read(sql));
        let a = view("CREATE VIEW v AS SELECT a, CASE s WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE s END AS s FROM t");
        let b = view("CREATE VIEW v AS SELECT CASE s WHEN 2 THEN 'y' WHEN 1 THEN 'x' ELSE s END AS s, a FROM t");
        assert_eq!(a, b);
        assert_ne!(a, view("CREATE VIEW v AS SELECT a, s FROM t"));
    }
}
