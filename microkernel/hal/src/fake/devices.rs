//! Interrupt controller, I/O ports and power switch that remember what they were told.

use crate::{Interrupts, IrqLine, IrqMode, Msi, Ports, Power, Width};

use super::{Fake, PoweredOff};

/// Controller inputs are below this line; message-signalled lines from it on.
const INPUTS: u16 = 24;

impl Interrupts for Fake {
    const LINES: u16 = 32;

    fn configure(&mut self, line: IrqLine, mode: IrqMode) -> bool {
        if line.0 >= INPUTS {
            return false;
        }
        self.unmasked.remove(&line);
        self.modes.insert(line, mode);
        true
    }

    fn mask(&mut self, line: IrqLine) {
        self.unmasked.remove(&line);
    }

    fn unmask(&mut self, line: IrqLine) {
        let known = self.modes.contains_key(&line) || self.msis.contains(&line);
        assert!(known, "unmasked {line:?}, which nobody configured");
        self.unmasked.insert(line);
    }

    fn allocate_msi(&mut self, device: u16) -> Option<Msi> {
        let line = (INPUTS..Self::LINES)
            .map(IrqLine)
            .find(|line| !self.msis.contains(line))?;
        self.msis.insert(line);
        Some(Msi {
            line,
            address: 0xfee0_0000,
            data: u32::from(device) << 16 | u32::from(line.0),
        })
    }

    fn release(&mut self, line: IrqLine) {
        self.unmasked.remove(&line);
        let known = self.modes.remove(&line).is_some() | self.msis.remove(&line);
        assert!(known, "released {line:?}, which was not in use");
    }
}

impl Ports for Fake {
    const EXIST: bool = true;

    fn port_read(&mut self, port: u16, width: Width) -> u32 {
        let value = self.ports.get(&port).copied().unwrap_or(u32::MAX);
        match width {
            Width::Byte => value & 0xff,
            Width::Word => value & 0xffff,
            Width::Long => value,
        }
    }

    fn port_write(&mut self, port: u16, _width: Width, value: u32) {
        self.ports.insert(port, value);
    }
}

impl Power for Fake {
    fn off(&mut self, code: u8) -> ! {
        std::panic::panic_any(PoweredOff(code))
    }
}
