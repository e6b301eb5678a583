//! The key: one secret whatever the encoding, and a text of its own for each thing that can be wrong with a key file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use protostore::{Error, Key, KeySource, Kind};

#[path = "key/quoted.rs"]
mod quoted;
#[path = "key/tools.rs"]
mod tools;

/// What every message about a missing or unfit key says, before the name of the file.
const MAKES: &str = "openssl genpkey -algorithm ed25519 -out";

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn vector(name: &str) -> Vec<u8> {
    fs::read(vectors().join(name)).unwrap()
}

/// A key that is not taken.
fn elsewhere(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/key").join(name)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key file with these bytes and this mode, in a directory of its own.
fn file(bytes: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server.key");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    (directory, path)
}

#[track_caller]
fn refused(result: Result<Key, Error>, words: &[&str]) {
    let error = result.expect_err("the key was taken");
    assert_eq!(error.kind(), Kind::Key);
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

#[test]
fn golden_vectors_hold() {
    let expected = fs::read_to_string(vectors().join("expected.txt")).unwrap();
    let salt: [u8; 16] = std::array::from_fn(|i| 0x10 + u8::try_from(i).unwrap());
    let mut seen = 0;
    for line in expected.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, secret, cipher, id, token] = words[..] else { panic!("{line}") };
        let key = Key::from_pem(vector(name)).unwrap();
        let keys = key.for_file(&salt);
        assert_eq!(hex(key.expose_secret()), secret, "{name}");
        assert_eq!(hex(keys.expose_cipher()), cipher, "{name}");
        assert_eq!(keys.id().to_string(), id, "{name}");
        assert_eq!(hex(keys.expose_page_token()), token, "{name}");
        seen += 1;
    }
    let files =
        fs::read_dir(vectors()).unwrap().filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "pem"));
    assert_eq!(seen, files.count(), "each key file has a line");
}

#[test]
fn a_file_and_its_text_are_the_same_key() {
    let text = vector("rsa-pkcs8.pem");
    let (_directory, path) = file(&text, 0o400);
    let key = Key::from_pem_file(&path).unwrap();
    assert_eq!(key.expose_secret(), Key::from_pem(&text).unwrap().expose_secret());
    let link = path.with_file_name("link.key");
    symlink(&path, &link).unwrap();
    assert_eq!(key.expose_secret(), Key::from_pem_file(&link).unwrap().expose_secret());
    assert_eq!(key.expose_secret(), Key::from_secret(*key.expose_secret()).expose_secret());
}

#[test]
fn a_source_gives_the_secret() {
    struct Service;
    impl KeySource for Service {
        fn secret(&self, into: &mut [u8; 32]) -> protostore::Result<()> {
            into.fill(7);
            Ok(())
        }
    }
    let source: &dyn KeySource = &Service;
    assert_eq!(Key::from_source(source).unwrap().expose_secret(), &[7; 32]);
}

#[test]
fn nothing_secret_is_printed() {
    let key = Key::from_secret([0xab; 32]);
    let keys = key.for_file(&[0xcd; 16]);
    let printed = format!("{key:?} {key:#?} {keys:?} {keys:#?}");
    for secret in ["ab", "171"]
        .into_iter()
        .map(str::to_owned)
        .chain([hex(keys.expose_cipher()), hex(&keys.expose_page_token()[..4])])
    {
        assert!(!printed.replace(&keys.id().to_string(), "").contains(&secret), "{printed}");
    }
}

#[test]
fn text_that_is_not_one_private_key_is_refused() {
    let (rsa, ec) = (vector("rsa-pkcs8.pem"), vector("ec-p256-sec1.pem"));
    let certificates = vector("rsa-pkcs8-certificates.pem");
    let end = b"-----END CERTIFICATE-----\n";
    let at = certificates.windows(end.len()).position(|w| w == end).unwrap() + end.len();
    refused(Key::from_pem(""), &["is not PEM", "-----BEGIN"]);
    refused(Key::from_pem("hunter2"), &["is not PEM", MAKES, "server.key"]);
    refused(Key::from_pem([0x30, 0x82, 1, 2, 3]), &["is DER", "openssl pkey -inform DER"]);
    refused(Key::from_pem(&certificates[..at]), &["no private key", "only CERTIFICATE", MAKES]);
    refused(Key::from_pem([rsa.as_slice(), &ec].concat()), &["2 private keys", "leave one"]);
    refused(Key::from_pem([rsa.as_slice(), &rsa].concat()), &["2 private keys"]);
    refused(
        Key::from_pem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
        &["encrypted", "openssl pkey -in"],
    );
    let legacy = String::from_utf8(vector("rsa-pkcs1.pem")).unwrap().replacen(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n",
        1,
    );
    refused(Key::from_pem(legacy), &["encrypted", "passphrase"]);
    refused(
        Key::from_pem("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
        &["OPENSSH PRIVATE KEY", MAKES, "ssh-keygen -p -m PKCS8 -f COPY", "leaves an Ed25519 key as it is"],
    );
}

#[test]
fn other_algorithms_and_curves_are_named() {
    // Ed448 and X25519, as openssl writes them.
    let ed448 =
        "MEcCAQAwBQYDK2VxBDsEOdAEwAK9d+Fwob/3qTs/lQEyDIAc5wIcjGpnVCWUsZpl\n17igSdYYhia3eBpjCJswkUoxdid7xF5Q5A==";
    let x25519 = "MC4CAQAwBQYDK2VuBCIEIPABaYoHGQMaBg+og7GKo2J2gn2zXr4zH2Dlok+mHjNq";
    // An algorithm without a name: 1.3.101.127.
    let nameless = x25519.replace("K2Vu", "K2V/");
    for (body, name) in [(ed448, "id-Ed448"), (x25519, "id-X25519"), (&nameless, "an unknown algorithm")] {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        refused(Key::from_pem(pem), &["unsupported algorithm", name, "use RSA, Ed25519", MAKES]);
    }
    refused(Key::from_pem(elsewhere("brainpool-sec1.pem")), &["unsupported algorithm (brainpoolP256r1)"]);
}

#[test]
fn a_curve_that_is_spelled_out_is_sound_and_has_no_name() {
    for file in ["ec-explicit-sec1.pem", "ec-explicit-pkcs8.pem"] {
        let error = Key::from_pem(elsewhere(file)).expect_err("has no named curve").to_string();
        assert!(error.contains("unsupported algorithm (an elliptic curve without a name)"), "{error}");
        assert!(!error.contains("damaged"), "{error}");
    }
}

#[test]
fn what_stands_before_the_first_line_is_passed_over_or_said() {
    let text = String::from_utf8(vector("ed25519-pkcs8.pem")).unwrap();
    let plain = *Key::from_pem(&text).unwrap().expose_secret();
    for before in ["\u{feff}", "\n\n", "subject: CN = a\n", "\u{feff}\r\n", "a line about -----BEGIN X-----\n"] {
        let key = Key::from_pem(format!("{before}{text}")).expect("openssl reads it");
        assert_eq!(key.expose_secret(), &plain, "{before:?}");
    }
    for before in [" ", "\t", "    ", "\u{feff} "] {
        refused(Key::from_pem(format!("{before}{text}")), &["blanks before -----BEGIN", "remove the blanks"]);
    }
    let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
    refused(Key::from_pem(indented), &["blanks before -----BEGIN"]);
}

#[test]
fn text_of_another_encoding_is_named() {
    let text = String::from_utf8(vector("ed25519-pkcs8.pem")).unwrap();
    let wide = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    for bytes in [wide(u16::to_le_bytes, true), wide(u16::to_be_bytes, true), wide(u16::to_le_bytes, false)] {
        refused(Key::from_pem(bytes), &["more than one byte a character", "save it as ASCII"]);
    }
}

#[test]
fn lost_line_ends_are_named() {
    let (text, chain) = (vector("ec-p256-pkcs8.pem"), vector("rsa-pkcs8-certificates.pem"));
    let text = String::from_utf8(text).unwrap();
    let first = text.replacen('\n', "", 1);
    let last = text.replacen("\n-----END", "-----END", 1);
    let none = text.replace('\n', "");
    let spelled = text.replace('\n', "\\n");
    let blanks = text.replace('\n', " ");
    for joined in [first, last, none, spelled, blanks] {
        refused(Key::from_pem(joined), &["has lost its line ends", "restore the file"]);
    }
    // A certificate before the key, and no line end between them.
    let chain = String::from_utf8(chain).unwrap();
    refused(Key::from_pem(chain.replace("-----\n-----BEGIN", "----------BEGIN")), &["has lost its line ends"]);
}

#[test]
fn damaged_keys_are_refused() {
    let text = String::from_utf8(vector("rsa-pkcs1.pem")).unwrap();
    refused(Key::from_pem(text.replace("-----END RSA PRIVATE KEY-----", "")), &["END line is"]);
    refused(Key::from_pem(text.replacen("MII", "M*I", 1)), &["not base64"]);
    refused(Key::from_pem(text.replace("RSA PRIVATE", "PRIVATE")), &["damaged", "PKCS#8"]);
    refused(Key::from_pem(text.replace("RSA PRIVATE", "EC PRIVATE")), &["damaged", "SEC1"]);
    let lines: Vec<&str> = text.lines().collect();
    let short = [&lines[..3], &lines[lines.len() - 1..]].concat().join("\n");
    refused(Key::from_pem(short), &["damaged"]);
}

#[test]
fn no_bytes_make_it_panic() {
    let text = vector("ec-p521-pkcs8.pem");
    for at in 0..text.len() {
        for change in [0, b'A', b'-', b'\n', 0xff] {
            let mut changed = text.clone();
            changed[at] = change;
            let _ = Key::from_pem(&changed);
        }
        let _ = Key::from_pem(&text[..at]);
    }
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    for mode in [0o644, 0o640, 0o604, 0o610, 0o602] {
        let (_directory, path) = file(&vector("ed25519-pkcs8.pem"), mode);
        refused(Key::from_pem_file(&path), &["read by others", &format!("{mode:04o}"), "chmod 600", "server.key"]);
        let link = path.with_file_name("link.key");
        symlink(&path, &link).unwrap();
        refused(Key::from_pem_file(&link), &["read by others", "link.key"]);
    }
}

/// As systemd hands over a credential: of another mode than it was made with, since the group's bits are the mask.
#[cfg(target_os = "linux")]
#[test]
fn a_list_that_lets_this_user_in_alone_is_no_exposure() {
    let own = rustix::process::geteuid().as_raw();
    let entry = |tag: u16, permits: u16, id: u32| -> Vec<u8> {
        [&tag.to_le_bytes()[..], &permits.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    let list = |user: u32| {
        let (owner, user, group) = (entry(1, 4, u32::MAX), entry(2, 4, user), entry(4, 0, u32::MAX));
        let (mask, other) = (entry(0x10, 4, u32::MAX), entry(0x20, 0, u32::MAX));
        [2u32.to_le_bytes().to_vec(), owner, user, group, mask, other].concat()
    };
    let (_directory, path) = file(&vector("ed25519-pkcs8.pem"), 0o400);
    for (user, taken) in [(own, true), (own + 1, false)] {
        let set = rustix::fs::setxattr(&path, "system.posix_acl_access", &list(user), rustix::fs::XattrFlags::empty());
        set.expect("the temporary directory has access control lists");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o440, "the mode shows the mask");
        let key = Key::from_pem_file(&path);
        match taken {
            true => assert!(key.is_ok(), "{key:?}"),
            false => refused(key, &["read by others", &format!("user {user}"), "setfacl", "chmod 600"]),
        }
    }
}

#[test]
fn what_is_no_key_file_is_refused() {
    let (directory, path) = file(&vec![b'x'; 300_000], 0o600);
    refused(Key::from_pem_file(&path), &["300000 bytes"]);
    refused(Key::from_pem_file(directory.path()), &["not a regular file"]);
    let (none, spaced) = (path.with_file_name("none.key"), path.with_file_name("a key"));
    refused(Key::from_pem_file(&none), &["does not exist", &format!("{MAKES} {}", none.display())]);
    refused(Key::from_pem_file(&spaced), &["does not exist", &format!("{MAKES} '{}'", spaced.display())]);
    refused(Key::from_pem_file(path.join("below")), &["cannot be read", "check the path"]);
    let pipe = path.with_file_name("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    refused(Key::from_pem_file(&pipe), &["not a regular file"]);
}
