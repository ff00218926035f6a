//! Data between the model's card and memory.

use std::vec::Vec;

use super::{BLOCK, Fault, State, place};
use crate::registers::{control, mode, status};

/// Data on its way.
pub(super) struct Transfer {
    pub(super) is_write: bool,
    pub(super) is_ready: bool,
    pub(super) has_failed: bool,
    /// The card programs no more of it.
    is_lost: bool,
    pub(super) block_bytes: usize,
    pub(super) bytes: Vec<u8>,
    is_many: bool,
    /// What a card's register holds, where it is no block.
    register: Option<Vec<u8>>,
    first: usize,
    count: u32,
    done: u32,
}

impl State {
    /// Begins to move what a command asks for.
    pub(super) fn begin(&mut self, modes: u32, is_write: bool, register: Option<Vec<u8>>) {
        assert_eq!(modes & mode::READ == 0, is_write, "the direction is told");
        let is_many = modes & mode::MANY != 0;
        let usual = mode::COUNTS | mode::STOPS;
        let wanted = if is_many { usual } else { 0 };
        assert_eq!(modes & (mode::COUNTS | 0b11 << 2), wanted);
        let count = if is_many { self.blocks >> 16 } else { 1 };
        let block_bytes = (self.blocks & 0xfff) as usize;
        assert_eq!(block_bytes, register.as_ref().map_or(BLOCK, Vec::len));
        let is_wide = self.control & control::FOUR_LINES != 0;
        assert_eq!(is_wide, self.card.is_wide, "both use as many lines");
        let first = if register.is_some() {
            0
        } else {
            self.place_on_card()
        };
        self.transfer = Some(Transfer {
            is_write,
            is_ready: false,
            has_failed: false,
            is_lost: false,
            block_bytes,
            bytes: Vec::new(),
            is_many,
            register,
            first,
            count,
            done: 0,
        });
        assert!(count > 0, "there is something to move");
        self.card.is_in(if is_write { 6 } else { 5 });
        if modes & mode::DMA == 0 {
            self.next_block();
        } else {
            self.move_by_descriptors();
        }
    }

    fn next_block(&mut self) {
        let block = self.transfer.as_ref().map_or(0, |transfer| transfer.done);
        if let Some(fault) = self.data_fault(block) {
            return self.stop_with(fault);
        }
        let transfer = self.transfer.as_mut().expect("there is a transfer");
        if transfer.is_write {
            transfer.is_ready = true;
            return self.set_later(status::WRITE_READY);
        }
        let at = (transfer.first + block as usize) * BLOCK;
        transfer.bytes = match &transfer.register {
            Some(register) => register.clone(),
            None => self.disk[at..][..BLOCK].to_vec(),
        };
        self.set_later(status::READ_READY);
    }

    fn data_fault(&mut self, block: u32) -> Option<Fault> {
        self.fault(|fault| match fault {
            Fault::Data(at, _) | Fault::Stuck(at) => at == block,
            _ => false,
        })
    }

    /// The card goes on until it is told to end, if it has more.
    fn stop_with(&mut self, fault: Fault) {
        let transfer = self.transfer.as_mut().expect("there is a transfer");
        transfer.has_failed = true;
        if !transfer.is_many {
            self.card.is_in(4);
        }
        if let Fault::Data(_, bits) = fault {
            self.set_later(bits);
        }
    }

    pub(super) fn store_block(&mut self) {
        let transfer = self.transfer.as_mut().expect("there is a transfer");
        let at = (transfer.first + transfer.done as usize) * BLOCK;
        let bytes = std::mem::take(&mut transfer.bytes);
        if transfer.is_lost {
            return;
        }
        if transfer.register.is_some() {
            return self.program(&bytes);
        }
        let fault = self.fault(|fault| matches!(fault, Fault::Programming(_)));
        if let Some(Fault::Programming(bits)) = fault {
            self.card.errors |= bits;
            self.transfer.as_mut().expect("there is a transfer").is_lost = true;
        } else {
            self.disk[at..][..BLOCK].copy_from_slice(&bytes);
        }
    }

    pub(super) fn block_is_done(&mut self) {
        let transfer = self.transfer.as_mut().expect("there is a transfer");
        transfer.done += 1;
        if transfer.done < transfer.count {
            self.next_block();
        } else {
            self.end();
        }
    }

    fn end(&mut self) {
        let was_write = self.transfer.take().is_some_and(|one| one.is_write);
        self.card.is_in(4);
        if was_write {
            self.card.busy_until = self.now + 3 * self.kind.delay_ns;
        }
        self.set_later(status::TRANSFER_COMPLETE);
    }

    /// Follows the table to its end, which must be that of the data.
    fn move_by_descriptors(&mut self) {
        assert!(self.kind.adma2, "the controller cannot do that");
        assert_eq!(self.control & 0b11 << 3, control::ADMA2);
        if self.fault(|fault| fault == Fault::Descriptor).is_some() {
            return self.stop_with(Fault::Data(0, status::ADMA));
        }
        let (mut pieces, mut at) = (Vec::new(), u64::from(self.table_at));
        loop {
            let descriptor = self.memory[place(at, 8)..][..8].try_into();
            let descriptor = u64::from_le_bytes(descriptor.expect("eight bytes"));
            assert_eq!(descriptor & 0xfffd, 0x21, "valid, and transfers");
            pieces.push((descriptor >> 32, (descriptor >> 16 & 0xffff) as usize));
            if descriptor & 2 != 0 {
                break;
            }
            at += 8;
        }
        let transfer = self.transfer.as_ref().expect("there is a transfer");
        let (first, count, is_write) = (transfer.first, transfer.count, transfer.is_write);
        let bytes: usize = pieces.iter().map(|(_, length)| length).sum();
        assert_eq!(bytes, count as usize * BLOCK, "as long as the data");
        let failing = (0..count).find_map(|block| self.data_fault(block));
        let mut on_card = first * BLOCK;
        for (physical, length) in pieces {
            let memory = &mut self.memory[place(physical, length)..][..length];
            let disk = &mut self.disk[on_card..][..length];
            if is_write {
                disk.copy_from_slice(memory);
            } else {
                memory.copy_from_slice(disk);
            }
            on_card += length;
        }
        match failing {
            Some(fault) => self.stop_with(fault),
            None => self.end(),
        }
    }
}
