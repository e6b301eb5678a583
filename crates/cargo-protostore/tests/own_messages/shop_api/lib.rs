//! The messages of `shop.v1`, as prost-build writes them with `bytes(["."])` and its maps of a hash table.
#![allow(missing_docs)]

pub mod shop {
    pub mod v1 {
        use std::collections::HashMap;

        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct Item {
            #[prost(string, tag = "1")]
            pub id: String,
            #[prost(bytes = "bytes", tag = "2")]
            pub picture: ::prost::bytes::Bytes,
            #[prost(bytes = "bytes", optional, tag = "3")]
            pub receipt: Option<::prost::bytes::Bytes>,
            #[prost(bytes = "bytes", repeated, tag = "4")]
            pub thumbnails: Vec<::prost::bytes::Bytes>,
            #[prost(map = "string, string", tag = "5")]
            pub labels: HashMap<String, String>,
            #[prost(map = "string, bytes", tag = "6")]
            pub files: HashMap<String, Vec<u8>>,
            #[prost(map = "string, message", tag = "7")]
            pub parts: HashMap<String, Part>,
            #[prost(message, optional, tag = "8")]
            pub main: Option<Part>,
            #[prost(enumeration = "item::Kind", tag = "9")]
            pub kind: i32,
            #[prost(enumeration = "item::Kind", repeated, tag = "10")]
            pub kinds: Vec<i32>,
            #[prost(message, optional, tag = "11")]
            pub create_time: Option<::prost_types::Timestamp>,
            #[prost(map = "string, bytes", tag = "14")]
            pub notes: HashMap<String, Vec<u8>>,
            #[prost(map = "string, message", tag = "15")]
            pub spare: HashMap<String, Part>,
            #[prost(bytes = "bytes", repeated, tag = "16")]
            pub pages: Vec<::prost::bytes::Bytes>,
            #[prost(oneof = "item::Source", tags = "12, 13")]
            pub source: Option<item::Source>,
        }

        pub mod item {
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
            #[repr(i32)]
            pub enum Kind {
                Unspecified = 0,
                New = 1,
            }

            #[derive(Clone, PartialEq, ::prost::Oneof)]
            pub enum Source {
                #[prost(bytes, tag = "12")]
                Scan(::prost::bytes::Bytes),
                #[prost(message, tag = "13")]
                MadeOf(super::Part),
            }
        }

        #[derive(Clone, PartialEq, ::prost::Message)]
        pub struct Part {
            #[prost(string, tag = "1")]
            pub name: String,
            #[prost(bytes = "bytes", tag = "2")]
            pub code: ::prost::bytes::Bytes,
            #[prost(string, tag = "3")]
            pub etag: String,
        }
    }
}
