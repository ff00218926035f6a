//! The shell: reads lines from the console, runs built-in commands and programs.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod parse;
