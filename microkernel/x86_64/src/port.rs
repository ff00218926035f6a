//! I/O ports.

use weft_hal::Width;
use x86_64::instructions::port::Port;

/// Reads a port.
pub(crate) fn read(port: u16, width: Width) -> u32 {
    match width {
        Width::Byte => u32::from(read_byte(port)),
        Width::Word => {
            let mut port = Port::<u16>::new(port);
            // SAFETY:
            // 1. ports are no memory of the kernel; who may read which is decided by capabilities.
            u32::from(unsafe { port.read() })
        }
        Width::Long => {
            let mut port = Port::<u32>::new(port);
            // SAFETY:
            // 1. ports are no memory of the kernel; who may read which is decided by capabilities.
            unsafe { port.read() }
        }
    }
}

/// Writes a port; what is too wide is cut off.
pub(crate) fn write(port: u16, width: Width, value: u32) {
    match width {
        Width::Byte => write_byte(port, value as u8),
        Width::Word => {
            let mut port = Port::<u16>::new(port);
            // SAFETY:
            // 1. a device that is told to do DMA is the risk of who holds the port capability.
            unsafe { port.write(value as u16) };
        }
        Width::Long => {
            let mut port = Port::<u32>::new(port);
            // SAFETY:
            // 1. a device that is told to do DMA is the risk of who holds the port capability.
            unsafe { port.write(value) };
        }
    }
}

/// Reads a byte.
pub(crate) fn read_byte(port: u16) -> u8 {
    let mut port = Port::<u8>::new(port);
    // SAFETY:
    // 1. ports are no memory of the kernel; who may read which is decided by capabilities.
    unsafe { port.read() }
}

/// Writes a byte.
pub(crate) fn write_byte(port: u16, value: u8) {
    let mut port = Port::<u8>::new(port);
    // SAFETY:
    // 1. a device that is told to do DMA is the risk of who holds the port capability.
    unsafe { port.write(value) };
}
