//! What the kernel needs to know of the board, from its device tree.
//!
//! Only nodes directly below the root are looked at, whose addresses need no translation (QEMU's `virt`), those
//! on its bus `soc`, whose addresses its `ranges` translate (the Raspberry Pi), and parts of interrupt controllers below the
//! root.

use weft_early::{Range, RangeSet};

use crate::cpus::{Cpu, Cpus, Start};
use crate::fdt::{Fdt, Item, Property};

/// The interrupt controller's registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gic {
    /// GICv2.
    V2 {
        /// The distributor.
        distributor: Range,
        /// The processor interface.
        interface: Range,
    },
    /// GICv3.
    V3 {
        /// The distributor.
        distributor: Range,
        /// The redistributors of all cores.
        redistributors: Range,
    },
}

impl Gic {
    /// The distributor.
    pub const fn distributor(&self) -> Range {
        match self {
            Self::V2 { distributor, .. } | Self::V3 { distributor, .. } => *distributor,
        }
    }

    /// All registers.
    pub const fn registers(&self) -> [Range; 2] {
        match self {
            Self::V2 {
                distributor,
                interface,
            } => [*distributor, *interface],
            Self::V3 {
                distributor,
                redistributors,
            } => [*distributor, *redistributors],
        }
    }
}

/// What turns what devices write into interrupts: part of the interrupt controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// A GICv3's Interrupt Translation Service.
    Translated(Range),
    /// A frame of a GICv2 whose register raises shared interrupts.
    Frame(Range),
}

impl Messages {
    /// Its registers.
    pub const fn registers(&self) -> Range {
        match self {
            Self::Translated(registers) | Self::Frame(registers) => *registers,
        }
    }
}

/// How the firmware is called (Arm DEN 0022).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduit {
    /// By HVC.
    Hypervisor,
    /// By SMC.
    SecureMonitor,
}

/// A serial port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialPort {
    /// What it is.
    pub kind: SerialKind,
    /// Its registers.
    pub registers: Range,
}

/// What a serial port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SerialKind {
    /// Arm's PL011.
    Pl011,
    /// The auxiliary UART of the Raspberry Pi's chips.
    Auxiliary,
}

/// The chip that a board is made with, where something follows from it that the tree does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chip {
    /// Nothing does.
    Unknown,
    /// That of the Raspberry Pi 4.
    Bcm2711,
}

/// A board.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// Its memory.
    pub memory: RangeSet,
    /// Memory that the firmware keeps.
    pub reserved: RangeSet,
    /// The boot image.
    pub image: Option<Range>,
    /// Its interrupt controller.
    pub gic: Option<Gic>,
    /// What it has for message-signalled interrupts.
    pub messages: Option<Messages>,
    /// The serial port for the kernel's own text: the last that is not the console's, which is left to a driver, if there
    /// is another. QEMU's `virt` has a second PL011 on demand, the Raspberry Pi a smaller UART.
    pub serial: Option<SerialPort>,
    /// How the firmware is called to end the machine.
    pub conduit: Option<Conduit>,
    /// Its processor cores.
    pub cpus: Cpus,
    /// Its chip.
    pub chip: Chip,
    /// The rate of the counter, if the tree says it: where firmware does not set it.
    pub counter_hz: Option<u32>,
}

/// What is known of the node that is being read.
#[derive(Clone, Copy, Default)]
struct Node<'a> {
    name: &'a [u8],
    compatible: Option<Property<'a>>,
    reg: Option<Property<'a>>,
    method: Option<Property<'a>>,
    status: Option<Property<'a>>,
    enable_method: Option<Property<'a>>,
    release_address: Option<Property<'a>>,
    clock_frequency: Option<Property<'a>>,
}

/// The properties that are looked at.
#[derive(Clone, Copy)]
enum Key {
    AddressCells,
    SizeCells,
    Ranges,
    ImageStart,
    ImageEnd,
    Compatible,
    Reg,
    Method,
    Status,
    EnableMethod,
    ReleaseAddress,
    ClockFrequency,
}

impl Key {
    /// With their names. A table, because code that compares with each of them is long.
    const ALL: [(&[u8], Self); 12] = [
        (b"#address-cells", Self::AddressCells),
        (b"#size-cells", Self::SizeCells),
        (b"ranges", Self::Ranges),
        (b"linux,initrd-start", Self::ImageStart),
        (b"linux,initrd-end", Self::ImageEnd),
        (b"compatible", Self::Compatible),
        (b"reg", Self::Reg),
        (b"method", Self::Method),
        (b"status", Self::Status),
        (b"enable-method", Self::EnableMethod),
        (b"cpu-release-addr", Self::ReleaseAddress),
        (b"clock-frequency", Self::ClockFrequency),
    ];
}

/// How addresses below a node are written, in cells.
#[derive(Clone, Copy)]
struct Cells {
    address: usize,
    size: usize,
}

/// What holds where a node does not say (Devicetree Specification 0.4 §2.3.5).
const USUAL_CELLS: Cells = Cells {
    address: 2,
    size: 1,
};

/// A bus directly below the root.
#[derive(Clone, Copy)]
struct Bus<'a> {
    cells: Cells,
    /// Its addresses, the root's, and for how many bytes.
    ranges: Option<Property<'a>>,
}

impl Bus<'_> {
    /// Greatest number of ranges that are read.
    const RANGES: usize = 16;
    const NEW: Self = Self {
        cells: USUAL_CELLS,
        ranges: None,
    };

    /// The root's addresses for some of the bus, which are the same where it says that they are; `None` if no range holds
    /// their first.
    fn translate(&self, range: Range, root: Cells) -> Option<Range> {
        let ranges = self.ranges?;
        if ranges.value.is_empty() {
            return Some(range);
        }
        let Cells { address, size } = self.cells;
        let each = address + root.address + size;
        (0..Self::RANGES).find_map(|index| {
            let at = index.checked_mul(each)?;
            let own = ranges.number(at, address)?;
            let above = ranges.number(at + address, root.address)?;
            let length = ranges.number(at + address + root.address, size)?;
            let offset = range
                .start
                .checked_sub(own)
                .filter(|offset| *offset < length)?;
            Some(Range::sized(above.checked_add(offset)?, range.length()))
        })
    }
}

impl Board {
    /// Reads the tree. The early console, if the board's file has one, is where the console is.
    pub fn read(tree: &Fdt<'_>, console: Option<Range>) -> Self {
        let mut reader = Reader {
            console,
            ..Reader::default()
        };
        for (start, length) in tree.reservations() {
            reader.board.reserved.add(Range::sized(start, length));
        }
        for item in tree.items() {
            match item {
                Item::Begin(name) => reader.begin(name),
                Item::End => reader.end(),
                Item::Property(property) => reader.property(property),
            }
        }
        reader.finish()
    }

    /// Leaves cores out that would be started through memory that is none, or not theirs. `physical_bits` are those of an
    /// address.
    pub fn check_releases(&mut self, kernel: Range, tree: Range, physical_bits: u8) {
        let (memory, image) = (self.memory, self.image);
        self.cpus.check_releases(|page| {
            let used = [Some(kernel), Some(tree), image];
            let mut used = used.into_iter().flatten();
            page.end <= 1 << physical_bits
                && memory
                    .iter()
                    .any(|range| range.start <= page.start && page.end <= range.end)
                && !used.any(|range| range.overlaps(page))
        });
    }

    const EMPTY: Self = Self {
        memory: RangeSet::new(),
        reserved: RangeSet::new(),
        image: None,
        gic: None,
        messages: None,
        serial: None,
        conduit: None,
        cpus: Cpus::NONE,
        chip: Chip::Unknown,
        counter_hz: None,
    };
}

/// What has been read so far.
struct Reader<'a> {
    board: Board,
    /// Where the console's registers are.
    console: Option<Range>,
    cells: Cells,
    bus: Bus<'a>,
    /// How many nodes are open, the root among them.
    depth: usize,
    /// The open node directly below the root.
    parent: &'a [u8],
    node: Node<'a>,
    image_start: Option<u64>,
    image_end: Option<u64>,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self {
            board: Board::EMPTY,
            console: None,
            cells: USUAL_CELLS,
            bus: Bus::NEW,
            depth: 0,
            parent: &[],
            node: Node::default(),
            image_start: None,
            image_end: None,
        }
    }
}

impl<'a> Reader<'a> {
    fn begin(&mut self, name: &'a [u8]) {
        self.take_node();
        self.node.name = name;
        if self.depth == 1 {
            self.parent = name;
            self.bus = Bus::NEW;
        }
        self.depth += 1;
    }

    fn end(&mut self) {
        self.take_node();
        self.depth = self.depth.saturating_sub(1);
    }

    fn property(&mut self, property: Property<'a>) {
        let known = Key::ALL.iter().find(|(name, _)| *name == property.name);
        let Some((_, key)) = known else {
            return;
        };
        let node = &mut self.node;
        match (self.depth, key) {
            (1, Key::AddressCells) => self.cells.address = cell(property),
            (1, Key::SizeCells) => self.cells.size = cell(property),
            (2, Key::AddressCells) => self.bus.cells.address = cell(property),
            (2, Key::SizeCells) => self.bus.cells.size = cell(property),
            (2, Key::Ranges) => self.bus.ranges = Some(property),
            (2, Key::ImageStart) => self.image_start = whole(property),
            (2, Key::ImageEnd) => self.image_end = whole(property),
            (_, Key::Compatible) => node.compatible = Some(property),
            (_, Key::Reg) => node.reg = Some(property),
            (_, Key::Method) => node.method = Some(property),
            (_, Key::Status) => node.status = Some(property),
            (_, Key::EnableMethod) => node.enable_method = Some(property),
            (_, Key::ReleaseAddress) => node.release_address = Some(property),
            (_, Key::ClockFrequency) => node.clock_frequency = Some(property),
            _ => {}
        }
    }

    fn finish(self) -> Board {
        let ends = self.image_start.zip(self.image_end);
        Board {
            image: ends.map(|(start, end)| Range { start, end }),
            ..self.board
        }
    }

    /// Takes what a node says: its properties stand before its children, so all are known.
    fn take_node(&mut self) {
        let node = core::mem::take(&mut self.node);
        match (self.depth, self.parent) {
            (1, _) if node.is(b"brcm,bcm2711") => self.board.chip = Chip::Bcm2711,
            (2, _) => {
                let mut ranges = node.ranges(self.cells);
                self.device(node, &mut ranges);
            }
            (3, b"soc") => {
                let (bus, root) = (self.bus, self.cells);
                let own = node.ranges(bus.cells);
                let mut ranges = own.filter_map(move |range| bus.translate(range, root));
                self.device(node, &mut ranges);
            }
            (3, b"cpus") if node.name.starts_with(b"cpu@") => {
                node.cpu()
                    .into_iter()
                    .for_each(|cpu| self.board.cpus.add(cpu));
            }
            (3, b"reserved-memory") => {
                let ranges = node.ranges(self.cells);
                ranges.for_each(|range| self.board.reserved.add(range));
            }
            (3, _) => {
                let own = node.ranges(self.bus.cells).next();
                let registers = own.and_then(|range| self.bus.translate(range, self.cells));
                let messages = registers.and_then(|registers| node.messages(registers));
                self.board.messages = messages.or(self.board.messages);
            }
            _ => {}
        }
    }

    /// Takes a node with its addresses.
    fn device(&mut self, node: Node<'_>, ranges: &mut dyn Iterator<Item = Range>) {
        if !node.is_usable() {
            return;
        }
        if node.name.starts_with(b"memory@") {
            ranges.for_each(|range| self.board.memory.add(range));
            return;
        }
        if node.is(b"arm,psci-1.0") || node.is(b"arm,psci-0.2") {
            self.board.conduit = node.method.map(conduit);
        }
        if node.is(b"arm,armv8-timer") {
            self.board.counter_hz = node.clock_frequency.and_then(|hz| hz.cell(0));
        }
        if let Some(kind) = node.serial() {
            let is_console = |range: &Range| self.console.is_some_and(|own| own.overlaps(*range));
            let registers = ranges.next();
            let is_better = |range: &Range| self.board.serial.is_none() || !is_console(range);
            if let Some(registers) = registers.filter(is_better) {
                self.board.serial = Some(SerialPort { kind, registers });
            }
        } else if node.is(b"arm,cortex-a15-gic") || node.is(b"arm,gic-400") {
            let pair = ranges.next().zip(ranges.next());
            self.board.gic = pair.map(|(distributor, interface)| Gic::V2 {
                distributor,
                interface,
            });
        } else if node.is(b"arm,gic-v3") {
            let pair = ranges.next().zip(ranges.next());
            self.board.gic = pair.map(|(distributor, redistributors)| Gic::V3 {
                distributor,
                redistributors,
            });
        }
    }
}

impl<'a> Node<'a> {
    /// Greatest number of ranges that are read of a node.
    const RANGES: usize = 16;

    fn is(&self, what: &[u8]) -> bool {
        self.compatible
            .is_some_and(|property| property.has_string(what))
    }

    /// What kind of serial port it is, if it is one.
    fn serial(&self) -> Option<SerialKind> {
        if self.is(b"arm,pl011") {
            Some(SerialKind::Pl011)
        } else if self.is(b"brcm,bcm2835-aux-uart") {
            Some(SerialKind::Auxiliary)
        } else {
            None
        }
    }

    /// What it is for message-signalled interrupts, if it is something for them and has all registers.
    fn messages(&self, registers: Range) -> Option<Messages> {
        const TRANSLATED: u64 = 0x2_0000;
        const FRAME: u64 = 0x1000;
        let (kind, bytes): (fn(Range) -> Messages, _) = if self.is(b"arm,gic-v3-its") {
            (Messages::Translated, TRANSLATED)
        } else if self.is(b"arm,gic-v2m-frame") {
            (Messages::Frame, FRAME)
        } else {
            return None;
        };
        let usable = self.is_usable() && registers.length() >= bytes;
        usable.then(|| kind(Range::sized(registers.start, bytes)))
    }

    /// The core that it is, if it is there for us.
    fn cpu(&self) -> Option<Cpu> {
        let affinity = self.reg.and_then(whole)?;
        let by = |method: &[u8]| self.enable_method.is_some_and(|way| way.has_string(method));
        let start = if by(b"psci") {
            Start::Firmware
        } else if by(b"spin-table") {
            let address = self.release_address.and_then(whole);
            address.map_or(Start::Unknown, Start::Release)
        } else {
            Start::Unknown
        };
        self.is_usable().then_some(Cpu { affinity, start })
    }

    /// Whether it is there for us: what only the secure world may use is marked so (Devicetree Specification 0.4
    /// §2.3.4).
    fn is_usable(&self) -> bool {
        self.status
            .is_none_or(|status| status.has_string(b"okay") || status.has_string(b"ok"))
    }

    fn ranges(&self, cells: Cells) -> impl Iterator<Item = Range> + use<'a> {
        let reg = self.reg;
        (0..Self::RANGES).map_while(move |index| range(reg?, index, cells))
    }
}

fn conduit(method: Property<'_>) -> Conduit {
    if method.has_string(b"smc") {
        Conduit::SecureMonitor
    } else {
        Conduit::Hypervisor
    }
}

fn cell(property: Property<'_>) -> usize {
    property.cell(0).unwrap_or(1) as usize
}

/// A number that fills its property.
#[inline(never)]
fn whole(property: Property<'_>) -> Option<u64> {
    property.number(0, property.value.len() / 4)
}

fn range(reg: Property<'_>, index: usize, cells: Cells) -> Option<Range> {
    let at = index.checked_mul(cells.address + cells.size)?;
    let start = reg.number(at, cells.address)?;
    Some(Range::sized(
        start,
        reg.number(at + cells.address, cells.size)?,
    ))
}

#[cfg(test)]
mod tests;
