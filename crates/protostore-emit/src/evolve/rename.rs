//! In which order things get other names, where one may have the name that another will have.

use std::collections::BTreeSet;

/// Names that are used in between.
#[derive(Default)]
pub(super) struct Temporary(u32);

impl Temporary {
    /// Returns a name that nothing has.
    pub(super) fn next(&mut self) -> String {
        self.0 += 1;
        format!("protostore__{}", self.0)
    }
}

/// What is renamed, among names that differ in more than case.
pub(super) struct Renames {
    /// All names that there are.
    pub(super) taken: BTreeSet<String>,
    /// From and to.
    pub(super) pending: Vec<(String, String)>,
    /// Names that must be free before what has them is dropped.
    pub(super) wanted: BTreeSet<String>,
    /// Whether a name may change in case alone, in one step.
    pub(super) by_case: bool,
}

impl Renames {
    /// Returns the renames in an order in which each new name is free. What is in the way gets a temporary name, and
    /// what will be dropped keeps it.
    pub(super) fn order(self, temporary: &mut Temporary) -> Vec<(String, String)> {
        let lower = |name: &str| name.to_ascii_lowercase();
        let mut pending: Vec<(String, String)> = self.pending.into_iter().filter(|(from, to)| from != to).collect();
        let mut taken: BTreeSet<String> = self.taken.iter().map(|name| lower(name)).collect();
        let leaving: BTreeSet<String> = pending.iter().map(|(from, _)| lower(from)).collect();
        let wanted = pending.iter().map(|(_, to)| to).chain(&self.wanted).map(|name| lower(name));
        let wanted: BTreeSet<String> = wanted.collect();
        let mut ordered = Vec::new();
        for name in self.taken.iter().filter(|name| wanted.contains(&lower(name)) && !leaving.contains(&lower(name))) {
            let between = temporary.next();
            taken.remove(&lower(name));
            ordered.push((name.clone(), between));
        }
        while !pending.is_empty() {
            let is_free = |(from, to): &(String, String)| {
                !taken.contains(&lower(to)) || (self.by_case && lower(from) == lower(to))
            };
            match pending.iter().position(is_free) {
                Some(at) => {
                    let (from, to) = pending.remove(at);
                    taken.remove(&lower(&from));
                    taken.insert(lower(&to));
                    ordered.push((from, to));
                }
                None => {
                    let between = temporary.next();
                    taken.remove(&lower(&pending[0].0));
                    ordered.push((std::mem::replace(&mut pending[0].0, between.clone()), between));
                }
            }
        }
        ordered
    }
}

#[cfg(test)]
mod tests {
    use super::{Renames, Temporary};

    fn order(taken: &[&str], pending: &[(&str, &str)], wanted: &[&str], by_case: bool) -> Vec<(String, String)> {
        let own = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let pending = pending.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
        Renames { taken: own(taken), pending, wanted: own(wanted), by_case }.order(&mut Temporary::default())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect()
    }

    #[test]
    fn a_name_is_free_before_it_is_taken() {
        assert_eq!(order(&["a", "b"], &[("a", "b"), ("b", "c")], &[], true), pairs(&[("b", "c"), ("a", "b")]));
    }

    #[test]
    fn names_that_swap_go_through_a_third() {
        let through = pairs(&[("a", "protostore__1"), ("b", "a"), ("protostore__1", "b")]);
        assert_eq!(order(&["a", "b"], &[("a", "b"), ("b", "a")], &[], true), through);
    }

    #[test]
    fn a_table_changes_in_case_through_another_name_and_a_column_at_once() {
        assert_eq!(order(&["a"], &[("a", "A")], &[], true), pairs(&[("a", "A")]));
        let through = pairs(&[("a", "protostore__1"), ("protostore__1", "A")]);
        assert_eq!(order(&["a"], &[("a", "A")], &[], false), through);
    }

    #[test]
    fn what_will_be_dropped_gives_its_name_away() {
        assert_eq!(order(&["a", "b"], &[], &["B"], true), pairs(&[("b", "protostore__1")]));
        let both = pairs(&[("b", "protostore__1"), ("a", "b")]);
        assert_eq!(order(&["a", "b"], &[("a", "b")], &[], true), both);
    }
}
