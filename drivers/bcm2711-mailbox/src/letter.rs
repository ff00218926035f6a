//! A letter: questions, each with the room for its answer (firmware, "Mailbox property interface").

/// Memory for a letter: forty words, of which the firmware reads and writes any at the same moment.
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

/// The most questions in a letter.
pub(crate) const MOST: usize = 7;

/// Words of a question or an answer.
pub(crate) const VALUES: usize = 2;

/// One thing to ask for, or to have set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The firmware's name of the property.
    pub(crate) tag: u32,
    /// What is sent.
    pub(crate) values: [u32; VALUES],
    /// Words that the answer has at least.
    pub(crate) words: u32,
}

/// Places of words.
mod at {
    pub(super) const LENGTH: usize = 0;
    pub(super) const OUTCOME: usize = 1;
    pub(super) const QUESTIONS: usize = 2;
}

/// Places of words in a question, which has so many.
mod within {
    pub(super) const TAG: usize = 0;
    pub(super) const ROOM: usize = 1;
    pub(super) const ANSWERED: usize = 2;
    pub(super) const VALUES: usize = 3;
    pub(super) const WORDS: usize = VALUES + super::VALUES;
}

/// Words of a letter with so many questions; the last ends it.
const fn length(questions: usize) -> usize {
    at::QUESTIONS + questions * within::WORDS + 1
}

/// The first word of a question.
const fn place(question: usize) -> usize {
    at::QUESTIONS + question * within::WORDS
}

/// The letter was read, and all of it was understood.
const UNDERSTOOD: u32 = 1 << 31;
/// This question was answered, by so many bytes.
const ANSWERED: u32 = 1 << 31;
const WORD_BYTES: u32 = 4;

/// What a letter says when it came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading<const N: usize> {
    /// The answers.
    Answers([[u32; VALUES]; N]),
    /// The firmware does not know one of the questions.
    Unknown,
    /// It could not make sense of the letter.
    NotUnderstood,
}

/// Returns where the firmware finds a letter of any length; `None` if it cannot.
pub(crate) fn address(letter: &impl Letter) -> Option<u32> {
    let start = letter.place();
    let last = start.checked_add(length(MOST) as u64 * u64::from(WORD_BYTES) - 1)?;
    // The low four bits name the channel, and an address has no more than 32.
    let is_seen = start.is_multiple_of(16) && last <= u64::from(u32::MAX);
    is_seen.then_some(start as u32)
}

/// Writes questions.
pub(crate) fn ask<const N: usize>(letter: &impl Letter, questions: &[Question; N]) {
    const { assert!(N <= MOST) };
    letter.write(at::LENGTH, length(N) as u32 * WORD_BYTES);
    letter.write(at::OUTCOME, 0);
    for (number, question) in questions.iter().enumerate() {
        let first = place(number);
        letter.write(first + within::TAG, question.tag);
        letter.write(first + within::ROOM, VALUES as u32 * WORD_BYTES);
        letter.write(first + within::ANSWERED, 0);
        for (place, value) in (first + within::VALUES..).zip(question.values) {
            letter.write(place, value);
        }
    }
    letter.write(place(N), 0);
    letter.barrier();
}

/// Reads the answers.
pub(crate) fn read<const N: usize>(letter: &impl Letter, questions: &[Question; N]) -> Reading<N> {
    letter.barrier();
    if letter.read(at::OUTCOME) != UNDERSTOOD {
        return Reading::NotUnderstood;
    }
    let is_answered = |(number, question): (usize, &Question)| {
        let answered = letter.read(place(number) + within::ANSWERED);
        answered & ANSWERED != 0 && answered & !ANSWERED >= question.words * WORD_BYTES
    };
    if !questions.iter().enumerate().all(is_answered) {
        return Reading::Unknown;
    }
    let value = |number, value| letter.read(place(number) + within::VALUES + value);
    Reading::Answers(core::array::from_fn(|number| {
        core::array::from_fn(|word| value(number, word))
    }))
}
