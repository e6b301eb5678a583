//! From two schemas to the way between them.

use protostore_schema::Schema;

use crate::draft::{Direction, Draft};
use crate::plan::{Answers, At, ChangeKind, Object, ObjectKind, Plan, Previous, Step, Verdict};
use crate::view::View;
use crate::{History, objects, order, rows, slug, structure};

/// Returns the way from the head of a history to a schema, or none where nothing changed that makes a version:
/// comments, the order of declaration, files, Rust names and deprecation make none.
///
/// `objects` returns the derived objects of a schema, which emission knows. A plan whose `asks` are not empty must not
/// be carried out.
#[must_use]
pub fn evolve(
    history: &History,
    new: &Schema,
    objects: &dyn Fn(&Schema) -> Vec<Object>,
    answers: &Answers,
) -> Option<Plan> {
    let head = history.head();
    let (before, after) = (View::new(&head.schema), View::new(new));
    let derived = [objects(&head.schema), objects(new)];
    let (olds, news) = (derived[0].as_slice(), derived[1].as_slice());
    let mut up = Draft::new([&before, &after], history, answers, Direction::Up, [olds, news]);
    rows::all(&mut up);
    let changes = !up.verdicts.is_empty() || !up.asks.is_empty();
    if changes {
        up.rewrite_rows();
    }
    let steps_up = steps(&mut up);
    up.check_hooks(&steps_up);
    expect_told(&mut up, &steps_up);
    // The lock keeps the names of the store message, and the file's label follows them: that is no version.
    let is_named_anew = |verdict: &Verdict| verdict.kind == ChangeKind::T02;
    if up.verdicts.iter().all(is_named_anew) && up.asks.is_empty() && steps_up.is_empty() {
        return None;
    }
    let mut down = Draft::new([&after, &before], history, answers, Direction::Down, [news, olds]);
    rows::all(&mut down);
    let steps_down = steps(&mut down);
    let unneeded = up.unneeded();
    let mut verdicts = up.verdicts;
    order::mark_impossible(&mut verdicts, &down.rejected);
    let (from, to) = (head.number, head.number + 1);
    let previous = verdicts.iter().map(|verdict| verdict.previous).max().unwrap_or(Previous::ReadsAndWrites);
    let (reader, writer) = match previous {
        Previous::ReadsAndWrites => (head.reader, head.writer),
        Previous::Reads => (head.reader, to),
        Previous::Neither => (to, to),
    };
    let mut plan = Plan {
        from,
        to,
        slug: slug::of(&verdicts),
        up: steps_up,
        down: steps_down,
        verdicts,
        asks: up.asks,
        accepted: up.accepted.into_iter().collect(),
        reader,
        writer,
        unneeded,
    };
    if !plan.has_way_back() {
        plan.down.clear();
    }
    Some(plan)
}

/// Rejects what the database would refuse otherwise than before, unless a row says that its table or an enum changes.
fn expect_told(draft: &mut Draft<'_>, steps: &[Step]) {
    let is_told = |table: u32| {
        let mut places = draft.verdicts.iter().map(|v| v.at.table).chain(draft.asks.iter().map(|ask| ask.at.table));
        places.any(|of| of.is_none_or(|of| of == table))
    };
    let object = |step: &Step| match step {
        Step::Drop(object) | Step::Make(object) => Some(object.clone()),
        _ => None,
    };
    let refuses = |object: &Object| !matches!(object.kind, ObjectKind::View | ObjectKind::Trigger);
    let untold = steps.iter().filter_map(object).filter(refuses).find(|object| !is_told(object.place.table));
    let Some(object) = untold else { return };
    let table = object.place.table;
    let at = At::table(draft.old.table(table), draft.new.table(table));
    draft.unknown(&at, format!("{} of {} is not as it was", object.name, at.present()));
}

fn steps(draft: &mut Draft<'_>) -> Vec<Step> {
    let mut steps = structure::steps(draft);
    let [old, new] = draft.objects;
    let (dropped, made) = objects::steps(old, new, &steps);
    steps.extend(dropped);
    steps.extend(made);
    order::order(&mut steps);
    steps
}
