//! Which nodes of a device tree have a driver, which are known, and which are not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::tree::{Node, Use};
use crate::error::{Error, Outcome};
use crate::rules::metadata::Package;

/// Devices without a driver.
const KNOWN: &str = include_str!("known.toml");

/// What drives devices, and what is known of others, by their names in device trees.
#[derive(Debug, Default)]
pub struct Knowledge {
    drivers: BTreeMap<String, String>,
    known: BTreeMap<String, String>,
}

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding<'k> {
    /// This package drives it.
    Driven(&'k str),
    /// It is this, and nothing drives it.
    Known(&'k str),
    /// Nobody knows it.
    Unknown,
}

impl Knowledge {
    /// From what packages say, and the list of what has no driver.
    ///
    /// # Errors
    /// If two packages drive the same, or the list has what one drives.
    pub fn new(packages: &[Package]) -> Outcome<Self> {
        let known: BTreeMap<String, String> =
            toml::from_str(KNOWN).map_err(|cause| Error::new(cause.to_string()))?;
        let mut drivers = BTreeMap::new();
        for package in packages {
            for device in &package.metadata.drives {
                let other = drivers.insert(device.clone(), package.name.clone());
                if let Some(other) = other {
                    let name = &package.name;
                    return Err(Error::new(format!(
                        "`{name}` and `{other}` both drive `{device}`"
                    )));
                }
                if known.contains_key(device) {
                    let name = &package.name;
                    let what =
                        format!("`{device}` is said to have no driver, but `{name}` drives it");
                    return Err(Error::new(what)
                        .remedy("take it out of tools/weft/src/device_tree/known.toml"));
                }
            }
        }
        Ok(Self { drivers, known })
    }

    /// What is known of a node: by its most exact name first, but a driver of a less exact one comes before what has none.
    pub fn of(&self, node: &Node) -> Finding<'_> {
        let find = |table: &'_ BTreeMap<String, String>| {
            let mut names = node.compatible.iter();
            names
                .find_map(|name| table.get_key_value(name))
                .map(|(name, _)| name.clone())
        };
        if let Some(driver) = find(&self.drivers).and_then(|name| self.drivers.get(&name)) {
            return Finding::Driven(driver);
        }
        match find(&self.known).and_then(|name| self.known.get(&name)) {
            Some(what) => Finding::Known(what),
            None => Finding::Unknown,
        }
    }

    /// All of that for a person. The root says what the board is, and buses and clocks that never change need no driver.
    pub fn report(&self, nodes: &[Node]) -> String {
        let mut text = String::new();
        let mut counts = [0; 3];
        for node in nodes {
            let name = node.compatible.first().map_or("", String::as_str);
            let path = &node.path;
            // Writing to a text cannot fail.
            let _ = match (path.as_str(), node.use_) {
                ("/", _) => writeln!(text, "board     {}", node.compatible.join(", ")),
                (_, Use::Disabled) => writeln!(text, "off       {path}  {name}"),
                _ if is_inert(node) => writeln!(text, "no need   {path}  {name}"),
                _ => self.tell_of(node, (path, name), &mut counts, &mut text),
            };
        }
        let [driven, known, unknown] = counts;
        let _ = writeln!(
            text,
            "{driven} driven, {known} known and not driven, {unknown} unknown"
        );
        text
    }

    fn tell_of(
        &self,
        node: &Node,
        (path, name): (&str, &str),
        [driven, known, unknown]: &mut [usize; 3],
        text: &mut String,
    ) -> std::fmt::Result {
        match self.of(node) {
            Finding::Driven(driver) => {
                *driven += 1;
                writeln!(text, "driven    {path}  {name}: {driver}")?;
                let mut memory = node.memory.iter();
                memory.try_for_each(|window| writeln!(text, "            sees memory {window}"))
            }
            Finding::Known(what) => {
                *known += 1;
                writeln!(text, "known     {path}  {name}: {what}")
            }
            Finding::Unknown => {
                *unknown += 1;
                writeln!(text, "unknown   {path}  {}", node.compatible.join(", "))
            }
        }
    }
}

/// Whether a node describes something that nothing has to be done with (Devicetree Specification 0.4 §4.5; Linux' bindings
/// fixed-clock, fixed-regulator).
fn is_inert(node: &Node) -> bool {
    const INERT: [&str; 4] = [
        "simple-bus",
        "fixed-clock",
        "regulator-fixed",
        "shared-dma-pool",
    ];
    // The least exact name says how to treat what the others do not tell.
    let last = node.compatible.last();
    last.is_some_and(|name| INERT.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::metadata::{Ours, tests::package};

    fn knowledge(drives: &[(&str, &str)]) -> Outcome<Knowledge> {
        let packages: Vec<_> = drives
            .iter()
            .map(|(name, device)| Package {
                metadata: Ours {
                    drives: vec![(*device).to_owned()],
                },
                ..package("drivers", name, &[])
            })
            .collect();
        Knowledge::new(&packages)
    }

    fn node(path: &str, compatible: &[&str]) -> Node {
        Node {
            path: path.to_owned(),
            compatible: compatible.iter().map(|name| (*name).to_owned()).collect(),
            use_: Use::Okay,
            memory: Vec::new(),
        }
    }

    #[test]
    fn a_driver_of_a_less_exact_name_comes_before_what_is_known_of_the_exact_one() {
        let knowledge = knowledge(&[("one", "a,old")]).expect("it is sound");
        let of = |names: &[&str]| knowledge.of(&node("/x", names));
        assert_eq!(of(&["virtio,mmio", "a,old"]), Finding::Driven("one"));
        assert_eq!(
            of(&["a,new", "virtio,mmio"]),
            Finding::Known("virtio devices without PCI")
        );
        assert_eq!(of(&["a,new"]), Finding::Unknown);
    }

    #[test]
    fn two_drivers_of_one_device_and_drivers_of_what_has_none_are_refused() {
        let wrong =
            |drives: &[(&str, &str)]| knowledge(drives).expect_err("it is wrong").to_string();
        assert!(wrong(&[("one", "a,b"), ("two", "a,b")]).contains("both drive"));
        assert!(wrong(&[("one", "virtio,mmio")]).contains("said to have no driver"));
    }

    #[test]
    fn the_report_counts_what_is_there() {
        let knowledge = knowledge(&[("one", "a,b")]).expect("it is sound");
        let off = Node {
            use_: Use::Disabled,
            ..node("/off", &["a,b"])
        };
        let nodes = [
            node("/", &["board,x"]),
            node("/soc", &["b,bus", "simple-bus"]),
            node("/soc/a", &["a,b"]),
            node("/v", &["virtio,mmio"]),
            node("/u", &["u,v", "u,w"]),
            off,
        ];
        let wanted = "\
board     board,x
no need   /soc  b,bus
driven    /soc/a  a,b: one
known     /v  virtio,mmio: virtio devices without PCI
unknown   /u  u,v, u,w
off       /off  a,b
1 driven, 1 known and not driven, 1 unknown
";
        assert_eq!(knowledge.report(&nodes), wanted);
    }
}
