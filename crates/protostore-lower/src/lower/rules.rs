//! Reads what `buf.validate` and `google.api.field_info` say of values, and refuses what could not be kept.

mod asks;
mod made;
mod pattern;
mod possible;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use protostore_schema::{Asks, Counted, Rule, Rules, Type};

pub(super) use made::check as check_made;

use super::Report;
use super::draft::{Draft, Part, Shape, Spot};
use crate::Code;
use crate::annotations::{self, Asked, FieldRules, Ignore};
use crate::diagnostic::Place;

const KEEP_ELSEWHERE: &str = "take the rule away, or keep it on the request message, which is not stored";

/// Returns whether a rule says that a field must be set.
pub(super) fn requires(field: &FieldDescriptor) -> bool {
    annotations::field_rules(field).is_some_and(|rules| rules.required && rules.ignore != Ignore::Always)
}

/// Reads the rules of every field of a table.
pub(super) fn read(draft: &mut Draft, report: &mut Report<'_>) {
    if annotations::field_rules(&draft.field).is_some() {
        let text = format!("the rules on `{}` are of a table, which has as many rows as it has", draft.field.name());
        let place = annotations::validation_anchor(&draft.field).place(report.sources, &[]);
        report.add(Code::ValidationRule, place, text, "put rules on the fields of the record");
    }
    check_message(&draft.message.clone(), report);
    for i in 0..draft.spots.len() {
        let message = match &draft.spots[i].shape {
            Shape::Message(message) | Shape::Row(message) | Shape::Messages(message) => Some(message.clone()),
            Shape::Map(_) | Shape::Scalar(_) | Shape::Scalars(_) | Shape::Absent => None,
        };
        if let Some(message) = message {
            check_message(&message, report);
        }
        if draft.spots[i].part == Part::Field && !draft.spots[i].shape_is_absent() {
            field(draft, i, report);
        }
    }
}

/// Refuses rules on a revision or hash, which the store gives when the write is applied.
pub(super) fn check_given(draft: &Draft, report: &mut Report<'_>) {
    for (given, what) in [(draft.revision, "revision"), (draft.hash_chain, "hash of the row")] {
        let Some(spot) = given.map(|i| &draft.spots[i]).filter(|spot| !spot.rules.is_empty()) else { continue };
        let text = format!("`{}` is the {what}, which the store gives", spot.dotted());
        let place = annotations::validation_anchor(&spot.field).place(report.sources, &[]);
        report.add(Code::ValidationRule, place, text, "take the rules away");
    }
}

/// Refuses what a message says of itself, and what of its oneofs is not `required`.
fn check_message(message: &MessageDescriptor, report: &mut Report<'_>) {
    if let Some(option) = annotations::message_rule(message) {
        let place = annotations::message_validation_anchor(message).place(report.sources, &[]);
        let text = format!("the rule `{option}` of `{}` is not one of a field", message.name());
        report.add(Code::ValidationRule, place, text, KEEP_ELSEWHERE);
    }
    for oneof in message.oneofs() {
        if let Err(option) = annotations::oneof_required(&oneof) {
            let place = annotations::oneof_validation_anchor(&oneof).place(report.sources, &[]);
            let text = format!("the rule `{option}` of `{}` is not known", oneof.name());
            report.add(Code::ValidationRule, place, text, KEEP_ELSEWHERE);
        }
    }
}

fn field(draft: &mut Draft, i: usize, report: &mut Report<'_>) {
    let spot = &draft.spots[i];
    let descriptor = spot.field.clone();
    if let (Shape::Scalar(Type::Message(_) | Type::Repeated(_)), Some(inner)) = (&spot.shape, inside(&descriptor)) {
        let text = format!("`{}` is stored in one column, in which the rules of `{inner}` are not kept", spot.dotted());
        let help = "take `storage` away, or the rules of the message";
        report.add(Code::ValidationRule, spot.place(report.sources), text, help);
    }
    let format = format(&descriptor, spot, report);
    let Some(mut rules) = annotations::field_rules(&descriptor) else {
        draft.spots[i].rules.all.extend(format);
        return;
    };
    // What `required: false` took away, and what REQUIRED says.
    rules.required &= !matches!(draft.spots[i].column.required, Some((false, _)));
    rules.required |= draft.spots[i].counted.min.is_some();
    let place = annotations::validation_anchor(&descriptor).place(report.sources, &[]);
    let is_message =
        matches!(draft.spots[i].shape, Shape::Message(_) | Shape::Row(_) | Shape::Messages(_) | Shape::Map(_));
    if rules.ignore == Ignore::Always {
        if is_message && inside(&descriptor).is_some() {
            let text = format!("`{}` asks that the rules inside it be left aside", draft.spots[i].dotted());
            let help = "take `ignore` away; the columns of a message keep its rules wherever it appears";
            report.add(Code::ValidationRule, place, text, help);
        }
        draft.spots[i].rules.all.extend(format);
        return;
    }
    let whole = (descriptor.is_list() || descriptor.is_map()) && !draft.spots[i].is_repeated();
    let in_one_column = whole || matches!(draft.spots[i].shape, Shape::Scalar(Type::Message(_)));
    if in_one_column && (rules.of.is_some() || (whole && rules.custom.is_some())) {
        let text = format!("`{}` is stored in one column, of which rules are not kept", draft.spots[i].dotted());
        report.add(Code::ValidationRule, place, text, "take `storage` away, or the rule");
        return;
    }
    if whole {
        return;
    }
    let mut reader = Reader { name: draft.spots[i].dotted(), place, report };
    if descriptor.is_map() {
        let (counted, keys, values) = reader.map(&rules, &descriptor);
        draft.spots[i].counted = counted;
        for (part, rules) in [(Part::MapKey, keys), (Part::MapValue, values)] {
            if let Some(entry) = draft.entry(i, part) {
                draft.spots[entry].rules = rules;
            }
        }
    } else if descriptor.is_list() {
        let (counted, rules) = reader.list(&rules, &descriptor);
        (draft.spots[i].counted, draft.spots[i].rules) = (counted, rules);
    } else {
        let mut read = reader.values(&rules, &descriptor.kind());
        read.all.extend(format);
        draft.spots[i].rules = read;
    }
}

/// Returns the rule that `google.api.field_info` states.
fn format(field: &FieldDescriptor, spot: &Spot, report: &mut Report<'_>) -> Option<Rule> {
    let place = || annotations::field_info_anchor(field).place(report.sources, &[("format", 0)]);
    let name = field.name();
    let (code, text, help) = match annotations::format(field) {
        Ok(None) => return None,
        Ok(Some(format)) if matches!(spot.shape, Shape::Scalar(Type::String)) => {
            return Some(Rule { name: "field_info.format".to_owned(), asks: Asks::Format(format) });
        }
        Ok(Some(_)) => {
            (Code::RuleType, format!("`{name}` has a format, and is not one string"), "take the format away".to_owned())
        }
        Err(number) => (
            Code::FieldInfo,
            format!("the format {number} of `{name}` is not known"),
            "use the formats of https://google.aip.dev/202".to_owned(),
        ),
    };
    let place = place();
    report.add(code, place, text, help);
    None
}

/// Returns a message with rules that a field holds, at any depth.
fn inside(field: &FieldDescriptor) -> Option<String> {
    fn has_rules(message: &MessageDescriptor, seen: &mut Vec<String>) -> Option<String> {
        if seen.iter().any(|name| name == message.full_name()) {
            return None;
        }
        seen.push(message.full_name().to_owned());
        let own = annotations::message_rule(message).is_some()
            || message.oneofs().any(|oneof| annotations::oneof_required(&oneof) != Ok(false))
            || message.fields().any(|field| annotations::field_rules(&field).is_some());
        if own {
            return Some(message.name().to_owned());
        }
        let kinds = message.fields().map(|field| field.kind()).collect::<Vec<_>>();
        kinds.iter().find_map(|kind| has_rules(kind.as_message()?, seen))
    }
    has_rules(field.kind().as_message()?, &mut Vec::new())
}

/// What is read of one field: how it is called, and where its rules are.
struct Reader<'r, 's> {
    name: String,
    place: Place,
    report: &'r mut Report<'s>,
}

impl Reader<'_, '_> {
    fn refuse(&mut self, code: Code, text: String, help: &str) {
        self.report.add(code, self.place.clone(), text, help);
    }

    /// Returns the rules of single values of that kind.
    fn values(&mut self, rules: &FieldRules, kind: &Kind) -> Rules {
        if rules.ignore == Ignore::Always || !self.is_known(rules) {
            return Rules::default();
        }
        let Some(of) = &rules.of else { return Rules::default() };
        let expected = asks::word(kind);
        if expected.as_deref() != Some(of) {
            let text = format!("the rules of `{}` are of `{of}`, and its values are not", self.name);
            let help = expected.map_or_else(
                || "take the rules away".to_owned(),
                |expected| format!("write rules of `{expected}`, or give the field another type"),
            );
            self.refuse(Code::RuleType, text, &help);
            return Rules::default();
        }
        let all = match asks::read(of, &rules.rules, kind) {
            Ok(all) => all,
            Err(asks::Refused { code, text, help }) => {
                self.refuse(code, format!("`{}` {text}", self.name), help);
                return Rules::default();
            }
        };
        if let Some(text) = possible::contradiction(&all) {
            self.refuse(Code::ImpossibleRule, format!("no value of `{}` {text}", self.name), "correct the rules");
        }
        Rules { but_zero: rules.ignore == Ignore::Zero && !all.is_empty(), all }
    }

    fn list(&mut self, rules: &FieldRules, field: &FieldDescriptor) -> (Counted, Rules) {
        let counted = self.counted(rules, "repeated", ["min_items", "max_items"]);
        let is_plain = asks::word(&field.kind()).is_some();
        if counted.unique && !is_plain {
            let text = format!("the elements of `{}` are messages, of which no two can be compared", self.name);
            self.refuse(Code::RuleType, text, "take `unique` away");
        }
        (counted, self.part(rules, "items", &field.kind()))
    }

    fn map(&mut self, rules: &FieldRules, field: &FieldDescriptor) -> (Counted, Rules, Rules) {
        let counted = self.counted(rules, "map", ["min_pairs", "max_pairs"]);
        let Kind::Message(entry) = field.kind() else { return Default::default() };
        let keys = self.part(rules, "keys", &entry.map_entry_key_field().kind());
        (counted, keys, self.part(rules, "values", &entry.map_entry_value_field().kind()))
    }

    /// Returns the rules of elements, keys or values.
    fn part(&mut self, rules: &FieldRules, part: &str, kind: &Kind) -> Rules {
        let found = rules.rules.iter().find_map(|(name, asked)| match asked {
            Asked::Rules(rules) if name == part => Some(rules),
            Asked::Rules(_) | Asked::One(_) | Asked::Many(_) | Asked::Other => None,
        });
        let Some(rules) = found else { return Rules::default() };
        if rules.ignore == Ignore::Always && kind.as_message().is_some() {
            let text = format!("`{}` asks that the rules inside its elements be left aside", self.name);
            self.refuse(Code::ValidationRule, text, "take `ignore` away");
        }
        self.values(rules, kind)
    }

    fn counted(&mut self, rules: &FieldRules, expected: &str, names: [&str; 2]) -> Counted {
        let mut counted = Counted { min: rules.required.then_some(1), ..Counted::default() };
        if !self.is_known(rules) || rules.of.is_none() {
            return counted;
        }
        if rules.of.as_deref() != Some(expected) {
            let of = rules.of.as_deref().unwrap_or_default();
            let text = format!("the rules of `{}` are of `{of}`, and it is a list or map", self.name);
            self.refuse(Code::RuleType, text, &format!("write rules of `{expected}`"));
            return counted;
        }
        for (name, asked) in &rules.rules {
            match (name.as_str(), asks::count(asked)) {
                (name, Some(n)) if name == names[0] => counted.min = counted.min.max(Some(n)),
                (name, Some(n)) if name == names[1] => counted.max = Some(n),
                ("unique", _) => counted.unique = asks::truth(asked),
                ("items" | "keys" | "values", _) => {}
                (other, _) => {
                    let text = format!("the rule `{other}` of `{}` is not known", self.name);
                    self.refuse(Code::ValidationRule, text, KEEP_ELSEWHERE);
                }
            }
        }
        if counted.max.is_some_and(|max| counted.min.is_some_and(|min| min > max)) {
            self.refuse(
                Code::ImpossibleRule,
                format!("no number of elements of `{}` is enough and not too many", self.name),
                "correct the rules",
            );
        }
        // A least of none, and a most that is never reached, ask for nothing.
        Counted { min: counted.min.filter(|min| *min > 0), ..counted }
    }

    /// Refuses rules in CEL, rules of one's own, and what a newer definition may mean.
    fn is_known(&mut self, rules: &FieldRules) -> bool {
        if let Some(custom) = &rules.custom {
            let text = match custom.as_str() {
                "cel" | "cel_expression" => {
                    format!("a rule of `{}` is in CEL, which the store does not evaluate", self.name)
                }
                custom => format!("the rule `{custom}` of `{}` is not known", self.name),
            };
            self.refuse(Code::ValidationRule, text, KEEP_ELSEWHERE);
        } else if rules.ignore == Ignore::Unknown {
            let text = format!("the `ignore` of `{}` is not known", self.name);
            self.refuse(Code::ValidationRule, text, "write IGNORE_IF_ZERO_VALUE, or take `ignore` away");
        }
        rules.custom.is_none() && rules.ignore != Ignore::Unknown
    }
}
