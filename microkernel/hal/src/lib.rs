//! The contract that an architecture fulfils.

#![no_std]
