//! The files that are read and those that are written: links, pipes, line endings, and histories that nothing removes.

mod files {
    mod lab;
    mod output;
    #[cfg(unix)]
    mod protos;
}
