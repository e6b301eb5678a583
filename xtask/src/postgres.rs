//! Whether the test of PostgreSQL's statements finds a server.

/// Says whether a server is installed that the test can start.
pub(crate) fn say() {
    let debian = std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| versions.next().is_some());
    let path = std::env::var_os("PATH");
    let in_path = path.iter().flat_map(std::env::split_paths).any(|dir| dir.join("initdb").is_file());
    if debian || in_path {
        println!("postgres: the installed server");
    } else {
        println!(
            "postgres: NOT INSTALLED, so no statement is tried on PostgreSQL: `apt-get install postgresql` installs one"
        );
    }
}
