//! Schemas that changed, as findings: what is asked before a version is made, and answers that nothing asks for.

use protostore_evolve::NotOldest;
use protostore_evolve::plan::{Ask, At, Line, Plan as Upgrade};
use protostore_schema::Kind;

use crate::next::Forbidden;
use crate::plan::Plan;
use crate::{Accept, Finding, Project, Protos, Release, Request};

/// Returns a finding for each question of a store's next version, all at once.
pub(crate) fn asks(project: &Project, plan: &Plan, request: &Request) -> Vec<Finding> {
    let Some(upgrade) = &plan.next.upgrade else { return Vec::new() };
    upgrade.asks.iter().map(|ask| finding(project, plan, upgrade, ask, request)).collect()
}

fn finding(project: &Project, plan: &Plan, upgrade: &Upgrade, ask: &Ask, request: &Request) -> Finding {
    let Ask { kind, at, risk, line, instead } = ask;
    let (title, store) = (format!("{kind}: {risk}"), source(project, &plan.schema.source.file));
    let finding = |remedy: String| Finding::new(title.clone(), Vec::new(), remedy);
    match line {
        None if is_of_others(plan, at) => finding(NOT_OWN.to_owned()).at(store, plan.schema.source.line),
        None => {
            finding("no answer makes this change possible: take it back".to_owned()).at(store, plan.schema.source.line)
        }
        Some(Line::Accept(acceptance)) => {
            let mut answered = request.clone();
            answered.accept.push(Accept { word: acceptance.word, place: at.present().to_owned() });
            let others = upgrade.asks.iter().filter(|other| matches!(other.line, Some(Line::Accept(_)))).count() > 1;
            let all = if others { "; `--accept` can be given several times" } else { "" };
            let command = project.invocation.command("codegen", &answered.flags());
            let instead = match instead {
                Some(Line::Proto { file, after, text }) => {
                    format!("; or {}, and run it without", write(&source(project, file), *after, text))
                }
                Some(Line::Accept(_)) | None => String::new(),
            };
            finding(format!("if that is meant, run {command}{all}{instead}")).at(store, plan.schema.source.line)
        }
        Some(Line::Proto { file, after, text }) => {
            let file = source(project, file);
            let finding = finding(write(&file, *after, text));
            if file.is_empty() { finding.at(store, plan.schema.source.line) } else { finding.at(file, *after) }
        }
    }
}

/// What is done about a change that no answer makes possible, where the file is another's.
const NOT_OWN: &str = "no answer makes this change possible, and the file is another's: keep it as its owner had it before, \
    store the field no longer (`column: {field: \"…\" storage: NOT_STORED}` at the table), or store a message of your own in \
    its place";

/// Returns whether a change is one of a message that others declare.
fn is_of_others(plan: &Plan, at: &At) -> bool {
    let (Some(table), Some((_, around))) = (at.table, at.path.split_last()) else { return false };
    let inside = |message: &str, number: u32| {
        let field = plan.schema.reach.message(message)?.field(number)?;
        let Kind::Message(inner) = &field.kind else { return None };
        Some(inner.clone())
    };
    let steps = std::iter::once(table).chain(around.iter().copied());
    let declares = steps.into_iter().try_fold(plan.schema.store.clone(), |message, number| inside(&message, number));
    let message = declares.and_then(|message| plan.schema.reach.message(&message));
    message.is_some_and(|message| message.declared.others)
}

/// Says which line to write, and where.
fn write(file: &str, after: u32, text: &str) -> String {
    match (file, after) {
        ("", _) => format!("write `{text}`"),
        (file, 0) => format!("write `{text}` in {file}"),
        (file, after) => format!("write `{text}` after line {after} of {file}"),
    }
}

/// Returns the path of a proto file from where the command runs, or as it is imported where it is not found.
pub(crate) fn source(project: &Project, file: &str) -> String {
    let root = match &project.protos {
        Protos::Below(root) => Some(root),
        Protos::Files(_) | Protos::Set { .. } => None,
    };
    if file.is_empty() {
        return String::new();
    }
    let mut paths = root.into_iter().chain(&project.includes).map(|include| include.join(file));
    paths.find(|path| path.is_file()).map_or_else(|| file.to_owned(), |path| path.display().to_string())
}

/// Returns the finding for a schema that changed since the newest version was made.
pub(crate) fn changed(project: &Project, plan: &Plan) -> Option<Finding> {
    let upgrade = plan.next.upgrade.as_ref()?;
    let number = upgrade.from;
    let details = upgrade.verdicts.iter().map(|verdict| format!("{} {}", verdict.kind, verdict.says)).collect();
    let append = project.invocation.command("codegen", "");
    let released = plan.past.history.as_ref().is_some_and(|history| history.released >= number);
    let amend = project.invocation.command("codegen", "--amend");
    let amend = if released {
        String::new()
    } else {
        format!("; if no database has version {number} yet, {amend} rewrites it")
    };
    let first = if upgrade.asks.is_empty() { "" } else { "answer what is asked; " };
    let remedy = format!("{first}to make version {} of it, run {append}{amend}", upgrade.to);
    let title = format!("the protos of `{}` changed since version {number}", plan.name);
    Some(Finding::new(title, details, remedy).at(source(project, &plan.schema.source.file), plan.schema.source.line))
}

/// Returns why a run must not do what it was asked to.
pub(crate) fn forbidden(project: &Project, plan: &Plan) -> Option<Finding> {
    let append = project.invocation.command("codegen", "");
    match plan.next.forbidden? {
        Forbidden::Released(version) => Some(Finding::new(
            format!("version {version} of `{}` is released, and is not rewritten", plan.name),
            Vec::new(),
            format!("to make version {} of the change, run {append}", version + 1),
        )),
        Forbidden::Oldest(version, why) => {
            let remedy = match why {
                NotOldest::NotReleased { .. } | NotOldest::Newest => {
                    let release = project.invocation.command("codegen", "--release");
                    format!(
                        "files below version {version} are upgraded by its program: release it ({release}), and drop them \
                         with a later version"
                    )
                }
                NotOldest::Unknown { .. } | NotOldest::Already { .. } => {
                    "give the number of a released version that is neither the oldest nor the newest".to_owned()
                }
            };
            let title = format!("version {version} of `{}` cannot be the oldest that is upgraded: {why}", plan.name);
            Some(Finding::new(title, Vec::new(), remedy))
        }
    }
}

/// Returns a request without the answers that no store asks for.
pub(crate) fn needed(plans: &[&Plan], request: &Request) -> Request {
    let upgrades: Vec<&Upgrade> = plans.iter().flat_map(|plan| plan.upgrades()).collect();
    let is_unneeded = |upgrade: &Upgrade, accept: &Accept| {
        upgrade.unneeded.iter().any(|(word, place)| *word == accept.word && *place == accept.place)
    };
    let is_needed = |accept: &&Accept| upgrades.iter().any(|upgrade| !is_unneeded(upgrade, accept));
    Request { accept: request.accept.iter().filter(is_needed).cloned().collect(), ..request.clone() }
}

/// Returns a finding for each `--accept` that answers nothing in any store, and for a name that names no version or two.
pub(crate) fn unneeded(project: &Project, plans: &[&Plan], request: &Request) -> Vec<Finding> {
    let needed = needed(plans, request);
    let unneeded = request.accept.iter().filter(|accept| !needed.accept.contains(accept));
    let mut findings: Vec<Finding> = unneeded
        .map(|accept| {
            let title = format!("`--accept {accept}` answers nothing that a change asks");
            Finding::new(title, Vec::new(), "leave it out, or write the place as the question has it")
        })
        .collect();
    if let Some(name) = &request.name {
        let made: Vec<&str> =
            plans.iter().filter(|plan| plan.next.made.is_some()).map(|plan| plan.name.as_str()).collect();
        let title = match made.len() {
            0 => Some(format!("`--name {}` names no version: no store changed", name.as_str())),
            1 => None,
            _ => Some(format!("`--name {}` would name a version of each of {}", name.as_str(), made.join(", "))),
        };
        let remedy = "leave it out, or name one store with `--store`";
        findings.extend(title.map(|title| Finding::new(title, Vec::new(), remedy)));
    }
    if let Some(oldest) = request.oldest.filter(|_| plans.len() > 1) {
        let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
        let title = format!("`--oldest {oldest}` would drop versions of each of {}", names.join(", "));
        findings.push(Finding::new(title, Vec::new(), "name one store with `--store`"));
    }
    if request.release == Some(Release::Stable) {
        let command = project.invocation.command("codegen", "--release");
        let beyond =
            |plan: &&&Plan| plan.past.history.as_ref().is_some_and(|history| !history.head().semver.starts_with("0."));
        findings.extend(plans.iter().filter(beyond).map(|plan| {
            let title = format!("the data of `{}` has left 0.x already", plan.name);
            Finding::new(title, Vec::new(), format!("to release its newest version, run {command}"))
        }));
    }
    if let Some(store) = request.store.as_ref().filter(|_| plans.is_empty()) {
        let title = format!("`--store {store}` is the name of no store");
        findings.push(Finding::new(
            title,
            Vec::new(),
            "write the name of its generated crate, which is that of its directory",
        ));
    }
    findings
}
