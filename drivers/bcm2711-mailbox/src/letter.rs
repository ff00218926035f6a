//! A letter: one question with the room for its answer (firmware, "Mailbox property interface").

/// Memory for a letter: eight words, of which the firmware reads and writes any at the same moment.
pub trait Letter {
    /// Returns where the VideoCore sees it: by an alias of memory without its caches, as the board's file says.
    fn place(&self) -> u64;
    /// Reads a word.
    fn read(&self, word: usize) -> u32;
    /// Writes a word.
    fn write(&self, word: usize, value: u32);
    /// Orders all accesses before it against all accesses after it, as the firmware sees them.
    fn barrier(&self);
}

/// Words of a letter.
const WORDS: usize = 8;

/// Words of a question or an answer.
pub(crate) const VALUES: usize = 2;

/// Places of words.
mod at {
    pub(super) const LENGTH: usize = 0;
    pub(super) const OUTCOME: usize = 1;
    pub(super) const TAG: usize = 2;
    pub(super) const ROOM: usize = 3;
    pub(super) const ANSWERED: usize = 4;
    pub(super) const VALUES: usize = 5;
    pub(super) const END: usize = 7;
}

/// The letter was read, and all of it was understood.
const UNDERSTOOD: u32 = 1 << 31;
/// This question was answered, by so many bytes.
const ANSWERED: u32 = 1 << 31;
const WORD_BYTES: u32 = 4;

/// What a letter says when it came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The answer.
    Answer([u32; VALUES]),
    /// The firmware does not know such questions.
    Unknown,
    /// It could not make sense of the letter.
    NotUnderstood,
}

/// Returns where the firmware finds a letter; `None` if it cannot.
pub(crate) fn address(letter: &impl Letter) -> Option<u32> {
    let start = letter.place();
    let last = start.checked_add(WORDS as u64 * u64::from(WORD_BYTES) - 1)?;
    // The low four bits name the channel, and an address has no more than 32.
    let is_seen = start.is_multiple_of(16) && last <= u64::from(u32::MAX);
    is_seen.then_some(start as u32)
}

/// Writes a question.
pub(crate) fn ask(letter: &impl Letter, tag: u32, values: [u32; VALUES]) {
    letter.write(at::LENGTH, WORDS as u32 * WORD_BYTES);
    letter.write(at::OUTCOME, 0);
    letter.write(at::TAG, tag);
    letter.write(at::ROOM, VALUES as u32 * WORD_BYTES);
    letter.write(at::ANSWERED, 0);
    for (place, value) in (at::VALUES..).zip(values) {
        letter.write(place, value);
    }
    letter.write(at::END, 0);
    letter.barrier();
}

/// Reads the answer, which has `words` words.
pub(crate) fn read(letter: &impl Letter, words: u32) -> Reading {
    letter.barrier();
    if letter.read(at::OUTCOME) != UNDERSTOOD {
        return Reading::NotUnderstood;
    }
    let answered = letter.read(at::ANSWERED);
    if answered & ANSWERED == 0 || answered & !ANSWERED < words * WORD_BYTES {
        return Reading::Unknown;
    }
    let value = |word| letter.read(at::VALUES + word);
    Reading::Answer([value(0), value(1)])
}
