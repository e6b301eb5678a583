//! The system's clock: the one place that reads it, so that a test can say what time it is.

/// Returns the system's time; it may be before 1970, where the clock was never set.
#[cfg(not(test))]
pub(crate) fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

#[cfg(test)]
pub(crate) use set::{at, now};

#[cfg(test)]
mod set {
    use std::cell::Cell;
    use std::time::SystemTime;

    thread_local! {
        static SET: Cell<Option<SystemTime>> = const { Cell::new(None) };
    }

    pub(crate) fn now() -> SystemTime {
        SET.get().unwrap_or_else(SystemTime::now)
    }

    /// Runs something on this thread at that time.
    pub(crate) fn at<T>(time: SystemTime, run: impl FnOnce() -> T) -> T {
        SET.set(Some(time));
        let out = run();
        SET.set(None);
        out
    }
}
