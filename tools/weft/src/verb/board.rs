//! `board`: work on boards.

use std::path::Path;
use std::process::ExitCode;

use crate::build::alone::bytes;
use crate::cli::{BoardAction, BoardArgs};
use crate::device_tree::report::Knowledge;
use crate::device_tree::tree;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::rules::metadata;

/// Does the action.
///
/// # Errors
/// If the device tree cannot be read, or is damaged.
pub fn run(project: &Project, args: &BoardArgs) -> Outcome<ExitCode> {
    let BoardAction::Check { file } = &args.action;
    print!("{}", check(project, file)?);
    Ok(ExitCode::SUCCESS)
}

/// What is said of a device tree.
///
/// # Errors
/// As [`run`].
pub fn check(project: &Project, file: &Path) -> Outcome<String> {
    let nodes = tree::nodes(&bytes(file)?).map_err(|damage| {
        Error::new(format!("the device tree is damaged: {damage}"))
            .at(file.display())
            .remedy("make the file anew, with `dtc -I dts -O dtb` or from the board's /sys/firmware/fdt")
    })?;
    let packages = metadata::workspace(project)?;
    Ok(Knowledge::new(&packages)?.report(&nodes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{output, tree_blob};

    #[test]
    fn the_tree_of_the_raspberry_pi_is_driven_and_a_damaged_one_is_told() {
        let project = Project::locate();
        let file = std::env::temp_dir().join(format!("weft-board-{}.dtb", std::process::id()));
        let whole = tree_blob::raspberry_pi_4();
        output::write(&file, &whole).expect("written");
        let text = check(&project, &file).expect("it is whole");
        for line in [
            "board     raspberrypi,4-model-b, brcm,bcm2711\n",
            "driven    /soc/serial@7e201000  arm,pl011: pl011\n            sees memory 0x0 to 0x3fffffff at 0xc0000000\n",
            "driven    /soc/serial@7e215040  brcm,bcm2835-aux-uart: mini-uart\n",
            "driven    /soc/interrupt-controller@40041000  arm,gic-400: weft-aarch64\n",
            "0 known and not driven, 0 unknown\n",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        output::write(&file, &whole[..whole.len() / 2]).expect("written");
        let error = check(&project, &file).expect_err("it is damaged");
        assert!(error.to_string().contains("damaged: it is "), "{error}");
        std::fs::remove_file(&file).expect("removed");
    }
}
