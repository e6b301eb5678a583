//! A store whose partial indexes compare with a text, which may hold anything.

use protostore_lower::{Inputs, compile, lower};
use protostore_schema::Schema;

/// Texts with words, signs and line breaks that mean something to SQL or Rust.
pub(crate) const TEXTS: [&str; 11] = [
    "returned FROM the customer, ORDER BY mail WHERE VALUES JOIN a ON CONFLICT b DO UPDATE c CROSS JOIN d",
    "it's \"quoted\" ''twice'' \"\"",
    "$1, ?1, ?, :place, @place, $place",
    "-- a comment",
    "a line\n  WHERE, \n\nand another;\n///\n}",
    "'; DROP TABLE orders; --",
    "x'00' || \"id\"",
    "a  b\t ",
    "\\' \\\" \\n \\",
    "r#\"raw\"#, ##\"",
    "\u{202e} é \u{301} 𝄞",
];

/// Returns the schema of the store.
pub(crate) fn schema(text: &str) -> Schema {
    let is_text = format!("= \"{}\"", escape(text));
    let [status, note] = ["status", "steps.note"].map(|path| escape_proto(&format!("{path} {is_text}")));
    let others = escape_proto(&format!("status != \"{}\"", escape(text)));
    let proto = format!(
        r#"syntax = "proto3";
package texts.v1;
import "google/protobuf/timestamp.proto";
import "protostore/v1/options.proto";
message TextsStore {{
  option (protostore.v1.store) = {{name: "texts"}};
  repeated Order orders = 1 [(protostore.v1.table) = {{
    primary_key: "id"
    expire: "expire_time"
    index: {{fields: "expire_time"}}
    index: {{fields: "place" where: "{status}"}}
    index: {{fields: "code" unique: true where: "{status}"}}
    index: {{fields: "steps.host" where: "{note}"}}
  }}];
  repeated Note notes = 2 [(protostore.v1.table) = {{
    primary_key: "id"
    soft_delete: "delete_time"
    index: {{fields: "place" where: "{others}"}}
  }}];
}}
message Order {{
  string id = 1;
  string place = 2;
  string status = 3;
  string code = 4;
  google.protobuf.Timestamp expire_time = 5;
  repeated Step steps = 6;
}}
message Step {{
  string host = 1;
  string note = 2;
}}
message Note {{
  string id = 1;
  string place = 2;
  string status = 3;
  google.protobuf.Timestamp delete_time = 4;
}}
"#
    );
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("texts.proto"), &proto).expect("a file");
    let compiled = compile(&Inputs { includes: vec![dir.path().to_path_buf()], files: vec!["texts.proto".into()] })
        .unwrap_or_else(|e| panic!("{e:?}\n{proto}"));
    lower(&compiled, "texts.v1.TextsStore").unwrap_or_else(|e| panic!("{e:?}\n{proto}"))
}

/// Escapes text for a literal of a filter, which may hold line breaks.
fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#)
}

/// Escapes text for a literal of a proto, which may not.
fn escape_proto(text: &str) -> String {
    escape(text).replace('\n', r"\n").replace('\t', r"\t")
}
