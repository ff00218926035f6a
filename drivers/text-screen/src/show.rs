//! The work of a display's driver, once it has a framebuffer.

use core::fmt;

use libipc::objects::{CNode, Notification};
use libipc::{
    Cap, Never, Refusal, Rights, Startup, Transport, TransportError, clock_ns, log_line, slots,
};
use proto::screen::Client;

use crate::{Framebuffer, Memory, Mode, Screen, Unfit};

/// The bit of the own notification that the console signals.
const ARRIVAL: u64 = 1 << 63;
/// The least time between two pictures: thirty in a second.
const PICTURE_NS: u64 = 33_333_333;
/// The most reads without a look at the time.
const MOST_READS: u32 = 32;

/// Shows the console's text for as long as there is a console. Needs the connection `screen`.
fn show(env: &Startup, surface: Framebuffer<impl Memory>) -> Never {
    let mode = surface.mode();
    let (columns, rows) = mode.cells();
    log_line(format_args!("{mode}, {columns} by {rows} characters"));
    let text: Client = env.connect("screen");
    let own = env.notification();
    match arrival(own).map(|arrival| text.subscribe(arrival)) {
        Ok(Ok(())) => work(&mut Shown::new(&text, Screen::new(surface)), own),
        Ok(Err(error)) => log_line(format_args!("the console does not answer: {error}")),
        Err(refusal) => log_line(format_args!(
            "no signal for the console: {}",
            refusal.text()
        )),
    }
    rest(own)
}

/// Shows the console's text on what `start` makes of the mode that the program's argument says; says why if there is no
/// display, and waits for ever then.
pub fn run<M: Memory, P: fmt::Display + From<Unfit>>(
    env: &Startup,
    start: impl FnOnce(&Startup, Mode) -> Result<Framebuffer<M>, P>,
) -> Never {
    let mode = env.args().next().unwrap_or_default().parse();
    match mode.map_err(P::from).and_then(|mode| start(env, mode)) {
        Ok(framebuffer) => show(env, framebuffer),
        Err(problem) => {
            log_line(format_args!("no display: {problem}"));
            rest(env.notification())
        }
    }
}

/// Waits for ever: a display that nobody writes to, or a driver without a display.
fn rest(own: Notification) -> Never {
    loop {
        // Nobody signals it; a refusal would not end either.
        let _ = own.wait();
    }
}

/// A capability to signal the own notification with the bit for text.
fn arrival(own: Notification) -> Result<Cap<Notification>, Refusal> {
    let slot = slots::allocate().ok_or(Refusal::Exhausted)?;
    CNode::OWN.mint(slot, CNode::OWN, own.cptr(), Rights::WRITE, ARRIVAL)?;
    Ok(Cap::from_slot(slot))
}

fn work<T: Transport, M: Memory>(shown: &mut Shown<'_, T, M>, own: Notification) {
    loop {
        match shown.step(clock_ns()) {
            Next::Text => drop(own.wait()),
            // Ends by its deadline, which the kernel reports as a refusal.
            Next::Until(moment) => drop(own.wait_until(moment)),
            Next::Now => {}
            Next::Gone => return log_line(format_args!("the console is gone")),
        }
    }
}

/// What there is to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Text, and nothing else.
    Text,
    /// Text, or this moment, to draw what was taken already.
    Until(u64),
    /// Nothing: there is more text already.
    Now,
    /// Nothing: the console is gone.
    Gone,
}

/// The console's text on a screen.
pub(crate) struct Shown<'a, T, M> {
    text: &'a Client<T>,
    pub(crate) screen: Screen<M>,
    /// When the next picture may be drawn.
    due_ns: u64,
    is_drawn: bool,
}

impl<'a, T: Transport, M: Memory> Shown<'a, T, M> {
    pub(crate) fn new(text: &'a Client<T>, screen: Screen<M>) -> Self {
        Self {
            text,
            screen,
            due_ns: 0,
            is_drawn: false,
        }
    }

    /// Takes the text that there is, and draws unless it was just done.
    pub(crate) fn step(&mut self, now_ns: u64) -> Next {
        let Ok(left) = self.take() else {
            return Next::Gone;
        };
        let is_due = now_ns >= self.due_ns;
        if !self.is_drawn && is_due {
            self.screen.draw();
            self.is_drawn = true;
            self.due_ns = now_ns.saturating_add(PICTURE_NS);
        }
        match (left, self.is_drawn) {
            (Left::Some, _) => Next::Now,
            (Left::Nothing, true) => Next::Text,
            (Left::Nothing, false) => Next::Until(self.due_ns),
        }
    }

    /// Takes text, but not for ever from somebody who writes for ever.
    fn take(&mut self) -> Result<Left, TransportError> {
        for _ in 0..MOST_READS {
            let (text, lost, left) = self.text.read()?;
            if lost > 0 {
                self.screen.terminal().skip();
            }
            if !text.is_empty() {
                self.screen.terminal().write(&text);
                self.is_drawn = false;
            }
            if left == 0 {
                return Ok(Left::Nothing);
            }
        }
        Ok(Left::Some)
    }
}

/// Whether the console has more text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    Some,
}
