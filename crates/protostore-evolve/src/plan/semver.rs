//! What a plan means for those who use the data: the version that follows, and whether there is a way back.

use super::{DownEffect, Effect, Plan, Previous};

impl Plan {
    /// Returns whether clients or the previous program cannot go on as before.
    #[must_use]
    pub fn breaks(&self) -> bool {
        let breaks = |effect: Effect| effect == Effect::Breaks;
        self.verdicts.iter().any(|v| breaks(v.wire) || breaks(v.json) || v.previous == Previous::Neither)
    }

    /// Returns whether steps lead back, if only to less than there was. Where none do, `down` is empty, and the copy
    /// that was made before the upgrade has what was there.
    #[must_use]
    pub fn has_way_back(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.down != DownEffect::CopyOnly)
    }

    /// Returns the version of the data that follows `before`: major where clients or readers break, else minor; below
    /// 1.0.0 minor, else patch. None where `before` is not three numbers.
    ///
    /// ```
    /// use protostore_evolve::plan::{At, ChangeKind, Effect, Plan, Verdict};
    ///
    /// let added = Verdict::new(ChangeKind::A01, At::default(), "machines.owner is new").wire(Effect::Adds);
    /// let plan = Plan { verdicts: vec![added], ..Plan::default() };
    /// assert_eq!(plan.semver("0.1.0").as_deref(), Some("0.1.1"));
    /// assert_eq!(plan.semver("1.4.2").as_deref(), Some("1.5.0"));
    /// ```
    #[must_use]
    pub fn semver(&self, before: &str) -> Option<String> {
        let numbers: Vec<u64> = before.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [major, minor, patch] = numbers[..] else { return None };
        let [major, minor, patch] = match (major, self.breaks()) {
            (0, true) => [0, minor.checked_add(1)?, 0],
            (0, false) => [0, minor, patch.checked_add(1)?],
            (_, true) => [major.checked_add(1)?, 0, 0],
            (_, false) => [major, minor.checked_add(1)?, 0],
        };
        Some(format!("{major}.{minor}.{patch}"))
    }
}
