//! Commands to cards (SD §4.7.4) as the controller sends them (SDHC §2.2.6).

/// How a command is answered (SD §4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Not at all.
    None,
    /// By the card's status, or what is framed like it (R1, R6, R7).
    Short,
    /// The same, and the card is busy for a while (R1b).
    Busy,
    /// By a register of 128 bits (R2).
    Long,
    /// By the operating conditions, without a checksum (R3).
    Conditions,
}

/// What the data lines are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// Nothing.
    None,
    /// Blocks, transferred as these bits of the register say.
    Blocks(u32),
    /// Nothing any more: the command ends what they are used for.
    Abort,
}

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) index: u8,
    pub(crate) argument: u32,
    pub(crate) answer: Answer,
    pub(crate) data: Data,
}

const DATA_PRESENT: u32 = 1 << 5;
const CHECK_INDEX: u32 = 1 << 4;
const CHECK_CHECKSUM: u32 = 1 << 3;
const TYPE_ABORT: u32 = 0b11 << 6;

impl Command {
    pub(crate) const fn new(index: u8, argument: u32, answer: Answer) -> Self {
        Self {
            index,
            argument,
            answer,
            data: Data::None,
        }
    }

    pub(crate) const fn with(mut self, data: Data) -> Self {
        self.data = data;
        self
    }

    /// The word for [`Register::Command`](crate::Register::Command).
    pub(crate) fn word(self) -> u32 {
        let answer = match self.answer {
            Answer::None => 0b00,
            Answer::Long => 0b01 | CHECK_CHECKSUM,
            Answer::Conditions => 0b10,
            Answer::Short => 0b10 | CHECK_CHECKSUM | CHECK_INDEX,
            Answer::Busy => 0b11 | CHECK_CHECKSUM | CHECK_INDEX,
        };
        let (mode, data) = match self.data {
            Data::None => (0, 0),
            Data::Blocks(mode) => (mode, DATA_PRESENT),
            Data::Abort => (0, TYPE_ABORT),
        };
        mode | (u32::from(self.index) << 8 | data | answer) << 16
    }

    /// Whether it needs the data lines, so that it must wait for them.
    pub(crate) fn needs_data_lines(self) -> bool {
        matches!(self.data, Data::Blocks(_))
            || (self.answer == Answer::Busy && self.data != Data::Abort)
    }
}

/// CMD0: all cards start anew.
pub(crate) const GO_IDLE: Command = Command::new(0, 0, Answer::None);
/// CMD2: the card that is there tells its identity.
pub(crate) const ALL_SEND_CID: Command = Command::new(2, 0, Answer::Long);
/// CMD3: it takes an address.
pub(crate) const SEND_ADDRESS: Command = Command::new(3, 0, Answer::Short);
/// CMD12: a transfer ends.
pub(crate) const STOP: Command = Command::new(12, 0, Answer::Busy).with(Data::Abort);

/// CMD8: 2.7 to 3.6 V, and a pattern that the card gives back (SD §4.3.13).
pub(crate) const SEND_CONDITIONS: Command = Command::new(8, CONDITIONS, Answer::Short);
/// What CMD8 sends and a card answers.
pub(crate) const CONDITIONS: u32 = 0x1aa;

/// CMD7: the card with an address is the one that transfers.
pub(crate) const fn select(address: u32) -> Command {
    Command::new(7, address, Answer::Busy)
}

/// CMD7: no card is the one that transfers; nobody answers.
pub(crate) const DESELECT: Command = Command::new(7, 0, Answer::None);

/// The number of a command that no card with data lines knows (SD §4.7.4): it is one of cards on SPI.
pub(crate) const UNKNOWN: u32 = 59;

/// CMD9: what the card is like.
pub(crate) const fn send_csd(address: u32) -> Command {
    Command::new(9, address, Answer::Long)
}

/// CMD13: its status.
pub(crate) const fn send_status(address: u32) -> Command {
    Command::new(13, address, Answer::Short)
}

/// CMD16: bytes in a block.
pub(crate) const fn set_block_length(bytes: u32) -> Command {
    Command::new(16, bytes, Answer::Short)
}

/// CMD55: the next command is one of SD cards.
pub(crate) const fn application(address: u32) -> Command {
    Command::new(55, address, Answer::Short)
}

/// ACMD6: how many data lines: 0 for one, 2 for four.
pub(crate) const SET_FOUR_LINES: Command = Command::new(6, 2, Answer::Short);
/// ACMD51: what of the standards the card knows, in eight bytes.
pub(crate) const SEND_SCR: Command = Command::new(51, 0, Answer::Short);

/// ACMD41: the voltages that there are; answered by what the card is ready for.
pub(crate) const fn send_operating_conditions(argument: u32) -> Command {
    Command::new(41, argument, Answer::Conditions)
}
