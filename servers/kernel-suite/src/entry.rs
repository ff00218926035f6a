//! What threads keep and lose on their way through the kernel.

use libipc::FaultKind;

use crate::fixture::{Fixture, THREAD_BLOCK};
use crate::probe::{self, CLEARED, FILLED, KERNEL_TEXT, THREAD_BLOCK_REGISTER};
use crate::{Failure, Test, expect};

/// Rounds of a loop that last several time slices.
const LONG: u64 = 20_000_000;

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "all_registers_survive_preemption",
        run: registers_survive,
    },
    Test {
        name: "a_system_call_clears_registers_without_results",
        run: scratch_is_cleared,
    },
    Test {
        name: "a_fault_that_is_answered_is_repeated",
        run: faults_repeat,
    },
    Test {
        name: "a_thread_cannot_start_in_the_kernel",
        run: no_start_in_kernel,
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "an_address_that_is_not_canonical_is_survived",
        run: not_canonical,
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "a_single_step_is_a_breakpoint_and_ends_with_the_thread",
        run: single_step,
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "strange_flags_reach_user_mode_again_but_not_the_kernel",
        run: strange_flags,
    },
];

fn registers_survive(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.run(probe::FILLED_LOOP, LONG)?;
    let registers = fixture.registers()?;
    for (index, value) in FILLED {
        expect("register", (index, registers[index]), (index, value))?;
    }
    match THREAD_BLOCK_REGISTER {
        Some(index) => expect("thread block", registers[index], THREAD_BLOCK),
        None => Ok(()),
    }
}

fn scratch_is_cleared(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.run(probe::FILLED_CALL, 0)?;
    let registers = fixture.registers()?;
    CLEARED
        .into_iter()
        .try_for_each(|index| expect("register", (index, registers[index]), (index, 0)))
}

fn faults_repeat(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.start(probe::UNDEFINED, 0)?;
    for _ in 0..10 {
        let fault = fixture.fault()?;
        expect("place", fault.ip, probe::UNDEFINED.address())?;
        fixture.retry()?;
    }
    fixture.fault()?;
    fixture.finish()
}

fn no_start_in_kernel(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.start_at(KERNEL_TEXT, 0)?;
    let fault = fixture.fault()?;
    expect(
        "fault",
        (fault.kind, fault.address),
        (FaultKind::Execute, 0),
    )?;
    fixture.finish()
}

#[cfg(target_arch = "x86_64")]
fn not_canonical(fixture: &mut Fixture) -> Result<(), Failure> {
    fixture.start(probe::RETURN_NOT_CANONICAL, 0)?;
    expect("kind", fixture.fault()?.kind, FaultKind::Execute)?;
    for _ in 0..3 {
        fixture.retry()?;
        expect("kind", fixture.fault()?.kind, FaultKind::Execute)?;
    }
    fixture.finish()
}

#[cfg(target_arch = "x86_64")]
fn single_step(fixture: &mut Fixture) -> Result<(), Failure> {
    expect(
        "kind",
        fixture.run(probe::STEP, 0)?.kind,
        FaultKind::Breakpoint,
    )?;
    expect(
        "kind afterwards",
        fixture.run(probe::UNDEFINED, 0)?.kind,
        FaultKind::Undefined,
    )
}

#[cfg(target_arch = "x86_64")]
fn strange_flags(fixture: &mut Fixture) -> Result<(), Failure> {
    const STRANGE: u64 = 0x4_4400;
    const RDI: usize = 5;
    expect(
        "kind",
        fixture.run(probe::STRANGE_FLAGS, 0)?.kind,
        FaultKind::Undefined,
    )?;
    expect("flags", fixture.registers()?[RDI] & STRANGE, STRANGE)
}
