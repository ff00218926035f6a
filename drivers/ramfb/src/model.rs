//! A firmware configuration for tests, which panics where a driver breaks its rules and fails when it is told to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec::Vec;

use crate::{Letter, Port};

/// What the device does with transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Works,
    /// It reports an error.
    Refuses,
    /// It never ends.
    Silent,
    /// It is not there.
    Absent,
}

pub(crate) struct State {
    pub(crate) mood: Mood,
    /// Memory, by words.
    words: [u32; 64],
    /// Files: name and content, by key.
    pub(crate) files: BTreeMap<u16, (&'static str, Vec<u8>)>,
    /// What is being read, and from where.
    selected: (Vec<u8>, usize),
    is_written: bool,
}

/// Device and memory, shared by the driver's views of them and the test.
#[derive(Clone)]
pub(crate) struct Machine(pub(crate) Rc<RefCell<State>>);

/// Where the letter is.
const PLACE: u64 = 0x1_2345_6000;

impl Machine {
    pub(crate) fn new(files: &[(u16, &'static str)]) -> Self {
        Self(Rc::new(RefCell::new(State {
            mood: Mood::Works,
            words: [0xeeee_eeee; 64],
            files: files
                .iter()
                .map(|(key, name)| (*key, (*name, Vec::new())))
                .collect(),
            selected: (Vec::new(), 0),
            is_written: false,
        })))
    }

    pub(crate) fn feels(&self, mood: Mood) {
        self.0.borrow_mut().mood = mood;
    }

    pub(crate) fn content(&self, key: u16) -> Vec<u8> {
        self.0.borrow().files[&key].1.clone()
    }
}

impl State {
    fn directory(&self) -> Vec<u8> {
        let mut bytes = (self.files.len() as u32).to_be_bytes().to_vec();
        for (key, (name, content)) in &self.files {
            bytes.extend((content.len() as u32).to_be_bytes());
            bytes.extend(key.to_be_bytes());
            bytes.extend([0; 2]);
            let mut field = name.as_bytes().to_vec();
            field.resize(56, 0);
            bytes.extend(field);
        }
        bytes
    }

    fn word(&self, place: usize) -> u32 {
        u32::from_be(self.words[place])
    }

    fn transfer(&mut self) -> Option<()> {
        let (control, length) = (self.word(0), self.word(1) as usize);
        let address = u64::from(self.word(2)) << 32 | u64::from(self.word(3));
        let data = usize::try_from(address.checked_sub(PLACE)?).ok()?;
        assert!(
            data >= 16 && data + length <= 64 * 4,
            "inside the memory, behind the letter"
        );
        assert!(data.is_multiple_of(4) && length.is_multiple_of(4));
        let key = (control >> 16) as u16;
        if control & 8 != 0 && control & 2 != 0 {
            assert_eq!(key, 0x19, "only the directory is read");
            self.selected = (self.directory(), 0);
        }
        let places = data / 4..(data + length) / 4;
        match control & 0x16 {
            2 => {
                for place in places {
                    let (bytes, at) = &mut self.selected;
                    let word = bytes.get(*at..*at + 4).expect("inside the file");
                    self.words[place] = u32::from_ne_bytes(word.try_into().expect("a word"));
                    *at += 4;
                }
            }
            16 => {
                assert_ne!(control & 8, 0, "the file is selected");
                let bytes = self.words[places]
                    .iter()
                    .flat_map(|word| word.to_ne_bytes());
                let bytes = bytes.collect();
                self.files.get_mut(&key)?.1 = bytes;
            }
            other => panic!("{other:#x} is no transfer"),
        }
        self.words[0] = 0;
        Some(())
    }
}

impl Port for Machine {
    fn signature(&self) -> [u32; 2] {
        match self.0.borrow().mood {
            Mood::Absent => [u32::MAX; 2],
            _ => [u32::from_be_bytes(*b"QEMU"), u32::from_be_bytes(*b" CFG")],
        }
    }

    fn start(&self, letter: u64) {
        let mut state = self.0.borrow_mut();
        assert_eq!(letter, PLACE);
        assert!(
            !state.is_written,
            "a barrier is due before the letter is sent"
        );
        match state.mood {
            Mood::Absent => panic!("nobody is there"),
            Mood::Silent => {}
            Mood::Refuses => state.words[0] = 1_u32.to_be(),
            Mood::Works => state.transfer().expect("a letter that makes sense"),
        }
    }
}

impl Letter for Machine {
    fn physical(&self) -> u64 {
        PLACE
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
