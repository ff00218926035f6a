//! What interfaces are like, from their files.

use std::path::{Path, PathBuf};

use idlc::generate::descriptions;
use idlc::model::{Interface, Type};
use libipc::reflect::Described;
use libipc::{interface_id, request_label};

use crate::Problem;

/// The interfaces of the tree that this was built from.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../idl");

/// Interfaces by whose words requests are written.
pub(crate) struct Interfaces {
    /// For the text.
    pub(crate) described: Vec<Described>,
    /// The labels of methods that lend buffers, and how they are called.
    pub(crate) lending: Vec<(u32, String)>,
}

impl Interfaces {
    /// Compiles files and folders of files; those of Weft, if none is named. Mistakes are printed.
    pub(crate) fn read(from: &[PathBuf]) -> Result<Self, Problem> {
        let own = [Path::new(OWN).to_owned()];
        let from = if from.is_empty() { &own } else { from };
        let interfaces = idlc::command::interfaces(from).map_err(|problem| {
            Problem::new(
                problem,
                "name the server's interface files, with those they import, by --from",
            )
        })?;
        // They are needed until the process ends.
        let described = descriptions(&interfaces).into_iter();
        let described = described.map(|(interface, description)| Described {
            interface: interface.leak(),
            description: description.leak(),
        });
        Ok(Self {
            described: described.collect(),
            lending: interfaces.iter().flat_map(lending).collect(),
        })
    }
}

fn lending(interface: &Interface) -> impl Iterator<Item = (u32, String)> {
    let number = interface_id(&interface.name);
    let lends = |field: &idlc::model::Field| matches!(field.kind, Type::Lend(..));
    let methods = interface.methods.iter();
    let methods = methods.filter(move |method| method.arguments.iter().any(lends));
    methods.map(move |method| {
        let name = format!("{}.{}", interface.name, method.name);
        (request_label(number, method.ordinal), name)
    })
}
