//! Names as tables: what the proto says, and what it becomes.

use super::*;

#[test]
fn fields() {
    for (proto, rust) in [
        ("mem_size_mb", "mem_size_mb"),
        ("memSizeMB", "mem_size_mb"),
        ("MACAddress", "mac_address"),
        ("type", "type"),
        ("self", "self_"),
        ("super", "super_"),
        ("crate", "crate_"),
        ("extern", "extern_"),
        ("Self", "self_"),
        ("_id", "id"),
        ("_1st", "_1st"),
        ("ip4_address", "ip4_address"),
        ("a__b", "a_b"),
        ("__", ""),
    ] {
        assert_eq!(field(proto), rust, "{proto}");
    }
}

#[test]
fn paths() {
    for (fields, rust) in [
        (&["root_drive", "image_path"][..], "root_drive_image_path"),
        (&["self"], "self_"),
        (&["self", "crate"], "self_crate"),
        (&["vmID", "X"], "vm_id_x"),
    ] {
        assert_eq!(path(fields), rust);
    }
}

#[test]
fn variants_of_enums() {
    for (enumeration, value, rust) in [
        ("State", "STATE_RUNNING", "Running"),
        ("State", "RUNNING", "Running"),
        ("State", "STATED", "Stated"),
        ("State", "STATE", "State"),
        ("State", "STATE_2ND", "State2nd"),
        ("State", "STATE_SELF", "Self_"),
        ("VMState", "VM_STATE_ON", "On"),
        ("vm_state", "VM_STATE_ON", "On"),
        ("Arch", "ARCH_X86_64", "X8664"),
        ("E", "self", "Self_"),
    ] {
        assert_eq!(enum_variant(enumeration, value), rust, "{value}");
    }
}

#[test]
fn types() {
    assert_eq!(type_name(&["VirtualMachine", "State"]), "VirtualMachineState");
    assert_eq!(type_name(&["HTTPServer"]), "HttpServer");
    assert_eq!(type_name(&["vm", "boot"]), "VmBoot");
    assert_eq!(type_name(&["Self"]), "Self_");
    assert_eq!(type_in_package("aurae.vms.v0", 0, "Drive"), "Drive");
    assert_eq!(type_in_package("aurae.vms.v0", 1, "Drive"), "V0Drive");
    assert_eq!(type_in_package("aurae.vms.v1alpha2", 2, "Drive"), "VmsV1alpha2Drive");
    assert_eq!(type_in_package("vault", 3, "Drive"), "VaultDrive");
    assert_eq!(type_in_package("", 1, "Drive"), "Drive");
    assert_eq!(module("VirtualMachine"), "virtual_machine");
    assert_eq!(module("Self_"), "self_");
    assert_eq!(variant("transition_class"), "TransitionClass");
    assert_eq!(variant("self"), "Self_");
}

#[test]
fn messages_of_prost() {
    assert_eq!(message_path("aurae.vms.v0", &["VirtualMachine"], "State"), "aurae::vms::v0::virtual_machine::State");
    assert_eq!(message_path("", &[], "State"), "State");
    assert_eq!(message_path("self.Type", &[], "State"), "self_::type::State");
    assert_eq!(oneof_type("boot", ["Drive"].into_iter()), "Boot");
    assert_eq!(oneof_type("boot", ["Boot"].into_iter()), "BootOneOf");
}

#[test]
fn names_that_generated_code_uses_itself() {
    assert_eq!(own_type(&["Option"], "Message"), "OptionMessage");
    assert_eq!(own_type(&["Machine", "Option"], "Enum"), "MachineOption");
    assert_eq!((accessor("read"), accessor("vms")), ("read_table".to_owned(), "vms".to_owned()));
    assert_eq!(enum_variant("State", "STATE_UNRECOGNIZED"), "UnrecognizedValue");
}

#[test]
fn sql_names() {
    assert_eq!(sql_join("root_drive", "image_path"), "root_drive__image_path");
    assert_eq!(sql_join("", "id"), "id");
    assert_eq!(owner_column("id"), "_id");
    assert_eq!(owner_column("key"), "_owner_key");
    assert_eq!(owner_column("Position"), "_owner_Position");
}

#[test]
fn names_that_are_given() {
    assert!(is_store("aurae") && is_store("aurae_2"));
    assert!(!is_store("type") && !is_store("std") && !is_store("protostore"));
    assert!(!is_store("Aurae") && !is_store("a-b") && !is_store("") && !is_store("2a") && !is_store("_a"));
    assert!(is_type("OldImage") && !is_type("old_image") && !is_type("Old Image") && !is_type("") && !is_type("Self"));
    assert!(is_sql("_id") && is_sql("Name2") && !is_sql("a b") && !is_sql("") && !is_sql("a\"") && !is_sql("é"));
    assert!(!is_sql(&"a".repeat(64)));
    assert!(is_reserved_type("Option") && is_reserved_type("AsRef") && is_reserved_type("Store"));
    assert!(!is_reserved_type("Image"));
    assert!(
        is_reserved_module("mod")
            && is_reserved_module("types")
            && is_reserved_module("documents")
            && is_reserved_module("behaviors")
            && !is_reserved_module("image")
    );
}
