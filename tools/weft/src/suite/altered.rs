//! A system whose capabilities are not those of its specification must not start, nor one whose devices cannot reach their
//! memory.
//!
//! Root builds what the specification says, so capabilities differ only where the kernel cannot do what is said: the
//! test claims rights to an interrupt that no interrupt has. And it gives a component memory for a device that reaches
//! a single page, which is nobody's. Root must find it, name it in the log and end the machine.

use std::time::Duration;

use weft_abi::layout;
use weft_spec::{Access, Region, Slot, Source, SystemSpec, What};

use super::tally::Tally;
use super::target::Lines;
use crate::build::{Built, output};
use crate::error::Outcome;
use crate::qemu::ended::Ended;
use crate::qemu::machine::Machine;
use crate::qemu::session;

/// A test: its name, what is changed, and what root says.
type Case = (&'static str, fn(&mut SystemSpec), &'static str);

const CASES: [Case; 2] = [
    (
        "target capabilities_that_differ_from_the_specification_stop_the_boot",
        claim_more,
        "specified IrqHandler",
    ),
    (
        "target memory_that_a_device_does_not_reach_stops_the_boot",
        reach_too_little,
        "there is not enough memory below 0x1000, which is all that its device reaches",
    ),
];

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The exit code of a system that cannot be built.
const NOT_BUILT: u8 = 96;

/// Boots the image with altered specifications; `machine` is that of the unaltered one.
///
/// # Errors
/// If one cannot be composed or QEMU does not start.
pub(super) fn run(built: &Built, machine: &Machine, tally: &mut Tally) -> Outcome {
    let mut cases = CASES.into_iter();
    cases.try_for_each(|case| one(built, machine, case, tally))
}

fn one(built: &Built, machine: &Machine, (name, alter, says): Case, tally: &mut Tally) -> Outcome {
    let image = built.folder.join("altered.img");
    output::write(&image, &built.altered_image(alter)?)?;
    let machine = Machine {
        image,
        kernel_log: built.folder.join("altered.log"),
        ..machine.clone()
    };
    let report = session::listen(&machine, Some(LIMIT), &mut Lines::default())?;
    let log = session::kernel_log(&machine);
    if report.ended == Ended::Guest(NOT_BUILT) && log.contains(says) {
        tally.pass(1);
    } else {
        tally.fail(name, &format!("{}; the log:\n{log}", report.ended));
    }
    Ok(())
}

/// Claims every right to interrupts, which have but two.
fn claim_more(spec: &mut SystemSpec) {
    let grants = spec
        .components
        .iter_mut()
        .flat_map(|component| &mut component.grants);
    for grant in grants.filter(|grant| matches!(grant.what, What::Irq { .. })) {
        grant.rights = u8::MAX;
    }
}

/// Gives the first component memory for a device that reaches the first page, where no memory is for anybody.
fn reach_too_little(spec: &mut SystemSpec) {
    if let Some(component) = spec.components.first_mut() {
        component.bus.limit = layout::PAGE;
        component.regions.push(Region {
            name: "far".to_owned(),
            address: layout::REGIONS_BASE + (1 << 30),
            pages: 1,
            access: Access::ReadWrite,
            source: Source::Dma,
            slot: Slot(0),
        });
    }
}
