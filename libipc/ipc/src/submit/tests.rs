//! Futures over a real ring, whose server answers what and when a test says.

extern crate std;

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::num::NonZeroU32;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::vec::Vec;

use libipc_ring::sync::AtomicU64;
use libipc_ring::{
    Capacity, ClientRing, Fault, Layout, Outcome, PeerGone, Request, ServerRing, Sleep, Submission,
    Token, Waiting, Wake,
};

use super::{InOrder, Pending, Side, Submitter};
use crate::codec::batch::{BatchError, Calls};
use crate::ring::{CANCEL, Runs};
use crate::task::{Arming, Doze, Prospect, Reactor, Sleeper, Source, Tasks, block_on, join_all};
use crate::{Error, Message, TooLong, Transport, TransportError, Verdict, label};

/// The server's end, and what it has taken.
struct Peer {
    ring: RefCell<ServerRing<'static, Nobody>>,
    layout: Layout,
    /// The server's pages, and the client's.
    pages: [&'static [AtomicU64]; 2],
    taken: RefCell<Vec<(Token, Request)>>,
    kicks: Cell<usize>,
    is_gone: Cell<bool>,
    /// Where it runs.
    waiting: Cell<Waiting>,
    /// What it does when it is waited for.
    script: RefCell<VecDeque<fn(&Peer)>>,
}

struct Nobody;

impl Wake for Nobody {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

#[derive(Clone)]
struct ToPeer(Rc<Peer>);

impl Wake for ToPeer {
    fn waiting(&self) -> Waiting {
        self.0.waiting.get()
    }

    fn kick(&self) {
        self.0.kicks.set(self.0.kicks.get() + 1);
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        self.0.act();
        if self.0.is_gone.get() {
            return Err(PeerGone);
        }
        Ok(())
    }
}

impl Peer {
    fn act(&self) {
        let step = self.script.borrow_mut().pop_front();
        if let Some(step) = step {
            step(self);
        }
    }

    fn take(&self) {
        let mut ring = self.ring.borrow_mut();
        while let Ok(Some(Submission { token, request })) = ring.take() {
            self.taken.borrow_mut().push((token, request));
        }
        assert_eq!(ring.sleep(), Sleep::Armed);
    }

    /// Doubles the number of the request at a place among those that were taken.
    fn answer(&self, index: usize) {
        self.take();
        let (token, request) = self.taken.borrow_mut().remove(index);
        let outcome = Outcome {
            status: label::OK,
            value: request.inline[0] as u32 * 2,
        };
        self.ring.borrow_mut().complete(token, outcome);
        self.ring.borrow_mut().flush();
    }

    /// As [`answer`](Self::answer), but goes on looking instead of asking to be woken.
    fn answer_awake(&self, index: usize) {
        while let Ok(Some(Submission { token, request })) = self.ring.borrow_mut().take() {
            self.taken.borrow_mut().push((token, request));
        }
        let (token, request) = self.taken.borrow_mut().remove(index);
        let (status, value) = (label::OK, request.inline[0] as u32 * 2);
        let mut ring = self.ring.borrow_mut();
        ring.complete(token, Outcome { status, value });
        ring.flush();
    }

    /// Dies, and has a successor.
    fn restart(&self) {
        let [own, peer] = self.pages;
        *self.ring.borrow_mut() = ServerRing::new(self.layout, own, peer, Nobody).unwrap();
        self.taken.borrow_mut().clear();
    }

    /// What the requests that were taken are about.
    fn numbers(&self) -> Vec<u32> {
        self.take();
        let taken = self.taken.borrow();
        let numbers = taken.iter().map(|(_, request)| request.inline[0] as u32);
        numbers.collect()
    }

    fn ops(&self) -> Vec<u32> {
        self.take();
        self.taken
            .borrow()
            .iter()
            .map(|(_, request)| request.op)
            .collect()
    }
}

/// Every page that was made, so that leak checkers see that they are meant to stay.
static PAGES: Mutex<Vec<&'static [AtomicU64]>> = Mutex::new(Vec::new());

fn page(bytes: usize) -> &'static [AtomicU64] {
    let words: Vec<_> = (0..bytes / 8).map(|_| AtomicU64::new(0)).collect();
    let words = &*words.leak();
    PAGES.lock().unwrap().push(words);
    words
}

const BLOCK: NonZeroU32 = NonZeroU32::new(64).unwrap();

fn connected(slots: usize) -> (Submitter<ToPeer>, Rc<Peer>) {
    let layout = Layout::new(Capacity::new(slots).unwrap());
    let (a, b) = (page(layout.client_bytes()), page(layout.server_bytes()));
    let ring = ServerRing::new(layout, b, a, Nobody).unwrap();
    let peer = Rc::new(Peer {
        ring: RefCell::new(ring),
        layout,
        pages: [b, a],
        taken: RefCell::default(),
        kicks: Cell::new(0),
        is_gone: Cell::new(false),
        waiting: Cell::new(Waiting::Drains),
        script: RefCell::default(),
    });
    let client = ClientRing::new(layout, a, b, ToPeer(peer.clone())).unwrap();
    let runs = || Some(Runs::new(256, BLOCK));
    TIME.set(0);
    let submitter = Submitter::new(client).lending(runs(), runs());
    (submitter.with_clock(|| TIME.get()), peer)
}

std::thread_local! {
    static TIME: Cell<u64> = const { Cell::new(0) };
}

/// Time passes only while it is slept, and the peer acts once in each sleep.
struct Night(Rc<Peer>, Doze);

fn night(peer: &Rc<Peer>) -> Night {
    Night(peer.clone(), Doze::default())
}

impl Sleeper for Night {
    fn doze(&self) -> &Doze {
        &self.1
    }

    fn now_ns(&self) -> u64 {
        TIME.get()
    }

    fn sleep(&self, until_ns: u64) {
        if self.0.script.borrow().is_empty() {
            assert!(until_ns > TIME.get(), "a sleep without an end");
            TIME.set(until_ns);
        }
        self.0.act();
    }
}

type Doubled<'s> = Pending<'s, u32, u32, ToPeer>;

fn double(submitter: &Submitter<ToPeer>, number: u32) -> Doubled<'_> {
    let request = Request::from_bytes(7, &number.to_le_bytes());
    submitter.submit(Ok(request.unwrap()))
}

fn double_again(submitter: &Submitter<ToPeer>, number: u32) -> Doubled<'_> {
    let request = Request::from_bytes(7, &number.to_le_bytes());
    submitter.submit_repeatable(Ok(request.unwrap()))
}

const TIMED_OUT: Result<u32, Error<u32>> = Err(Error::Transport(TransportError::TimedOut));
const DEAD: Result<u32, Error<u32>> = Err(Error::Transport(TransportError::Dead));

#[test]
fn answers_find_their_futures_in_any_order_and_one_doorbell_rings() {
    let (submitter, peer) = connected(8);
    peer.take();
    peer.script.borrow_mut().extend([
        (|peer| peer.answer(2)) as fn(&Peer),
        |peer| peer.answer(0),
        |peer| peer.answer(0),
    ]);
    let all = join_all((1..4).map(|number| double(&submitter, number)));
    let outputs = block_on(&night(&peer), &[&submitter], all);
    assert_eq!(outputs, [Ok(2), Ok(4), Ok(6)]);
    assert_eq!(peer.kicks.get(), 1);
    assert_eq!(TIME.get(), 0, "nobody waited longer than for the answers");
}

#[test]
fn a_deadline_ends_the_future_and_its_slot_stays_taken_until_the_answer() {
    let (submitter, peer) = connected(2);
    let late = double(&submitter, 1).until(500);
    let output = block_on(&night(&peer), &[&submitter], late);
    assert_eq!((output, TIME.get()), (TIMED_OUT, 500));
    assert_eq!(peer.ops(), [7, CANCEL], "the server is told");
    assert_eq!(peer.taken.borrow()[1].1.inline[0] as u32, {
        peer.taken.borrow()[0].0.id()
    });
    assert!(!submitter.has_slot());
    let refused = double(&submitter, 2).wait();
    assert_eq!(refused, Err(Error::Transport(TransportError::Busy)));
    peer.answer(0);
    submitter.turn();
    assert!(submitter.has_slot());
    peer.answer(0);
    peer.script.borrow_mut().push_back(|peer| peer.answer(0));
    assert_eq!(
        double(&submitter, 3).wait(),
        Ok(6),
        "and not the late one's"
    );
    assert_eq!(submitter.outstanding(), 0);
}

#[test]
fn an_answer_that_comes_with_the_deadline_counts() {
    let (submitter, peer) = connected(2);
    let just = double(&submitter, 1).until(500);
    TIME.set(500);
    peer.answer(0);
    submitter.turn();
    let output = block_on(&night(&peer), &[&submitter], just);
    assert_eq!(output, Ok(2));
}

#[test]
fn what_is_lent_to_a_request_that_was_cancelled_stays_lent_until_it_is_answered() {
    let (submitter, peer) = connected(4);
    let room = submitter.room(Side::In, 256).expect("all of it");
    let read = double(&submitter, 1).with(&room);
    read.cancel();
    drop(room);
    assert!(
        submitter.room(Side::In, 1).is_none(),
        "the server writes there"
    );
    assert!(submitter.room(Side::Out, 256).is_some(), "another pool");
    peer.answer(0);
    submitter.turn();
    assert!(submitter.room(Side::In, 256).is_some());
}

#[test]
fn what_is_lent_to_two_requests_stays_lent_until_both_are_answered() {
    let (submitter, peer) = connected(4);
    let room = submitter.room(Side::Out, 100).expect("some of it");
    let first = double(&submitter, 1).with(&room);
    let second = double(&submitter, 2).with(&room);
    drop((room, first, second));
    assert!(submitter.room(Side::Out, 256).is_none());
    peer.answer(1);
    submitter.turn();
    assert!(submitter.room(Side::Out, 256).is_none());
    peer.answer(0);
    submitter.turn();
    assert!(submitter.room(Side::Out, 256).is_some());
}

#[test]
fn a_future_that_has_its_answer_leaves_its_room_to_its_owner() {
    let (submitter, peer) = connected(4);
    let room = submitter.room(Side::In, 256).expect("all of it");
    peer.script.borrow_mut().push_back(|peer| peer.answer(0));
    assert_eq!(double(&submitter, 4).with(&room).wait(), Ok(8));
    assert!(submitter.room(Side::In, 1).is_none(), "it is being read");
    drop(room);
    assert!(submitter.room(Side::In, 256).is_some());
}

#[test]
fn a_server_that_dies_in_silence_is_noticed() {
    let (submitter, peer) = connected(4);
    peer.is_gone.set(true);
    let room = submitter.room(Side::In, 256).expect("all of it");
    let left = double(&submitter, 1).with(&room);
    drop((left, room));
    let output = block_on(&night(&peer), &[&submitter], double(&submitter, 2));
    assert_eq!(output, DEAD);
    assert!(submitter.room(Side::In, 256).is_some(), "it writes no more");
    assert_eq!(double(&submitter, 3).wait(), DEAD);
}

#[test]
fn a_server_that_is_told_to_be_gone_ends_what_waits() {
    let (submitter, _peer) = connected(4);
    let waits = double(&submitter, 1);
    submitter.give_up();
    assert_eq!(waits.wait(), DEAD);
}

#[test]
fn what_may_be_repeated_is_answered_by_a_successor_and_the_rest_is_told() {
    let (submitter, peer) = connected(8);
    // So that the order of places is not that of requests.
    let (last, first) = (double(&submitter, 0), double(&submitter, 0));
    peer.answer(0);
    peer.answer(0);
    assert_eq!((last.wait(), first.wait()), (Ok(0), Ok(0)));
    let [one, two, three] = [
        double_again(&submitter, 1),
        double(&submitter, 2),
        double_again(&submitter, 3).until(500),
    ];
    double_again(&submitter, 4).cancel();
    assert_eq!(peer.numbers()[..4], [1, 2, 3, 4]);
    peer.restart();
    assert_eq!(submitter.turn(), 3, "two, and what nobody waits for");
    let restarted = Err(Error::Transport(TransportError::Restarted));
    assert_eq!(two.wait(), restarted);
    assert_eq!(peer.numbers(), [1, 3], "in their order, nobody else's");
    peer.answer(1);
    peer.script.borrow_mut().push_back(|peer| peer.answer(0));
    let all = join_all([three, one]);
    let outputs = block_on(&night(&peer), &[&submitter], all);
    assert_eq!(outputs, [Ok(6), Ok(2)]);
    // But once each.
    let twice = double_again(&submitter, 5);
    peer.take();
    peer.restart();
    submitter.turn();
    peer.take();
    peer.restart();
    assert_eq!(twice.wait(), restarted);
    assert_eq!(submitter.outstanding(), 0);
}

#[test]
fn a_batch_of_what_may_be_repeated_is_made_again_once() {
    let request = || Request::from_bytes(7, &3_u32.to_le_bytes()).ok_or(TooLong);
    let run = |other: bool, deaths: usize| {
        let (submitter, peer) = connected(8);
        let mut calls = Calls::new();
        let ticket = calls.push_repeatable::<u32, u32>(request()).unwrap();
        match other {
            true => drop(calls.push::<u32, u32>(request()).unwrap()),
            false => drop(calls.push_repeatable::<u32, u32>(request()).unwrap()),
        }
        let dies: fn(&Peer) = |peer| {
            peer.take();
            peer.restart();
        };
        let answers: fn(&Peer) = |peer| {
            peer.answer(0);
            peer.answer(0);
        };
        let script = core::iter::repeat_n(dies, deaths).chain([answers]);
        peer.script.borrow_mut().extend(script);
        let mut inner = submitter.inner.borrow_mut();
        calls
            .run(&mut inner.ring)
            .map(|outcomes| outcomes.of(ticket))
    };
    assert_eq!(run(false, 0), Ok(Ok(6)));
    assert_eq!(run(false, 1), Ok(Ok(6)));
    assert_eq!(run(false, 2), Err(BatchError::Restarted));
    assert_eq!(run(true, 1), Err(BatchError::Restarted));
}

/// Counts calls, each of which finds nothing outstanding.
struct Direct<'s>(&'s Submitter<ToPeer>, Cell<usize>);

impl Transport for Direct<'_> {
    fn call(&self, _: &mut Message) -> Result<Verdict, TransportError> {
        assert_eq!(self.0.outstanding(), 0, "it has overtaken something");
        self.1.set(self.1.get() + 1);
        Ok(Verdict::Done)
    }

    fn send(&self, _: &mut Message) -> Result<(), TransportError> {
        Ok(())
    }
}

#[test]
fn a_plain_call_does_not_overtake_what_was_submitted() {
    let (submitter, peer) = connected(4);
    let (first, second) = (double(&submitter, 1), double(&submitter, 2));
    peer.script
        .borrow_mut()
        .extend([(|peer| peer.answer(1)) as fn(&Peer), |peer| peer.answer(0)]);
    let plain = InOrder::new(Direct(&submitter, Cell::new(0)), &submitter);
    assert_eq!(plain.call(&mut Message::new(9)), Ok(Verdict::Done));
    assert_eq!((first.wait(), second.wait()), (Ok(2), Ok(4)));
}

#[test]
fn the_tasks_of_a_server_go_on_when_what_they_wait_for_has_come() {
    let (submitter, peer) = connected(4);
    let submitter = Rc::new(submitter);
    let done = Rc::new(RefCell::new(Vec::new()));
    let mut tasks = Tasks::default();
    for number in 1..4 {
        let (submitter, done) = (submitter.clone(), done.clone());
        tasks.spawn(number % 2, async move {
            let once = double(&submitter, number).await;
            let twice = double(&submitter, once.unwrap_or_default()).await;
            done.borrow_mut().push(twice);
        });
    }
    assert_eq!(tasks.run(), 0);
    tasks.drop_all(1);
    assert_eq!(tasks.len(), 1);
    assert_eq!(peer.ops()[..3], [7, 7, 7]);
    peer.answer(1);
    submitter.turn();
    assert_eq!(tasks.run(), 0, "it is at its second request");
    let last = peer.ops().len() - 1;
    peer.answer(last);
    submitter.turn();
    assert_eq!((tasks.run(), tasks.len()), (1, 0));
    assert_eq!(*done.borrow(), [Ok(8)]);
}

/// A submitter to a server on another core, which goes on while it is looked at: with every third look it makes the next step of
/// its script.
struct Elsewhere<'s> {
    submitter: &'s Submitter<ToPeer>,
    peer: &'s Peer,
    looks: Cell<u32>,
}

impl<'s> Elsewhere<'s> {
    fn new(submitter: &'s Submitter<ToPeer>, peer: &'s Peer) -> Self {
        peer.waiting.set(Waiting::Apart);
        Self {
            submitter,
            peer,
            looks: Cell::new(0),
        }
    }
}

impl Source for Elsewhere<'_> {
    fn hint(&self) -> Prospect {
        self.submitter.hint()
    }

    fn has_news(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        if self.looks.get().is_multiple_of(3) {
            self.peer.act();
        }
        self.submitter.has_news()
    }

    fn arm(&self) -> Arming {
        self.submitter.arm()
    }
}

impl Reactor for Elsewhere<'_> {
    fn turn(&self) -> usize {
        self.submitter.turn()
    }

    fn flush(&self) {
        self.submitter.flush();
    }

    fn deadline(&self) -> u64 {
        self.submitter.deadline()
    }

    fn probe(&self) {
        self.submitter.probe();
    }
}

/// Must not be slept by.
struct Insomnia(Doze);

impl Sleeper for Insomnia {
    fn doze(&self) -> &Doze {
        &self.0
    }

    fn now_ns(&self) -> u64 {
        0
    }

    fn sleep(&self, _: u64) {
        panic!("it was to look first");
    }
}

#[test]
fn what_a_server_on_another_core_answers_meanwhile_takes_no_sleep_and_no_kick() {
    let (submitter, peer) = connected(8);
    let far = Elsewhere::new(&submitter, &peer);
    let sleeper = Insomnia(Doze::default());
    for _ in 0..3 {
        peer.script
            .borrow_mut()
            .extend([(|peer| peer.answer_awake(1)) as fn(&Peer), |peer| {
                peer.answer_awake(0);
            }]);
        let all = join_all((1..3).map(|number| double(&submitter, number)));
        assert_eq!(block_on(&sleeper, &[&far], all), [Ok(2), Ok(4)]);
    }
    assert_eq!(peer.kicks.get(), 0);
    assert_eq!(far.looks.get(), 3 * 6, "two steps each time");
}

#[test]
fn who_has_looked_in_vain_sleeps_and_is_woken() {
    let (submitter, peer) = connected(8);
    peer.waiting.set(Waiting::Apart);
    peer.take();
    peer.script.borrow_mut().push_back(|peer| peer.answer(0));
    let output = block_on(&night(&peer), &[&submitter], double(&submitter, 4));
    assert_eq!(output, Ok(8));
    assert_eq!(peer.kicks.get(), 1);
}

#[test]
fn what_nobody_waits_for_is_announced_when_the_program_goes_on() {
    let (submitter, peer) = connected(8);
    peer.waiting.set(Waiting::Apart);
    peer.take();
    let _waits_for_nothing = block_on(&night(&peer), &[&submitter], async {
        double(&submitter, 4)
    });
    assert_eq!(peer.kicks.get(), 1);
    let nothing = block_on(&night(&peer), &[&submitter], async {});
    assert_eq!((nothing, peer.kicks.get()), ((), 1), "once");
}

#[test]
fn a_ring_that_is_closed_keeps_nobody_awake() {
    let (closed, other) = connected(4);
    other.waiting.set(Waiting::Apart);
    let (submitter, peer) = connected(4);
    peer.waiting.set(Waiting::Apart);
    let lost = double(&closed, 1);
    let _ = other.ring.borrow_mut().close(Fault::ForgedChain);
    peer.take();
    peer.script.borrow_mut().push_back(|peer| peer.answer(0));
    let sleeper = night(&peer);
    let reactors: [&dyn Reactor; 2] = [&closed, &submitter];
    assert_eq!(block_on(&sleeper, &reactors, lost), DEAD);
    let waits = double(&submitter, 2);
    assert_eq!(block_on(&sleeper, &reactors, waits), Ok(4));
    assert!(!closed.has_news(), "it was told once");
    assert_eq!(closed.hint(), Prospect::Nothing);
    assert!(peer.script.borrow().is_empty(), "it slept");
}
