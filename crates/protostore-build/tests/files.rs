//! The files that are read and those that are written: links, pipes, line endings, histories that nothing removes, and
//! answers that are kept by the hashes of all of them.

mod files {
    mod kept;
    mod lab;
    mod output;
    #[cfg(unix)]
    mod protos;
}
