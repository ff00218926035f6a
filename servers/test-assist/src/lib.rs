//! Misbehaves on order, for the on-target tests.

#![no_std]
