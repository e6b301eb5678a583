//! One chain: its versions, its rows, and what they must be at each version.

use fastrand::Rng;
use protostore_evolve::plan::{Answers, DownEffect, Plan};
use protostore_evolve::{History, Version};

use super::edit::{EDITS, SIGN};
use super::{Tally, draw};
use crate::lab::{
    Admitted, Carry, Database, Doors, Planned, Rows, Rule, Skew, Store, answered, draw as draw_rows, needs_run_time,
    same_database,
};

/// How many rows each version of a random chain adds to a table.
const ROWS: usize = 3;

/// A chain of versions, with rows that were added at each.
pub(crate) struct Chain {
    pub(crate) stores: Vec<Store>,
    /// From each version to the next.
    pub(crate) links: Vec<Link>,
    /// The rows of the first version.
    pub(crate) first: Rows,
    /// All rows, as the last version has them.
    last: Rows,
    database: Database,
    running: bool,
    /// How many rows each version adds to a table.
    count: usize,
}

/// The way from one version to the next.
pub(crate) struct Link {
    pub(crate) plan: Plan,
    pub(crate) up: String,
    /// None where only the copy from before the upgrade has what there was.
    pub(crate) down: Option<String>,
    /// The names of the edits, for people.
    pub(crate) edits: Vec<&'static str>,
    rule: Rule,
}

impl Link {
    /// Returns how rows are carried back.
    fn back(&self) -> Carry {
        let rule = if self.edits.contains(&SIGN) { Rule::Wire } else { Rule::Value };
        Carry { rule, ..Carry::default() }
    }
}

impl Chain {
    /// Begins a chain whose versions each add so many rows to a table.
    pub(crate) fn begin(rng: &mut Rng, store: Store, running: bool, count: usize) -> Result<Self, String> {
        let database = if running { Database::running(&store)? } else { Database::fresh(&store) };
        let first = draw_rows(rng, &store, &database, count, &Rows::new());
        let (stores, last) = (vec![store], first.clone());
        Ok(Self { stores, links: Vec::new(), last, first, database, running, count })
    }

    /// Draws a chain of this many upgrades, and takes rows through it step by step.
    pub(crate) fn draw(rng: &mut Rng, steps: usize, tally: &mut Tally) -> Result<Self, String> {
        let (mut proto, store) = loop {
            let proto = draw::store(rng);
            if let Ok(store) = Store::new(&proto.print()) {
                break (proto, store);
            }
        };
        // One in four goes through the run time, which alone carries out what SQL cannot.
        let running = rng.u8(0..4) == 0;
        let mut chain = Self::begin(rng, store, running, ROWS)?;
        for _ in 0..steps * 12 {
            if chain.links.len() == steps {
                break;
            }
            let mut edited = proto.clone();
            let mut edits = Vec::new();
            let mut rule = Rule::Wire;
            for _ in 0..rng.usize(1..4) {
                let (name, edit) = EDITS[rng.usize(0..EDITS.len())];
                // Two rules in one version: which of them holds where would be a rule of its own.
                if edits.contains(&name) {
                    continue;
                }
                let mut next = edited.clone();
                let Some(how) = edit(rng, &mut next) else { continue };
                let alone = how == Rule::Value || name == SIGN;
                if alone && !edits.is_empty() {
                    break;
                }
                rule = how;
                edited = next;
                edits.push(name);
                if alone {
                    break;
                }
            }
            if edits.is_empty() {
                continue;
            }
            match chain.step(rng, &edited.print(), &edits, rule, tally)? {
                true => proto = edited,
                false => edits.iter().for_each(|name| *tally.declined.entry(name).or_default() += 1),
            }
        }
        Ok(chain)
    }

    /// Takes the rows to another version; returns whether there is one.
    pub(crate) fn step(
        &mut self,
        rng: &mut Rng,
        proto: &str,
        edits: &[&'static str],
        rule: Rule,
        tally: &mut Tally,
    ) -> Result<bool, String> {
        let Ok(new) = Store::new(proto) else { return Ok(false) };
        let new = self.stores.iter().fold(new, Store::after);
        let history = self.history();
        let old = self.stores.last().expect("a first version");
        let Some(plan) = Planned::plan(&history, &new, &Answers::default()) else { return Ok(false) };
        let Some(answers) = answered(&plan, &Answers::default()) else { return Ok(false) };
        let plan = Planned::plan(&history, &new, &answers).ok_or("an answer makes a version none")?;
        if !plan.asks.is_empty() {
            return Err(format!("{edits:?}\n{proto}\nan answered question comes again: {:?}", plan.asks));
        }
        let Planned { plan, up, down } = Planned::print(plan, &old.schema, &new.schema);
        if !self.running && (needs_run_time(&up) || needs_run_time(&down)) {
            return Ok(false);
        }
        let about = |why: String| format!("{edits:?}\n{}\n{}\n{up}\n{why}", old.text, new.text);
        let carry = Carry { rule, ..Carry::default() };
        let expected =
            carry.rows(old, &self.last, &new).and_then(|rows| filled(&new, &rows).map(|fresh| (rows, fresh)));
        let before = (self.database.structure(), self.database.dump());
        let doors = Doors { reader: plan.reader, writer: plan.writer };
        let fresh = match (expected, self.database.migrate_for(&up, &new, doors)) {
            (Ok((rows, fresh)), Ok(())) => {
                same_database(&new, &self.database, &fresh).map_err(about)?;
                self.last = draw_rows(rng, &new, &self.database, self.count, &rows);
                fresh
            }
            (Err(misfit), Ok(())) => return Err(about(format!("went over rows that do not fit: {misfit}"))),
            (Ok(_), Err(why)) => return Err(about(format!("fails: {why}"))),
            (Err(_), Err(why)) => {
                tally.stopped += 1;
                let unchanged = before == (self.database.structure(), self.database.dump());
                return if unchanged { Ok(false) } else { Err(about(format!("failed, and changed something: {why}"))) };
            }
        };
        tally.upgrades += 1;
        plan.verdicts.iter().for_each(|v| *tally.kinds.entry(format!("{:?}", v.kind)).or_default() += 1);
        let copy_only = plan.verdicts.iter().any(|v| v.down == DownEffect::CopyOnly);
        let down = (!copy_only).then_some(down);
        self.links.push(Link { plan, up, down, edits: edits.to_vec(), rule });
        self.stores.push(new);
        self.skew(&fresh, tally)?;
        Ok(true)
    }

    /// Lets the program of the oldest version that may open the newest file do there what it may. The file has its rows from
    /// the upgrade, and some of the newest program.
    fn skew(&mut self, file: &Database, tally: &mut Tally) -> Result<(), String> {
        let (newest, plan) = (self.links.len() + 1, &self.links.last().expect("an upgrade").plan);
        let (version, may) = match () {
            () if plan.writer <= plan.from => (plan.writer as usize, Admitted::Writes),
            () if plan.reader <= plan.from => (plan.reader as usize, Admitted::Reads),
            () => (newest - 1, Admitted::Nothing),
        };
        let (old, new) = (&self.stores[version - 1], &self.stores[newest - 1]);
        let about = |why: String| {
            let edits: Vec<_> = self.links[version - 1..].iter().map(|link| &link.edits).collect();
            format!(
                "the program of version {version} with a file of version {newest}, after {edits:?}\n{}\n{}\n{why}",
                old.text, new.text
            )
        };
        if let Some(does) = self.database.admits(old, version)
            && does.clone().map_err(about)? != may
        {
            return Err(about(format!("the run time lets it do {does:?}, and must {may:?}")));
        }
        if may == Admitted::Nothing {
            return Ok(());
        }
        let mut rng = Rng::with_seed(newest as u64);
        draw_rows(&mut rng, new, file, self.count, &file.read(new));
        let ways = || (version - 1..newest - 1).map(|at| (&self.links[at], &self.stores[at], &self.stores[at + 1]));
        let up = |rows: &Rows| {
            ways().try_fold(rows.clone(), |rows, (link, old, new)| {
                Carry { rule: link.rule, ..Carry::default() }.rows(old, &rows, new)
            })
        };
        let back = |rows: &Rows| {
            ways().rev().try_fold(rows.clone(), |rows, (link, old, new)| link.back().rows(new, &rows, old))
        };
        let done = Skew { old, new, up: &up, back: &back }.prove(&mut rng, file, may).map_err(about)?;
        tally.skewed += 1;
        tally.read += done.reads;
        tally.written += done.writes;
        Ok(())
    }

    /// Goes in one leap from the first version, down again as far as there is a way, and up.
    pub(crate) fn prove(&mut self, tally: &mut Tally) -> Result<(), String> {
        self.leap()?;
        let mut rows = self.last.clone();
        let mut at = self.links.len();
        while let Some(link) = at.checked_sub(1).map(|at| &self.links[at]) {
            let Some(down) = &link.down else { break };
            let (old, new) = (&self.stores[at - 1], &self.stores[at]);
            let about = |why: String| format!("{:?}\n{}\n{}\n{down}\n{why}", link.edits, old.text, new.text);
            let expected =
                link.back().rows(new, &rows, old).and_then(|rows| filled(old, &rows).map(|fresh| (rows, fresh)));
            match (expected, self.database.migrate(down, old)) {
                (Ok((there, fresh)), Ok(())) => {
                    same_database(old, &self.database, &fresh).map_err(about)?;
                    rows = there;
                }
                (Err(misfit), Ok(())) => return Err(about(format!("went back over rows that do not fit: {misfit}"))),
                (Ok(_), Err(why)) => return Err(about(format!("does not go back: {why}"))),
                (Err(_), Err(_)) => break,
            }
            tally.back += 1;
            at -= 1;
        }
        self.up_from(at, rows)
    }

    /// Takes the rows from a version to the last.
    fn up_from(&mut self, from: usize, mut rows: Rows) -> Result<(), String> {
        for (at, link) in self.links.iter().enumerate().skip(from) {
            let (old, new) = (&self.stores[at], &self.stores[at + 1]);
            let about = |why: String| format!("{:?}, again\n{}\n{}\n{why}", link.edits, new.text, link.up);
            rows = Carry { rule: link.rule, ..Carry::default() }.rows(old, &rows, new).map_err(about)?;
            self.database.migrate(&link.up, new).map_err(|e| about(format!("fails: {e}")))?;
            same_database(new, &self.database, &filled(new, &rows)?).map_err(about)?;
        }
        Ok(())
    }

    /// Takes the rows of the first version to the last without a look between.
    fn leap(&self) -> Result<(), String> {
        let (Some(first), Some(last)) = (self.stores.first(), self.stores.last()) else { return Ok(()) };
        let mut database = if self.running { Database::running(first)? } else { Database::fresh(first) };
        database.fill(first, &self.first)?;
        let mut rows = self.first.clone();
        for ((link, old), new) in self.links.iter().zip(&self.stores).zip(&self.stores[1..]) {
            database.migrate(&link.up, new).map_err(|e| format!("{:?}, in one leap: {e}\n{}", link.edits, link.up))?;
            rows = Carry { rule: link.rule, ..Carry::default() }.rows(old, &rows, new)?;
        }
        same_database(last, &database, &filled(last, &rows)?).map_err(|e| format!("in one leap: {e}"))
    }

    /// Returns the versions so far.
    fn history(&self) -> History {
        let version = |(at, store): (usize, &Store)| {
            let plan = at.checked_sub(1).map(|at| &self.links[at].plan);
            Version {
                number: u32::try_from(at).expect("few versions") + 1,
                slug: plan.map_or("initial", |plan| &plan.slug).to_owned(),
                semver: format!("0.{}.0", at + 1),
                schema: store.schema.clone().into(),
                accepted: Vec::new(),
                hooks: Vec::new(),
                reader: plan.map_or(1, |plan| plan.reader),
                writer: plan.map_or(1, |plan| plan.writer),
                until: None,
            }
        };
        let versions = self.stores.iter().enumerate().map(version).collect();
        let store = self.stores[0].schema.store.clone();
        History { store, formerly: Vec::new(), released: 0, oldest: 1, versions }
    }
}

/// Returns a fresh database with rows, or says which does not fit.
fn filled(store: &Store, rows: &Rows) -> Result<Database, String> {
    let database = Database::fresh(store);
    database.fill(store, rows).map(|()| database)
}
