//! Each mistake of a program is told with its kind and address, and the system goes on.

use alloc::format;

use libipc::FaultKind::{self, Breakpoint, Execute, Read, Undefined, Write};
use libipc::abi::layout::USER_END;
use libipc::abi::syscall::ThreadState;
use test_script::{Probe, Step};

use crate::bench::{Bench, Fault};
use crate::check::{Outcome, done, expect};
use crate::machine::{ANY, PUSH, REFUSED};
use crate::robot::{HIGH, LOW, Robot};

/// The kernel's text, where the linker script puts it.
const KERNEL_TEXT: u64 = 0xffff_ffff_8010_9000;
/// Where the direct map shows some memory.
const DIRECT_MAP: u64 = 0xffff_8000_0800_0000;
/// Neither of the user's nor of the kernel's half.
const NOT_CANONICAL: u64 = 0x8000_0000_0000;

crate::tests! {
    reading_and_writing_where_nothing_is_mapped_is_told_with_the_address
    the_kernels_memory_is_not_read_written_or_jumped_to
    data_and_stack_are_not_executed
    instructions_are_not_written
    #[cfg(target_arch = "x86_64")]
    division_by_zero_is_told
    an_instruction_that_does_not_exist_is_told
    vector_and_floating_point_instructions_are_undefined
    instructions_that_user_mode_must_not_execute_are_told
    a_breakpoint_is_told
    #[cfg(target_arch = "x86_64")]
    a_single_step_is_told
    a_stack_overflow_is_told_as_a_write_below_the_stack
    addresses_that_are_not_canonical_are_survived
    a_system_call_that_does_not_exist_is_told_and_can_be_passed
    a_fault_that_is_answered_is_tried_again
    a_fault_without_a_handler_stops_the_thread
    an_endless_loop_is_stopped
}

/// Lets a new robot run into a probe; it stays stopped there.
fn probed(bench: &mut Bench, probe: Probe, argument: u64) -> Outcome<(Robot, Fault)> {
    let robot = bench.robot(HIGH)?;
    bench.run(robot, &[Step::probe(probe, argument)])?;
    let fault = bench
        .fault_of(robot)
        .map_err(|reason| format!("{probe:?}: {reason}"))?;
    bench.stop()?;
    robot.is(ThreadState::Faulted)?;
    Ok((robot, fault))
}

fn kind(bench: &mut Bench, probe: Probe, wanted: FaultKind) -> Outcome {
    let (robot, fault) = probed(bench, probe, 0)?;
    expect(&format!("{probe:?}"), fault.kind, wanted)?;
    let described = done("describing", robot.thread.describe())?;
    expect("the last fault", described.fault, Some(wanted))
}

fn at(bench: &mut Bench, probe: Probe, address: u64, wanted: FaultKind) -> Outcome {
    let (_, fault) = probed(bench, probe, address)?;
    let found = (fault.kind, fault.address);
    expect(
        &format!("{probe:?} at {address:#x}"),
        found,
        (wanted, address),
    )
}

fn reading_and_writing_where_nothing_is_mapped_is_told_with_the_address(
    bench: &mut Bench,
) -> Outcome {
    for address in [0, 8, 0x10_0000, 0x7000_0000_0000, USER_END - 8, USER_END] {
        bench.reset()?;
        at(bench, Probe::Read, address, Read)?;
        at(bench, Probe::Write, address, Write)?;
        at(bench, Probe::Jump, address, Execute)?;
    }
    Ok(())
}

fn the_kernels_memory_is_not_read_written_or_jumped_to(bench: &mut Bench) -> Outcome {
    for address in [KERNEL_TEXT, DIRECT_MAP] {
        at(bench, Probe::Read, address, Read)?;
        at(bench, Probe::Write, address, Write)?;
        at(bench, Probe::Jump, address, Execute)?;
    }
    Ok(())
}

fn data_and_stack_are_not_executed(bench: &mut Bench) -> Outcome {
    let (robot, fault) = probed(bench, Probe::ExecuteStack, 0)?;
    let found = (fault.kind, fault.address, fault.ip);
    let stack = robot.stack_top() - 16;
    expect("the stack", found, (Execute, stack, stack))
}

fn instructions_are_not_written(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::WriteText, Write)
}

#[cfg(target_arch = "x86_64")]
fn division_by_zero_is_told(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::Divide, FaultKind::Divide)
}

fn an_instruction_that_does_not_exist_is_told(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::Undefined, Undefined)
}

fn vector_and_floating_point_instructions_are_undefined(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::Vector, Undefined)?;
    kind(bench, Probe::Float, Undefined)
}

fn instructions_that_user_mode_must_not_execute_are_told(bench: &mut Bench) -> Outcome {
    REFUSED
        .into_iter()
        .try_for_each(|(probe, wanted)| kind(bench, probe, wanted))
}

fn a_breakpoint_is_told(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::Breakpoint, Breakpoint)
}

#[cfg(target_arch = "x86_64")]
fn a_single_step_is_told(bench: &mut Bench) -> Outcome {
    kind(bench, Probe::Step, Breakpoint)
}

fn a_stack_overflow_is_told_as_a_write_below_the_stack(bench: &mut Bench) -> Outcome {
    let (robot, fault) = probed(bench, Probe::Overflow, 0)?;
    let below = robot.stack_top() - 0x1000 - PUSH;
    expect("the overflow", (fault.kind, fault.address), (Write, below))
}

fn addresses_that_are_not_canonical_are_survived(bench: &mut Bench) -> Outcome {
    for address in [NOT_CANONICAL, u64::MAX >> 1, 0xffff_7fff_ffff_f000] {
        bench.reset()?;
        for probe in [Probe::Read, Probe::Write, Probe::Jump, Probe::Push] {
            let (robot, _) = probed(bench, probe, address)?;
            done("resuming", robot.thread.resume())?;
            bench.fault_of(robot)?;
            bench.stop()?;
        }
    }
    let (robot, fault) = probed(bench, Probe::OddStack, 0)?;
    expect("with a stack that is none", fault.kind, Undefined)?;
    let registers = done("reading registers", robot.thread.registers())?;
    expect("the stack pointer", registers.sp, 1 << 63)
}

fn a_system_call_that_does_not_exist_is_told_and_can_be_passed(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    let numbers = [12, 63, 80, 255, 1 << 32, u64::MAX >> 2];
    let mut script = alloc::vec::Vec::from(numbers.map(|number| Step::call(number, &[])));
    script.push(Step::STOP);
    bench.run(robot, &script)?;
    for number in numbers {
        let fault = bench.fault_of(robot)?;
        let found = (fault.kind, fault.code);
        expect("the fault", found, (FaultKind::BadSyscall, number))?;
        bench.resume()?;
    }
    bench.finished(robot)
}

fn a_fault_that_is_answered_is_tried_again(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    bench.run(robot, &[Step::STOP])?;
    let first = bench.fault_of(robot)?;
    for _ in 0..10 {
        bench.resume()?;
        expect("the same fault", bench.fault_of(robot)?, first)?;
    }
    bench.stop()
}

fn a_fault_without_a_handler_stops_the_thread(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    done(
        "destroying the fault endpoint",
        libipc::objects::CNode::OWN.delete(bench.faults),
    )?;
    let (probe, wanted) = ANY;
    bench.run(robot, &[Step::probe(probe, 0)])?;
    robot.is(ThreadState::Faulted)?;
    let described = done("describing", robot.thread.describe())?;
    expect("the reason", described.fault, Some(wanted))
}

fn an_endless_loop_is_stopped(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    bench.run(robot, &[Step::probe(Probe::Loop, 0)])?;
    robot.is(ThreadState::Ready)?;
    done("suspending", robot.thread.suspend())?;
    robot.is(ThreadState::Suspended)
}
