//! What threads keep and lose on their way through the kernel.

use libipc::abi::Syscall;
use libipc::abi::layout::USER_END;
use libipc::objects::{Frame, Notification, Start, Thread};
use libipc::{FaultKind, Kind, Refusal, Rights, clock_ns};
use test_script::{FILL, Probe, Step};
use weft_sys::page;

use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, expect};
use crate::machine::{
    ARGUMENTS, DUMP, FLAGS, FLAGS_OF_FAULTS, IP, SP, SYSTEM_CALL, USER_FLAGS, filled,
};
use crate::robot::{HIGH, LOW};
use crate::steps::{call, info, recv};

crate::tests! {
    registers_that_carry_nothing_are_zero_after_a_system_call
    a_receiver_sees_nothing_of_the_senders_other_registers
    all_registers_survive_preemption
    #[cfg(target_arch = "x86_64")]
    odd_flags_do_not_reach_the_kernel
    #[cfg(target_arch = "x86_64")]
    a_trap_flag_ends_with_its_thread
    a_thread_starts_only_at_addresses_of_user_mode
    a_new_thread_has_nothing_in_its_registers
    a_system_call_at_the_end_of_a_page_returns_behind_it
    a_stopped_thread_is_read_but_a_running_one_is_not
}

/// All registers of a stopped thread.
fn dump(thread: Thread) -> Outcome<[u64; DUMP]> {
    let read = done("reading registers", thread.registers())?;
    expect("how many", read.count, DUMP as u64)?;
    let mut bytes = [0; DUMP * 8];
    page::read_batch(&mut bytes);
    let mut registers = [0; DUMP];
    for (register, word) in registers.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *register = u64::from_le_bytes(*word);
    }
    Ok(registers)
}

fn registers_that_carry_nothing_are_zero_after_a_system_call(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    let script = [
        Step::call(Syscall::Null as u64, &[]),
        Step::call(Syscall::Clock as u64, &[]),
        Step::call(Syscall::Signal as u64, &[31]),
        Step::STOP,
    ];
    bench.run(robot, &script)?;
    bench.finished(robot)?;
    for index in 0..3 {
        expect(
            "registers without a meaning",
            robot.step(index).scratch,
            [0; 3],
        )?;
    }
    // What is not a result is what the thread itself put there.
    let kept = |value: &u64| *value == 0 || *value == FILL;
    let others = robot.step(0).results.into_iter().find(|it| !kept(it));
    expect(
        "arguments of Null that are neither kept nor cleared",
        others,
        None,
    )
}

fn a_receiver_sees_nothing_of_the_senders_other_registers(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = crate::ipc::server(bench, HIGH)?;
    bench.run(server, &[recv(1, 2), Step::STOP])?;
    let client = crate::ipc::client(bench, HIGH, endpoint)?;
    bench.run(client, &[call(1, info(3, 2), [8; 6]), Step::STOP])?;
    bench.finished(server)?;
    let step = server.step(0);
    let wanted = [client.number, info(3, 2).0, 8, 8, 8, 8, 8, 8, 0];
    expect("arguments", step.results, wanted)?;
    expect("registers without a meaning", step.scratch, [0; 3])
}

fn all_registers_survive_preemption(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    bench.run(robot, &[Step::probe(Probe::Count, 20_000_000)])?;
    let notification: Notification = bench.object(Kind::Notification, 0)?;
    for _ in 0..10 {
        let ended = notification.wait_until(clock_ns() + 1_000_000);
        expect("the wait", ended, Err(Refusal::TimedOut))?;
    }
    // It may still count; either way these are its registers.
    done("suspending", robot.thread.suspend())?;
    let registers = dump(robot.thread)?;
    for index in filled() {
        expect("register", (index, registers[index]), (index, FILL))?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn odd_flags_do_not_reach_the_kernel(bench: &mut Bench) -> Outcome {
    const ODD: u64 = 0x4_4400;
    let robot = bench.robot(HIGH)?;
    let there = robot.stack_top() - 0x800;
    bench.run(robot, &[Step::probe(Probe::OddFlags, there)])?;
    let fault = bench.fault_of(robot)?;
    bench.stop()?;
    expect("the end", fault.kind, FaultKind::Undefined)?;
    // The flags are the thread's own and come back to it; that the kernel went on shows that it cleared them.
    let registers = dump(robot.thread)?;
    expect("its flags came back", registers[ARGUMENTS[0]] & ODD, ODD)
}

#[cfg(target_arch = "x86_64")]
fn a_trap_flag_ends_with_its_thread(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    bench.run(robot, &[Step::probe(Probe::Step, 0)])?;
    expect("a step", bench.fault_of(robot)?.kind, FaultKind::Breakpoint)?;
    bench.stop()?;
    done("suspending", robot.thread.suspend())?;
    bench.run(robot, &[Step::call(Syscall::Null as u64, &[]), Step::STOP])?;
    bench.finished(robot)?;
    expect("flags after that", robot.step(0).flags & 0x100, 0)
}

fn a_thread_starts_only_at_addresses_of_user_mode(bench: &mut Bench) -> Outcome {
    let odd = [
        0xffff_ffff_8010_9000,
        0xffff_8000_0000_0000,
        0x8000_0000_0000,
        0x7fff_ffff_f000,
        u64::MAX,
    ];
    for address in odd {
        bench.reset()?;
        let robot = bench.robot(HIGH)?;
        let start = Start {
            ip: address,
            sp: address,
            arguments: [0, 0],
            thread_block: address,
        };
        done("setting registers", robot.thread.set_start(start))?;
        done("resuming", robot.thread.resume())?;
        let fault = bench.fault_of(robot)?;
        bench.stop()?;
        expect(
            "the fault",
            (fault.kind, fault.address, fault.ip),
            (FaultKind::Execute, 0, 0),
        )?;
    }
    Ok(())
}

fn a_new_thread_has_nothing_in_its_registers(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(HIGH)?;
    let start = Start {
        ip: 0x1000,
        sp: 0x2000,
        arguments: [3, 4],
        thread_block: 0,
    };
    done("setting registers", robot.thread.set_start(start))?;
    done("resuming", robot.thread.resume())?;
    bench.fault_of(robot)?;
    bench.stop()?;
    let mut wanted = [0; DUMP];
    [wanted[ARGUMENTS[0]], wanted[ARGUMENTS[1]], wanted[SP]] = [3, 4, 0x2000];
    [wanted[IP], wanted[FLAGS]] = [0x1000, USER_FLAGS];
    let mut found = dump(robot.thread)?;
    found[FLAGS] &= !FLAGS_OF_FAULTS;
    expect("registers", found, wanted)
}

fn a_system_call_at_the_end_of_a_page_returns_behind_it(bench: &mut Bench) -> Outcome {
    [0x3900_0000, USER_END - 4096]
        .into_iter()
        .try_for_each(|there| returns_behind(bench, there))
}

/// Makes a system call with the last bytes of a page at `there`; nothing is mapped behind it.
fn returns_behind(bench: &mut Bench, there: u64) -> Outcome {
    const HERE: u64 = 0x3800_0000;
    bench.reset()?;
    let frame = bench.own_page(HERE)?;
    let last = 4096 - SYSTEM_CALL.len();
    for (offset, byte) in (last..).zip(SYSTEM_CALL) {
        let place = core::ptr::with_exposed_provenance_mut::<u8>(HERE as usize + offset);
        // SAFETY:
        // 1. the page was mapped above, writable, and the offset is inside it.
        // 2. nothing else uses it.
        unsafe { place.write_volatile(byte) };
    }
    let code: Frame = bench.copy(frame.cptr(), READ_WRITE | Rights::EXECUTE)?;
    let assist = bench.given.assist.object();
    bench.map(assist, code, there, Rights::READ | Rights::EXECUTE)?;
    let robot = bench.robot(HIGH)?;
    let start = Start {
        ip: there + last as u64,
        ..Start::default()
    };
    done("setting registers", robot.thread.set_start(start))?;
    done("resuming", robot.thread.resume())?;
    let fault = bench.fault_of(robot)?;
    bench.stop()?;
    let behind = there + 4096;
    expect(
        "the fault",
        (fault.kind, fault.address, fault.ip),
        (FaultKind::Execute, behind, behind),
    )
}

fn a_stopped_thread_is_read_but_a_running_one_is_not(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    bench.run(robot, &[Step::probe(Probe::Loop, 0)])?;
    let read = robot.thread.registers();
    expect("reading", read, Err(Refusal::Busy))?;
    let start = robot.thread.set_start(Start::default());
    expect("writing", start, Err(Refusal::Busy))?;
    expect("resuming", robot.thread.resume(), Err(Refusal::Busy))?;
    done("suspending", robot.thread.suspend())?;
    dump(robot.thread).map(|_| ())
}
