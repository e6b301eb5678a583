//! Ways to declare a field.

/// Lines of a message that declare a field, or say that it is gone: `#` is its number, `@` that of a field beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    lines: &'static str,
}

/// Declarations of which one can follow another, and the messages and enums that they name.
pub(super) struct Family {
    pub(super) types: &'static str,
    pub(super) shapes: &'static [Shape],
}

impl Shape {
    pub(super) fn lines(&self, number: u32) -> String {
        self.lines.replace('#', &number.to_string()).replace('@', &(number + 1).to_string())
    }
}

const fn shape(name: &'static str, lines: &'static str) -> Shape {
    Shape { name, lines }
}

const GONE: Shape = shape("gone", "  reserved #; reserved \"f#\";");

pub(super) const FAMILIES: &[Family] = &[
    Family {
        types: "",
        shapes: &[
            shape("gone", "  reserved #; reserved \"f#\"; optional int32 g# = @;"),
            shape("implicit", "  int32 f# = #; optional int32 g# = @;"),
            shape("optional", "  optional int32 f# = #; optional int32 g# = @;"),
            shape("alone in a oneof", "  oneof o# { int32 f# = #; } optional int32 g# = @;"),
            shape("beside another", "  oneof o# { int32 f# = #; int32 g# = @; }"),
            shape("a list", "  repeated int32 f# = #; optional int32 g# = @;"),
            shape("a list, not packed", "  repeated int32 f# = # [packed = false]; optional int32 g# = @;"),
            shape("wide", "  int64 f# = #; optional int32 g# = @;"),
            shape("wide and optional", "  optional int64 f# = #; optional int32 g# = @;"),
            shape("a wide list", "  repeated int64 f# = #; optional int32 g# = @;"),
            shape("a switch", "  bool f# = #; optional int32 g# = @;"),
            shape("an optional switch", "  optional bool f# = #; optional int32 g# = @;"),
        ],
    },
    Family {
        types: "",
        shapes: &[
            GONE,
            shape("text", "  string f# = #;"),
            shape("optional text", "  optional string f# = #;"),
            shape("a text in a oneof", "  oneof o# { string f# = #; }"),
            shape("texts", "  repeated string f# = #;"),
            shape("bytes", "  bytes f# = #;"),
            shape("optional bytes", "  optional bytes f# = #;"),
        ],
    },
    Family {
        types: "message Part {\n  optional int32 a = 1;\n  repeated int32 b = 2;\n  string c = 3;\n}\n\
                message Other {\n  int32 a = 1;\n  repeated int32 b = 2 [packed = false];\n  string c = 3;\n}\n\
                message Less {\n  reserved 1; reserved \"a\";\n  repeated int32 b = 2;\n  optional string c = 3;\n}\n",
        shapes: &[
            GONE,
            shape("a message", "  Part f# = #;"),
            shape("a message in a oneof", "  oneof o# { Part f# = #; }"),
            shape("messages", "  repeated Part f# = #;"),
            shape("a message with less presence", "  Other f# = #;"),
            shape("messages with less presence", "  repeated Other f# = #;"),
            shape("a message with a field less", "  Less f# = #;"),
            shape("bytes of a message", "  bytes f# = #;"),
            shape("optional bytes of a message", "  optional bytes f# = #;"),
            shape("bytes of messages", "  repeated bytes f# = #;"),
        ],
    },
    Family {
        types: "enum State {\n  STATE_NONE = 0;\n  STATE_ON = 1;\n  STATE_OFF = 2;\n}\n\
                enum Mode {\n  MODE_NONE = 0;\n  MODE_FAST = 1;\n}\n",
        shapes: &[
            GONE,
            shape("an enum", "  State f# = #;"),
            shape("an optional enum", "  optional State f# = #;"),
            shape("enums", "  repeated State f# = #;"),
            shape("another enum", "  Mode f# = #;"),
            shape("another optional enum", "  optional Mode f# = #;"),
            shape("other enums", "  repeated Mode f# = #;"),
            shape("a number", "  int32 f# = #;"),
            shape("an optional number", "  optional int32 f# = #;"),
        ],
    },
    Family {
        types: "message Entry {\n  string key = 1;\n  int32 value = 2;\n}\n\
                message Loose {\n  optional string key = 1;\n  optional int32 value = 2;\n}\n\
                message Held {\n  optional int32 d = 1;\n}\nmessage Kept {\n  int32 d = 1;\n}\n",
        shapes: &[
            GONE,
            shape("a map", "  map<string, int32> f# = #;"),
            shape("entries", "  repeated Entry f# = #;"),
            shape("entries with presence", "  repeated Loose f# = #;"),
            shape("a map of messages", "  map<string, Held> f# = #;"),
            shape("a map of messages with less presence", "  map<string, Kept> f# = #;"),
        ],
    },
];

pub(super) const PROTO2: &[Family] = &[
    Family {
        types: "",
        shapes: &[
            GONE,
            shape("optional", "  optional int32 f# = #;"),
            shape("optional with a default", "  optional int32 f# = # [default = 5];"),
            shape("required", "  required int32 f# = #;"),
            shape("a list", "  repeated int32 f# = #;"),
            shape("a packed list", "  repeated int32 f# = # [packed = true];"),
        ],
    },
    Family {
        types: "message Part {\n  required int32 a = 1;\n}\nmessage Other {\n  optional int32 a = 1;\n}\n",
        shapes: &[
            shape("a message", "  optional Part f# = #;"),
            shape("messages", "  repeated Part f# = #;"),
            shape("another message", "  optional Other f# = #;"),
            shape("bytes of a message", "  optional bytes f# = #;"),
        ],
    },
];
