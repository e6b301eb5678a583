//! Each step, conversion, fill, test and motion of a plan: as text, and with rows.

mod cases;
mod evolved;
mod forms;
mod rows;
mod run;
mod steps;
mod store;
mod structure;
