//! The flags of `codegen` and `check`, for command lines that offer them.

use crate::{Accept, Comparison, FailOn, Format, Mode, Release, Request, Slug};

/// The flags of `codegen`.
#[derive(Clone, Debug, clap::Args)]
pub struct RequestArgs {
    /// Write this store alone, by the name of its generated crate.
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Rewrite the newest version from the one before, as long as it is not released.
    #[arg(long)]
    amend: bool,
    /// What the version is called: rename_memory. By default it is called after its first change.
    #[arg(long, value_name = "SLUG")]
    name: Option<Slug>,
    /// Accept a risk, as the question has it: narrow:machines.mem_size_mb. Can be given several times.
    #[arg(long, value_name = "WORD:PLACE")]
    accept: Vec<Accept>,
    /// Release the newest version, so that it is never rewritten; with 1.0.0 the data leaves 0.x.
    #[arg(long, value_name = "1.0.0", num_args = 0..=1, default_missing_value = "")]
    release: Option<Release>,
    /// Print the plan: what each change does to whom, steps, SQL and questions. Nothing is written.
    #[arg(long)]
    dry_run: bool,
    /// Rewrite no version that this commit, branch or tag of git has.
    #[arg(long, value_name = "REF")]
    against: Option<String>,
}

impl RequestArgs {
    /// Returns what they ask for.
    #[must_use]
    pub fn request(self) -> Request {
        let Self { store, amend, name, accept, release, dry_run, against } = self;
        let mode = if amend { Mode::Amend } else { Mode::Write };
        Request { store, mode, name, accept, release, dry_run, against }
    }
}

/// The flags of `check`.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// Compare with this commit, branch or tag of git too: versions that it has never change, and later ones are shown.
    #[arg(long, value_name = "REF")]
    against: Option<String>,
    /// The notation: table, markdown, json, github or gitlab.
    #[arg(long, value_name = "NAME", default_value = "table")]
    pub format: Format,
    /// Exit with 3 where a change breaks clients or the previous program, or at any change: breaking or any.
    #[arg(long, value_name = "WHICH")]
    fail_on: Option<FailOn>,
}

impl CheckArgs {
    /// Returns what is compared with.
    #[must_use]
    pub fn comparison(&self) -> Comparison {
        Comparison { against: self.against.clone() }
    }

    /// Returns which verdicts make the check fail.
    #[must_use]
    pub fn fail_on(&self) -> FailOn {
        self.fail_on.unwrap_or_default()
    }
}
