//! The flags of `codegen` and `check`, for command lines that offer them.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::cache::directory;
use crate::{
    Accept, Colours, Comparison, FailOn, Failure, Format, Mode, Rebase, Release, Report, Request, Slug, current_dir,
};

/// The flags of `codegen`.
#[derive(Clone, Debug, clap::Args)]
pub struct RequestArgs {
    /// Write this store alone, by the name of its generated crate.
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Rewrite the newest version from the one before, as long as it is not released.
    #[arg(long)]
    amend: bool,
    /// Put the versions of this branch on top of those of another, after git could not merge the two: BASE is the branch
    /// whose versions stay as they are. Without it, that is the branch that is merged in, or the one that is rebased onto.
    #[arg(long, value_name = "BASE", num_args = 0..=1, default_missing_value = "",
          conflicts_with_all = ["amend", "name", "release", "oldest"])]
    rebase: Option<Rebase>,
    /// What the version is called: rename_memory. By default it is called after its first change.
    #[arg(long, value_name = "SLUG")]
    name: Option<Slug>,
    /// Accept a risk, as the question has it: narrow:machines.mem_size_mb. Can be given several times.
    #[arg(long, value_name = "WORD:PLACE")]
    accept: Vec<Accept>,
    /// Release the newest version, so that it is never rewritten; with 1.0.0 the data leaves 0.x.
    #[arg(long, value_name = "1.0.0", num_args = 0..=1, default_missing_value = "")]
    release: Option<Release>,
    /// Drop the migrations of the versions below this one: their files are then upgraded by the release of this version only.
    #[arg(long, value_name = "VERSION")]
    oldest: Option<u32>,
    /// Print the plan: what each change does to whom, steps, SQL and questions. Nothing is written.
    #[arg(long)]
    dry_run: bool,
    /// Rewrite no version that this commit, branch or tag of git has.
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// Compute everything, also where hashes kept in Cargo's target directory say that nothing changed.
    #[arg(long)]
    no_cache: bool,
}

impl RequestArgs {
    /// Returns what they ask for.
    #[must_use]
    pub fn request(self) -> Request {
        let Self { store, amend, rebase, name, accept, release, oldest, dry_run, against, no_cache } = self;
        let mode = if amend { Mode::Amend } else { Mode::Write };
        Request { store, mode, rebase, name, accept, oldest, release, dry_run, against, cache: cache(no_cache) }
    }
}

/// The flags of `check`.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// Compare with this commit, branch or tag of git too: versions that it has never change, and later ones are shown.
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// Exit with 3 where a change breaks clients or the previous program, or at any change: breaking or any.
    #[arg(long, value_name = "WHICH")]
    fail_on: Option<FailOn>,
    /// Compute everything, also where hashes kept in Cargo's target directory say that nothing changed: for CI.
    #[arg(long)]
    no_cache: bool,
}

/// Returns where answers are kept.
fn cache(no_cache: bool) -> Option<PathBuf> {
    let current = std::env::current_dir().ok().filter(|_| !no_cache)?;
    directory::find(&current, std::env::var_os("CARGO_TARGET_DIR"))
}

/// Returns the directory of the pages where none is named: below the directory that Cargo builds in, or will.
///
/// # Errors
/// [`Failure::NoCurrentDir`], as for [`current_dir`].
pub fn docs_directory() -> Result<PathBuf, Failure> {
    let current = current_dir()?;
    let built = directory::find(&current, std::env::var_os("CARGO_TARGET_DIR"));
    let target = built.unwrap_or_else(|| PathBuf::from("target"));
    Ok(target.strip_prefix(&current).unwrap_or(&target).join("protostore-docs"))
}

impl CheckArgs {
    /// Returns what is compared with.
    #[must_use]
    pub fn comparison(&self) -> Comparison {
        Comparison { against: self.against.clone(), cache: cache(self.no_cache) }
    }

    /// Returns which verdicts make the check fail.
    #[must_use]
    pub fn fail_on(&self) -> FailOn {
        self.fail_on.unwrap_or_default()
    }
}

/// How a command speaks: the flags that all commands have.
#[derive(Clone, Debug, clap::Args)]
pub struct OutputArgs {
    /// The notation: human, short, json, markdown, github, gitlab or sarif.
    #[arg(long, value_name = "NAME", default_value = "human", global = true)]
    pub message_format: Format,
    /// Say what is wrong or asked, and nothing else.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Whether to use colours: on a terminal, unless NO_COLOR is set, always or never.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
}

impl Default for OutputArgs {
    fn default() -> Self {
        Self { message_format: Format::Human, quiet: false, color: Color::Auto }
    }
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment has `NO_COLOR`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Returns the colours of text for a stream.
    #[must_use]
    pub fn on(self, stream: &impl IsTerminal) -> Colours {
        match self {
            Self::Always => Colours::Ansi,
            Self::Never => Colours::None,
            Self::Auto => Colours::of(stream),
        }
    }
}

impl OutputArgs {
    /// Returns what a command says of its report on standard output.
    #[must_use]
    pub fn report(&self, report: &Report, fail_on: FailOn) -> String {
        if self.quiet && self.message_format == Format::Human {
            let findings: String = report.findings.iter().map(|finding| format!("{finding}\n")).collect();
            return findings.trim_end().to_owned();
        }
        match (self.message_format, report.command) {
            (Format::Human, "codegen") => report.in_colours(self.color.on(&std::io::stdout())),
            (format, _) => report.in_format(format, fail_on),
        }
    }

    /// Returns why a command could not compute anything: boxes with the lines of the file on a terminal, plain lines
    /// elsewhere.
    #[must_use]
    pub fn failure(&self, failure: &Failure) -> String {
        let stream = std::io::stderr();
        if stream.is_terminal() {
            let theme = match self.color.on(&stream) {
                Colours::Ansi => GraphicalTheme::unicode(),
                Colours::None => GraphicalTheme::unicode_nocolor(),
            };
            let mut text = String::new();
            if GraphicalReportHandler::new_themed(theme).render_report(&mut text, failure).is_ok() {
                return text;
            }
        }
        failure.plain()
    }
}
