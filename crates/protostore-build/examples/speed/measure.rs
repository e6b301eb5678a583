//! Commands in turns, each for so long that the clock and the processor's time are told apart from nothing.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the runs of a command take together in one round, at least.
const ROUND: Duration = Duration::from_millis(300);

/// A command that is measured.
pub(crate) struct Subject<'a> {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// What must be done before each run, outside of the time.
    pub(crate) before: Box<dyn Fn() + 'a>,
    /// The command.
    pub(crate) command: Box<dyn Fn() -> Command + 'a>,
    /// The exit code that it must have.
    pub(crate) code: i32,
}

/// What a run of a command took, in the mean of a round.
#[derive(Clone, Copy)]
struct Took {
    time: f64,
    cpu: f64,
}

/// What a command took.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// Median seconds of the clock.
    pub(crate) seconds: f64,
    /// Median of the ratios to the first command, by the clock.
    pub(crate) time: f64,
    /// The same by the processor.
    pub(crate) cpu: f64,
    /// The largest share of memory, in MB.
    pub(crate) peak: f64,
}

/// Runs every command in each round, and compares with the first.
pub(crate) fn measure(rounds: usize, subjects: &[Subject<'_>]) -> Vec<Measured> {
    // The first run of each warms the caches of the system, and says how many make a round.
    let counts: Vec<usize> =
        subjects.iter().map(|subject| (ROUND.div_duration_f64(once(subject)) as usize).clamp(1, 60)).collect();
    let mut took: Vec<Vec<Took>> = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for (at, subject) in subjects.iter().enumerate() {
            took[at].push(round(subject, counts[at]));
        }
    }
    let ratios =
        |at: usize, of: fn(&Took) -> f64| median(took[at].iter().zip(&took[0]).map(|(a, b)| of(a) / of(b)).collect());
    let measured = subjects.iter().enumerate().map(|(at, subject)| Measured {
        name: subject.name,
        seconds: median(took[at].iter().map(|took| took.time).collect()),
        time: ratios(at, |took| took.time),
        cpu: ratios(at, |took| took.cpu),
        peak: peak(subject),
    });
    measured.collect()
}

fn round(subject: &Subject<'_>, runs: usize) -> Took {
    let (mut time, before) = (Duration::ZERO, children());
    for _ in 0..runs {
        time += once(subject);
    }
    let runs = runs as f64;
    Took { time: time.as_secs_f64() / runs, cpu: (children() - before) / runs }
}

/// Runs a command once, and returns how long it took.
fn once(subject: &Subject<'_>) -> Duration {
    (subject.before)();
    let mut command = (subject.command)();
    let start = Instant::now();
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", subject.name));
    let took = start.elapsed();
    let says = || String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned();
    assert_eq!(output.status.code(), Some(subject.code), "{}: {}", subject.name, says());
    took
}

/// Returns the largest share of memory that a run has, in MB, as it is seen every half millisecond.
fn peak(subject: &Subject<'_>) -> f64 {
    (subject.before)();
    let mut child = (subject.command)().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a process");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("a process").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u32>().ok());
        most = most.max(kilobytes.unwrap_or_default());
        std::thread::sleep(Duration::from_micros(500));
    }
    f64::from(most) / 1024.0
}

/// Returns the processor's time of all processes that were waited for, in seconds. Linux adds them up exactly and prints
/// hundredths.
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux has the times of a process");
    // The name of the program, which may have blanks, ends with the last parenthesis; the state follows it.
    let (_, rest) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u32>().expect("a number of ticks");
    f64::from(ticks(13) + ticks(14)) / 100.0
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Prints what was measured: seconds, and ratios to the first line.
pub(crate) fn print(title: &str, measured: &[Measured]) {
    println!("{title:42} {:>9} {:>7} {:>7} {:>7}", "ms", "time", "cpu", "MB");
    for Measured { name, seconds, time, cpu, peak } in measured {
        let [time, cpu] = [time, cpu].map(|ratio| match ratio.is_finite() {
            true => format!("{ratio:.2}x"),
            // The system counts the processor's time in steps, of which a short command may take none.
            false => "-".to_owned(),
        });
        println!("  {name:40} {:9.1} {time:>7} {cpu:>7} {peak:7.1}", seconds * 1000.0);
    }
    println!();
}
