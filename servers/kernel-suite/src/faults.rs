//! Each mistake of a program is the fault that it should be, at the address where it was made.

use libipc::FaultKind::{self, BadSyscall, Breakpoint, Execute, Read, Undefined, Write};

use crate::fixture::Fixture;
#[cfg(target_arch = "aarch64")]
use crate::leak::Looking;
use crate::probe::{self, KERNEL_TEXT, Probe};
use crate::{Failure, Test, expect};

/// Where the direct map shows some memory.
const DIRECT_MAP: u64 = 0xffff_8000_4800_0000;

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_write_to_null_is_a_write_fault",
        run: |to| at(to, probe::WRITE_NULL, 0, Write, 0),
    },
    Test {
        name: "an_undefined_instruction_is_a_fault",
        run: |to| at(to, probe::UNDEFINED, 0, Undefined, 0),
    },
    Test {
        name: "data_is_not_executable",
        run: |to| kind(to, probe::EXECUTE_STACK, 0, Execute),
    },
    Test {
        name: "text_is_not_writable",
        run: |to| kind(to, probe::WRITE_TEXT, 0, Write),
    },
    Test {
        name: "kernel_text_cannot_be_read",
        run: |to| at(to, probe::READ_ARGUMENT, KERNEL_TEXT, Read, KERNEL_TEXT),
    },
    Test {
        name: "kernel_text_cannot_be_written",
        run: |to| at(to, probe::WRITE_ARGUMENT, KERNEL_TEXT, Write, KERNEL_TEXT),
    },
    Test {
        name: "kernel_text_cannot_be_jumped_to",
        run: |to| at(to, probe::JUMP_ARGUMENT, KERNEL_TEXT, Execute, KERNEL_TEXT),
    },
    Test {
        name: "the_direct_map_cannot_be_read",
        run: |to| at(to, probe::READ_ARGUMENT, DIRECT_MAP, Read, DIRECT_MAP),
    },
    Test {
        name: "a_breakpoint_is_a_fault",
        run: |to| kind(to, probe::BREAKPOINT, 0, Breakpoint),
    },
    Test {
        name: "an_unknown_system_call_is_a_fault",
        run: |to| kind(to, probe::BAD_CALL, 0, BadSyscall),
    },
    Test {
        name: "a_vector_instruction_without_the_right_is_undefined",
        run: |to| at(to, probe::VECTOR, 0, Undefined, 0),
    },
    #[cfg(target_arch = "aarch64")]
    Test {
        name: "a_register_of_the_kernel_cannot_be_read",
        run: |to| at(to, probe::SYSTEM_REGISTER, 0, Undefined, 0),
    },
    #[cfg(target_arch = "aarch64")]
    Test {
        name: "scalable_vectors_and_matrices_are_undefined_also_with_the_right_to_vectors",
        run: beyond_vectors,
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "division_by_zero_is_a_fault",
        run: |to| kind(to, probe::DIVIDE, 0, FaultKind::Divide),
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "privileged_instructions_are_faults",
        run: privileged,
    },
    #[cfg(target_arch = "x86_64")]
    Test {
        name: "all_floating_point_is_undefined",
        run: floating_point,
    },
];

/// A probe faults as `wanted`.
fn kind(
    fixture: &mut Fixture,
    probe: Probe,
    argument: u64,
    wanted: FaultKind,
) -> Result<(), Failure> {
    expect("kind", fixture.run(probe, argument)?.kind, wanted)
}

/// A probe faults as `wanted`, and `address` is told.
fn at(
    fixture: &mut Fixture,
    probe: Probe,
    argument: u64,
    wanted: FaultKind,
    address: u64,
) -> Result<(), Failure> {
    let fault = fixture.run(probe, argument)?;
    expect(
        "kind and address",
        (fault.kind, fault.address),
        (wanted, address),
    )
}

/// Also where the processor has such instructions; the one before them is not refused.
#[cfg(target_arch = "aarch64")]
fn beyond_vectors(fixture: &mut Fixture) -> Result<(), Failure> {
    for probe in [probe::SCALABLE, probe::STREAMING] {
        let thread = Looking::new(fixture)?;
        thread.start(probe, [0, 0])?;
        let fault = fixture.fault()?;
        thread.end_unseen(fixture)?;
        let wanted = (Undefined, probe.address() + 4);
        expect("kind and place", (fault.kind, fault.ip), wanted)?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn privileged(fixture: &mut Fixture) -> Result<(), Failure> {
    let probes = [probe::CLI, probe::HLT, probe::IN, probe::INT_80];
    probes
        .into_iter()
        .try_for_each(|one| at(fixture, one, 0, FaultKind::Privileged, 0))
}

#[cfg(target_arch = "x86_64")]
fn floating_point(fixture: &mut Fixture) -> Result<(), Failure> {
    let probes = [probe::X87, probe::MMX, probe::AVX];
    probes
        .into_iter()
        .try_for_each(|one| at(fixture, one, 0, Undefined, 0))
}
