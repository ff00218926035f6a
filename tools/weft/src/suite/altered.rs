//! A system whose capabilities are not those of its specification must not start.
//!
//! Root builds what the specification says, so the two differ only where the kernel cannot do what is said: the
//! test claims rights to an interrupt that no interrupt has. Root must find it, name it in the log
//! and end the machine.

use std::time::Duration;

use weft_spec::{SystemSpec, What};

use super::tally::Tally;
use super::target::Lines;
use crate::build::{Built, output};
use crate::error::Outcome;
use crate::qemu::ended::Ended;
use crate::qemu::machine::Machine;
use crate::qemu::session;

const NAME: &str = "target capabilities_that_differ_from_the_specification_stop_the_boot";

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The exit code of a system that cannot be built.
const NOT_BUILT: u8 = 96;

/// Boots the image with an altered specification; `machine` is that of the unaltered one.
///
/// # Errors
/// If it cannot be composed or QEMU does not start.
pub(super) fn run(built: &Built, machine: &Machine, tally: &mut Tally) -> Outcome {
    let image = built.folder.join("altered.img");
    output::write(&image, &built.altered_image(claim_more)?)?;
    let machine = Machine {
        image,
        kernel_log: built.folder.join("altered.log"),
        ..machine.clone()
    };
    let report = session::listen(&machine, Some(LIMIT), &mut Lines::default())?;
    let log = session::kernel_log(&machine);
    if report.ended == Ended::Guest(NOT_BUILT) && log.contains("specified IrqHandler") {
        tally.pass(1);
    } else {
        tally.fail(NAME, &format!("{}; the log:\n{log}", report.ended));
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
