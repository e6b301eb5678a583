//! Which parts of a record hold most of what it becomes.

use std::collections::BTreeMap;

/// Parts that are named at most.
const NAMED: usize = 3;

/// Returns the parts of a record that hold most of these paths, `spec.containers`, with how many each holds; the widest
/// first.
///
/// A part that holds nearly all of them says little, so the parts inside it are named instead.
#[must_use]
pub fn widest_parts(paths: &[String]) -> Vec<(String, usize)> {
    let mut around = String::new();
    loop {
        let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
        for path in paths {
            let Some(rest) = path.strip_prefix(&around) else { continue };
            let part = rest.split('.').next().unwrap_or_default();
            *parts.entry(&path[..around.len() + part.len()]).or_default() += 1;
        }
        let mut parts: Vec<_> = parts.into_iter().collect();
        parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let inside = |part: &str| paths.iter().filter(|path| path.starts_with(&format!("{part}."))).count();
        match parts.as_slice() {
            [(widest, count), ..] if inside(widest) > 1 && count * 3 > paths.len() * 2 => around = format!("{widest}."),
            parts => return parts.iter().take(NAMED).map(|(part, count)| ((*part).to_owned(), *count)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::widest_parts;

    fn of(paths: &[&str]) -> Vec<(String, usize)> {
        widest_parts(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_widest_come_first_and_what_holds_all_is_gone_into() {
        assert_eq!(of(&["a.b", "a.c", "d", "e.f", "e.g", "e.h"]), [("e".into(), 3), ("a".into(), 2), ("d".into(), 1)]);
        let deep = ["s.t.a.x", "s.t.a.y", "s.t.b.x", "s.t.b.y", "s.t.c", "u"];
        assert_eq!(of(&deep), [("s.t.a".into(), 2), ("s.t.b".into(), 2), ("s.t.c".into(), 1)]);
        assert_eq!(of(&["a", "a.b"]), [("a".into(), 2)], "a list of messages with a list");
        assert_eq!(of(&[]), []);
    }
}
