//! The boards that images run on: which processor they have, what emulates them, what they boot first.
//!
//! What a manifest may hand out of a board is data, in `images/boards/NAME.toml`; here is what the command
//! itself needs to know to build for it and to start it.

use clap::ValueEnum;
use serde::Deserialize;

use crate::build::rust::Side;
use crate::setup::{self, Need};

/// A board that QEMU emulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Board {
    /// The x86_64 PC with PCI Express that QEMU calls q35
    Q35,
    /// The aarch64 machine that QEMU calls virt
    Virt,
    /// The Raspberry Pi 4 Model B
    Raspi4b,
}

impl Board {
    /// Every board.
    pub const ALL: [Self; 3] = [Self::Q35, Self::Virt, Self::Raspi4b];

    /// Its name, in manifests and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q35 => "q35",
            Self::Virt => "virt",
            Self::Raspi4b => "raspi4b",
        }
    }

    /// The board with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.name() == name)
    }

    /// How its kernel is built.
    pub fn kernel_side(self) -> Side {
        match self {
            Self::Q35 => Side::Kernel,
            Self::Virt | Self::Raspi4b => Side::KernelAarch64,
        }
    }

    /// How everything else on it is built.
    pub fn user_side(self) -> Side {
        match self {
            Self::Q35 => Side::User,
            Self::Virt | Self::Raspi4b => Side::UserAarch64,
        }
    }

    /// The emulator's program.
    pub fn emulator(self) -> &'static str {
        match self {
            Self::Q35 => setup::qemu::PC,
            Self::Virt | Self::Raspi4b => setup::qemu::AARCH64,
        }
    }

    /// The need for the emulator.
    pub fn emulator_need(self) -> Need {
        match self {
            Self::Q35 => Need::Qemu,
            Self::Virt | Self::Raspi4b => Need::QemuAarch64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    #[test]
    fn the_command_line_and_manifests_have_the_same_names() {
        for board in Board::ALL {
            assert_eq!(Board::named(board.name()), Some(board));
            assert_eq!(Board::from_str(board.name(), false), Ok(board));
        }
        assert_eq!(Board::named("sunfire"), None);
    }

    #[test]
    fn every_board_has_a_file_and_the_demo_is_for_it() {
        let project = Project::locate();
        let text = std::fs::read_to_string(project.manifest(None)).expect("the demo is there");
        let boards = manifest::board_names(&text);
        for board in Board::ALL {
            let file = format!("images/boards/{}.toml", board.name());
            assert!(project.root().join(&file).is_file(), "{file} is missing");
            assert!(boards.iter().any(|name| name == board.name()));
        }
    }
}
