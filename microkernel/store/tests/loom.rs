//! Mailboxes in every order in which cores can meet: no letter is lost, none is read before it is written, and whoever puts
//! the first into an empty box tells its core.

#![cfg(loom)]
#![allow(
    unsafe_code,
    reason = "loom's cells, which tell when two threads touch them at once, are reached through pointers"
)]

use loom::cell::UnsafeCell;
use loom::sync::{Arc, Notify};
use loom::thread;
use weft_store::{Bell, Home, Letter, Mailbox, Ref, Requests};

/// A letter: its link and what it says belong to whoever has it.
struct Note {
    next: UnsafeCell<u64>,
    text: UnsafeCell<u64>,
}

// SAFETY:
// 1. that only one thread at a time touches a note is what the tests look at: loom ends a test where it is not so.
unsafe impl Sync for Note {}

fn read(cell: &UnsafeCell<u64>) -> u64 {
    // SAFETY:
    // 1. loom ends the test if another thread writes at the same time.
    cell.with(|it| unsafe { *it })
}

fn write(cell: &UnsafeCell<u64>, value: u64) {
    // SAFETY:
    // 1. loom ends the test if another thread reads or writes at the same time.
    cell.with_mut(|it| unsafe { *it = value });
}

impl Letter for Note {
    fn next_letter(&self, _: Home) -> u64 {
        read(&self.next)
    }

    fn set_next_letter(&self, _: Home, next: u64) {
        write(&self.next, next);
    }
}

fn note() -> Ref<Note> {
    // Notes are as long-lived as the kernel's objects: nobody frees one while it is in a box.
    Ref::to_static(Box::leak(Box::new(Note {
        next: UnsafeCell::new(0),
        text: UnsafeCell::new(0),
    })))
}

struct Office {
    mailbox: Mailbox<Note>,
    told: Notify,
}

impl Office {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            mailbox: Mailbox::new(),
            told: Notify::new(),
        })
    }

    fn send(&self, text: u64) {
        let note = note();
        write(&note.text, text);
        if self.mailbox.put(Home::new(), note) {
            self.told.notify();
        }
    }

    /// Waits until told, and reads all that is there.
    fn read(&self) -> Vec<u64> {
        self.told.wait();
        let home = Home::new();
        let first = self.mailbox.take(home);
        let next = |note: &Ref<Note>| Ref::from_address(note.next_letter(home));
        let notes = std::iter::successors(first, next);
        notes.map(|note| read(&note.text)).collect()
    }
}

#[test]
fn two_cores_write_to_a_third_and_nothing_is_lost() {
    loom::model(|| {
        let office = Office::new();
        let writers = [1, 2].map(|text| {
            let office = office.clone();
            thread::spawn(move || office.send(text))
        });
        let mut got = Vec::new();
        while got.len() < 2 {
            got.extend(office.read());
        }
        for writer in writers {
            writer.join().expect("a writer ends");
        }
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

#[test]
fn letters_of_one_core_are_read_in_the_order_in_which_they_were_put() {
    loom::model(|| {
        let office = Office::new();
        let writer = {
            let office = office.clone();
            thread::spawn(move || (1..=3).for_each(|text| office.send(text)))
        };
        let mut got = Vec::new();
        while got.len() < 3 {
            got.extend(office.read());
        }
        writer.join().expect("the writer ends");
        assert_eq!(got, [1, 2, 3]);
    });
}

/// A core with two mailboxes and one bell.
struct Court {
    boxes: [Mailbox<Note>; 2],
    bell: Bell,
    told: Notify,
}

impl Court {
    fn send(&self, which: usize, text: u64) {
        let note = note();
        write(&note.text, text);
        if self.boxes[which].put(Home::new(), note) && self.bell.ring() {
            self.told.notify();
        }
    }

    fn read(&self) -> Vec<u64> {
        self.told.wait();
        self.bell.answer();
        let home = Home::new();
        let next = |note: &Ref<Note>| Ref::from_address(note.next_letter(home));
        let notes = self
            .boxes
            .iter()
            .flat_map(|mailbox| std::iter::successors(mailbox.take(home), next));
        notes.map(|note| read(&note.text)).collect()
    }
}

#[test]
fn two_cores_fill_two_mailboxes_of_a_third_and_it_looks_at_all_that_it_is_told_of() {
    loom::model(|| {
        let court = Arc::new(Court {
            boxes: [Mailbox::new(), Mailbox::new()],
            bell: Bell::new(),
            told: Notify::new(),
        });
        let writers = [0, 1].map(|which| {
            let court = court.clone();
            thread::spawn(move || court.send(which, which as u64))
        });
        let mut got = Vec::new();
        while got.len() < 2 {
            got.extend(court.read());
        }
        for writer in writers {
            writer.join().expect("a writer ends");
        }
        got.sort_unstable();
        assert_eq!(got, [0, 1]);
    });
}

/// A core that is asked, and what is said to have been done for it.
struct Desk {
    requests: Requests,
    bell: Bell,
    told: Notify,
    done: UnsafeCell<u64>,
}

// SAFETY:
// 1. that only one thread at a time touches `done` is what the tests look at: loom ends a test where it is not so.
unsafe impl Sync for Desk {}

impl Desk {
    fn new() -> Self {
        Self {
            requests: Requests::new(),
            bell: Bell::new(),
            told: Notify::new(),
            done: UnsafeCell::new(0),
        }
    }

    fn tell(&self, first: bool) {
        if first && self.bell.ring() {
            self.told.notify();
        }
    }

    /// Waits until told; gives what is asked, and who has answered.
    fn look(&self) -> (u64, u64) {
        self.told.wait();
        self.bell.answer();
        (self.requests.take(), self.requests.answers())
    }
}

#[test]
fn every_request_is_seen_and_what_is_answered_is_done() {
    loom::model(|| {
        // Core 0 asks core 1.
        let desks: Arc<[Desk; 2]> = Arc::new([Desk::new(), Desk::new()]);
        let asked = {
            let desks = desks.clone();
            thread::spawn(move || {
                while desks[1].look().0 == 0 {}
                assert_eq!(desks[0].requests.what(), 7);
                write(&desks[1].done, 1);
                desks[0].tell(desks[0].requests.answer(1));
            })
        };
        desks[0].requests.announce(7);
        desks[1].tell(desks[1].requests.ask(0));
        while desks[0].look().1 == 0 {}
        assert_eq!(read(&desks[1].done), 1);
        asked.join().expect("a core ends");
    });
}

#[test]
fn who_looks_for_an_answer_before_it_sleeps_misses_nothing_that_comes_meanwhile() {
    loom::model(|| {
        // Core 0 has asked core 1, and looks; core 1 answers, and then asks for something itself.
        let desk = Arc::new(Desk::new());
        let asked = {
            let desk = desk.clone();
            thread::spawn(move || {
                write(&desk.done, 1);
                desk.tell(desk.requests.answer(1));
                desk.tell(desk.requests.ask(1));
            })
        };
        let (mut askers, mut answers) = (0, 0);
        if desk.bell.ring() {
            let _ = desk.requests.have_answered(0b10);
            desk.bell.answer();
            askers |= desk.requests.take();
            answers |= desk.requests.answers();
        }
        while askers == 0 || answers == 0 {
            let (asked, answered) = desk.look();
            askers |= asked;
            answers |= answered;
        }
        assert_eq!((askers, answers), (0b10, 0b10));
        assert_eq!(read(&desk.done), 1);
        asked.join().expect("a core ends");
    });
}

#[test]
fn two_cores_ask_a_third_and_each_is_seen() {
    loom::model(|| {
        let desks: Arc<[Desk; 3]> = Arc::new([Desk::new(), Desk::new(), Desk::new()]);
        let askers = [1_u8, 2].map(|core| {
            let desks = desks.clone();
            thread::spawn(move || {
                let own = &desks[usize::from(core)].requests;
                own.announce(u64::from(core) * 10);
                desks[0].tell(desks[0].requests.ask(core));
            })
        });
        let mut seen = 0;
        while seen != 0b110 {
            let (asked, _) = desks[0].look();
            for core in (1..3).filter(|core| asked >> core & 1 != 0) {
                assert_eq!(desks[core].requests.what(), core as u64 * 10);
            }
            seen |= asked;
        }
        for core in askers {
            core.join().expect("a core ends");
        }
    });
}
