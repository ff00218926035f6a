//! The interfaces of the system: one generated module an interface.

#![no_std]
