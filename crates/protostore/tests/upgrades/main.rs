//! Upgrades, through the public API: hand-made stores of several versions, and what is left of a file however one ends.

#[path = "../process/mod.rs"]
mod process;

mod back;
mod copies;
mod ends;
mod histories;
mod newer;
mod oldest;
mod races;
mod rehearsal;
#[cfg(feature = "prost")]
mod reported;
mod reports;
#[cfg(feature = "prost")]
mod steps;
mod store;
mod stores;
