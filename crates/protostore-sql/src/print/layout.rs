//! Where lines break: at places that the printer noted, never at what the text looks like.

use std::ops::Range;

/// What a line of a statement may hold.
pub(super) const WIDTH: usize = 100;

/// What a line may break before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// A clause.
    Clause,
    /// Another item of a list, or another part of a condition.
    Item,
}

/// A place where a line may break: after the space that ends at `at`.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    /// How many SELECTs are around.
    depth: u8,
    before: Break,
}

/// The places of a text, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout(Vec<Place>);

impl Layout {
    pub(super) fn note(&mut self, at: usize, depth: u8, before: Break) {
        self.0.push(Place { at, depth, before });
    }

    /// Returns a part of the text: one line where it fits, else a line for each clause, those of subselects as well
    /// where one is still too long. Each line but the first begins with `indent` spaces.
    pub(super) fn lines(&self, text: &str, range: Range<usize>, indent: usize) -> String {
        let mut out = Lines { text, out: String::with_capacity(range.len() + 64) };
        let begin = self.0.partition_point(|place| place.at <= range.start);
        let end = self.0.partition_point(|place| place.at < range.end);
        out.clauses(range, &self.0[begin..end], 0, Indent { first: indent, clause: indent });
        out.out
    }

    /// Returns the parts between all places.
    pub(super) fn parts<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let ends = self.0.iter().map(|place| place.at).chain([text.len()]);
        let mut start = 0;
        ends.map(move |end| without_space(&text[std::mem::replace(&mut start, end)..end], end < text.len()))
    }
}

/// Returns a part without the space that the line break after it takes the place of.
fn without_space(part: &str, is_broken: bool) -> &str {
    if is_broken { part.strip_suffix(' ').unwrap_or(part) } else { part }
}

/// How far lines are indented.
#[derive(Clone, Copy)]
struct Indent {
    /// The line that is begun.
    first: usize,
    /// A line that begins with a clause.
    clause: usize,
}

struct Lines<'t> {
    text: &'t str,
    out: String,
}

impl Lines<'_> {
    fn clauses(&mut self, range: Range<usize>, places: &[Place], depth: u8, indent: Indent) {
        if range.len() + indent.first <= WIDTH {
            return self.out.push_str(&self.text[range]);
        }
        let is_cut = |place: &&Place| place.depth == depth && place.before == Break::Clause;
        let cuts: Vec<usize> = places.iter().filter(is_cut).map(|place| place.at).collect();
        if cuts.is_empty() {
            let is_deeper = |place: &Place| place.depth > depth && place.before == Break::Clause;
            return match places.iter().any(is_deeper) {
                true => self.clauses(range, places, depth + 1, Indent { clause: indent.first + 2, ..indent }),
                false => self.items(range, places, indent.first),
            };
        }
        let mut start = range.start;
        let mut first = indent.first;
        for end in cuts.into_iter().chain([range.end]) {
            if start > range.start {
                self.break_line(indent.clause);
                first = indent.clause;
            }
            let inside = places.iter().position(|place| place.at > start).unwrap_or(places.len())
                ..places.iter().position(|place| place.at >= end).unwrap_or(places.len());
            self.clauses(start..end, &places[inside], depth + 1, Indent { first, clause: first + 2 });
            start = end;
        }
    }

    fn items(&mut self, range: Range<usize>, places: &[Place], indent: usize) {
        let mut used = indent;
        let mut start = range.start;
        for end in places.iter().map(|place| place.at).chain([range.end]) {
            if start > range.start && used + end - start > WIDTH + 1 {
                self.break_line(indent + 4);
                used = indent + 4;
            }
            self.out.push_str(&self.text[start..end]);
            used += end - start;
            start = end;
        }
    }

    /// Begins a line in place of the space before.
    fn break_line(&mut self, indent: usize) {
        debug_assert!(self.out.ends_with(' '), "a line breaks at a space");
        self.out.pop();
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}
