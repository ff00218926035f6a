//! The controller: from reset to frames.

use device_wait::Pace;

use crate::address::Address;
use crate::counts::Counts;
use crate::failure::{Broken, Failure};
use crate::line::{Duplex, Line};
use crate::memory::{self, BUFFER, DEPTH, MEMORY_BYTES, Memory};
use crate::phy::{Phy, PhyFailure};
use crate::registers::{Registers, buffers, dma, flag, interrupts, lines, mac, system};
use crate::ring::Ring;
use crate::{MAX_FRAME, MIN_FRAME};

/// A frame is sent with at least so many bytes (802.3 §4.2.3.3), without its checksum.
const SHORTEST_SENT: usize = 60;
/// The longest that the MAC takes from the line.
const LONGEST_TAKEN: u32 = 1536;
/// Between steps of a reset.
const STEP_NS: u64 = 10_000;
/// The longest that DMA may take to come to rest.
const REST_NS: u64 = 20_000_000;
/// The other side is told to pause when fewer descriptors are left than a sixteenth, until there are 5.
const PAUSES: u32 = 5 << 16 | DEPTH as u32 >> 4;
/// From so many on, the count of lost frames is set back: it stops at 2¹⁶ - 1 (Linux).
const MANY_LOST: u16 = 0xc000;

/// The controller, with its PHY.
pub struct Genet<R, M, P> {
    registers: R,
    memory: M,
    pace: P,
    phy: Phy,
    address: Address,
    filter: Filter,
    line: Option<Line>,
    sends: Ring,
    receives: Ring,
    /// How many frames were lost, as the controller told it last.
    lost: u16,
    broken: bool,
    counts: Counts,
}

/// Which frames are taken from the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Own,
    All,
}

/// What was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A frame of so many bytes.
    Frame(usize),
    /// Nothing any more.
    Nothing,
}

impl<R: Registers, M: Memory, P: Pace> Genet<R, M, P> {
    /// Takes the controller over. Its address is `given`, or the one that somebody wrote into its registers before.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn open(registers: R, memory: M, pace: P, given: Option<Address>) -> Result<Self, Failure> {
        let revision = registers.read(system::REVISION);
        if revision == 0 || revision == u32::MAX {
            return Err(Failure::Absent(revision));
        }
        if revision >> 24 & 0xf != system::VERSION_5 {
            return Err(Failure::Version(revision));
        }
        if memory.length() < MEMORY_BYTES {
            return Err(Failure::Memory);
        }
        let address = given.or_else(|| written(&registers));
        let address = address.ok_or(Failure::NoAddress)?;
        let (sends, receives) = (Ring::new(dma::SEND), Ring::new(dma::RECEIVE));
        reset(&registers, &pace);
        rest(&registers, &pace, [&sends, &receives]).map_err(|_| Failure::Restless)?;
        set_up(&registers, address);
        let phy = Phy::set_up((&registers, &pace)).map_err(|failure| match failure {
            PhyFailure::Absent => Failure::NoPhy,
            PhyFailure::InReset => Failure::Phy,
        })?;
        let genet = Self {
            registers,
            memory,
            pace,
            phy,
            address,
            filter: Filter::Own,
            line: None,
            sends,
            receives,
            lost: 0,
            broken: false,
            counts: Counts::default(),
        };
        genet.apply_filter();
        Ok(genet)
    }

    /// Returns the controller's address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Returns what the driver waits by.
    pub fn pace(&self) -> &P {
        &self.pace
    }

    /// Returns the most frames that wait to be sent.
    pub fn depth(&self) -> u32 {
        u32::from(DEPTH)
    }

    /// Returns the link as it was when it was last looked at.
    pub fn line(&self) -> Option<Line> {
        self.line
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Looks at the line, and switches the rings on or off if there is a link now, or is none any more. A broken
    /// controller is reset first.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn look(&mut self) -> Result<Option<Line>, Broken> {
        if self.broken {
            self.recover()?;
        }
        let line = self.phy.line((&self.registers, &self.pace));
        if line != self.line {
            if self.line.take().is_some() {
                self.stop()?;
            }
            if let Some(line) = line {
                self.start(line);
                self.line = Some(line);
                self.counts.links += 1;
            }
        }
        Ok(self.line)
    }

    pub(crate) fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.apply_filter();
    }

    /// Whether a frame can be sent now.
    ///
    /// # Errors
    /// [`Broken`] if the controller is through with descriptors that it was not given.
    pub fn has_room(&mut self) -> Result<bool, Broken> {
        if self.line.is_none() {
            return Ok(false);
        }
        let (behind, _) = self.sends.ahead(&self.registers);
        match behind.wrapping_neg() {
            under_way if under_way <= DEPTH => Ok(under_way < DEPTH),
            _ => self.broke(),
        }
    }

    /// Sends a frame of 14 to 1,518 bytes, if [`has_room`](Self::has_room) said so.
    pub fn send(&mut self, frame: &[u8]) {
        let slot = self.sends.slot();
        let (offset, length) = (memory::to_send(slot), frame.len().max(SHORTEST_SENT));
        let mut padded = [0; SHORTEST_SENT];
        match padded.get_mut(..frame.len()) {
            Some(start) => {
                start.copy_from_slice(frame);
                self.memory.write(offset, &padded);
            }
            None => self.memory.write(offset, frame),
        }
        self.memory.barrier();
        let physical = self.memory.physical(offset);
        self.sends.point(&self.registers, slot, physical);
        let flags = flag::FIRST | flag::LAST | flag::ADD_CHECKSUM | flag::TAG;
        let length = (length as u32) << flag::LENGTH_SHIFT;
        self.sends.set_flags(&self.registers, slot, length | flags);
        self.sends.advance(&self.registers);
        self.counts.sent += 1;
        self.counts.sent_bytes += frame.len() as u64;
    }

    /// Takes the next good frame; bad ones before it are counted and their room is given back.
    ///
    /// # Errors
    /// [`Broken`] if the controller filled more descriptors than it has.
    pub fn receive(&mut self, to: &mut [u8; MAX_FRAME]) -> Result<Received, Broken> {
        while self.line.is_some() {
            let (ahead, lost) = self.receives.ahead(&self.registers);
            self.count_lost(lost);
            if ahead == 0 {
                break;
            }
            if ahead > DEPTH {
                return self.broke();
            }
            let slot = self.receives.slot();
            self.memory.barrier();
            let length = self.judge(self.receives.flags(&self.registers, slot));
            if let Some(part) = length.and_then(|length| to.get_mut(..length)) {
                self.memory.read(memory::to_receive(slot), part);
            }
            self.memory.barrier();
            self.receives.advance(&self.registers);
            if let Some(length) = length {
                self.counts.received += 1;
                self.counts.received_bytes += length as u64;
                return Ok(Received::Frame(length));
            }
        }
        Ok(Received::Nothing)
    }

    /// Takes the interrupts that were raised, so that only what comes later raises further ones.
    pub fn take_interrupts(&self) {
        let masked = self.registers.read(interrupts::MASKED);
        let raised = self.registers.read(interrupts::STATUS) & !masked;
        self.registers.write(interrupts::CLEAR, raised);
    }

    /// The length of a frame with such flags; `None` if it is a bad one, which is counted.
    fn judge(&mut self, flags: u32) -> Option<usize> {
        const WHOLE: u32 = flag::FIRST | flag::LAST;
        let length = (flags >> flag::LENGTH_SHIFT & flag::LENGTH) as usize;
        let is_good = flags & (WHOLE | flag::BAD) == WHOLE;
        if is_good && (MIN_FRAME..=MAX_FRAME).contains(&length) {
            return Some(length);
        }
        match flags & (WHOLE | flag::BAD_CHECKSUM) == WHOLE | flag::BAD_CHECKSUM {
            true => self.counts.bad_checksums += 1,
            false => self.counts.bad_frames += 1,
        }
        None
    }

    fn count_lost(&mut self, lost: u16) {
        self.counts.dropped += u64::from(lost.saturating_sub(self.lost));
        self.lost = lost;
        if lost >= MANY_LOST {
            let register = dma::RECEIVE + dma::CONTROLLER_INDEX;
            self.registers.write(register, 0);
            self.lost = 0;
        }
    }

    fn broke<T>(&mut self) -> Result<T, Broken> {
        self.broken = true;
        self.line = None;
        Err(Broken)
    }

    /// Switches everything on for a link.
    fn start(&mut self, line: Line) {
        self.sends.start(&self.registers, 0);
        for slot in 0..DEPTH {
            let physical = self.memory.physical(memory::to_receive(slot));
            self.receives.point(&self.registers, slot, physical);
        }
        self.receives.start(&self.registers, PAUSES);
        (_, self.lost) = self.receives.ahead(&self.registers);
        let clear = lines::OUT_OF_BAND_OFF | lines::NO_DELAY;
        self.registers
            .change(lines::CONTROL, clear, lines::LINK | lines::RGMII);
        let half = match line.duplex {
            Duplex::Half => mac::HALF_DUPLEX,
            Duplex::Full => 0,
        };
        let speed = (line.speed as u32) << mac::SPEED_SHIFT;
        let on = mac::SEND_ON | mac::RECEIVE_ON;
        let clear = 3 << mac::SPEED_SHIFT | mac::HALF_DUPLEX;
        self.registers
            .change(mac::COMMAND, clear, speed | half | on);
        self.registers.write(interrupts::UNMASK, interrupts::WANTED);
    }

    /// Switches everything off that a link needs.
    fn stop(&mut self) -> Result<(), Broken> {
        let (_, lost) = self.receives.ahead(&self.registers);
        self.count_lost(lost);
        self.registers.write(interrupts::MASK, u32::MAX);
        self.registers.change(mac::COMMAND, mac::RECEIVE_ON, 0);
        let rings = [&self.sends, &self.receives];
        let outcome = rest(&self.registers, &self.pace, rings);
        self.registers.change(mac::COMMAND, mac::SEND_ON, 0);
        self.registers.write(mac::FLUSH, 1);
        self.pace.sleep(STEP_NS);
        self.registers.write(mac::FLUSH, 0);
        self.registers.write(interrupts::CLEAR, u32::MAX);
        self.registers.change(lines::CONTROL, lines::LINK, 0);
        outcome.or_else(|_| self.broke())
    }

    /// Resets a broken controller; the PHY is left as it is.
    fn recover(&mut self) -> Result<(), Broken> {
        reset(&self.registers, &self.pace);
        rest(&self.registers, &self.pace, [&self.sends, &self.receives])?;
        set_up(&self.registers, self.address);
        self.apply_filter();
        self.broken = false;
        Ok(())
    }

    fn apply_filter(&self) {
        let registers = &self.registers;
        if self.filter == Filter::All {
            registers.write(mac::FILTERS, 0);
            registers.change(mac::COMMAND, 0, mac::PROMISCUOUS);
            return;
        }
        for (place, address) in (0..).zip([Address::BROADCAST, self.address]) {
            let (register, number) = (mac::FILTER_ADDRESSES + 8 * place, address.number());
            registers.write(register, (number >> 32) as u32);
            registers.write(register + 4, number as u32);
        }
        let first_two = 3 << (mac::FILTER_COUNT - 2);
        registers.write(mac::FILTERS, first_two);
        registers.change(mac::COMMAND, mac::PROMISCUOUS, 0);
    }
}

/// The address that firmware has left in the registers; none while they are held in reset (FreeBSD).
fn written(registers: &impl Registers) -> Option<Address> {
    if registers.read(system::FLUSH) & system::FLUSH_RESET != 0 {
        return None;
    }
    let (high, low) = (
        registers.read(mac::ADDRESS_0),
        registers.read(mac::ADDRESS_1) & 0xffff,
    );
    let address = Address::of_number(u64::from(high) << 16 | u64::from(low));
    Some(address).filter(|address| address.is_of_a_station())
}

/// Resets the block and its MAC (FreeBSD), and masks its interrupts.
fn reset(registers: &impl Registers, pace: &impl Pace) {
    let step = |register, value| {
        registers.write(register, value);
        pace.sleep(STEP_NS);
    };
    let flush = registers.read(system::FLUSH);
    step(system::FLUSH, flush | system::FLUSH_RESET);
    step(system::FLUSH, flush & !system::FLUSH_RESET);
    step(system::FLUSH, 0);
    registers.write(mac::COMMAND, 0);
    step(mac::COMMAND, mac::LOOP | mac::RESET);
    registers.write(mac::COMMAND, 0);
    registers.write(mac::COUNTERS, mac::COUNTERS_RESET);
    registers.write(mac::COUNTERS, 0);
    registers.write(interrupts::MASK, u32::MAX);
    registers.write(interrupts::CLEAR, u32::MAX);
}

/// Stops DMA of both directions, and waits until it is at rest.
fn rest(registers: &impl Registers, pace: &impl Pace, rings: [&Ring; 2]) -> Result<(), Broken> {
    rings.iter().for_each(|ring| ring.stop(registers));
    let deadline = pace.now_ns() + REST_NS;
    while !rings.iter().all(|ring| ring.is_at_rest(registers)) {
        if pace.now_ns() >= deadline {
            return Err(Broken);
        }
        pace.sleep(STEP_NS);
    }
    Ok(())
}

/// Everything that does not change with the link.
fn set_up(registers: &impl Registers, address: Address) {
    registers.write(system::PORT, system::PORT_EXTERNAL);
    let number = address.number();
    registers.write(mac::ADDRESS_0, (number >> 16) as u32);
    registers.write(mac::ADDRESS_1, number as u32 & 0xffff);
    registers.write(mac::MAX_FRAME, LONGEST_TAKEN);
    // Frames begin where their buffers do.
    let before = buffers::STATUS_BLOCK | buffers::ALIGN;
    registers.change(buffers::RECEIVE, before, 0);
    registers.change(buffers::SEND, buffers::STATUS_BLOCK, 0);
    registers.write(buffers::SEND_SIZE, 1);
}

const _: () = assert!(LONGEST_TAKEN as usize <= BUFFER && MAX_FRAME < LONGEST_TAKEN as usize);
