//! Device registers and DMA memory: the only unsafe of the drivers.

#![no_std]
