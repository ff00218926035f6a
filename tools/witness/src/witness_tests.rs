//! Several cores, and guests that mark wrongly.

use std::sync::{Arc, Mutex};

use super::*;

/// A file that the test can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lines<T: serde::de::DeserializeOwned>(&self) -> Vec<T> {
        let text = String::from_utf8(self.0.lock().expect("lock").clone()).expect("text");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line of this type"))
            .collect()
    }
}

fn witness() -> (Witness, Shared) {
    let out = Shared::default();
    let witness = Witness::new(Architecture::X86_64, Box::new(out.clone()));
    (witness, out)
}

fn nop(witness: &mut Witness, cpu: u32, address: u64) {
    let (index, decoded) = witness.translated(Instruction {
        address,
        memory: address,
        bytes: vec![0x90],
    });
    witness.executed(cpu, index, decoded.class);
}

#[test]
fn stretches_of_two_cores_do_not_mix() {
    let (mut witness, out) = witness();
    witness.begin(0, 5).expect("written");
    nop(&mut witness, 0, 1);
    witness.begin(1, 6).expect("written");
    nop(&mut witness, 1, 1);
    nop(&mut witness, 0, 2);
    witness.end(1, 6).expect("written");
    witness.end(0, 5).expect("written");
    let lines: Vec<Line> = out.lines();
    let shown = lines
        .iter()
        .map(|line| (line.seq, line.mark, line.cpu, line.total.instructions));
    assert_eq!(shown.collect::<Vec<_>>(), [(0, 6, 1, 1), (1, 5, 0, 2)]);
}

#[test]
fn an_end_of_number_zero_ends_any_stretch() {
    let (mut witness, out) = witness();
    witness.begin(0, 5).expect("written");
    witness.end(0, ANY).expect("written");
    witness.end(0, ANY).expect("nothing is open");
    assert_eq!(out.lines::<Line>().len(), 1);
}

#[test]
fn a_second_begin_of_the_open_stretch_begins_it_anew() {
    let (mut witness, out) = witness();
    for address in 1..4 {
        witness.begin(0, 5).expect("written");
        nop(&mut witness, 0, address);
    }
    nop(&mut witness, 0, 4);
    witness.end(0, 5).expect("written");
    let lines: Vec<Line> = out.lines();
    let shown = lines.iter().map(|line| line.total.instructions);
    assert_eq!(shown.collect::<Vec<_>>(), [2]);
}

#[test]
fn a_begin_of_number_zero_takes_the_open_stretch_back() {
    let (mut witness, out) = witness();
    witness.begin(0, 5).expect("written");
    witness.begin(0, ANY).expect("written");
    witness.end(0, ANY).expect("nothing is open");
    witness.exit().expect("nothing is open");
    assert_eq!(out.lines::<Line>(), []);
}

#[test]
fn a_wrong_end_a_second_begin_and_no_end_are_told() {
    let (mut witness, out) = witness();
    witness.begin(0, 1).expect("written");
    witness.end(0, 2).expect("written");
    witness.begin(0, 3).expect("written");
    witness.begin(0, 4).expect("written");
    witness.exit().expect("written");
    let marks: Vec<_> = out.lines::<Broken>().iter().map(|line| line.mark).collect();
    assert_eq!(marks, [1, 3, 4]);
}

#[test]
fn places_are_summed_over_the_stretches_of_the_mark_that_is_asked_for() {
    let (witness, _out) = witness();
    let file = Shared::default();
    let mut witness = witness.with_places(Box::new(file.clone()), Some(7));
    witness.root(0, 0x1000);
    for mark in [7, 8, 7] {
        witness.begin(0, mark).expect("written");
        nop(&mut witness, 0, 0x40);
        witness.end(0, mark).expect("written");
    }
    witness.exit().expect("written");
    let expected = Place {
        mark: 7,
        root: 0x1000,
        pc: 0x40,
        bytes: "90".to_owned(),
        count: 2,
    };
    assert_eq!(file.lines::<Place>(), [expected]);
}

#[test]
fn what_other_cores_do_meanwhile_is_told_of_a_stretch() {
    let (mut witness, out) = witness();
    let instruction = |bytes: &[u8]| Instruction {
        address: 1,
        memory: 1,
        bytes: bytes.to_vec(),
    };
    let (halt, decoded) = witness.translated(instruction(&[0xf4]));
    assert_eq!(decoded.class, Class::Halt);
    let send = Access {
        kind: crate::vector::Kind::Store,
        physical: 0xfee0_0300,
        bytes: 4,
        target: crate::vector::Target::Command,
    };
    witness.executed(1, halt, Class::Halt);
    witness.begin(0, 5).expect("written");
    witness.executed(1, halt, Class::Halt);
    witness.executed(2, halt, Class::Halt);
    witness.accessed(1, &send);
    witness.executed(2, halt, Class::Send);
    witness.end(0, 5).expect("written");
    witness.accessed(1, &send);
    let lines: Vec<Line> = out.lines();
    let expected = Machine {
        halts: 2,
        interrupts_sent: 2,
    };
    assert_eq!(lines[0].machine, expected);
    assert_eq!(lines[0].total.interrupts_sent, 0);
}
