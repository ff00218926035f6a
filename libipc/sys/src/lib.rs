//! Raw system calls: the only user-side assembly.

#![no_std]
