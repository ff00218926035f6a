//! Figures of what the system does not have, each with the reason.

use bench::figure::IPC_ROUND_TRIP_FPU;
use bench::report::Report;

use super::Group;
use crate::check::Outcome;
use crate::stage::Stage;

/// Programs that use vector registers.
pub(crate) const MISSING: Group = Group {
    figures: &[IPC_ROUND_TRIP_FPU],
    run: missing,
};

fn missing(_: &mut Stage, report: &mut Report) -> Outcome {
    report.fail(IPC_ROUND_TRIP_FPU, "no FPU programs yet");
    Ok(())
}
