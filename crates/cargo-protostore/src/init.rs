//! Begins a store in a project: the store message, the configuration, the entry in the workspace, and a program.

mod ask;
mod candidates;
mod manifest;
mod program;
mod store;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use protostore_build::arguments::OutputArgs;
use protostore_build::{Config, Dependency, Failure, current_dir};

use self::ask::Ask;
use self::candidates::Input;
use self::manifest::Manifest;

/// What is begun. What is not said is asked on a terminal.
#[derive(clap::Args)]
pub(crate) struct InitArgs {
    /// The directory of your protos. By default `proto`, beside the Cargo.toml.
    #[arg(long, value_name = "DIR")]
    protos: Option<PathBuf>,
    /// A further directory for imports: protos of others, whose messages may be records too.
    #[arg(short = 'I', long, value_name = "DIR")]
    include: Vec<PathBuf>,
    /// A set of descriptors that protoc or buf made, in place of text.
    #[arg(long, value_name = "FILE")]
    from_descriptor_set: Option<PathBuf>,
    /// A message that becomes a table, and its key: `Item`, `Item=id` or `shop.v1.Item=region,id`. Can be given several
    /// times.
    #[arg(long, value_name = "MESSAGE[=KEY]")]
    table: Vec<String>,
    /// What the store is called, in snake_case: the name of the generated crate.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where the run-time crate is: a directory, or in Cargo's words 'git = "…", rev = "…"'.
    #[arg(long, value_name = "SPEC")]
    runtime: Option<String>,
    /// Write a program that opens the store, adds records and lists them.
    #[arg(long)]
    main: bool,
    /// Print what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A file that is to be written: a new one, or a manifest with more in it.
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// What is new in it, where it is there already.
    pub(crate) added: Option<&'static str>,
}

/// Why nothing is begun: what is wrong, and what to do.
pub(crate) enum Stop {
    Failure(Failure),
    Says { message: String, help: String },
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Stop {
    fn says(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Says { message: message.into(), help: help.into() }
    }
}

/// Begins a store, and says what was written and what comes next.
pub(crate) fn init(args: InitArgs, output: &OutputArgs) -> ExitCode {
    match begin(args) {
        Ok(said) => {
            if !output.quiet {
                println!("{said}");
            }
            ExitCode::SUCCESS
        }
        Err(Stop::Failure(failure)) => crate::failed(&failure, output),
        Err(Stop::Says { message, help }) => {
            eprintln!("error: {message}\n  help: {}", help.replace('\n', "\n        "));
            ExitCode::from(2)
        }
    }
}

fn begin(args: InitArgs) -> Result<String, Stop> {
    let InitArgs { protos, include, from_descriptor_set, table, name, runtime, main, dry_run } = args;
    let current = current_dir()?;
    let manifest = Manifest::find(&current)?;
    let config = Config::find(&current)?;
    let mut ask = Ask::on_terminal();

    let protos = protos.or(config.protos.clone()).unwrap_or_else(|| manifest.dir().join("proto"));
    let input = Input { protos: protos.clone(), include: include.clone(), set: from_descriptor_set.clone() };
    let found = candidates::find(&input)?;
    let choices = match (table.is_empty(), &mut ask) {
        (false, _) => candidates::chosen(&found, &table)?,
        (true, Some(ask)) => ask.tables(&found)?,
        (true, None) => return Err(candidates::list(&found)),
    };
    let name = name.unwrap_or_else(|| store::default_name(&choices));
    let name = match &mut ask {
        Some(ask) => ask.line("Name of the store, and of the generated crate", &name)?,
        None => name,
    };
    input.check_name(&name)?;
    let store = store::Store::new(&name, choices, &protos)?;
    let runtime = match (runtime, &config.runtime, &mut ask) {
        (Some(text), ..) => Some(text),
        (None, Some(_), _) => None,
        (None, None, Some(ask)) => Some(ask.runtime()?),
        (None, None, None) => {
            let message =
                "the generated crate depends on the run-time crate `protostore`, and nothing says where it is";
            let help = "give its directory, --runtime ../protostore/crates/protostore, or a repository of git, --runtime \
                        'git = \"https://…/protostore\", rev = \"…\"'";
            return Err(Stop::says(message, help));
        }
    };
    let runtime = runtime.map(|text| Dependency::parse(&text)).transpose()?;
    if let Some(runtime) = &runtime {
        runtime.check("protostore")?;
    }
    let main = main || ask.as_mut().map_or(Ok(false), |ask| ask.yes("Write a program that opens the store"))?;

    let mut written = vec![store.file(&input)?];
    let more = manifest::More {
        protos: &protos,
        include: &include,
        set: from_descriptor_set.as_deref(),
        config: config.file.as_deref(),
        runtime: runtime.as_ref().or(config.runtime.as_ref()),
        program: main.then_some(name.as_str()),
    };
    written.extend(manifest.with(&more)?);
    if main {
        written.push(program::program(&manifest, &store)?);
    }
    if !dry_run {
        written.iter().try_for_each(write)?;
    }
    Ok(summary(&written, &manifest, &name, main, dry_run))
}

/// Writes a file; one that is not a manifest must not be there.
fn write(Written { path, text, added }: &Written) -> Result<(), Stop> {
    let fail = |error: std::io::Error| Stop::Failure(Failure::File { path: path.clone(), error });
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(fail)?;
    }
    match added {
        Some(_) => std::fs::write(path, text).map_err(fail),
        None => {
            let mut file = std::fs::File::create_new(path).map_err(fail)?;
            std::io::Write::write_all(&mut file, text.as_bytes()).map_err(fail)
        }
    }
}

fn summary(written: &[Written], manifest: &Manifest, name: &str, main: bool, dry_run: bool) -> String {
    let (wrote, put) = if dry_run { ("would write", "would add to") } else { ("wrote", "added to") };
    let line = |Written { path, added, .. }: &Written| match added {
        None => format!("{wrote} {}\n", path.display()),
        Some(what) => format!("{put} {}: {what}\n", path.display()),
    };
    let mut said: String = written.iter().map(line).collect();
    let from = |dir: &Path| if dir.as_os_str().is_empty() { String::new() } else { format!(" (in {})", dir.display()) };
    said += &format!(
        "\nnext{}:\n  cargo protostore codegen     # writes generated/{name}: commit it\n",
        from(manifest.dir())
    );
    if main {
        said += "  openssl genpkey -algorithm ed25519 -out server.key\n  cargo run -- add first       # on the disk when it answers\n  cargo run                    # lists what is kept";
    } else {
        said += &format!("  cargo add {name} --path generated/{name}");
    }
    said
}
