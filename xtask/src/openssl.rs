//! Which OpenSSL the encrypted build takes: the system's, or its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};

const PROBE: &str = "#include <openssl/evp.h>\nint main(void) { return EVP_sha256() == 0; }\n";

/// Returns what cargo needs besides, and says which OpenSSL is taken.
///
/// A program that includes OpenSSL's headers and links it is tried, since a library without headers is of no use.
pub(crate) fn features() -> &'static [&'static str] {
    if system() {
        println!("openssl: the system's");
        &[]
    } else {
        println!("openssl: built along, since no C program that includes <openssl/evp.h> compiles and links here");
        &["--features", "protostore/sqlcipher-vendored"]
    }
}

fn system() -> bool {
    let out = std::env::temp_dir().join(format!("protostore-openssl-{}", std::process::id()));
    let compiled = compile(&out);
    // Where the probe did not compile there is nothing to remove.
    let _ = std::fs::remove_file(&out);
    compiled.unwrap_or(false)
}

/// The places are those that the build of SQLCipher looks at.
fn compile(out: &std::path::Path) -> std::io::Result<bool> {
    let dir = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let root = dir("OPENSSL_DIR");
    let include = dir("OPENSSL_INCLUDE_DIR").or_else(|| Some(root.as_ref()?.join("include")));
    let libs = dir("OPENSSL_LIB_DIR").map(|lib| vec![lib]);
    let libs = libs.or_else(|| Some(vec![root.as_ref()?.join("lib"), root.as_ref()?.join("lib64")]));

    let mut cc = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    cc.args(["-x", "c", "-", "-o"]).arg(out);
    cc.args(include.iter().map(|dir| format!("-I{}", dir.display())));
    cc.args(libs.iter().flatten().map(|dir| format!("-L{}", dir.display())));
    cc.arg("-lcrypto").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = cc.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        std::io::Write::write_all(&mut stdin, PROBE.as_bytes())?;
    }
    Ok(child.wait()?.success())
}
