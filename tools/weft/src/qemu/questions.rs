//! Questions to the emulator, in the words of a debugger (GDB's manual, appendix E, "Remote Serial Protocol"): where the
//! machine is to stop, and what its cores see in memory.
//!
//! They are asked over QEMU's standard input, one after another, each when the last was answered. The machine begins when
//! it is told to, and is gone after the last.

use super::session::{Listener, Progress};

/// What QEMU is to do, or to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// To run until a core comes to this address; it is then stopped, with all others.
    RunTo(u64),
    /// To run until the machine is off, without that a core comes to this address.
    NeverAt(u64),
    /// To speak of this core from here on, counted from 0.
    Core(u16),
    /// To read from an address that the core sees.
    Sees(u64),
    /// To try to read from an address that the core does not see.
    SeesNot(u64),
}

/// Bytes that are read, and of an instruction that is stopped at: a stop is at the address, however long that is.
const BYTES: u64 = 4;

impl Question {
    /// The packets, and how the answers to them begin.
    fn packets(self) -> Vec<(String, &'static str)> {
        match self {
            Self::RunTo(address) => vec![
                (format!("Z1,{address:x},{BYTES}"), "OK"),
                ("c".to_owned(), "T05"),
                (format!("z1,{address:x},{BYTES}"), "OK"),
            ],
            Self::NeverAt(address) => vec![
                (format!("Z1,{address:x},{BYTES}"), "OK"),
                ("c".to_owned(), "W"),
            ],
            Self::Core(core) => vec![(format!("Hg{:x}", core + 1), "OK")],
            Self::Sees(address) => vec![(format!("m{address:x},{BYTES}"), "")],
            Self::SeesNot(address) => vec![(format!("m{address:x},{BYTES}"), "E")],
        }
    }

    fn is_answered(self, begins: &str, answer: &str) -> bool {
        let is_bytes = || answer.len() == 2 * BYTES as usize && !answer.starts_with('E');
        answer.starts_with(begins) && (!begins.is_empty() || is_bytes())
    }
}

/// What was asked, and what came of it.
#[derive(Debug)]
pub struct Questions {
    /// Still to be asked: the question, its packet, and how the answer is to begin.
    left: std::vec::IntoIter<(Question, String, &'static str)>,
    asked: Option<(Question, String, &'static str)>,
    heard: String,
    say: String,
    wrong: Option<String>,
}

impl Questions {
    /// To be asked in this order.
    pub fn new(all: &[Question]) -> Self {
        let packets = all.iter().flat_map(|question| {
            let packets = question.packets().into_iter();
            packets.map(|(packet, begins)| (*question, packet, begins))
        });
        let mut questions = Self {
            left: packets.collect::<Vec<_>>().into_iter(),
            asked: None,
            heard: String::new(),
            say: String::new(),
            wrong: None,
        };
        questions.ask();
        questions
    }

    /// What is wrong, if anything is: an answer is another than it should be, or one is missing.
    pub fn wrong(self) -> Option<String> {
        let missing = || {
            let (question, ..) = self.asked?;
            Some(format!("{question:x?} was not answered"))
        };
        self.wrong.or_else(missing)
    }

    fn ask(&mut self) {
        self.asked = self.left.next();
        let packet = self.asked.as_ref().map_or("k", |(_, packet, _)| packet);
        let sum = packet.bytes().fold(0_u8, u8::wrapping_add);
        self.say += &format!("${packet}#{sum:02x}");
    }

    fn take(&mut self, answer: &str) {
        self.say += "+";
        let Some((question, _, begins)) = &self.asked else {
            return;
        };
        if !question.is_answered(begins, answer) {
            self.wrong = Some(format!("the answer to {question:x?} is `{answer}`"));
            self.left = Vec::new().into_iter();
        }
        self.ask();
    }
}

impl Listener for Questions {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.heard += &String::from_utf8_lossy(bytes);
        while let Some((packet, rest)) = first_packet(&self.heard) {
            let (packet, rest) = (packet.to_owned(), rest.to_owned());
            self.heard = rest;
            self.take(&packet);
        }
        Progress::Working
    }

    fn begin(&mut self) -> Vec<u8> {
        self.answer()
    }

    fn answer(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.say).into_bytes()
    }
}

/// What is in the first packet, and what is behind it; `None` if it is not there to the end. What stands in front of a
/// packet are acknowledgements.
fn first_packet(text: &str) -> Option<(&str, &str)> {
    const SUM: usize = 2;
    let (_, packet) = text.split_once('$')?;
    let (packet, rest) = packet.split_once('#')?;
    Some((packet, rest.get(SUM..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets QEMU say something in pieces, and gives what it is told.
    fn told(questions: &mut Questions, says: &str) -> String {
        let (head, tail) = says.split_at(says.len() / 2);
        questions.hear(head.as_bytes());
        questions.hear(tail.as_bytes());
        String::from_utf8(questions.answer()).expect("text")
    }

    #[test]
    fn each_question_waits_for_the_answer_to_the_last() {
        let mut questions = Questions::new(&[Question::RunTo(0x10), Question::SeesNot(0x20)]);
        assert_eq!(questions.begin(), b"$Z1,10,4#78");
        assert_eq!(told(&mut questions, "+$OK#9a"), "+$c#63");
        assert_eq!(told(&mut questions, "+$T05thread:01;#07"), "+$z1,10,4#98");
        assert_eq!(told(&mut questions, "+$OK#9a"), "+$m20,4#2f");
        assert_eq!(told(&mut questions, "+$E14#aa"), "+$k#6b");
        assert_eq!(questions.wrong(), None);
    }

    #[test]
    fn what_is_seen_and_should_not_be_is_wrong_and_so_is_the_opposite() {
        for (question, answer) in [
            (Question::SeesNot(0x20), "$0f0b0f0b#50"),
            (Question::Sees(0x20), "$E14#aa"),
            (Question::Sees(0x20), "$0f0b#28"),
            (Question::Core(3), "$E22#a9"),
        ] {
            let mut questions = Questions::new(&[question, Question::Core(1)]);
            questions.begin();
            assert_eq!(told(&mut questions, answer), "+$k#6b");
            assert!(questions.wrong().is_some(), "{question:?}");
        }
    }

    #[test]
    fn a_question_without_an_answer_is_wrong() {
        let mut questions = Questions::new(&[Question::Sees(0x20)]);
        questions.hear(b"+$0f0b");
        assert!(questions.wrong().is_some());
    }
}
