//! Each step, conversion, fill, test and motion of a plan: as text, and with rows.

mod cases;
mod forms;
mod run;
mod steps;
mod store;
mod structure;
