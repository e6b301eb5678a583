//! The store of these tests, whose upgrades ask the program: see `tests/`.
