//! Reads a flattened device tree (Devicetree Specification 0.4 §5), and refuses one that is damaged.

use std::fmt;

use super::reach::{self, Cells, Window};

const MAGIC: u32 = 0xd00d_feed;
const HEADER: usize = 40;
/// What this reads: trees that are said to be like version 16 or older, as all are (§5.2).
const OLDEST: u32 = 16;

/// The most words of a number; more are of no known tree.
const MOST_CELLS: usize = 4;

const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROPERTY: u32 = 3;
const NOP: u32 = 4;
const END: u32 = 9;

/// A node that says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it is: the names of the nodes that lead to it.
    pub path: String,
    /// What it is, the most exact name first.
    pub compatible: Vec<String>,
    /// Whether it is there for the system (§2.3.4).
    pub use_: Use,
    /// How it sees memory, if the bus that it is on says so.
    pub memory: Vec<Window>,
}

/// Whether a node is there for the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is.
    Okay,
    /// It is switched off, broken, or somebody else's.
    Disabled,
}

/// What is wrong with a tree, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What.
    pub what: String,
    /// The offset in the file.
    pub at: usize,
}

impl Damage {
    fn new(at: usize, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { what, at }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {:#x})", self.what, self.at)
    }
}

/// The nodes of a tree that say what they are, in their order.
///
/// # Errors
/// [`Damage`], the first there is.
pub fn nodes(bytes: &[u8]) -> Result<Vec<Node>, Damage> {
    let mut reader = Reader::new(bytes)?;
    while reader.step()? {}
    Ok(reader.nodes)
}

/// An open node.
#[derive(Debug)]
struct Open {
    name: String,
    /// Where it is among the nodes.
    place: usize,
    has_children: bool,
    /// How its children count.
    cells: Cells,
    /// How they see memory, and where that is said.
    dma_ranges: Option<(Vec<u8>, usize)>,
}

/// Goes through the structure.
#[derive(Debug)]
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
    names: (usize, usize),
    open: Vec<Open>,
    /// Whether the root has begun.
    begun: bool,
    all: Vec<Node>,
    nodes: Vec<Node>,
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8]) -> Result<Self, Damage> {
        if word(bytes, 0) != Some(MAGIC) {
            return Err(Damage::new(
                0,
                "this is no device tree: its mark is missing",
            ));
        }
        let field = |at| {
            word(bytes, at)
                .map(|word| word as usize)
                .ok_or_else(|| Damage::new(at, "the header is cut off"))
        };
        let total = field(4)?;
        let oldest = field(24)?;
        if oldest > OLDEST as usize {
            let what = format!(
                "only a reader of version {oldest} understands it, this is one of {OLDEST}"
            );
            return Err(Damage::new(24, what));
        }
        let bytes = bytes.get(..total).ok_or_else(|| {
            let there = bytes.len();
            Damage::new(
                4,
                format!("it is {total} bytes long, but there are {there}"),
            )
        })?;
        let block = |at: usize, length: usize, what: &str| {
            let (start, length) = (field(at)?, field(length)?);
            let end = start.checked_add(length).filter(|end| *end <= total);
            match end {
                Some(end) if start >= HEADER => Ok((start, end)),
                _ => Err(Damage::new(at, format!("the {what} lie outside of it"))),
            }
        };
        let (at, end) = block(8, 36, "nodes")?;
        if at % 4 != 0 {
            return Err(Damage::new(8, "the nodes do not begin at a word"));
        }
        Ok(Self {
            bytes,
            at,
            end,
            names: block(12, 32, "names of properties")?,
            open: Vec::new(),
            begun: false,
            all: Vec::new(),
            nodes: Vec::new(),
        })
    }

    /// Reads what comes next; `false` at the end.
    fn step(&mut self) -> Result<bool, Damage> {
        let at = self.at;
        match self.word("what comes next")? {
            NOP => {}
            BEGIN_NODE => self.begin(at)?,
            END_NODE => self.end(at)?,
            PROPERTY => self.property(at)?,
            END if self.open.is_empty() && self.begun => {
                self.nodes = std::mem::take(&mut self.all);
                self.nodes.retain(|node| !node.compatible.is_empty());
                return Ok(false);
            }
            END if self.begun => return Err(Damage::new(at, "it ends within a node")),
            other => {
                return Err(Damage::new(
                    at,
                    format!("{other:#x} is nothing that can stand here"),
                ));
            }
        }
        Ok(true)
    }

    fn word(&mut self, what: &str) -> Result<u32, Damage> {
        let word = word(self.bytes, self.at).filter(|_| self.at + 4 <= self.end);
        let word =
            word.ok_or_else(|| Damage::new(self.at, format!("it is cut off before {what}")))?;
        self.at += 4;
        Ok(word)
    }

    fn begin(&mut self, at: usize) -> Result<(), Damage> {
        let name = self.text(self.at, self.end, "a node's name")?;
        self.at = (self.at + name.len() + 1).next_multiple_of(4);
        match self.open.last_mut() {
            None if self.begun => return Err(Damage::new(at, "there is a second root")),
            None => {}
            Some(parent) => parent.has_children = true,
        }
        if self.begun == name.is_empty() {
            let what = match self.begun {
                true => "a node has no name",
                false => "the root has a name",
            };
            return Err(Damage::new(at, what));
        }
        self.begun = true;
        let memory = self.memory()?;
        self.open.push(Open {
            name,
            place: self.all.len(),
            has_children: false,
            cells: Cells::default(),
            dma_ranges: None,
        });
        let names: Vec<_> = self.open.iter().map(|open| open.name.as_str()).collect();
        let path = match names.len() {
            1 => "/".to_owned(),
            _ => names.join("/"),
        };
        self.all.push(Node {
            path,
            compatible: Vec::new(),
            use_: Use::Okay,
            memory,
        });
        Ok(())
    }

    /// How children of the innermost open node see memory.
    fn memory(&self) -> Result<Vec<Window>, Damage> {
        let mut around = self.open.iter().rev();
        let bus = around.next();
        let Some((value, at)) = bus.and_then(|bus| bus.dma_ranges.as_ref()) else {
            return Ok(Vec::new());
        };
        let cells = |open: Option<&Open>| open.map_or_else(Cells::default, |open| open.cells);
        let windows = reach::windows(value, cells(bus), cells(around.next()));
        windows.ok_or_else(|| Damage::new(*at, "`dma-ranges` are no ranges"))
    }

    fn end(&mut self, at: usize) -> Result<(), Damage> {
        let closed = self.open.pop();
        closed
            .map(drop)
            .ok_or_else(|| Damage::new(at, "a node ends that never began"))
    }

    fn property(&mut self, at: usize) -> Result<(), Damage> {
        let length = self.word("a property's length")? as usize;
        let name_at = self.word("a property's name")? as usize;
        let start = self.at;
        let end = start.checked_add(length).filter(|end| *end <= self.end);
        let end =
            end.ok_or_else(|| Damage::new(at, format!("a property of {length} bytes is cut off")))?;
        self.at = end.next_multiple_of(4);
        let (first, last) = self.names;
        let name_at = first.checked_add(name_at).filter(|at| *at < last);
        let name_at = name_at
            .ok_or_else(|| Damage::new(at, "a property's name lies outside of the names"))?;
        let name = self.text(name_at, last, "a property's name")?;
        let Some(node) = self.open.last() else {
            return Err(Damage::new(
                at,
                format!("the property `{name}` is in no node"),
            ));
        };
        if node.has_children {
            let what = format!("the property `{name}` stands behind a node");
            return Err(Damage::new(at, what));
        }
        let place = node.place;
        let value = self.bytes.get(start..end).unwrap_or_default();
        match (name.as_str(), self.all.get_mut(place)) {
            ("compatible", Some(node)) => node.compatible = strings(value, start)?,
            ("status", Some(node)) => {
                let okay = strings(value, start)?
                    .iter()
                    .any(|text| text == "okay" || text == "ok");
                node.use_ = if okay { Use::Okay } else { Use::Disabled };
            }
            _ => {}
        }
        if let Some(bus) = self.open.last_mut() {
            let count = || {
                word(value, 0)
                    .map(|count| count as usize)
                    .unwrap_or_default()
            };
            match name.as_str() {
                "#address-cells" => bus.cells.address = count().min(MOST_CELLS),
                "#size-cells" => bus.cells.size = count().min(MOST_CELLS),
                "dma-ranges" => bus.dma_ranges = Some((value.to_vec(), start)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The text that ends with a zero byte before `end`.
    fn text(&self, at: usize, end: usize, what: &str) -> Result<String, Damage> {
        let bytes = self.bytes.get(at..end).unwrap_or_default();
        let length = bytes.iter().position(|byte| *byte == 0);
        let text = length.and_then(|length| bytes.get(..length));
        let text = text.ok_or_else(|| Damage::new(at, format!("{what} does not end")))?;
        printable(text).ok_or_else(|| Damage::new(at, format!("{what} is no text")))
    }
}

fn printable(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_text = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    is_text.then(|| text.to_owned())
}

/// Texts that each end with a zero byte.
fn strings(value: &[u8], at: usize) -> Result<Vec<String>, Damage> {
    let texts = value.strip_suffix(&[0]).and_then(|value| {
        let texts = value.split(|byte| *byte == 0).map(printable);
        texts.collect::<Option<Vec<_>>>()
    });
    texts.ok_or_else(|| Damage::new(at, "a list of texts is none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::tree_blob::raspberry_pi_4;

    fn damage(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut tree = raspberry_pi_4();
        change(&mut tree);
        nodes(&tree).expect_err("it is damaged").what
    }

    fn put(tree: &mut [u8], at: usize, word: u32) {
        tree[at..at + 4].copy_from_slice(&word.to_be_bytes());
    }

    /// Where the structure begins.
    fn structure(tree: &[u8]) -> usize {
        word(tree, 8).expect("there is a header") as usize
    }

    #[test]
    fn nodes_are_found_with_their_paths_and_what_they_are() {
        let nodes = nodes(&raspberry_pi_4()).expect("it is whole");
        let has = |path: &str, compatible: &str| {
            let mut found = nodes.iter().filter(|node| node.path == path);
            found.any(|node| node.compatible.iter().any(|name| name == compatible))
        };
        assert!(has("/", "brcm,bcm2711"));
        assert!(has("/soc/serial@7e201000", "arm,pl011"));
        assert!(has("/cpus/cpu@3", "arm,cortex-a72"));
        assert!(nodes.iter().all(|node| node.use_ == Use::Okay));
        assert!(
            !nodes.iter().any(|node| node.path == "/chosen"),
            "it is no device"
        );
    }

    #[test]
    fn each_kind_of_damage_is_told() {
        assert!(damage(|tree| tree[0] = 0).contains("no device tree"));
        assert!(damage(|tree| tree.truncate(20)).contains("cut off"));
        assert!(damage(|tree| tree.truncate(100)).contains("but there are 100"));
        assert!(damage(|tree| put(tree, 24, 17)).contains("version 17"));
        assert!(damage(|tree| put(tree, 8, 0x7fff_fff0)).contains("nodes lie outside"));
        assert!(damage(|tree| put(tree, 12, 4)).contains("names of properties lie outside"));
        assert!(damage(|tree| put(tree, 8, 74)).contains("begin at a word"));
        assert!(damage(|tree| put(tree, 36, 8)).contains("cut off before"));
        assert!(damage(|tree| within(tree, 0, 7)).contains("0x7 is nothing"));
        assert!(damage(|tree| within(tree, 0, END_NODE)).contains("never began"));
        assert!(damage(|tree| within(tree, 0, END)).contains("0x9 is nothing"));
        assert!(damage(|tree| within(tree, 4, 0x6100_0000)).contains("root has a name"));
        // The first property: its mark, length, and name.
        assert!(damage(|tree| within(tree, 8, END)).contains("within a node"));
        assert!(damage(|tree| within(tree, 12, 0xffff_0000)).contains("is cut off"));
        assert!(damage(|tree| within(tree, 16, 0xffff)).contains("outside of the names"));
        let endless = |tree: &mut Vec<u8>| {
            let last = tree.len() - 1;
            tree[last] = b'x';
            let name = (last - structure_end(tree)) as u32;
            within(tree, 16, name);
        };
        assert!(damage(endless).contains("does not end"));
    }

    /// Changes a word of the structure.
    fn within(tree: &mut [u8], offset: usize, word: u32) {
        let at = structure(tree) + offset;
        put(tree, at, word);
    }

    fn structure_end(tree: &[u8]) -> usize {
        word(tree, 12).expect("there is a header") as usize
    }

    #[test]
    fn no_damage_breaks_the_reader() {
        let whole = raspberry_pi_4();
        for place in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut tree = whole.clone();
                tree[place] ^= change;
                // Whether it is damage that can be seen depends on the place.
                let _ = nodes(&tree);
            }
            assert!(nodes(&whole[..place]).is_err(), "cut off at {place}");
        }
    }
}
