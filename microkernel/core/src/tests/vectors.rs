//! The right to use vector registers, and when what the processor holds of a thread is forgotten.

use weft_abi::syscall::ThreadUses;

use super::ipc::{CNODE, Rig, SPACE, THREADS};
use super::*;

const VECTORS: u64 = ThreadUses::VECTORS.bits();

fn configure(rig: &mut Rig, uses: u64) -> Result<(), Refusal> {
    let target = [THREADS + 1, CNODE, SPACE, 0, 0, uses];
    rig.enter(0, Syscall::ThreadConfigure, &target);
    rig.answer(0).map(|_| ())
}

fn forgotten(rig: &mut Rig) -> Vec<usize> {
    core::mem::take(&mut rig.machine.core.arch.forgotten)
}

fn place_of(rig: &Rig, who: usize) -> usize {
    core::ptr::from_ref(&rig.threads[who].context).addr()
}

#[test]
fn a_thread_may_use_vector_registers_if_whoever_configures_it_says_so() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let may = |rig: &Rig| rig.threads[1].context.has_vectors.get();
    assert!(!may(&rig));
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    for (uses, has) in [(VECTORS, true), (0, false), (VECTORS, true)] {
        assert_eq!((configure(&mut rig, uses), may(&rig)), (Ok(()), has));
    }
    for uses in [2, VECTORS | 2, 1 << 63] {
        assert_eq!(configure(&mut rig, uses), Err(Refusal::InvalidArgument));
        assert!(may(&rig), "a refused call changes nothing");
    }
}

#[test]
fn a_thread_that_is_configured_anew_begins_with_fresh_vector_registers() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    forgotten(&mut rig);
    let before = rig.threads[1].context.fresh_vectors.get();
    assert_eq!(configure(&mut rig, VECTORS), Ok(()));
    assert_eq!(rig.threads[1].context.fresh_vectors.get(), before + 1);
    assert_eq!(forgotten(&mut rig), [place_of(&rig, 1)]);
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 1]);
    assert_eq!(configure(&mut rig, 0), Err(Refusal::Busy));
    assert_eq!(forgotten(&mut rig), [], "a refused call changes nothing");
}

#[test]
fn a_destroyed_thread_is_forgotten_and_another_is_not() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(10)]);
    let place = place_of(&rig, 1);
    forgotten(&mut rig);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 2]);
    assert_eq!(forgotten(&mut rig), []);
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, THREADS + 1]);
    assert_eq!(forgotten(&mut rig), [place]);
}

#[test]
fn a_thread_that_destroys_itself_is_forgotten() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let place = place_of(&rig, 0);
    forgotten(&mut rig);
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, THREADS]);
    assert_eq!(forgotten(&mut rig), [place]);
}
