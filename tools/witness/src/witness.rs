//! All cores' stretches, and the lines that come of them.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::class::{Class, Decoded};
use crate::decode::Architecture;
use crate::line::{Broken, Line, Machine, Place, Space};
use crate::marker::ANY;
use crate::stretch::{Counts, Stretch};
use crate::table::{Index, Instruction, Table};
use crate::vector::Access;

/// A file or a stand-in.
pub type Output = Box<dyn Write + Send>;

/// One core.
#[derive(Default)]
struct Core {
    /// The value of the root register.
    root: u64,
    /// The open stretch.
    open: Option<Open>,
}

/// A stretch that is open.
struct Open {
    mark: u64,
    stretch: Stretch,
    /// What the machine had done before.
    before: Machine,
}

/// Executions by instruction, kept until the run ends.
struct Places {
    to: Output,
    /// The only mark of interest, or all.
    only: Option<u64>,
    counts: HashMap<(u64, u64, Index), u64>,
}

/// The witness.
pub struct Witness {
    architecture: Architecture,
    table: Table,
    cores: HashMap<u32, Core>,
    out: Output,
    places: Option<Places>,
    /// What all cores have done so far.
    machine: Machine,
    next: u64,
}

impl Witness {
    /// A witness that writes lines of stretches.
    pub fn new(architecture: Architecture, out: Output) -> Self {
        Self {
            architecture,
            table: Table::default(),
            cores: HashMap::new(),
            out,
            places: None,
            machine: Machine::default(),
            next: 0,
        }
    }

    /// Also has it write, when the run ends, what was executed in stretches of one mark or of all.
    pub fn with_places(mut self, to: Output, only: Option<u64>) -> Self {
        self.places = Some(Places {
            to,
            only,
            counts: HashMap::new(),
        });
        self
    }

    /// An instruction is translated.
    pub fn translated(&mut self, instruction: Instruction) -> (Index, Decoded) {
        self.table.add(self.architecture, instruction)
    }

    /// What an instruction is.
    pub fn decoded(&self, index: Index) -> Decoded {
        self.table.get(index).1
    }

    /// A begin marker is executed. One of the stretch that is open already begins it anew: what waits for an event that
    /// it does not know the moment of marks again and again, and the last mark counts. One with the number 0 begins
    /// nothing, and takes back what is open.
    ///
    /// # Errors
    /// If the line of a stretch that never ended cannot be written.
    pub fn begin(&mut self, cpu: u32, mark: u64) -> io::Result<()> {
        let core = self.cores.entry(cpu).or_default();
        if mark == ANY {
            core.open = None;
            return Ok(());
        }
        let open = Open {
            mark,
            stretch: Stretch::default(),
            before: self.machine,
        };
        match core.open.replace(open) {
            Some(before) if before.mark != mark => {
                self.broken(cpu, before.mark, "another stretch began before its end")
            }
            _ => Ok(()),
        }
    }

    /// An end marker is executed. Without an open stretch it says nothing.
    ///
    /// # Errors
    /// If the line cannot be written.
    pub fn end(&mut self, cpu: u32, mark: u64) -> io::Result<()> {
        let open = self.cores.get_mut(&cpu).and_then(|core| core.open.take());
        match open {
            None => Ok(()),
            Some(open) if mark == ANY || mark == open.mark => {
                let meanwhile = Machine {
                    halts: self.machine.halts - open.before.halts,
                    interrupts_sent: self.machine.interrupts_sent - open.before.interrupts_sent,
                };
                self.finished((cpu, open.mark), open.stretch.finish(), meanwhile)
            }
            Some(open) => {
                let why = format!("the end marker of stretch {mark} came before its own");
                self.broken(cpu, open.mark, &why)
            }
        }
    }

    /// How many stretches are open.
    pub fn open_stretches(&self) -> usize {
        let is_open = |core: &&Core| core.open.is_some();
        self.cores.values().filter(is_open).count()
    }

    /// Whether a core has an open stretch.
    pub fn is_open(&self, cpu: u32) -> bool {
        self.cores.get(&cpu).is_some_and(|core| core.open.is_some())
    }

    /// An instruction starts; `class` is its kind. Those that wait and those that interrupt are to be told of all cores, and
    /// others of those with an open stretch.
    pub fn executed(&mut self, cpu: u32, index: Index, class: Class) {
        match class {
            Class::Halt => self.machine.halts += 1,
            Class::Send => self.machine.interrupts_sent += 1,
            _ => {}
        }
        let Some(core) = self.cores.get_mut(&cpu) else {
            return;
        };
        let Some(open) = &mut core.open else {
            return;
        };
        let (instruction, decoded) = self.table.get(index);
        open.stretch
            .start(index, instruction, (class, decoded.memory), core.root);
    }

    /// The instruction that has started last on a core makes an access.
    pub fn accessed(&mut self, cpu: u32, access: &Access) {
        if access.sends() {
            self.machine.interrupts_sent += 1;
        }
        if let Some(open) = self.cores.get_mut(&cpu).and_then(|c| c.open.as_mut()) {
            open.stretch.access(access);
        }
    }

    /// A core's root register gets a value.
    pub fn root(&mut self, cpu: u32, value: u64) {
        self.cores.entry(cpu).or_default().root = self.architecture.root(value);
    }

    /// The run ends.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn exit(&mut self) -> io::Result<()> {
        let mut open: Vec<_> = self
            .cores
            .iter_mut()
            .filter_map(|(cpu, core)| Some((*cpu, core.open.take()?.mark)))
            .collect();
        open.sort_unstable();
        for (cpu, mark) in open {
            self.broken(cpu, mark, "the run ended before its end")?;
        }
        self.write_places()
    }

    fn finished(
        &mut self,
        (cpu, mark): (u32, u64),
        counts: Counts,
        machine: Machine,
    ) -> io::Result<()> {
        if let Some(places) = &mut self.places
            && places.only.is_none_or(|only| only == mark)
        {
            for ((root, index), count) in &counts.places {
                *places.counts.entry((mark, *root, *index)).or_default() += count;
            }
        }
        let spaces = counts.spaces.iter().map(|(root, instructions)| Space {
            root: *root,
            instructions: *instructions,
        });
        let line = Line {
            seq: self.number(),
            mark,
            cpu,
            total: counts.total,
            user: counts.user,
            kernel: counts.kernel,
            spaces: spaces.collect(),
            machine,
        };
        write(&mut self.out, &line)
    }

    fn broken(&mut self, cpu: u32, mark: u64, error: &str) -> io::Result<()> {
        let line = Broken {
            seq: self.number(),
            mark,
            cpu,
            error: error.to_owned(),
        };
        write(&mut self.out, &line)
    }

    fn write_places(&mut self) -> io::Result<()> {
        let Some(places) = &mut self.places else {
            return Ok(());
        };
        let mut all: Vec<_> = std::mem::take(&mut places.counts)
            .into_iter()
            .map(|((mark, root, index), count)| {
                let (instruction, _) = self.table.get(index);
                Place {
                    mark,
                    root,
                    pc: instruction.address,
                    bytes: digits(&instruction.bytes),
                    count,
                }
            })
            .collect();
        all.sort_unstable();
        all.iter()
            .try_for_each(|place| write(&mut places.to, place))
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a line and sees that it is there, however the emulator ends.
fn write(to: &mut Output, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    to.write_all(&text)?;
    to.flush()
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
