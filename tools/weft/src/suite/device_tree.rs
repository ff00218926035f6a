//! What the command says of the device tree that QEMU makes for its virtual board.

use super::Context;
use super::tally::Tally;
use crate::build::output;
use crate::command;
use crate::error::Outcome;
use crate::setup::{self, Need};
use crate::verb::board;

/// Lines that it says.
const WANTED: [&str; 7] = [
    "board     linux,dummy-virt\n",
    "driven    /pl011@9000000  arm,pl011: pl011\n",
    "driven    /pl031@9010000  arm,pl031: pl031\n",
    "driven    /intc@8000000  arm,gic-v3: weft-aarch64\n",
    "driven    /pcie@10000000  pci-host-ecam-generic: pci\n",
    "known     /virtio_mmio@a000000  virtio,mmio: virtio devices without PCI\n",
    " known and not driven, 0 unknown\n",
];

/// Runs it.
///
/// # Errors
/// If QEMU makes no tree, or it is said to be damaged.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    setup::ensure(context.project, &[Need::QemuAarch64])?;
    let folder = context.project.image_output("device-tree");
    output::folder(&folder)?;
    let file = folder.join("virt.dtb");
    let machine = format!("virt,gic-version=3,dumpdtb={}", file.display());
    let mut qemu = std::process::Command::new(crate::setup::qemu::AARCH64);
    qemu.args([
        "-machine",
        &machine,
        "-cpu",
        "cortex-a72",
        "-display",
        "none",
    ]);
    let text = command::run(&mut qemu).and_then(|_| board::check(context.project, &file))?;
    for line in WANTED {
        match text.contains(line) {
            true => tally.pass(1),
            false => tally.fail(
                "device tree of virt",
                &format!("{line} is missing in\n{text}"),
            ),
        }
    }
    Ok(())
}
