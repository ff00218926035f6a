//! Trees of boards that exist, and of some that do not.

use super::*;
use crate::fdt::tests::Writer;
use crate::layout::Layout;
use std::vec::Vec;

fn virt() -> Vec<u8> {
    Writer::default()
        .begin("")
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[2])
        .begin("psci")
        .bytes("method", b"hvc\0")
        .bytes("compatible", b"arm,psci-1.0\0arm,psci-0.2\0")
        .end()
        .begin("memory@40000000")
        .cells("reg", &[0, 0x4000_0000, 0, 0x2000_0000])
        .end()
        .begin("intc@8000000")
        .cells(
            "reg",
            &[0, 0x0800_0000, 0, 0x1_0000, 0, 0x0801_0000, 0, 0x1_0000],
        )
        .bytes("compatible", b"arm,cortex-a15-gic\0")
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[2])
        .bytes("ranges", b"")
        .begin("v2m@8020000")
        .cells("reg", &[0, 0x0802_0000, 0, 0x1000])
        .bytes("compatible", b"arm,gic-v2m-frame\0")
        .end()
        .end()
        .begin("pl011@9000000")
        .cells("reg", &[0, 0x0900_0000, 0, 0x1000])
        .bytes("compatible", b"arm,pl011\0arm,primecell\0")
        .end()
        .begin("cpus")
        .begin("cpu@0")
        .cells("reg", &[0])
        .bytes("enable-method", b"psci\0")
        .end()
        .begin("cpu@1")
        .cells("reg", &[1])
        .bytes("enable-method", b"psci\0")
        .begin("l2-cache")
        .cells("reg", &[7])
        .end()
        .end()
        .begin("cpu@2")
        .cells("reg", &[2])
        .bytes("status", b"disabled\0")
        .end()
        .end()
        .begin("chosen")
        .cells("linux,initrd-start", &[0x4800_0000])
        .cells("linux,initrd-end", &[0, 0x4801_2345])
        .end()
        .end()
        .finish()
}

fn cores(board: &Board) -> Vec<(u64, Start)> {
    let cpus = board.cpus.iter();
    cpus.map(|cpu| (cpu.affinity, cpu.start)).collect()
}

#[test]
fn everything_that_the_kernel_needs_is_found() {
    let bytes = virt();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    assert_eq!(
        board.memory.iter().collect::<Vec<_>>(),
        [Range {
            start: 0x4000_0000,
            end: 0x6000_0000
        }]
    );
    assert_eq!(
        board.image,
        Some(Range {
            start: 0x4800_0000,
            end: 0x4801_2345
        })
    );
    let interrupts = Gic::V2 {
        distributor: Range::sized(0x0800_0000, 0x1_0000),
        interface: Range::sized(0x0801_0000, 0x1_0000),
    };
    assert_eq!(board.gic, Some(interrupts));
    let frame = Messages::Frame(Range::sized(0x0802_0000, 0x1000));
    assert_eq!(board.messages, Some(frame));
    assert_eq!(
        board.serial.map(|serial| serial.registers.start),
        Some(0x0900_0000)
    );
    assert_eq!(board.conduit, Some(Conduit::Hypervisor));
    assert_eq!(cores(&board), [(0, Start::Firmware), (1, Start::Firmware)]);
    assert_eq!(board.reserved.iter().count(), 1);
}

#[test]
fn the_last_serial_port_that_may_be_used_is_the_kernels() {
    let mut writer = Writer::default()
        .begin("")
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[2]);
    for (at, status) in [
        (0x0900_0000, "okay\0"),
        (0x0904_0000, "ok\0"),
        (0x0908_0000, "disabled\0"),
    ] {
        writer = writer
            .begin("pl011")
            .cells("reg", &[0, at, 0, 0x1000])
            .bytes("compatible", b"arm,pl011\0")
            .bytes("status", status.as_bytes())
            .end();
    }
    let bytes = writer.end().finish();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    assert_eq!(
        board.serial.map(|serial| serial.registers.start),
        Some(0x0904_0000)
    );
}

/// A newer interrupt controller with an ITS of so many bytes.
fn with_its(bytes: u32, status: &str) -> Vec<u8> {
    Writer::default()
        .begin("")
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[2])
        .begin("intc@8000000")
        .bytes("compatible", b"arm,gic-v3\0")
        .cells(
            "reg",
            &[0, 0x0800_0000, 0, 0x1_0000, 0, 0x080a_0000, 0, 0xf6_0000],
        )
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[2])
        .bytes("ranges", b"")
        .begin("its@8080000")
        .bytes("compatible", b"arm,gic-v3-its\0")
        .bytes("status", status.as_bytes())
        .cells("reg", &[0, 0x0808_0000, 0, bytes])
        .end()
        .end()
        .finish()
}

#[test]
fn message_registers_that_are_short_or_not_for_us_are_not_used() {
    let messages = |bytes, status| {
        let bytes = with_its(bytes, status);
        Board::read(&Fdt::new(&bytes).unwrap(), None).messages
    };
    let all = Messages::Translated(Range::sized(0x0808_0000, 0x2_0000));
    assert_eq!(messages(0x2_0000, "okay\0"), Some(all));
    assert_eq!(messages(0x1_0000, "okay\0"), None);
    assert_eq!(messages(0x2_0000, "disabled\0"), None);
}

#[test]
fn a_newer_interrupt_controller_is_told_from_the_older() {
    let bytes = with_its(0x2_0000, "okay\0");
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    let interrupts = Gic::V3 {
        distributor: Range::sized(0x0800_0000, 0x1_0000),
        redistributors: Range::sized(0x080a_0000, 0xf6_0000),
    };
    assert_eq!(board.gic, Some(interrupts));
}

/// What matters of the tree that the Raspberry Pi 4's firmware hands over.
fn raspberry_pi() -> Vec<u8> {
    Writer::default()
        .begin("")
        .cells("#address-cells", &[2])
        .cells("#size-cells", &[1])
        .bytes("compatible", b"raspberrypi,4-model-b\0brcm,bcm2711\0")
        .begin("memory@0")
        .cells("reg", &[0, 0, 0x3b40_0000, 0, 0x4000_0000, 0x4000_0000])
        .end()
        .begin("soc")
        .cells("#address-cells", &[1])
        .cells("#size-cells", &[1])
        .cells(
            "ranges",
            &[
                0x7e00_0000,
                0,
                0xfe00_0000,
                0x0180_0000,
                0x7c00_0000,
                0,
                0xfc00_0000,
                0x0200_0000,
                0x4000_0000,
                0,
                0xff80_0000,
                0x0080_0000,
            ],
        )
        .begin("interrupt-controller@40041000")
        .bytes("compatible", b"arm,gic-400\0")
        .cells("reg", &[0x4004_1000, 0x1000, 0x4004_2000, 0x2000])
        .end()
        .begin("serial@7e201000")
        .bytes("compatible", b"arm,pl011\0arm,primecell\0")
        .cells("reg", &[0x7e20_1000, 0x200])
        .end()
        .begin("serial@7e215040")
        .bytes("compatible", b"brcm,bcm2835-aux-uart\0")
        .cells("reg", &[0x7e21_5040, 0x40])
        .end()
        .end()
        .begin("cpus")
        .begin("cpu@100")
        .cells("reg", &[1, 0x100])
        .bytes("enable-method", b"spin-table\0")
        .cells("cpu-release-addr", &[0, 0xd8])
        .end()
        .begin("cpu@101")
        .cells("reg", &[0x101])
        .bytes("enable-method", b"spin-table\0")
        .end()
        .begin("cpu@102")
        .bytes("enable-method", b"spin-table\0")
        .end()
        .end()
        .end()
        .finish()
}

#[test]
fn addresses_on_a_bus_are_translated() {
    let bytes = raspberry_pi();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    let interrupts = Gic::V2 {
        distributor: Range::sized(0xff84_1000, 0x1000),
        interface: Range::sized(0xff84_2000, 0x2000),
    };
    assert_eq!(board.gic, Some(interrupts));
    let port = SerialPort {
        kind: SerialKind::Auxiliary,
        registers: Range::sized(0xfe21_5040, 0x40),
    };
    assert_eq!(board.serial, Some(port));
    assert_eq!(board.memory.iter().count(), 2);
    assert_eq!((board.chip, board.counter_hz), (Chip::Bcm2711, None));
}

#[test]
fn the_kernel_leaves_the_port_of_the_console_alone_where_there_is_another() {
    let bytes = raspberry_pi();
    let port = |console| {
        let board = Board::read(&Fdt::new(&bytes).unwrap(), Some(console));
        board.serial.map(|port| port.kind)
    };
    let page = |at| Range::sized(at, 0x1000);
    assert_eq!(port(page(0xfe20_1000)), Some(SerialKind::Auxiliary));
    assert_eq!(port(page(0xfe21_5000)), Some(SerialKind::Pl011));
    let bytes = virt();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), Some(page(0x0900_0000)));
    assert!(board.serial.is_some(), "there is no other");
}

#[test]
fn the_counters_rate_is_told_where_firmware_does_not_set_it() {
    let bytes = Writer::default()
        .begin("")
        .begin("timer")
        .bytes("compatible", b"arm,armv8-timer\0")
        .cells("clock-frequency", &[54_000_000])
        .end()
        .end()
        .finish();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    let told = (board.chip, board.counter_hz);
    assert_eq!(told, (Chip::Unknown, Some(54_000_000)));
}

#[test]
fn cores_without_a_place_to_release_them_are_known_but_not_how_to_start_them() {
    let bytes = raspberry_pi();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    let wanted = [
        (0x1_0000_0100, Start::Release(0xd8)),
        (0x101, Start::Unknown),
    ];
    assert_eq!(cores(&board), wanted);
    assert_eq!(board.cpus.total, 2);
}

#[test]
fn a_tree_that_is_damaged_anywhere_gives_memory_that_can_be_used_or_none() {
    for whole in [virt(), with_its(0x2_0000, "okay\0"), raspberry_pi()] {
        damage(&whole);
    }
}

fn damage(whole: &[u8]) {
    let (kernel, tree) = (
        Range::sized(0x4020_0000, 0x10_0000),
        Range::sized(0x4800_0000, 0x2_0000),
    );
    for place in 0..whole.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = whole.to_vec();
            bytes[place] ^= change;
            let Some(damaged) = Fdt::new(&bytes) else {
                continue;
            };
            let mut board = Board::read(&damaged, None);
            board.check_releases(kernel, tree, 40);
            for page in board.cpus.release_pages() {
                assert!(page.end <= 1 << 40 && !page.overlaps(kernel) && !page.overlaps(tree));
            }
            let layout = Layout::new(&board, kernel, tree, 40);
            for range in layout.free.iter() {
                assert!(range.end <= 1 << 40 && range.length().is_multiple_of(0x1000));
                assert!(!range.overlaps(kernel) && !range.overlaps(tree));
            }
        }
    }
}

#[test]
fn a_tree_without_anything_gives_an_empty_board() {
    let bytes = Writer::default().begin("").end().finish();
    let board = Board::read(&Fdt::new(&bytes).unwrap(), None);
    assert_eq!(board.memory.iter().count(), 0);
    assert_eq!((board.image, board.gic), (None, None));
    assert_eq!(board.cpus.total, 0);
}
