//! A browser without a window, driven by its own protocol over two pipes: a message ends with a NUL.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// Returns the browser of this machine, or none where there need not be one.
pub(crate) fn find() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file());
    let is_required = std::env::var_os("PROTOSTORE_BROWSER").is_some_and(|value| value == "required");
    assert!(found.is_some() || !is_required, "no browser is installed: `apt-get install chromium`");
    if found.is_none() {
        eprintln!("chromium: NOT INSTALLED, so no page was opened: `apt-get install chromium`");
    }
    found
}

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: Option<String>,
    sent: u64,
    loads: u64,
    _home: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser.
    pub(crate) fn start(program: &Path) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let pipes = ["in", "out"].map(|name| home.path().join(name));
        let made = Command::new("mkfifo").args(&pipes).status().expect("mkfifo runs");
        assert!(made.success(), "the pipes are made");
        let [into, out] = &pipes;
        let child = Command::new("sh")
            .args(["-c", "in=$1; out=$2; shift 2; exec \"$@\" 3<\"$in\" 4>\"$out\"", "sh"])
            .args([into, out, &program.to_owned()])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--remote-debugging-pipe", "--window-size=1280,900", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", home.path().join("profile").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell runs");
        let to = File::options().write(true).open(into).expect("the pipe to the browser");
        let from = BufReader::new(File::open(out).expect("the pipe from the browser"));
        let mut browser = Self { child, to, from, session: None, sent: 0, loads: 0, _home: home };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.ask("Target.attachToTarget", &attach);
        browser.session = Some(attached["sessionId"].as_str().expect("a session").to_owned());
        browser.ask("Page.enable", &json!({}));
        browser
    }

    /// Opens a page on disk, and returns when it is loaded.
    pub(crate) fn open(&mut self, page: &Path) {
        let before = self.loads;
        self.ask("Page.navigate", &json!({ "url": format!("file://{}", page.display()) }));
        self.wait_for_load(before);
    }

    /// Presses a key that is no character, and returns when the page that it leads to is loaded.
    pub(crate) fn press_and_load(&mut self, key: &str) {
        let before = self.loads;
        self.press(key);
        self.wait_for_load(before);
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "/" => (191, "/"),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "Tab" => (9, ""),
            "ArrowDown" => (40, ""),
            "ArrowUp" => (38, ""),
            other => panic!("no key is called {other}"),
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        self.ask(
            "Input.dispatchKeyEvent",
            &json!({ "type": down, "key": key, "windowsVirtualKeyCode": code, "text": text }),
        );
        self.ask("Input.dispatchKeyEvent", &json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code }));
    }

    /// Writes text where the cursor is.
    pub(crate) fn write(&mut self, text: &str) {
        self.ask("Input.insertText", &json!({ "text": text }));
    }

    /// Returns the value of an expression of the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let result = self.ask("Runtime.evaluate", &json!({ "expression": expression, "returnByValue": true }));
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Says how the page is shown: on `screen` or in `print`, `light` or `dark`.
    pub(crate) fn media(&mut self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
    }

    fn wait_for_load(&mut self, before: u64) {
        while self.loads == before {
            self.read();
        }
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser reads");
        loop {
            let answer = self.read();
            if answer["id"] == json!(self.sent) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("the browser answers");
        assert_eq!(bytes.pop(), Some(0), "the browser ended");
        let message: Value = serde_json::from_slice(&bytes).expect("a message is JSON");
        self.loads += u64::from(message["method"] == json!("Page.loadEventFired"));
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It is ended either way; that it is gone already is no harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
