//! Whatever happens on the line and before it, frames are neither changed nor doubled nor out of order.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many frames come, of so many bytes.
    Come(u8, usize),
    /// A bad one comes.
    BadComes,
    /// So many are taken.
    Take(u8),
    /// So many are to be sent, as far as there is room.
    Send(u8, usize),
    /// The controller sends what it has.
    Run,
    /// The line is pulled out, or put in.
    Plug(bool),
    /// Somebody looks at the line.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let length = 60..=MAX_FRAME;
    prop_oneof![
        4 => (1..40_u8, length.clone()).prop_map(|(count, length)| Step::Come(count, length)),
        1 => Just(Step::BadComes),
        4 => (1..80_u8).prop_map(Step::Take),
        4 => (1..80_u8, length).prop_map(|(count, length)| Step::Send(count, length)),
        3 => Just(Step::Run),
        1 => any::<bool>().prop_map(Step::Plug),
        1 => Just(Step::Look),
    ]
}

/// What must be, as anybody would describe it.
#[derive(Default)]
struct Naive {
    waiting: VecDeque<Vec<u8>>,
    /// Places of bad frames among those that wait.
    bad: VecDeque<bool>,
    under_way: Vec<Vec<u8>>,
    dropped: u64,
    is_plugged: bool,
    is_known: bool,
    number: u32,
}

impl Naive {
    fn next(&mut self, length: usize) -> Vec<u8> {
        self.number += 1;
        frame(self.number, length)
    }

    /// A frame comes, if there is a link on both sides.
    fn come(&mut self, frame: Vec<u8>, is_bad: bool) {
        if !self.is_plugged || !self.is_known {
            return;
        }
        if self.bad.len() == 64 {
            self.dropped += 1;
            return;
        }
        self.bad.push_back(is_bad);
        if !is_bad {
            self.waiting.push_back(frame);
        }
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        while self.bad.pop_front()? {}
        self.waiting.pop_front()
    }

    fn look(&mut self) {
        if self.is_known && !self.is_plugged {
            self.waiting.clear();
            self.bad.clear();
            self.under_way.clear();
        }
        self.is_known = self.is_plugged;
    }
}

proptest! {
    #[test]
    fn frames_come_and_go_as_they_were(
        index in any::<u16>(),
        steps in proptest::collection::vec(step(), 0..120),
    ) {
        let machine = Machine::new(index);
        let mut genet = open(&machine).expect("it is taken");
        let mut naive = Naive::default();
        for step in steps {
            match step {
                Step::Come(count, length) => for _ in 0..count {
                    let frame = naive.next(length);
                    machine.deliver(&frame, 0);
                    naive.come(frame, false);
                },
                Step::BadComes => {
                    let frame = naive.next(60);
                    machine.deliver(&frame, flag::BAD_CHECKSUM);
                    naive.come(frame, true);
                }
                Step::Take(count) => for _ in 0..count {
                    let wanted = naive.take().filter(|_| naive.is_known);
                    prop_assert_eq!(received(&mut genet), wanted);
                },
                Step::Send(count, length) => for _ in 0..count {
                    let has_room = naive.is_known && naive.under_way.len() < 64;
                    prop_assert_eq!(genet.has_room(), Ok(has_room));
                    if has_room {
                        let frame = naive.next(length);
                        genet.send(&frame);
                        naive.under_way.push(frame);
                    }
                },
                Step::Run => {
                    let mut wanted = Vec::new();
                    if naive.is_plugged {
                        core::mem::swap(&mut wanted, &mut naive.under_way);
                    }
                    prop_assert_eq!(machine.run(), wanted);
                }
                Step::Plug(is_in) => {
                    machine.plug(is_in.then_some(GIGABIT));
                    naive.is_plugged = is_in;
                }
                Step::Look => {
                    let line = naive.is_plugged.then_some(GIGABIT);
                    prop_assert_eq!(genet.look(), Ok(line));
                    naive.look();
                }
            }
        }
        while let Some(wanted) = naive.take().filter(|_| naive.is_known) {
            prop_assert_eq!(received(&mut genet), Some(wanted));
        }
        if naive.is_known {
            prop_assert_eq!(received(&mut genet), None);
            prop_assert_eq!(genet.counts().dropped, naive.dropped);
        }
    }
}
