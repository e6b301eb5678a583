//! A version that came about, in words: what changed, what it does to whom, which steps it takes and what they cost.

use std::collections::BTreeMap;
use std::fmt;

use protostore_evolve::plan::Plan as Upgrade;

use crate::colours::Part;
use crate::plan::Plan;
use crate::texts::SQLITE;
use crate::{Colours, Project, asked};

/// A version of a store that came about since another, or would.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeVersion {
    /// Name of the store's directory and crate.
    pub store: String,
    /// The version of the data.
    pub semver: String,
    /// The way to it.
    pub plan: Upgrade,
    /// The file of the store message, from where the command runs, and its line.
    pub place: (String, u32),
    /// The steps in words, one a line.
    pub steps: String,
    /// How many passes over each table the way to it takes; nothing where questions are open.
    pub passes: BTreeMap<String, u32>,
    /// The SQL that leads to it, and back; nothing where questions are open.
    pub sql: Option<(String, Option<String>)>,
}

impl MadeVersion {
    /// Returns the version that a run makes of a store, if it makes one.
    pub(crate) fn of(project: &Project, plan: &Plan) -> Option<Self> {
        let upgrade = plan.next.upgrade.clone()?;
        let before = plan.past.history.as_ref().and_then(|history| history.versions.get(upgrade.from as usize - 1));
        let semver = before.and_then(|before| upgrade.semver(&before.semver)).unwrap_or_default();
        let mut made = Self::new(project, plan, upgrade, semver);
        let made_texts = plan.texts.last().filter(|_| !plan.next.asks());
        made.sql =
            made_texts.and_then(|texts| texts.migrations.get(SQLITE)).map(|sql| (sql.up.clone(), sql.down.clone()));
        Some(made)
    }

    pub(crate) fn new(project: &Project, plan: &Plan, upgrade: Upgrade, semver: String) -> Self {
        let schema = |number: u32| {
            let history = plan.past.history.as_ref()?;
            history.versions.iter().find(|version| version.number == number).map(|version| &*version.schema)
        };
        // Of the version that this run makes there is today's schema alone.
        let is_new = plan.next.upgrade.as_ref().is_some_and(|new| new.to == upgrade.to);
        let new = if is_new { Some(&plan.schema) } else { schema(upgrade.to) };
        let (steps, passes) = match (schema(upgrade.from), new) {
            (Some(old), Some(new)) => {
                let is_open = !upgrade.asks.is_empty();
                let passes = || protostore_emit::passes(&upgrade, old, new);
                (upgrade.steps_text(&upgrade.up, old, new), if is_open { BTreeMap::new() } else { passes() })
            }
            _ => (String::new(), BTreeMap::new()),
        };
        let place = (asked::source(project, &plan.schema.source.file), plan.schema.source.line);
        Self { store: plan.name.clone(), semver, plan: upgrade, place, steps, passes, sql: None }
    }

    /// Returns what changed, the steps and what they cost; `with_sql` adds the SQL, which `--dry-run` prints.
    pub(crate) fn text(&self, colours: Colours, with_sql: bool) -> String {
        let Self { store, semver, plan, place: _, steps, passes, sql } = self;
        let title = |text: &str| colours.paint(Part::Title, text);
        let is_impossible = plan.asks.iter().any(|ask| ask.line.is_none());
        let mut lines = vec![title(&match is_impossible {
            true => format!("{store}: no version {} can be made of this", plan.to),
            false => format!("{store}: version {} `{}`, {semver}", plan.to, plan.slug),
        })];
        lines.extend(plan.verdicts.iter().flat_map(|verdict| colours.verdict(verdict)).map(|line| format!("  {line}")));
        if is_impossible {
            return lines.join("\n") + "\n";
        }
        if plan.asks.is_empty() && steps.is_empty() {
            lines.push(format!("  {} none, the file stays as it is", title("steps:")));
        } else if plan.asks.is_empty() {
            lines.push(format!("  {}", title("steps:")));
            lines.extend(steps.lines().map(|line| format!("    {line}")));
        }
        if plan.asks.is_empty() {
            lines.push(format!("  {} {}", title("cost:"), cost(passes)));
        }
        let (from, reader, writer) = (plan.from, plan.reader, plan.writer);
        let (part, says) = match (from >= writer, from >= reader) {
            (true, _) => (Part::Calm, "reads and writes the new file"),
            (false, true) => (Part::Noted, "reads the new file, and must not write it"),
            (false, false) => (Part::Loud, "cannot open the new file"),
        };
        lines.push(format!("  the program of version {from} {}", colours.paint(part, says)));
        let (up, down) = sql.as_ref().filter(|_| with_sql).map_or((None, None), |(up, down)| (Some(up), down.as_ref()));
        for (name, sql) in [("up:", up), ("down:", down)] {
            if let Some(sql) = sql {
                lines.extend([String::new(), format!("  {}", title(name))]);
                lines.extend(sql.lines().map(|line| sql_line(line, colours)));
            }
        }
        lines.join("\n") + "\n"
    }
}

/// Returns a line of SQL, indented; comments are in a colour of their own.
fn sql_line(line: &str, colours: Colours) -> String {
    match line {
        "" => String::new(),
        line if line.trim_start().starts_with("--") => format!("    {}", colours.paint(Part::Comment, line)),
        line => format!("    {line}"),
    }
}

/// Returns the passes over tables in words, those that take longest first; of many tables that are read once, how many.
fn cost(passes: &BTreeMap<String, u32>) -> String {
    let mut all: Vec<(&String, u32)> = passes.iter().map(|(table, passes)| (table, *passes)).collect();
    all.sort_by_key(|(_, passes)| std::cmp::Reverse(*passes));
    let once = all.iter().filter(|(_, passes)| *passes == 1).count();
    let named = if once > 2 { all.len() - once } else { all.len() };
    let mut words: Vec<String> = all[..named].iter().map(|(table, passes)| format!("{passes} over {table}")).collect();
    if named < all.len() {
        words.push(format!("1 over each of {once} {}tables", if named == 0 { "" } else { "other " }));
    }
    let Some(first) = words.first_mut() else { return "no pass over a table".to_owned() };
    *first = first.replacen(" over", if first.starts_with("1 ") { " pass over" } else { " passes over" }, 1);
    words.join(", ")
}

impl fmt::Display for MadeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Colours::None, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_take_longest_come_first_and_many_that_are_read_once_are_counted() {
        let of =
            |all: &[(&str, u32)]| cost(&all.iter().map(|(table, passes)| ((*table).to_owned(), *passes)).collect());
        assert_eq!(of(&[]), "no pass over a table");
        assert_eq!(of(&[("a", 1)]), "1 pass over a");
        assert_eq!(of(&[("a", 1), ("b", 7)]), "7 passes over b, 1 over a");
        assert_eq!(of(&[("a", 1), ("b", 2), ("c", 1), ("d", 1)]), "2 passes over b, 1 over each of 3 other tables");
        assert_eq!(of(&[("a", 1), ("c", 1), ("d", 1)]), "1 pass over each of 3 tables");
    }
}
