//! What the bus server gets from the kernel: device memory, interrupts, and its own view of vector
//! tables.

use heapless::Vec;
use libipc::abi::startup::EntryKind;
use libipc::objects::{AddressSpace, CNode, IrqControl, IrqHandler, MessageInterrupt, Untyped};
use libipc::{CPtr, Cap, Kind, Startup, slots};
use pci::{Address, Block, Carver, Halves, Resources, WIRES, Window};
use weft_mmio::{Registers, map_registers};

const PAGE: u64 = 4096;
const PAGE_BITS: u8 = 12;
/// What the wires are called, where the board has them.
const WIRE_NAMES: [&str; WIRES as usize] = ["pci-wire0", "pci-wire1", "pci-wire2", "pci-wire3"];
/// The most pages of vector tables.
const MAX_TABLES: usize = 16;

/// A page of a vector table.
struct Table {
    page: u64,
    registers: Registers,
}

/// The kernel, as far as the bus server uses it.
pub(crate) struct Kernel {
    env: Startup,
    memory: Carver,
    interrupts: IrqControl,
    space: AddressSpace,
    tables: Vec<Table, MAX_TABLES>,
    /// The wires that nobody has yet.
    wires: [Option<IrqHandler>; WIRES as usize],
    mapped: u64,
}

impl Kernel {
    pub(crate) fn new(env: Startup) -> Self {
        Self {
            env,
            memory: window(&env, "pci-32"),
            interrupts: env.other("irq-control"),
            space: env.other("space"),
            tables: Vec::new(),
            wires: WIRE_NAMES.map(|name| {
                let wire = env.find(EntryKind::Irq, name)?;
                Some(IrqHandler::from(CPtr(wire.slot)))
            }),
            mapped: 0,
        }
    }

    /// The addresses of register blocks.
    pub(crate) fn window(&self) -> Window {
        self.memory.extent()
    }

    /// The registers of a page of a vector table, mapped once.
    fn table(&mut self, page: u64) -> Option<Registers> {
        if let Some(table) = self.tables.iter().find(|table| table.page == page) {
            return Some(table.registers);
        }
        let block = self.memory.carve(page, PAGE_BITS, &mut Split)?;
        let memory = Untyped::from(block.slot);
        let (env, space) = (&self.env, self.space);
        let registers = map_registers(env, space, memory, (0, PAGE), &mut self.mapped).ok()?;
        self.tables.push(Table { page, registers }).ok()?;
        Some(registers)
    }
}

impl Resources for Kernel {
    fn memory(&mut self, base: u64, bytes: u64) -> Option<Cap<Untyped>> {
        let size = bytes.max(PAGE).trailing_zeros() as u8;
        let block = self.memory.carve(base, size, &mut Split)?;
        Some(Cap::from_slot(block.slot))
    }

    fn interrupt(&mut self, of: Address) -> Option<(Cap<IrqHandler>, MessageInterrupt)> {
        let slot = slots::allocate()?;
        match self.interrupts.create_message(of.id(), CNode::OWN, slot) {
            Ok(message) => Some((Cap::from_slot(slot), message)),
            Err(_) => {
                slots::release(slot);
                None
            }
        }
    }

    fn wire(&mut self, number: u8) -> Option<Cap<IrqHandler>> {
        let wire = self.wires.get_mut(usize::from(number))?.take()?;
        Some(Cap::from_slot(wire.cptr()))
    }

    fn write_entry(&mut self, at: u64, entry: [u32; 4]) -> Option<()> {
        let registers = self.table(at & !(PAGE - 1))?;
        let offset = (at & (PAGE - 1)) as usize;
        for (index, word) in entry.into_iter().enumerate() {
            registers.write32(offset + 4 * index, word);
        }
        Some(())
    }
}

/// Splits untypeds by retyping them into two.
struct Split;

impl Halves for Split {
    fn split(&mut self, block: Block) -> Option<(CPtr, CPtr)> {
        let lower = slots::allocate_run(2)?;
        let upper = CPtr(lower.0 + 1);
        let whole = Untyped::from(block.slot);
        let made = whole.retype_many(Kind::Untyped, block.size - 1, CNode::OWN, lower, 2);
        if made.is_err() {
            slots::release(lower);
            slots::release(upper);
            return None;
        }
        Some((lower, upper))
    }
}

/// The untypeds of a window of device memory: `v0` of them from the entry's slot on.
fn window(env: &Startup, name: &str) -> Carver {
    let mut carver = Carver::default();
    let Some(entry) = env.find(EntryKind::Other, name) else {
        panic!("the image gives no device memory named \"{name}\"");
    };
    for index in 0..entry.v0 as u32 {
        let slot = CPtr(entry.slot + index);
        if let Ok(memory) = Untyped::from(slot).describe() {
            carver.add(Block {
                base: memory.base,
                size: memory.size,
                slot,
            });
        }
    }
    carver
}
