//! The places in which a change can occur, each as a file around it.

use serde::Deserialize;

/// Where the changed lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    /// In the record itself.
    Top,
    /// In a message whose fields are columns of the record.
    Flattened,
    /// In a message in such a message.
    TwiceFlattened,
    /// In the elements of a list.
    Element,
    /// In the elements of a list in the elements of a list.
    ElementOfElement,
    /// In the values of a map.
    MapValue,
    /// In a member of a oneof.
    OneofMember,
    /// In a message with a table of its own.
    SideTable,
    /// In a list of references.
    JoinTable,
    /// In a table of at most one row.
    Singleton,
}

pub(super) const PLACES: [Place; 10] = [
    Place::Top,
    Place::Flattened,
    Place::TwiceFlattened,
    Place::Element,
    Place::ElementOfElement,
    Place::MapValue,
    Place::OneofMember,
    Place::SideTable,
    Place::JoinTable,
    Place::Singleton,
];

impl Place {
    /// Returns the name of the place in files of cases.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Flattened => "flattened",
            Self::TwiceFlattened => "twice-flattened",
            Self::Element => "element",
            Self::ElementOfElement => "element-of-element",
            Self::MapValue => "map-value",
            Self::OneofMember => "oneof-member",
            Self::SideTable => "side-table",
            Self::JoinTable => "join-table",
            Self::Singleton => "singleton",
        }
    }

    /// Returns the path to the message from the record, ending in a dot; empty where it is the record itself.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Top | Self::JoinTable | Self::Singleton => "",
            Self::Flattened | Self::OneofMember | Self::SideTable => "subject.",
            Self::TwiceFlattened => "outer.subject.",
            Self::Element => "subjects.",
            Self::ElementOfElement => "outers.subjects.",
            Self::MapValue => "subjects.value.",
        }
    }

    /// Returns the file around the lines of a message, with types beside it and options of the record's table.
    ///
    /// In the options `{path}` is the path to the message.
    pub(super) fn file(self, lines: &str, types: &str, table: &str) -> String {
        let id = "string id = 1 [(google.api.field_behavior) = IDENTIFIER];";
        let subject = format!("message Subject {{\n  string before = 50;\n  {lines}\n  bool after = 51;\n}}\n");
        let outer = |field: &str| format!("message Outer {{\n  string note = 1;\n  {field}\n}}\n");
        let row = |fields: &str| format!("message Row {{\n  {id}\n  {fields}\n  int32 last = 99;\n}}\n");
        let messages = match self {
            Self::Top | Self::JoinTable => row(lines),
            Self::Flattened => subject + &row("Subject subject = 2;"),
            Self::TwiceFlattened => subject + &outer("Subject subject = 3;") + &row("Outer outer = 2;"),
            Self::Element => subject + &row("repeated Subject subjects = 2;"),
            Self::ElementOfElement => {
                let outer = outer("repeated Subject subjects = 3;");
                subject + &outer + &row("repeated Outer outers = 2;")
            }
            Self::MapValue => subject + &row("map<string, Subject> subjects = 2;"),
            Self::OneofMember => subject + &row("oneof choice {\n    Subject subject = 2;\n    string other = 3;\n  }"),
            Self::SideTable => {
                let field = "Subject subject = 2 [(protostore.v1.column) = {storage: CHILD_TABLE}];";
                subject + &row(field)
            }
            Self::Singleton => format!("message Row {{\n  {lines}\n  int32 last = 99;\n}}\n"),
        };
        let options = if table.is_empty() {
            String::new()
        } else {
            format!(" [(protostore.v1.table) = {{{}}}]", table.replace("{path}", self.path()))
        };
        let rows = if self == Self::Singleton { "Row rows" } else { "repeated Row rows" };
        format!(
            "{types}\nmessage Other {{\n  {id}\n  string note = 2;\n}}\n{messages}message LabStore {{\n  \
             option (protostore.v1.store) = {{name: \"lab\"}};\n  repeated Other others = 1;\n  {rows} = 2{options};\n}}\n"
        )
    }
}
