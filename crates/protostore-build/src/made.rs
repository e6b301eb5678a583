//! A version that came about, in words: what changed, what it does to whom, which steps it takes and what they cost.

use std::fmt;

use protostore_evolve::plan::{Plan as Upgrade, Verdict};

use crate::plan::Plan;
use crate::texts::SQLITE;
use crate::{Project, asked};

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
            history.versions.iter().find(|version| version.number == number).map(|version| &version.schema)
        };
        // Of the version that this run makes there is today's schema alone.
        let is_new = plan.next.upgrade.as_ref().is_some_and(|new| new.to == upgrade.to);
        let new = if is_new { Some(&plan.schema) } else { schema(upgrade.to) };
        let steps = match (schema(upgrade.from), new) {
            (Some(old), Some(new)) => upgrade.steps_text(&upgrade.up, old, new),
            _ => String::new(),
        };
        let place = (asked::source(project, &plan.schema.source.file), plan.schema.source.line);
        Self { store: plan.name.clone(), semver, plan: upgrade, place, steps, sql: None }
    }

    /// Returns all of it, with the SQL: what `--dry-run` prints.
    pub(crate) fn whole(&self) -> String {
        let mut text = self.to_string();
        let (up, down) = self.sql.as_ref().map_or((None, None), |(up, down)| (Some(up), down.as_ref()));
        for (title, sql) in [("up", up), ("down", down)] {
            if let Some(sql) = sql {
                let lines: String = sql.lines().map(|line| format!("    {line}\n").replace("    \n", "\n")).collect();
                text += &format!("\n  {title}:\n{lines}");
            }
        }
        text
    }
}

/// Returns the number of full passes over tables that verdicts take together.
fn passes(verdicts: &[Verdict]) -> u32 {
    verdicts.iter().map(|verdict| u32::from(verdict.passes)).sum()
}

impl fmt::Display for MadeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, semver, plan, place: _, steps, sql: _ } = self;
        writeln!(f, "{store}: version {} `{}`, {semver}", plan.to, plan.slug)?;
        for verdict in &plan.verdicts {
            verdict.to_string().lines().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if plan.asks.is_empty() && steps.is_empty() {
            writeln!(f, "  steps: none, the file stays as it is")?;
        } else if plan.asks.is_empty() {
            writeln!(f, "  steps:")?;
            steps.lines().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        match passes(&plan.verdicts) {
            0 => writeln!(f, "  cost: no pass over a table")?,
            1 => writeln!(f, "  cost: 1 full pass over a table")?,
            several => writeln!(f, "  cost: {several} full passes over tables")?,
        }
        let (from, reader, writer) = (plan.from, plan.reader, plan.writer);
        let says = match (from >= writer, from >= reader) {
            (true, _) => "reads and writes the new file",
            (false, true) => "reads the new file, and must not write it",
            (false, false) => "cannot open the new file",
        };
        writeln!(f, "  the program of version {from} {says}")
    }
}
