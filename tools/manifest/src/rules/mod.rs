//! What must hold between the parts of a manifest. Each rule is a file, and each reports all that it finds.

mod ceilings;
mod claims;
mod connections;
mod cores;
mod cycles;
mod existence;
mod names;
mod rings;
mod sole;
mod time;

use crate::{Catalogue, board::Board, diagnostic::Report, draft::Draft};

/// Checks every rule: most against what is written, and those that count against the instances of each core.
pub(crate) fn check(
    draft: &Draft,
    instances: &Draft,
    board: &Board,
    catalogue: &Catalogue,
    report: &mut Report<'_>,
) {
    names::check(draft, report);
    existence::check(draft, board, catalogue, report);
    connections::check(draft, catalogue, report);
    cycles::check(draft, report);
    ceilings::check(draft, report);
    claims::check(draft, board, report);
    sole::check(draft, report);
    rings::check(draft, instances, report);
    cores::check(draft, report);
    time::check(draft, instances, report);
}
