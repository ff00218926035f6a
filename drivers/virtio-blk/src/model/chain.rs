//! The model's queue: takes chains, checks them (virtio 1.2 §2.7, §5.2.6), carries them out when
//! the test says so, in any order.

use std::vec::Vec;

use super::{Machine, SECTOR};

/// A request that the device has taken.
pub(crate) struct Pending {
    pub(crate) head: u16,
    pub(crate) kind: u32,
    pub(crate) sector: u64,
    data: Vec<(u64, u32)>,
    status: u64,
    descriptors: Vec<u16>,
}

struct Descriptor {
    physical: u64,
    length: u32,
    flags: u16,
    next: u16,
}

impl Machine {
    /// Takes everything that is new in the available ring.
    pub(super) fn look(&self) {
        let (descriptors, available) = self.driver_areas();
        let index = self.word(available + 2, 2) as u16;
        while self.seen.get() != index {
            let element = u64::from(self.seen.get() % self.kind.queue_size.min(256));
            let head = self.word(available + 4 + 2 * element, 2) as u16;
            let request = self.take_chain(descriptors, head);
            self.pending.borrow_mut().push(request);
            self.seen.set(self.seen.get().wrapping_add(1));
        }
    }

    /// Carries out the `nth` pending request with `status`, and returns it to the driver.
    pub(crate) fn finish(&self, nth: usize, status: u8) {
        let request = self.pending.borrow_mut().remove(nth);
        if status == 0 {
            self.carry_out(&request);
        }
        self.put(request.status, &[status]);
        let mut owned = self.owned.borrow_mut();
        request
            .descriptors
            .iter()
            .for_each(|number| assert!(owned.remove(number)));
        drop(owned);
        self.return_head(u32::from(request.head));
    }

    /// Carries everything out in the order of the queue.
    pub(crate) fn finish_all(&self) {
        while !self.pending.borrow().is_empty() {
            self.finish(0, 0);
        }
    }

    /// Puts an element into the used ring.
    pub(crate) fn return_head(&self, head: u32) {
        let used = self.setup.borrow().address(2);
        let element = u64::from(self.returned.get() % self.kind.queue_size.min(256));
        self.put(used + 4 + 8 * element, &head.to_le_bytes());
        self.returned.set(self.returned.get().wrapping_add(1));
        self.put(used + 2, &self.returned.get().to_le_bytes());
        self.wire.set(true);
    }

    /// Says in the used ring whether doorbells are wanted.
    pub(crate) fn set_used_flags(&self, flags: u16) {
        let used = self.setup.borrow().address(2);
        self.put(used, &flags.to_le_bytes());
    }

    fn driver_areas(&self) -> (u64, u64) {
        let setup = self.setup.borrow();
        (setup.address(0), setup.address(1))
    }

    fn word(&self, physical: u64, length: usize) -> u64 {
        let bytes = self.bytes(physical, length);
        bytes
            .iter()
            .rev()
            .fold(0, |all, byte| all << 8 | u64::from(*byte))
    }

    fn descriptor(&self, table: u64, number: u16) -> Descriptor {
        assert!(
            number < self.kind.queue_size,
            "a descriptor outside the table"
        );
        let at = table + 16 * u64::from(number);
        Descriptor {
            physical: self.word(at, 8),
            length: self.word(at + 8, 4) as u32,
            flags: self.word(at + 12, 2) as u16,
            next: self.word(at + 14, 2) as u16,
        }
    }

    fn take_chain(&self, table: u64, head: u16) -> Pending {
        let mut parts = Vec::new();
        let mut descriptors = Vec::new();
        let mut number = head;
        loop {
            assert!(self.owned.borrow_mut().insert(number), "a descriptor twice");
            descriptors.push(number);
            let part = self.descriptor(table, number);
            assert_eq!(part.flags & !3, 0, "no flags but NEXT and WRITE");
            assert!(part.length > 0, "an empty part");
            let _ = self.bytes(part.physical, part.length as usize);
            let last = part.flags & 1 == 0;
            number = part.next;
            parts.push(part);
            if last {
                break;
            }
        }
        let tail = parts.pop().expect("a status");
        assert_eq!(
            (tail.length, tail.flags),
            (1, 2),
            "the status is one byte for the device"
        );
        let first = parts.remove(0);
        assert_eq!(
            (first.length, first.flags),
            (16, 1),
            "the header is read-only"
        );
        let kind = self.word(first.physical, 4) as u32;
        assert_eq!(
            self.word(first.physical + 4, 4),
            0,
            "the reserved word is zero"
        );
        let data = parts
            .iter()
            .map(|part| self.check_data(kind, part))
            .collect();
        let sector = self.word(first.physical + 8, 8);
        let request = Pending {
            head,
            kind,
            sector,
            data,
            status: tail.physical,
            descriptors,
        };
        self.check_request(&request);
        request
    }

    fn check_data(&self, kind: u32, part: &Descriptor) -> (u64, u32) {
        assert_eq!(
            part.flags & 2 != 0,
            kind == 0,
            "only reads are written by the device"
        );
        let most = if self.kind.size_max == 0 {
            u32::MAX
        } else {
            self.kind.size_max
        };
        assert!(part.length <= most, "a segment beyond size_max");
        (part.physical, part.length)
    }

    fn check_request(&self, request: &Pending) {
        assert!(
            request.data.len() <= self.kind.seg_max.max(1) as usize,
            "beyond seg_max"
        );
        match request.kind {
            0 | 1 => assert!(!request.data.is_empty()),
            4 => {
                assert!(
                    self.setup.borrow().flush_agreed(),
                    "a flush that was not agreed on"
                );
                assert!(request.data.is_empty() && request.sector == 0);
            }
            other => panic!("request type {other}"),
        }
        let bytes: usize = request
            .data
            .iter()
            .map(|(_, length)| *length as usize)
            .sum();
        assert!(bytes.is_multiple_of(SECTOR), "whole sectors only");
        let end = request.sector as usize * SECTOR + bytes;
        assert!(end <= self.disk.borrow().len(), "sectors beyond the disk");
    }

    fn carry_out(&self, request: &Pending) {
        let mut at = request.sector as usize * SECTOR;
        for (physical, length) in &request.data {
            let length = *length as usize;
            match request.kind {
                0 => self.put(*physical, &self.disk.borrow()[at..][..length]),
                _ => {
                    let bytes = self.bytes(*physical, length);
                    self.disk.borrow_mut()[at..][..length].copy_from_slice(&bytes);
                }
            }
            at += length;
        }
        if request.kind == 4 {
            self.flushes.set(self.flushes.get() + 1);
        }
    }
}
