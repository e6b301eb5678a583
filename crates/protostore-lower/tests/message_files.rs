//! Which files a store's messages and services come from.

use std::path::PathBuf;

use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;
use protostore_lower::{Inputs, compile, lower};

const STORE: &str = r#"syntax = "proto3";
package a.store;
import "a/service.proto";
import "a/unused.proto";
import "a/vms.proto";
import "protostore/v1/options.proto";
message Kept { string id = 1; }
// The store.
message AStore {
  option (protostore.v1.store) = {};
  repeated a.vms.Vm vms = 1 [(protostore.v1.table) = {primary_key: "id"}];
}
// After the store.
message Last { string id = 1; }
"#;

const VMS: &str = r#"syntax = "proto3";
package a.vms;
import "a/types.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/timestamp.proto";
message Vm {
  string id = 1 [(google.api.field_behavior) = REQUIRED];
  a.types.State state = 2;
  google.protobuf.Timestamp create_time = 3;
}
"#;

const SERVICE: &str = r#"syntax = "proto3";
package a.service;
import "a/requests.proto";
import "google/protobuf/empty.proto";
service Vms { rpc Free(a.requests.FreeRequest) returns (google.protobuf.Empty); }
"#;

fn names(set: &FileDescriptorSet) -> Vec<&str> {
    set.file.iter().map(|file| file.name()).collect()
}

#[test]
fn files_of_records_and_services_are_kept_and_the_store_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let simple = |package: &str, body: &str| format!("syntax = \"proto3\"; package {package}; {body}");
    for (name, text) in [
        ("a/store.proto", STORE.to_owned()),
        ("a/vms.proto", VMS.to_owned()),
        ("a/service.proto", SERVICE.to_owned()),
        ("a/types.proto", simple("a.types", "enum State { STATE_UNSPECIFIED = 0; }")),
        ("a/requests.proto", simple("a.requests", "message FreeRequest { string id = 1; }")),
        ("a/unused.proto", simple("a.unused", "message Unused {}")),
    ] {
        std::fs::create_dir_all(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let files = vec![PathBuf::from("a/store.proto")];
    let compiled = compile(&Inputs { includes: vec![dir.path().to_owned()], files }).unwrap();
    assert_eq!(compiled.stores(), ["a.store.AStore"]);
    let schema = lower(&compiled, "a.store.AStore").unwrap();

    let set = compiled.message_files(&schema);
    let kept = ["a/requests.proto", "a/service.proto", "a/types.proto", "a/vms.proto", "a/store.proto"];
    assert_eq!(names(&set), kept);
    let store = &set.file[4];
    let messages: Vec<_> = store.message_type.iter().map(|message| message.name()).collect();
    assert_eq!(messages, ["Kept", "Last"]);
    assert_eq!(store.dependency, ["a/service.proto", "a/vms.proto"]);
    let info = store.source_code_info.as_ref().unwrap();
    let comment = info.location.iter().find(|location| location.path == [4, 1]).unwrap();
    assert_eq!(comment.leading_comments(), " After the store.\n", "comments move along");

    let bytes = compiled.descriptor_set(&schema);
    let set = FileDescriptorSet::decode(bytes.as_slice()).unwrap();
    let served = names(&set);
    for file in &set.file {
        assert!(file.dependency.iter().all(|import| served.contains(&import.as_str())), "{}", file.name());
        assert!(file.source_code_info.is_none());
    }
    let pool = DescriptorPool::decode(bytes.as_slice()).unwrap();
    let id = pool.get_message_by_name("a.vms.Vm").unwrap().get_field_by_name("id").unwrap();
    assert_eq!(id.options().extensions().count(), 1, "options are kept");
}
