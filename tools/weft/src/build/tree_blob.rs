//! The device tree that QEMU's Raspberry Pi 4 is started with, in place of the one that firmware would hand over.
//!
//! It holds what the kernel reads, written as the firmware does: devices on a bus whose addresses are translated. QEMU
//! adds the memory and where the boot image is. Format: Devicetree Specification 0.4 §5.

use std::ops::Range;

/// The file's name, beside the kernel.
pub const FILE: &str = "board.dtb";

const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROPERTY: u32 = 3;
const END: u32 = 9;
const MAGIC: u32 = 0xd00d_feed;
const VERSION: u32 = 17;
const OLDEST: u32 = 16;
/// Bytes of the header, and of two reservations behind it of which the second ends them.
const HEADER: u32 = 40;
const RESERVATIONS: u32 = 32;
/// Where the cores that are not started wait, and what they read.
const STUB_BYTES: u64 = 0x1000;
/// What the first core reads there; eight bytes for each.
const RELEASE_ADDRESS: u32 = 0xd8;

/// Memory below the VideoCore's, as the firmware gives it to the processors.
const PI_MEMORY: u32 = 0x3b40_0000;

/// The tree.
pub fn raspberry_pi_4() -> Vec<u8> {
    pi(None)
}

/// The same, with the memory and where the boot image is: for a machine that QEMU tells nothing.
pub fn bare_raspberry_pi_4(image: Range<u64>) -> Vec<u8> {
    pi(Some(image))
}

fn pi(image: Option<Range<u64>>) -> Vec<u8> {
    let mut tree = Tree::default();
    tree.begin("");
    tree.cells("#address-cells", &[2]);
    tree.cells("#size-cells", &[1]);
    tree.text("model", "Raspberry Pi 4 Model B (QEMU)");
    tree.texts("compatible", &["raspberrypi,4-model-b", "brcm,bcm2711"]);
    cores(&mut tree);
    if image.is_some() {
        tree.begin("memory@0");
        tree.text("device_type", "memory");
        tree.cells("reg", &[0, 0, PI_MEMORY]);
        tree.end();
    }
    tree.chosen(image);
    bus(&mut tree);
    tree.end();
    tree.finish(0)
}

/// What is told of QEMU's `virt` to a kernel that is entered without firmware.
#[derive(Debug, Clone)]
pub struct Virt {
    /// Whether it has a GICv2 instead of a GICv3.
    pub has_old_controller: bool,
    /// Where the boot image is.
    pub image: Range<u64>,
}

/// A tree of one core, 512 MiB of memory, interrupt controller and serial port (hw/arm/virt.c of QEMU).
pub fn bare_virt(virt: Virt) -> Vec<u8> {
    let mut tree = Tree::default();
    tree.begin("");
    tree.cells("#address-cells", &[2]);
    tree.cells("#size-cells", &[2]);
    tree.text("compatible", "linux,dummy-virt");
    tree.begin("memory@40000000");
    tree.cells("reg", &[0, 0x4000_0000, 0, 0x2000_0000]);
    tree.end();
    tree.begin("cpus");
    tree.cells("#address-cells", &[1]);
    tree.cells("#size-cells", &[0]);
    tree.begin("cpu@0");
    tree.cells("reg", &[0]);
    tree.end();
    tree.end();
    tree.chosen(Some(virt.image));
    let (controller, second, length) = match virt.has_old_controller {
        true => ("arm,cortex-a15-gic", 0x0801_0000, 0x1_0000),
        false => ("arm,gic-v3", 0x080a_0000, 0x00f6_0000),
    };
    tree.begin("intc@8000000");
    tree.text("compatible", controller);
    tree.cells("reg", &[0, 0x0800_0000, 0, 0x1_0000, 0, second, 0, length]);
    tree.end();
    tree.begin("pl011@9000000");
    tree.text("compatible", "arm,pl011");
    tree.cells("reg", &[0, 0x0900_0000, 0, 0x1000]);
    tree.end();
    tree.end();
    tree.finish(0x4010_0000)
}

fn cores(tree: &mut Tree) {
    tree.begin("cpus");
    tree.cells("#address-cells", &[1]);
    tree.cells("#size-cells", &[0]);
    for core in 0..4 {
        tree.begin(&format!("cpu@{core}"));
        tree.text("device_type", "cpu");
        tree.text("compatible", "arm,cortex-a72");
        tree.cells("reg", &[core]);
        tree.text("enable-method", "spin-table");
        tree.cells("cpu-release-addr", &[0, RELEASE_ADDRESS + 8 * core]);
        tree.end();
    }
    tree.end();
}

/// Addresses on the bus are those of the VideoCore (BCM2711 ARM Peripherals, 2020, §1.2).
fn bus(tree: &mut Tree) {
    tree.begin("soc");
    tree.text("compatible", "simple-bus");
    tree.cells("#address-cells", &[1]);
    tree.cells("#size-cells", &[1]);
    let peripherals = [0x7e00_0000, 0, 0xfe00_0000, 0x0180_0000];
    let local = [0x4000_0000, 0, 0xff80_0000, 0x0080_0000];
    tree.cells("ranges", &[peripherals, local].concat());
    // The first gibibyte (Linux, bcm2711.dtsi).
    tree.cells("dma-ranges", &[0xc000_0000, 0, 0, 0x4000_0000]);
    let devices: [(&str, &str, &[u32]); 3] = [
        (
            "interrupt-controller@40041000",
            "arm,gic-400",
            &[0x4004_1000, 0x1000, 0x4004_2000, 0x2000],
        ),
        ("serial@7e201000", "arm,pl011", &[0x7e20_1000, 0x200]),
        (
            "serial@7e215040",
            "brcm,bcm2835-aux-uart",
            &[0x7e21_5040, 0x40],
        ),
    ];
    for (name, compatible, registers) in devices {
        tree.begin(name);
        tree.text("compatible", compatible);
        tree.cells("reg", registers);
        tree.end();
    }
    tree.end();
}

/// A tree that is being written.
#[derive(Debug, Default)]
struct Tree {
    structure: Vec<u8>,
    names: Vec<u8>,
}

impl Tree {
    fn begin(&mut self, name: &str) {
        self.word(BEGIN_NODE);
        self.structure.extend(name.bytes().chain([0]));
        self.pad();
    }

    fn end(&mut self) {
        self.word(END_NODE);
    }

    fn cells(&mut self, name: &str, cells: &[u32]) {
        let value: Vec<u8> = cells.iter().flat_map(|cell| cell.to_be_bytes()).collect();
        self.property(name, &value);
    }

    fn text(&mut self, name: &str, text: &str) {
        let value: Vec<u8> = text.bytes().chain([0]).collect();
        self.property(name, &value);
    }

    fn texts(&mut self, name: &str, texts: &[&str]) {
        let value: Vec<u8> = texts
            .iter()
            .flat_map(|text| text.bytes().chain([0]))
            .collect();
        self.property(name, &value);
    }

    fn chosen(&mut self, image: Option<Range<u64>>) {
        self.begin("chosen");
        if let Some(image) = image {
            self.property("linux,initrd-start", &image.start.to_be_bytes());
            self.property("linux,initrd-end", &image.end.to_be_bytes());
        }
        self.end();
    }

    fn property(&mut self, name: &str, value: &[u8]) {
        let name_at = self.names.len() as u32;
        self.names.extend(name.bytes().chain([0]));
        self.word(PROPERTY);
        self.word(value.len() as u32);
        self.word(name_at);
        self.structure.extend(value);
        self.pad();
    }

    fn word(&mut self, word: u32) {
        self.structure.extend(word.to_be_bytes());
    }

    fn pad(&mut self) {
        self.structure
            .resize(self.structure.len().next_multiple_of(4), 0);
    }

    /// Header, reservations, structure, names. The page at `stub` is reserved.
    fn finish(mut self, stub: u64) -> Vec<u8> {
        self.word(END);
        let structure_at = HEADER + RESERVATIONS;
        let (structure, names) = (self.structure.len() as u32, self.names.len() as u32);
        let names_at = structure_at + structure;
        let total = names_at + names;
        let header = [
            MAGIC,
            total,
            structure_at,
            names_at,
            HEADER,
            VERSION,
            OLDEST,
            0,
            names,
            structure,
        ];
        let mut bytes: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        let reserved = [stub, STUB_BYTES, 0, 0];
        bytes.extend(reserved.iter().flat_map(|word| word.to_be_bytes()));
        bytes.extend(self.structure);
        bytes.extend(self.names);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_describes_the_blocks_behind_it() {
        let tree = raspberry_pi_4();
        let word = |at: usize| {
            let bytes = tree[at..at + 4].try_into().expect("four bytes");
            u32::from_be_bytes(bytes) as usize
        };
        assert_eq!((word(0), word(4)), (MAGIC as usize, tree.len()));
        let (structure, names) = (word(8), word(12));
        assert_eq!(word(structure), BEGIN_NODE as usize);
        assert_eq!(word(names - 4), END as usize);
        assert_eq!(
            (names - structure, tree.len() - names),
            (word(36), word(32))
        );
        assert!(tree[names..].starts_with(b"#address-cells\0"));
    }
}
