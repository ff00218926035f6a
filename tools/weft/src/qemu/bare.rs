//! A machine without firmware: QEMU's processors begin in EL3, as real ones do, and nobody leaves it for the kernel.
//!
//! QEMU itself enters a kernel in EL2 or EL1, as if there had been firmware. Here it only loads what firmware would:
//! kernel, boot image, a device tree, and a few instructions that hand the tree over. Further cores wait in them for
//! the word that the tree names, in EL3 as well.

use std::fs;
use std::path::PathBuf;

use super::machine::{Machine, Model};
use crate::board::Board;
use crate::build::output;
use crate::build::tree_blob::{self, Virt};
use crate::error::{Error, Outcome};

const MIB: u64 = 1 << 20;
/// Where things are loaded, from the beginning of memory on.
const KERNEL_AT: u64 = 2 * MIB;
const TREE_AT: u64 = 32 * MIB;
const IMAGE_AT: u64 = 48 * MIB;

/// The instructions, which are followed by the addresses of the tree and of the kernel.
const ENTRY: [u32; 12] = [
    0xd538_00a1, //     mrs x1, mpidr_el1
    0x9240_1c21, //     and x1, x1, #0xff
    0xb500_0081, //     cbnz x1, 1f
    0x5800_0120, //     ldr x0, tree
    0x5800_0142, //     ldr x2, kernel
    0xd61f_0040, //     br x2
    0xd280_1b02, // 1:  mov x2, #0xd8
    0xd503_205f, // 2:  wfe
    0xf861_7840, //     ldr x0, [x2, x1, lsl #3]
    0xb4ff_ffc0, //     cbz x0, 2b
    0xd61f_0000, //     br x0
    0xd503_201f, //     nop
];

/// Where a board's memory begins.
fn memory_at(board: Board) -> u64 {
    match board {
        Board::Virt => 1 << 30,
        Board::Q35 | Board::Raspi4b => 0,
    }
}

/// Where the instructions are: where all of the Raspberry Pi's cores begin by themselves; on `virt`, where flash memory is
/// there, behind what QEMU puts at the beginning of memory.
fn entry_at(board: Board) -> u64 {
    match board {
        Board::Virt => memory_at(board) + MIB,
        Board::Q35 | Board::Raspi4b => 0,
    }
}

/// The arguments that load everything.
pub(super) fn arguments(machine: &Machine) -> Vec<String> {
    let start = memory_at(machine.board);
    let (entry, tree) = (entry_file(machine), tree_file(machine));
    let files = [
        (&machine.kernel, start + KERNEL_AT),
        (&machine.image, start + IMAGE_AT),
        (&tree, start + TREE_AT),
        (&entry, entry_at(machine.board)),
    ];
    let mut all = Vec::new();
    for (file, at) in files {
        let file = super::machine::option(file);
        all.push("-device".to_owned());
        all.push(format!("loader,file={file},addr={at:#x},force-raw=on"));
    }
    if entry_at(machine.board) != 0 {
        let at = entry_at(machine.board);
        all.push("-device".to_owned());
        all.push(format!("loader,addr={at:#x},cpu-num=0"));
    }
    all
}

/// Writes what such a machine needs besides kernel and boot image, beside its log; nothing for others.
///
/// # Errors
/// If it cannot be written, or the board cannot be started so.
pub fn write(machine: &Machine) -> Outcome {
    if !machine.model.is_bare() {
        return Ok(());
    }
    let start = memory_at(machine.board);
    let length = fs::metadata(&machine.image)
        .map_err(|cause| Error::io("look at", &machine.image, &cause))?
        .len();
    let image = start + IMAGE_AT..start + IMAGE_AT + length;
    let tree = match machine.board {
        Board::Q35 => return Err(Error::new("this board has no exception levels")),
        Board::Raspi4b => tree_blob::bare_raspberry_pi_4(image),
        Board::Virt => tree_blob::bare_virt(Virt {
            has_old_controller: machine.model == Model::OldBare,
            image,
        }),
    };
    output::write(&tree_file(machine), &tree)?;
    let code = ENTRY.iter().flat_map(|word| word.to_le_bytes());
    let addresses = [start + TREE_AT, start + KERNEL_AT];
    let addresses = addresses.iter().flat_map(|address| address.to_le_bytes());
    let bytes: Vec<u8> = code.chain(addresses).collect();
    output::write(&entry_file(machine), &bytes)
}

fn tree_file(machine: &Machine) -> PathBuf {
    machine.kernel_log.with_file_name("bare.dtb")
}

fn entry_file(machine: &Machine) -> PathBuf {
    machine.kernel_log.with_file_name("entry.bin")
}
