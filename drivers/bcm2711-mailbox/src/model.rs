//! A firmware for tests, which panics where a driver breaks its rules and fails when it is told to.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

use device_wait::Pace;

use crate::{Letter, Register, Registers};

const FULL: u32 = 1 << 31;
const EMPTY: u32 = 1 << 30;
const LATER_NS: u64 = 40_000;

/// What the firmware does with the next letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Answers,
    /// It does not understand it.
    Puzzled,
    /// It takes it and says nothing.
    Silent,
    /// It takes nothing.
    Busy,
    /// It sends something else first.
    Chatty,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) mood: Mood,
    pub(crate) now: u64,
    pub(crate) letters: u32,
    /// What it says of a framebuffer that it is asked for: base, bytes of memory, and bits of a pixel.
    pub(crate) picture: (u32, u32, u32),
    words: [u32; 40],
    place: u64,
    /// Mail from the firmware, and when it is there.
    mail: VecDeque<(u64, u32)>,
    raises: bool,
    is_written: bool,
}

/// Firmware, mailbox and memory, shared by the driver's views of them and the test.
#[derive(Clone, Debug)]
pub(crate) struct Machine(pub(crate) Rc<RefCell<State>>);

impl Machine {
    /// The VideoCore sees the letter at `place`.
    pub(crate) fn new(place: u64) -> Self {
        Self(Rc::new(RefCell::new(State {
            mood: Mood::Answers,
            now: 0,
            letters: 0,
            picture: (0xfc10_0000, 800 * 600 * 4, 32),
            words: [0xeeee_eeee; 40],
            place,
            mail: VecDeque::new(),
            raises: false,
            is_written: false,
        })))
    }

    pub(crate) fn feels(&self, mood: Mood) {
        self.0.borrow_mut().mood = mood;
    }

    /// Something lies in the mailbox from before.
    pub(crate) fn leave(&self, mail: u32) {
        self.0.borrow_mut().mail.push_back((0, mail));
    }
}

impl State {
    fn has_mail(&self) -> bool {
        self.mail.front().is_some_and(|(when, _)| *when <= self.now)
    }

    fn deliver(&mut self, mail: u32) {
        assert_eq!(mail & 0xf, 8, "the channel of properties");
        assert_eq!(u64::from(mail & !0xf), self.place);
        assert!(
            !self.is_written,
            "a barrier is due before the letter is sent"
        );
        let last = self.letters;
        self.letters += 1;
        let when = self.now + LATER_NS;
        match self.mood {
            Mood::Busy => panic!("there is no room"),
            Mood::Silent => return,
            Mood::Puzzled => self.words[1] = 0x8000_0001,
            Mood::Chatty => {
                self.mail.push_back((when, 0xdead_bee0 + last % 8));
                self.answer();
            }
            Mood::Answers => self.answer(),
        }
        self.mail.push_back((when, mail));
    }

    /// Answers all questions of the letter, which ends where its length says.
    fn answer(&mut self) {
        let end = self.words[0] as usize / 4 - 1;
        assert_eq!((self.words[1], self.words[end]), (0, 0));
        self.words[1] = 1 << 31;
        let mut at = 2;
        while at < end {
            let [name, room, answered, first, second] =
                core::array::from_fn(|word| self.words[at + word]);
            assert_eq!((room, answered), (8, 0));
            let values = self.property(name, [first, second]);
            if !values.is_empty() {
                self.words[at + 2] = (1 << 31) | (values.len() as u32 * 4);
            }
            self.words[at + 3..at + 3 + values.len()].copy_from_slice(&values);
            at += 5;
        }
        assert_eq!(at, end, "the last word ends the questions");
    }

    fn property(&self, name: u32, [first, second]: [u32; 2]) -> Vec<u32> {
        let (base, length, depth) = self.picture;
        match (name, first) {
            (0x0001_0002, _) => [0xb03115].into(),
            (0x0001_0005, _) => [0, 0x3b40_0000].into(),
            (0x0003_0002, 12) => [12, 100_000_000].into(),
            (0x0003_0002, 3) => [3, 1_500_000_000].into(),
            (0x0003_0002, other) => [other, 0].into(),
            (0x0003_0006, 0) => [0, (-3500_i32).cast_unsigned()].into(),
            // Since a while ago; before, nobody knows.
            (0x0003_000a, 0) if self.letters > 90 => Vec::new(),
            (0x0003_000a, 0) => [0, 85_000].into(),
            // It has a screen of 800 by 600.
            (0x0004_8003 | 0x0004_8004, _) => [first.min(800), second.min(600)].into(),
            (0x0004_8009, _) => [first, second].into(),
            (0x0004_8005, 32) => [depth].into(),
            (0x0004_8006, 0) => [0].into(),
            (0x0004_0001, 4096) => [base, length].into(),
            // A firmware without a display knows of none.
            (0x0004_0008, _) if base == 0 => Vec::new(),
            (0x0004_0008, _) => [3200].into(),
            other => panic!("{other:?} is no property of this driver"),
        }
    }
}

impl Registers for Machine {
    fn read(&self, register: Register) -> u32 {
        let mut state = self.0.borrow_mut();
        match register {
            Register::Receive => {
                assert!(state.has_mail(), "there is no mail");
                state.mail.pop_front().map_or(0, |(_, mail)| mail)
            }
            Register::ReceiveStatus => match state.has_mail() {
                true => 1,
                false => EMPTY,
            },
            Register::SendStatus => match state.mood {
                Mood::Busy => FULL,
                _ => EMPTY,
            },
            other => panic!("{other:?} is not read by this driver"),
        }
    }

    fn write(&self, register: Register, value: u32) {
        let mut state = self.0.borrow_mut();
        match register {
            Register::Send => state.deliver(value),
            Register::ReceiveConfig => state.raises = value == 1,
            other => panic!("{other:?} is read-only"),
        }
    }
}

impl Letter for Machine {
    fn place(&self) -> u64 {
        self.0.borrow().place
    }

    fn read(&self, word: usize) -> u32 {
        self.0.borrow().words[word]
    }

    fn write(&self, word: usize, value: u32) {
        let mut state = self.0.borrow_mut();
        state.words[word] = value;
        state.is_written = true;
    }

    fn barrier(&self) {
        self.0.borrow_mut().is_written = false;
    }
}

impl Pace for Machine {
    fn now_ns(&self) -> u64 {
        let mut state = self.0.borrow_mut();
        state.now += 100;
        state.now
    }

    /// Until there is mail, if that raises the interrupt.
    fn wait(&self, until_ns: u64) {
        let mut state = self.0.borrow_mut();
        let next = state.mail.front().filter(|_| state.raises);
        let next = next.map_or(until_ns, |(when, _)| *when);
        state.now = next.min(until_ns).max(state.now);
    }
}
