//! Robots: threads in the assistant's process that follow scripts.

use alloc::format;

use libipc::abi::message::{CAPS_IN, CAPS_OUT, CapItem};
use libipc::abi::syscall::ThreadState;
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{
    CNode, Frame, Notification, SchedContext, Start, Thread, ThreadConfiguration,
};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights};
use test_script::{STEPS, Step};

use crate::bench::{Bench, Fault, READ_WRITE};
use crate::check::{Outcome, done, expect};

/// Runs before the suite goes on.
pub(crate) const HIGH: u8 = 35;
/// Runs only while the suite waits.
pub(crate) const LOW: u8 = 20;
/// The suite's own priority.
pub(crate) const SAME: u8 = 30;

/// Where the suite sees scripts and message pages.
const HERE: u64 = 0x3000_0000;
/// Where the assistant sees scripts and stacks.
const THERE: u64 = 0x3000_0000;
const EACH: u64 = 0x4000;
const PAGE: u64 = 0x1000;
/// log2 of the slots that a robot has.
const CNODE_SIZE: u8 = 5;

/// A thread that follows scripts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Robot {
    /// The thread.
    pub(crate) thread: Thread,
    /// Its scheduling context.
    pub(crate) sched: SchedContext,
    /// Its capabilities.
    pub(crate) cnode: CNode,
    /// Its number, from 1; the badge of its faults.
    pub(crate) number: u64,
}

/// How many milliseconds a robot may take to come to a state.
const WAITS: usize = 2000;

impl Bench {
    /// A robot of a priority. Its stack is one page, with none below.
    pub(crate) fn robot(&mut self, priority: u8) -> Outcome<Robot> {
        let robot = Robot {
            thread: self.object(Kind::Thread, 0)?,
            sched: self.object(Kind::SchedContext, 0)?,
            cnode: self.object(Kind::CNode, CNODE_SIZE)?,
            number: self.robots.len() as u64 + 1,
        };
        self.robots.push(robot.thread);
        self.give_pages(robot)?;
        let fault_endpoint: CPtr = self.mint(self.faults, robot.number)?;
        let to = ThreadConfiguration {
            cnode: robot.cnode,
            space: self.given.assist.object(),
            fault_endpoint,
            timeout_endpoint: CPtr::NULL,
            uses: ThreadUses::empty(),
        };
        done("configuring a thread", robot.thread.configure(to))?;
        // A session would tell of the robot's end.
        done("deleting", CNode::OWN.delete(fault_endpoint))?;
        self.schedule(robot.sched, priority)?;
        done("giving time", robot.sched.bind(robot.thread))?;
        Ok(robot)
    }

    fn give_pages(&mut self, robot: Robot) -> Outcome {
        let assist = self.given.assist.object();
        let script = self.own_page(robot.here())?;
        let there: Frame = self.copy(script.cptr(), READ_WRITE)?;
        self.map(assist, there, robot.there(), READ_WRITE)?;
        let stack: Frame = self.object(Kind::Frame, 12)?;
        self.map(assist, stack, robot.stack_top() - PAGE, READ_WRITE)?;
        let mapped = robot
            .thread
            .map_message_page(self.given.space, robot.here() + PAGE);
        done("mapping a message page", mapped)
    }

    /// Lets a robot follow a script.
    pub(crate) fn run(&self, robot: Robot, script: &[Step]) -> Outcome {
        robot.write(script)?;
        let start = Start {
            ip: self.given.entries.script,
            sp: robot.stack_top(),
            arguments: [robot.there(), 0],
            thread_block: 0,
        };
        done("setting registers", robot.thread.set_start(start))?;
        done("resuming", robot.thread.resume())
    }

    /// Waits, so that threads of lower priority run.
    pub(crate) fn pass(&mut self, time_ns: u64) -> Outcome {
        let never = self.object(Kind::Notification, 0)?;
        wait_for(never, time_ns)
    }

    /// Lets threads of lower priority run, a millisecond at a time, until a robot is in a state that is wanted; on a busy host
    /// the machine may execute nothing meanwhile, so that one wait need not do.
    pub(crate) fn until(&mut self, robot: Robot, wanted: ThreadState) -> Outcome {
        let never = self.object(Kind::Notification, 0)?;
        for _ in 0..WAITS {
            if robot.state()? == wanted {
                return Ok(());
            }
            wait_for(never, 1_000_000)?;
        }
        robot.is(wanted)
    }

    /// Takes the fault that a robot must have made; it must be answered.
    pub(crate) fn fault_of(&self, robot: Robot) -> Outcome<Fault> {
        robot.is(ThreadState::Faulted)?;
        let fault = self.fault()?;
        expect("who faulted", fault.robot, robot.number)?;
        Ok(fault)
    }

    /// Checks that a robot has come to the end of its script, and leaves it stopped there.
    pub(crate) fn finished(&self, robot: Robot) -> Outcome {
        let fault = self.fault_of(robot)?;
        self.stop()?;
        expect("the script's end", fault.kind, FaultKind::Undefined)
    }
}

/// Waits for a time, on a notification that nobody signals.
fn wait_for(never: Notification, time_ns: u64) -> Outcome {
    let ended = never.wait_until(libipc::clock_ns() + time_ns);
    expect("the wait", ended, Err(Refusal::TimedOut))
}

impl Robot {
    fn here(self) -> u64 {
        HERE + self.number * EACH
    }

    fn there(self) -> u64 {
        THERE + self.number * EACH
    }

    /// The end of its stack, in the assistant's space.
    pub(crate) fn stack_top(self) -> u64 {
        self.there() + 3 * PAGE
    }

    /// Gives it a copy of one of the suite's capabilities.
    pub(crate) fn give(self, slot: u32, from: CPtr, rights: Rights) -> Outcome {
        let given = self.cnode.copy(CPtr(slot), CNode::OWN, from, rights);
        done("giving a capability", given)
    }

    /// Gives it a copy with a badge.
    pub(crate) fn give_badged(self, slot: u32, from: CPtr, rights: Rights, badge: u64) -> Outcome {
        let given = self.cnode.mint(CPtr(slot), CNode::OWN, from, rights, badge);
        done("giving a capability with a badge", given)
    }

    /// What it does.
    pub(crate) fn state(self) -> Outcome<ThreadState> {
        let described = done("describing a thread", self.thread.describe())?;
        described.state.ok_or_else(|| "a state that is none".into())
    }

    /// Fails unless it is in this state.
    pub(crate) fn is(self, wanted: ThreadState) -> Outcome {
        expect(
            &format!("the state of robot {}", self.number),
            self.state()?,
            wanted,
        )
    }

    fn step_at(self, index: usize) -> *mut Step {
        core::ptr::with_exposed_provenance_mut::<Step>(self.here() as usize).wrapping_add(index)
    }

    fn write(self, script: &[Step]) -> Outcome {
        expect("steps that fit", script.len() <= STEPS, true)?;
        for (index, step) in script.iter().enumerate() {
            // SAFETY:
            // 1. the script's page is mapped at this address, writable, as long as the robot lives.
            // 2. the index is below the number of steps of a page.
            // 3. no reference to the page exists.
            unsafe { self.step_at(index).write_volatile(*step) };
        }
        Ok(())
    }

    /// A step, with what it returned.
    pub(crate) fn step(self, index: usize) -> Step {
        let index = index.min(STEPS - 1);
        // SAFETY:
        // 1. the script's page is mapped at this address as long as the robot lives.
        // 2. the index is below the number of steps of a page.
        // 3. every bit pattern is a step.
        unsafe { self.step_at(index).read_volatile() }
    }

    fn word_at(self, index: usize) -> *mut u64 {
        let page = self.here() + PAGE;
        core::ptr::with_exposed_provenance_mut::<u64>(page as usize).wrapping_add(index % 512)
    }

    /// Writes a word of its message page.
    pub(crate) fn set_word(self, index: usize, word: u64) {
        // SAFETY:
        // 1. the message page is mapped at this address, writable, as long as the robot lives.
        // 2. the index is below its number of words.
        // 3. no reference to the page exists.
        unsafe { self.word_at(index).write_volatile(word) };
    }

    /// A word of its message page.
    pub(crate) fn word(self, index: usize) -> u64 {
        // SAFETY:
        // 1. the message page is mapped at this address as long as the robot lives.
        // 2. the index is below its number of words.
        unsafe { self.word_at(index).read_volatile() }
    }

    /// Names a capability that it sends with its next message.
    pub(crate) fn send_cap(self, index: usize, item: CapItem) {
        self.set_word(CAPS_OUT + index, item.0);
    }

    /// Names the slot for a capability that it receives.
    pub(crate) fn receive_cap(self, index: usize, slot: u32) {
        self.set_word(CAPS_IN + index, slot.into());
    }
}
