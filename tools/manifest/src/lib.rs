//! Reads a manifest and checks it into a system specification.
