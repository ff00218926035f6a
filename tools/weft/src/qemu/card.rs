//! SD cards: what QEMU takes as one, a file whose size is a power of two, and that can be written; and a slot for one
//! behind a controller on the bus.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;

use super::control::Control;
use super::machine;
use crate::board::Board;
use crate::error::{Error, Outcome};

/// The least that QEMU can tell the size of.
const LEAST: u64 = 256 << 10;

/// What QEMU's controller can do (SDHC §2.2.26), but for moving data by descriptors.
const WITHOUT_DESCRIPTORS: u32 = 0x0570_34b4;

/// What QEMU calls the slot's card.
const CARD: &str = "card";

/// Who moves the data of a card on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mover {
    /// The controller, which finds memory by descriptors.
    #[default]
    Controller,
    /// The processor: the controller has no descriptors.
    Processor,
}

/// A slot behind a controller on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The card in it; it may be empty.
    pub card: Option<PathBuf>,
    /// What the controller can do.
    pub mover: Mover,
}

impl Slot {
    /// The options that give a machine the slot.
    pub(super) fn options(&self) -> [(&'static str, String); 3] {
        let controller = match self.mover {
            Mover::Controller => "sdhci-pci".to_owned(),
            Mover::Processor => format!("sdhci-pci,capareg={WITHOUT_DESCRIPTORS:#x}"),
        };
        let file = self.card.as_deref().map(machine::option);
        let file = file.map_or_else(String::new, |file| format!(",format=raw,file={file}"));
        [
            ("-device", controller),
            ("-drive", format!("if=none,id={CARD}{file}")),
            ("-device", format!("sd-card,id=in-slot,drive={CARD}")),
        ]
    }
}

/// Puts a card into the empty slot of a machine that runs.
///
/// # Errors
/// If QEMU does not do it.
pub fn put_in(control: &mut Control, card: &Path) -> Outcome {
    let file = card.display().to_string();
    let arguments = json!({ "device": CARD, "filename": file, "format": "raw" });
    control.ask("blockdev-change-medium", &arguments)
}

/// Takes the card out of the slot of a machine that runs.
///
/// # Errors
/// If QEMU does not do it.
pub fn take_out(control: &mut Control) -> Outcome {
    let arguments = json!({ "device": CARD, "force": true });
    control.ask("eject", &arguments)
}

/// Says what is wrong with the card of a slot on the bus.
///
/// # Errors
/// If QEMU does not take it.
pub(super) fn check_slot(slot: &Slot, board: Board) -> Outcome {
    let Some(card) = &slot.card else {
        return Ok(());
    };
    if board == Board::Raspi4b {
        return Err(Error::new("the board raspi4b has no slot on a bus")
            .at(card.display())
            .remedy("give the card as `--disk`"));
    }
    check_card(card)
}

/// Says what is wrong with the disks of a board that has one slot for cards.
///
/// # Errors
/// If they cannot be its card.
pub(super) fn check(disks: &[PathBuf]) -> Outcome {
    match disks {
        [] => Ok(()),
        [card] => check_card(card),
        [_, further, ..] => Err(Error::new("the board raspi4b has a slot for one card only")
            .at(further.display())
            .remedy("give one `--disk`, or name another board")),
    }
}

fn check_card(card: &Path) -> Outcome {
    let data = fs::metadata(card).map_err(|cause| Error::io("read", card, &cause))?;
    if data.permissions().readonly() {
        return Err(Error::new(
            "QEMU has no cards that cannot be written, and this file cannot be",
        )
        .at(card.display())
        .remedy("let it be written, or give a copy"));
    }
    let size = data.len();
    if size.is_power_of_two() && size >= LEAST {
        return Ok(());
    }
    let fitting = size.next_power_of_two().max(LEAST);
    let remedy = format!(
        "add empty blocks at its end: truncate -s {fitting} \"{}\"",
        card.display()
    );
    Err(Error::new(format!(
        "QEMU takes cards whose size is a power of two, and this one has {size} bytes"
    ))
    .at(card.display())
    .remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(disks: &[PathBuf]) -> String {
        check(disks).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_slot_may_be_empty_and_its_controller_do_without_descriptors() {
        let mut slot = Slot {
            card: Some(PathBuf::from("a,b")),
            mover: Mover::Controller,
        };
        let said = |slot: &Slot| slot.options().map(|(_, value)| value).join(" ");
        assert_eq!(
            said(&slot),
            "sdhci-pci if=none,id=card,format=raw,file=a,,b sd-card,id=in-slot,drive=card"
        );
        (slot.card, slot.mover) = (None, Mover::Processor);
        assert_eq!(
            said(&slot),
            "sdhci-pci,capareg=0x57034b4 if=none,id=card sd-card,id=in-slot,drive=card"
        );
    }

    #[test]
    fn a_card_that_qemu_does_not_take_is_refused_with_a_remedy() {
        let path = std::env::temp_dir().join(format!("weft-card-{}", std::process::id()));
        let size = |bytes: u64| {
            let file = fs::File::create(&path).expect("made");
            file.set_len(bytes).expect("set");
            told(std::slice::from_ref(&path))
        };
        for fitting in [LEAST, 1 << 20, 1 << 33] {
            assert_eq!(size(fitting), "");
        }
        assert!(size(65 << 20).contains("truncate -s 134217728"));
        assert!(size(0).contains("truncate -s 262144"));
        assert!(size(4096).contains("truncate -s 262144"));
        size(1 << 20);
        let mut permissions = fs::metadata(&path).expect("there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).expect("set");
        assert!(told(std::slice::from_ref(&path)).contains("cannot be written"));
        let two = [path.clone(), path.clone()];
        assert!(told(&two).contains("one card only"));
        fs::remove_file(&path).expect("removed");
    }
}
