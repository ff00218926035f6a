//! Two machines to which the same happens, one with the fast path and one without: after each event that took the
//! fast path their states and all registers are the same.

use std::vec::Vec;

use weft_abi::Syscall;
use weft_store::Ref;

use super::super::MEMORY;
use super::choice::Random;
use super::world::{Path, World};
use crate::object::{Blocked, Queue};

/// An object as its place in the machine's memory, which is the same in both.
fn place<T>(object: Option<Ref<T>>) -> u64 {
    object.map_or(0, |object| object.address() & (MEMORY - 1) | 1)
}

impl World {
    /// All that system calls can change in threads and what they communicate by.
    fn digest(&self) -> Vec<u64> {
        let core = &*self.machine.core;
        let home = core.home();
        let objects = self.walk();
        let mut all = Vec::from([
            place(core.sched.current),
            place(core.sched.running_on),
            core.arch.active.map_or(0, |root| root.table().0),
            core.arch.counters as u64,
            core.sched.occupied,
            core.arch.timer.map_or(0, |deadline| deadline.0),
        ]);
        for thread in objects.threads {
            let context = &thread.context;
            // The identity that it gives is made from where the object is on this host.
            if context.number.get() != Syscall::CNodeInspect as u64 {
                all.extend(context.arguments.iter().map(core::cell::Cell::get));
            }
            all.extend([place(Some(thread)), context.status.get().unwrap_or(99)]);
            all.extend([
                u64::from(context.has_vectors.get()),
                context.fresh_vectors.get().into(),
            ]);
            let (state, target) = match thread.state.get(home) {
                Blocked::Suspended => (0, 0),
                Blocked::Ready => (1, 0),
                Blocked::Sending(endpoint) => (2, place(Some(endpoint))),
                Blocked::Receiving(endpoint) => (3, place(Some(endpoint))),
                Blocked::AwaitingReply(reply) => (4, place(Some(reply))),
                Blocked::Waiting(notification) => (5, place(Some(notification))),
                Blocked::Faulted => (6, 0),
                Blocked::Away => (7, 0),
            };
            all.extend([state, target, thread.deadline.get(home).0]);
            all.push(u64::from(thread.faulting.get(home)));
            all.extend(thread.fault.get(home).map(|(_, address, _)| address));
            all.extend(thread.queued.get(home).map(u64::from));
            all.extend([
                place(thread.sched.get(home)),
                place(thread.lent_by.get(home)),
            ]);
            all.extend([
                place(thread.reply.get(home)),
                place(thread.serves.get(home)),
            ]);
        }
        for endpoint in objects.endpoints {
            let queue = match endpoint.queue.get(home) {
                Queue::Empty => 0,
                Queue::Senders => 1,
                Queue::Receivers => 2,
                Queue::News => 3,
            };
            let first = endpoint.waiting.first(home);
            all.extend([queue, place(endpoint.prepared(home)), place(first)]);
            all.push(place(endpoint.gone.get(home)));
        }
        for reply in objects.replies {
            all.extend([place(reply.caller.get(home)), place(reply.server.get(home))]);
            all.push(place(reply.parked.get(home)));
        }
        for sched in objects.scheds {
            all.extend([place(sched.user.get(home)), place(sched.parked.get(home))]);
            all.extend([sched.remaining.get(home).0, sched.used.get(home).0]);
            all.extend([sched.left.get(home).0, sched.debt.get(home).0]);
            all.push(sched.paused.get(home).into());
            all.extend([
                sched.refill_at.get(home).0,
                sched.throttled.get(home).into(),
            ]);
        }
        for notification in objects.notifications {
            all.push(notification.word.get(home));
            all.push(place(notification.waiter.get(home)));
        }
        all
    }
}

fn run_twins(seeds: core::ops::Range<u64>, steps: u64) -> u64 {
    let mut twins = [World::new(), World::new()];
    twins[1].path = Path::Fast;
    twins.iter_mut().for_each(|world| world.messages = 11);
    for seed in seeds {
        twins.iter_mut().for_each(|world| world.populate(seed));
        for step in 0..steps {
            let quick = twins[1].quick;
            twins.iter_mut().for_each(World::step);
            let [general, fast] = &twins;
            // The general path does the same to equal states, and a comparison takes long.
            if fast.quick > quick || step % 25 == 24 {
                assert_eq!(general.digest(), fast.digest(), "seed {seed}, step {step}");
            }
        }
        twins.iter_mut().for_each(World::tear_down);
    }
    twins[1].quick
}

#[test]
fn the_fast_path_does_what_the_general_one_does() {
    let quick = run_twins(0..20, 400);
    assert!(quick > 200, "only {quick} events took the fast path");
}

#[test]
#[ignore = "takes minutes"]
fn the_fast_path_does_what_the_general_one_does_for_long() {
    // Other seeds each time; a failure names the one that led to it.
    let first = Random::new(std::process::id().into()).next() & 0xffff_ffff;
    run_twins(first..first + 200, 1000);
}
