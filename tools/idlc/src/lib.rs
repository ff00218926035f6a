//! The IDL compiler: interface files to Rust modules.
