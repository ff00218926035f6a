//! The system specification: what the composer writes and root reads.

#![no_std]
