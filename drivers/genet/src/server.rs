//! The `ethernet` interface over the controller.

use device_wait::Pace;
use heapless::Deque;
use libipc::codec::Text;
use libipc::lend::{Borrower, Place};
use libipc::objects::IrqHandler;
use libipc::{Caller, Reply};
use proto::ethernet::{
    Counters, Duplex as LinkDuplex, Error, Filter as Wanted, Info, Link, Server,
};

use crate::controller::{Filter, Genet, Received};
use crate::failure::Broken;
use crate::line::{Duplex, Line};
use crate::memory::Memory;
use crate::registers::Registers;
use crate::{MAX_FRAME, MIN_FRAME};

/// Requests that wait, of each direction: as many as a ring holds.
const BACKLOG: usize = 64;
/// How old what is known of the line may be when somebody asks for frames to go.
const FRESH_NS: u64 = 1_000_000_000;

/// A request that waits, and its buffer.
struct Waiting<T> {
    caller: Caller,
    place: Place,
    reply: Reply<T, Error>,
}

/// The driver of one controller for one client.
pub struct Ethernet<R, M, P> {
    genet: Genet<R, M, P>,
    borrower: Borrower,
    interrupt: IrqHandler,
    interrupt_bits: u64,
    sends: Deque<Waiting<()>, BACKLOG>,
    receives: Deque<Waiting<u32>, BACKLOG>,
    looked_ns: Option<u64>,
}

impl<R: Registers, M: Memory, P: Pace> Ethernet<R, M, P> {
    /// Serves a controller, whose interrupt signals `interrupt_bits`, to the client with these pools.
    pub fn new(
        genet: Genet<R, M, P>,
        borrower: Borrower,
        (interrupt, interrupt_bits): (IrqHandler, u64),
    ) -> Self {
        Self {
            genet,
            borrower,
            interrupt,
            interrupt_bits,
            sends: Deque::new(),
            receives: Deque::new(),
            looked_ns: None,
        }
    }

    /// Returns the controller.
    pub fn genet(&self) -> &Genet<R, M, P> {
        &self.genet
    }

    /// Takes what the controller has received and sends what waits, lets its next interrupt through, and looks again: what came
    /// between the two raises none.
    pub fn attend(&mut self) {
        self.genet.take_interrupts();
        self.work();
        // Refused only if the interrupt was taken away; then later requests do the work.
        let _ = self.interrupt.acknowledge();
        self.work();
    }

    fn work(&mut self) {
        let done = self.send_waiting().and_then(|()| self.fill_waiting());
        if done == Err(Broken) {
            self.fail_all(Error::Device);
        }
    }

    fn send_waiting(&mut self) -> Result<(), Broken> {
        while !self.sends.is_empty() && self.genet.has_room()? {
            if let Some(waiting) = self.sends.pop_front() {
                self.send_one(waiting);
            }
        }
        Ok(())
    }

    fn send_one(&mut self, waiting: Waiting<()>) {
        let mut frame = [0; MAX_FRAME];
        let part = frame.get_mut(..waiting.place.len());
        let Some(frame) = part.filter(|part| part.len() >= MIN_FRAME) else {
            return waiting.reply.fail(Error::BadLength);
        };
        let read = self
            .borrower
            .read(waiting.caller, waiting.place, (0, frame));
        match read {
            Ok(()) => {
                self.genet.send(frame);
                waiting.reply.ok(());
            }
            Err(_) => waiting.reply.fail(Error::BadBuffer),
        }
    }

    fn fill_waiting(&mut self) -> Result<(), Broken> {
        let mut frame = [0; MAX_FRAME];
        while self.wants_frames() {
            let Received::Frame(length) = self.genet.receive(&mut frame)? else {
                break;
            };
            let (Some(waiting), Some(frame)) = (self.receives.pop_front(), frame.get(..length))
            else {
                break;
            };
            let written = self
                .borrower
                .write(waiting.caller, waiting.place, (0, frame));
            waiting.reply.answer(match written {
                Ok(()) => Ok(length as u32),
                Err(_) => Err(Error::BadBuffer),
            });
        }
        Ok(())
    }

    /// Whether somebody waits for a frame. Those whose clients are gone are forgotten.
    fn wants_frames(&mut self) -> bool {
        while let Some(first) = self.receives.front()
            && !first.reply.is_wanted()
        {
            self.receives.pop_front();
        }
        !self.receives.is_empty()
    }

    /// Looks at the line, and tells those who wait if there is none.
    fn look(&mut self) -> Result<Option<Line>, Error> {
        self.looked_ns = Some(self.genet.pace().now_ns());
        match self.genet.look() {
            Ok(line) => {
                if line.is_none() {
                    self.fail_all(Error::NoLink);
                }
                Ok(line)
            }
            Err(Broken) => {
                self.fail_all(Error::Device);
                Err(Error::Device)
            }
        }
    }

    /// Whether there is a link, or was not long ago.
    fn expect_link(&mut self) -> Result<(), Error> {
        let now = self.genet.pace().now_ns();
        let is_fresh = |looked: u64| now.saturating_sub(looked) < FRESH_NS;
        let line = match self.looked_ns.is_some_and(is_fresh) {
            true => self.genet.line(),
            false => self.look()?,
        };
        line.map(|_| ()).ok_or(Error::NoLink)
    }

    fn fail_all(&mut self, error: Error) {
        fail(&mut self.sends, error);
        fail(&mut self.receives, error);
    }
}

fn fail<T>(all: &mut Deque<Waiting<T>, BACKLOG>, error: Error) {
    while let Some(waiting) = all.pop_front() {
        waiting.reply.fail(error);
    }
}

impl<R: Registers, M: Memory, P: Pace> Server for Ethernet<R, M, P> {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        let mut model = Text::new();
        for letter in "GENET v5".chars() {
            // It fits.
            let _ = model.push(letter);
        }
        Ok(Info {
            address: self.genet.address().number(),
            depth: self.genet.depth(),
            model,
        })
    }

    fn link(&mut self, _: Caller) -> Result<Link, Error> {
        let line = self.look()?;
        self.attend();
        let duplex = line.map_or(Duplex::Full, |line| line.duplex);
        Ok(Link {
            mbit: line.map_or(0, |line| line.speed.mbit()),
            duplex: match duplex {
                Duplex::Half => LinkDuplex::Half,
                Duplex::Full => LinkDuplex::Full,
            },
        })
    }

    fn counters(&mut self, _: Caller) -> Result<Counters, Error> {
        let counts = self.genet.counts();
        Ok(Counters {
            sent: counts.sent,
            sent_bytes: counts.sent_bytes,
            received: counts.received,
            received_bytes: counts.received_bytes,
            bad_checksums: counts.bad_checksums,
            bad_frames: counts.bad_frames,
            dropped: counts.dropped,
            links: counts.links,
        })
    }

    fn set_filter(&mut self, _: Caller, filter: Wanted) -> Result<(), Error> {
        self.genet.set_filter(match filter {
            Wanted::Own => Filter::Own,
            Wanted::All => Filter::All,
        });
        Ok(())
    }

    fn send(&mut self, caller: Caller, place: Place, reply: Reply<(), Error>) {
        if let Err(error) = self.expect_link() {
            return reply.fail(error);
        }
        let waiting = Waiting {
            caller,
            place,
            reply,
        };
        if let Err(refused) = self.sends.push_back(waiting) {
            return refused.reply.fail(Error::Busy);
        }
        self.work();
    }

    fn receive(&mut self, caller: Caller, place: Place, reply: Reply<u32, Error>) {
        if place.len() < MAX_FRAME {
            return reply.fail(Error::BadLength);
        }
        if let Err(error) = self.expect_link() {
            return reply.fail(error);
        }
        let waiting = Waiting {
            caller,
            place,
            reply,
        };
        if let Err(refused) = self.receives.push_back(waiting) {
            return refused.reply.fail(Error::Busy);
        }
        self.work();
    }

    fn signal(&mut self, bits: u64) {
        if bits & self.interrupt_bits != 0 {
            self.attend();
        }
    }

    fn client_gone(&mut self, client: Caller) {
        self.sends.retain(|waiting| waiting.caller != client);
        self.receives.retain(|waiting| waiting.caller != client);
    }
}
