//! The lines that the plugin writes, one JSON object each. Programs that read them use the same types.

use serde::{Deserialize, Serialize};

use crate::vector::Vector;

/// A stretch that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number among all lines of the run, from 0.
    pub seq: u64,
    /// The number that the guest gave it.
    pub mark: u64,
    /// The core it was on.
    pub cpu: u32,
    /// What was counted.
    #[serde(flatten)]
    pub total: Vector,
    /// What of it code of processes did.
    pub user: Vector,
    /// What of it the kernel did.
    pub kernel: Vector,
    /// Its retired instructions by address space.
    pub spaces: Vec<Space>,
    /// What all cores did meanwhile.
    pub machine: Machine,
}

/// What all cores of the machine did while a stretch was open on one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// How often one began to wait for an interrupt: as often as it woke, or once more.
    pub halts: u64,
    /// Interrupts that were sent to other cores.
    pub interrupts_sent: u64,
}

/// What was executed in one address space, by processes and kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// The value of the root register: `cr3` or `ttbr0_el1`; 0 before its first write.
    #[serde(with = "hex")]
    pub root: u64,
    /// Retired instructions.
    pub instructions: u64,
}

/// A stretch without figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Its number among all lines of the run.
    pub seq: u64,
    /// The number that the guest gave it.
    pub mark: u64,
    /// The core it was on.
    pub cpu: u32,
    /// Why it has none.
    pub error: String,
}

/// A line of the file of stretches, of either kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// Without figures.
    Broken(Broken),
    /// With figures.
    Ended(Box<Line>),
}

/// How often an instruction was executed in the stretches of a mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The mark.
    pub mark: u64,
    /// The value of the root register.
    #[serde(with = "hex")]
    pub root: u64,
    /// The instruction's virtual address.
    #[serde(with = "hex")]
    pub pc: u64,
    /// Its bytes as hexadecimal digits. They tell which program is at an address that several programs have.
    pub bytes: String,
    /// Retired executions in all stretches of the mark.
    pub count: u64,
}

/// Numbers of 64 bits as strings of hexadecimal digits: not every reader of JSON has whole numbers that large.
pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(value: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{value:#x}"))
    }

    pub(crate) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        text.strip_prefix("0x")
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .ok_or_else(|| de::Error::custom("not a hexadecimal number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = Line {
            seq: 1,
            mark: 2,
            cpu: 3,
            total: Vector {
                instructions: 4,
                ..Vector::default()
            },
            user: Vector::default(),
            kernel: Vector::default(),
            spaces: vec![Space {
                root: 0xffff_ffff_ffff_f000,
                instructions: 4,
            }],
            machine: Machine {
                halts: 5,
                interrupts_sent: 6,
            },
        };
        let text = serde_json::to_string(&line).expect("text");
        assert!(
            text.starts_with(r#"{"seq":1,"mark":2,"cpu":3,"instructions":4,"#),
            "{text}"
        );
        assert!(text.contains(r#""root":"0xfffffffffffff000""#), "{text}");
        assert_eq!(serde_json::from_str::<Line>(&text).expect("line"), line);
    }

    #[test]
    fn lines_with_and_without_figures_are_told_apart() {
        let broken = r#"{"seq":1,"mark":2,"cpu":3,"error":"why"}"#;
        let entry = serde_json::from_str(broken).expect("entry");
        assert!(matches!(entry, Entry::Broken(Broken { mark: 2, .. })));
        let vector = serde_json::to_string(&Vector::default()).expect("text");
        let figures = vector.trim_matches(['{', '}']);
        let line = format!(
            r#"{{"seq":1,"mark":4,"cpu":3,{figures},"user":{vector},"kernel":{vector},"spaces":[],"machine":{{"halts":0,"interrupts_sent":0}}}}"#
        );
        let entry = serde_json::from_str(&line).expect("entry");
        assert!(matches!(entry, Entry::Ended(line) if line.mark == 4));
        assert!(serde_json::from_str::<Entry>("{}").is_err());
    }

    #[test]
    fn a_root_that_is_no_number_is_refused() {
        assert!(serde_json::from_str::<Space>(r#"{"root":"12","instructions":1}"#).is_err());
    }
}
