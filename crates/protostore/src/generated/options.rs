//! The options of a generated crate, whose methods the run time writes: an option that is added here needs no new code there.

/// Writes the options of a generated crate: every method of [`Options`](crate::Options), and how its own store is opened.
#[doc(hidden)]
#[macro_export]
macro_rules! __options {
    ($(#[$doc:meta])* $options:ident opens $store:ident of $schema:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $options<E: protostore::Engine = protostore::Sqlite>(protostore::Options<E>);

        impl<E: protostore::Engine> Default for $options<E> {
            fn default() -> Self {
                Self(protostore::Options::default())
            }
        }

        impl<E: protostore::Engine> From<protostore::Options<E>> for $options<E> {
            fn from(options: protostore::Options<E>) -> Self {
                Self(options)
            }
        }

        impl<E: protostore::Engine> $options<E> {
            $crate::__options! {
                /// Sets how many requests may wait to write, and to read.
                queue(requests: usize);
                /// Sets how many bytes of records a page holds at most, and each other answer with several records.
                page_bytes(bytes: usize);
                /// Sets how long a read may take that is a page, a list or a closure; `None` for no end.
                read_deadline(within: impl Into<Option<std::time::Duration>>);
                /// Sets how long a closure that writes may take before that is logged.
                slow_write(after: std::time::Duration);
                /// Logs each statement that takes longer than this, without its values.
                slow_statement(after: impl Into<Option<std::time::Duration>>);
                /// Sets how long closing the store waits for the reads and writes that it has accepted.
                close_within(within: std::time::Duration);
                /// Opens a newer database for reading alone, where this program may read and not write it.
                read_only_if_newer(read_only: bool);
                /// Sets who is told how far an upgrade is.
                progress(told: impl Fn(&protostore::Progress<'_>) + Send + Sync + 'static);
            }

            /// Opens the store, or makes it where there is none yet, and brings it to the newest version.
            ///
            /// # Errors
            /// As [`Options::open`](protostore::Options::open) of SQLite, or as the engine says.
            pub fn open_at(&self, database: E::Database<'_>) -> protostore::Result<$store<E>> {
                self.0.open_at(&$schema, database).map(::core::convert::From::from)
            }

            /// Makes an empty TEST store, which goes with its last handle.
            ///
            /// # Errors
            /// Where it cannot be made.
            pub fn open_test(&self) -> protostore::Result<$store<E>> {
                self.0.open_test(&$schema).map(::core::convert::From::from)
            }
        }

        impl<E: protostore::Engine> $options<E> {
            /// Sets the methods of the program that upgrades call, of which the module `upgrades` makes one.
            #[allow(dead_code, reason = "only a history with such methods has that module")]
            fn with_upgrades(
                self,
                names: &'static [&'static str],
                call: impl FnMut(&protostore::generated::UpgradedRow<'_>) -> Result<Vec<u8>, protostore::RowRejected>
                    + Send
                    + 'static,
            ) -> Self {
                Self(self.0.__upgrades(names, call))
            }
        }

        impl $options<protostore::Sqlite> {
            /// Returns the defaults, as [`protostore::Options::new`] gives them.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $crate::__options! {
                /// Lets other tools read the file while the store has it open.
                allow_tools(allow: bool);
                /// Leaves the file unencrypted.
                plaintext(plaintext: bool);
                /// Opens a file whose log is gone, without the commits that were in it.
                accept_lost_log(accept: bool);
                /// Sets how many bytes the log may have before writes are refused.
                log_limit(bytes: u64);
                /// Sets how many bytes of the disk are set aside for the day on which it is full.
                reserve(bytes: u64);
                /// Sets how many bytes of the file the page caches of all connections may hold together.
                cache(bytes: u64);
                /// Sets how many threads serve closures, and pages and lists that are long.
                readers(threads: usize);
                /// Looks for damage before the store serves, where the last run was not closed.
                check_first(check: bool);
                /// Sets how long opening waits for another process that has the file.
                wait(within: std::time::Duration);
                /// Copies the database before it is upgraded.
                copy_before_upgrade(copy: bool);
                /// Sets the keys that the file may have had before; it is rotated to the current one.
                previous_keys(keys: impl IntoIterator<Item = &'k protostore::Key>) for 'k;
                /// Sets what the store does by itself in the background; `None` for nothing.
                keeper(keeper: impl Into<Option<protostore::upkeep::KeeperOptions>>);
            }

            /// Opens the store at `path`, encrypted with `key`; creates it where there is none, upgrades an older one.
            ///
            /// # Errors
            /// Where the key is another one, the file is damaged, newer, no store of this kind, or in use; also where
            /// the file is encrypted and the options say `plaintext`, or the other way round.
            pub fn open(
                &self,
                path: impl AsRef<std::path::Path>,
                key: &protostore::Key,
            ) -> protostore::Result<$store> {
                self.0.open(&$schema, path, key).map(::core::convert::From::from)
            }
        }
    };
    ($($(#[$doc:meta])* $name:ident($value:ident: $ty:ty) $(for $life:lifetime)?;)*) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("As [`protostore::Options::", stringify!($name), "`].")]
        #[must_use]
        pub fn $name$(<$life>)?(self, $value: $ty) -> Self {
            Self(self.0.$name($value))
        }
    )*};
}

#[cfg(test)]
mod tests {
    /// Returns the names of the functions that a source file declares with a beginning of a line.
    fn names<'s>(source: &'s str, before: &str) -> Vec<&'s str> {
        let named = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        source.lines().filter_map(|line| line.strip_prefix(before)?.split(['(', '<']).next()).filter(named).collect()
    }

    #[test]
    fn generated_options_have_every_option() {
        let sources = [include_str!("../options.rs"), include_str!("../sqlite/options.rs")];
        let own = ["new", "open", "open_at", "open_test"];
        let offered = sources.iter().flat_map(|source| names(source, "    pub fn "));
        let offered: Vec<_> = offered.filter(|name| !own.contains(name)).collect();
        assert!(offered.len() > 10, "{offered:?}");
        let given = names(include_str!("options.rs"), "                ");
        assert_eq!(given, offered, "list the new option in `__options!` too");
    }
}
