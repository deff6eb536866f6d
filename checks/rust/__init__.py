"""Checks of Rust crates."""
