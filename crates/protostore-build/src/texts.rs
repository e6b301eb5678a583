//! The texts of each version: kept where the lock vouches for them, also where today's tool would write others.

use protostore_emit::{first_migration, migration};
use protostore_evolve::plan::Plan as Upgrade;
use protostore_evolve::{MigrationTexts, Version, VersionTexts, down_path, migration_path, plan_path, snapshot_path};
use protostore_schema::Schema;

use crate::disk::Files;
use crate::next::Next;
use crate::past;

/// The dialect of the migrations that are tried and carried out.
pub(crate) const SQLITE: &str = "sqlite";

/// Returns the texts of each version of a history, oldest first.
pub(crate) fn of(next: &Next, there: &Files, command: &str) -> Vec<VersionTexts> {
    let mut texts: Vec<VersionTexts> = Vec::new();
    let mut before: Option<&Schema> = None;
    for (at, version) in next.history.versions.iter().enumerate() {
        texts.push(match (&next.upgrade, before) {
            _ if at < next.history.dropped() => dropped(version, there),
            _ if at < next.kept => kept(version, there),
            (Some(upgrade), Some(before)) => made(version, upgrade, before, command),
            _ => first(version, command),
        });
        before = Some(&version.schema);
    }
    texts
}

/// Returns the texts of a version as they are on disk. One that is missing is empty; the check has said so.
fn kept(version: &Version, there: &Files) -> VersionTexts {
    let Version { number, slug, .. } = version;
    let text = |path: String| there.get(&path).map(|bytes| past::text(bytes));
    let up = text(migration_path(SQLITE, *number, slug)).unwrap_or_default();
    let migration = MigrationTexts { up, down: text(down_path(SQLITE, *number, slug)) };
    VersionTexts {
        snapshot: text(snapshot_path(*number)).unwrap_or_default(),
        plan: text(plan_path(*number)),
        migrations: [(SQLITE.to_owned(), migration)].into(),
    }
}

/// Returns the texts of a version whose migration was dropped: its snapshot.
fn dropped(version: &Version, there: &Files) -> VersionTexts {
    let snapshot = there.get(&snapshot_path(version.number)).map(|bytes| past::text(bytes)).unwrap_or_default();
    VersionTexts { snapshot, ..VersionTexts::default() }
}

/// Returns the texts of a version that nothing comes before.
fn first(version: &Version, command: &str) -> VersionTexts {
    let migration = MigrationTexts { up: first_migration(&version.schema, command), down: None };
    VersionTexts {
        snapshot: version.schema.to_snapshot(),
        plan: None,
        migrations: [(SQLITE.to_owned(), migration)].into(),
    }
}

/// Returns the texts of a version to which a plan leads.
fn made(version: &Version, upgrade: &Upgrade, before: &Schema, command: &str) -> VersionTexts {
    let protostore_emit::Migration { up, down } = migration(upgrade, before, &version.schema, command);
    let down = upgrade.has_way_back().then_some(down);
    VersionTexts {
        snapshot: version.schema.to_snapshot(),
        plan: Some(upgrade.to_file()),
        migrations: [(SQLITE.to_owned(), MigrationTexts { up, down })].into(),
    }
}
