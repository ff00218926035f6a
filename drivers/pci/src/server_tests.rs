//! The server against the model.

use std::cell::RefCell;
use std::rc::Rc;

use libipc::CPtr;
use proto::pci::Server as _;
use proto::pci_control::Server as _;

use super::*;
use crate::Window;
use crate::function::Id;
use crate::model::{Card, ModelBus};

type Entries = Rc<RefCell<std::vec::Vec<(u64, [u32; 4])>>>;

/// Hands out what it is asked for, and remembers table entries.
#[derive(Default)]
struct Kernel {
    entries: Entries,
    memory: std::vec::Vec<(u64, u64)>,
    wires: std::vec::Vec<u8>,
}

impl Resources for Kernel {
    fn memory(&mut self, base: u64, bytes: u64) -> Option<Cap<Untyped>> {
        self.memory.push((base, bytes));
        Some(Cap::from_slot(CPtr(40)))
    }

    fn interrupt(&mut self, of: Address) -> Option<(Cap<IrqHandler>, MessageInterrupt)> {
        let message = MessageInterrupt {
            address: 0xfee0_0000,
            data: u64::from(of.id()) << 16 | 0x31,
        };
        Some((Cap::from_slot(CPtr(41)), message))
    }

    fn wire(&mut self, number: u8) -> Option<Cap<IrqHandler>> {
        let is_free = !self.wires.contains(&number);
        self.wires.push(number);
        is_free.then(|| Cap::from_slot(CPtr(42)))
    }

    fn write_entry(&mut self, at: u64, entry: [u32; 4]) -> Option<()> {
        self.entries.borrow_mut().push((at, entry));
        Some(())
    }
}

const WINDOW: Window = Window {
    base: 0xc000_0000,
    bytes: 0x4000_0000,
};
const DRIVER: Caller = Caller::new(7, 0);

fn server() -> (ModelBus, Entries, BusServer<ModelBus, Kernel>) {
    server_of(std::vec![Card::disk(3, 0xfe00_0000)])
}

fn server_of(cards: std::vec::Vec<Card>) -> (ModelBus, Entries, BusServer<ModelBus, Kernel>) {
    let model = ModelBus::new(cards);
    let kernel = Kernel::default();
    let entries = kernel.entries.clone();
    let disks = Pattern::Id(Id {
        vendor: 0x1af4,
        device: 0x1042,
    });
    let allowed = [disks, Pattern::Class(0x0805)].into_iter().collect();
    (
        model.clone(),
        entries,
        BusServer::new(Bus::scan(model, WINDOW), kernel, allowed),
    )
}

#[test]
fn a_driver_gets_its_registers_once_and_never_the_vector_table() {
    let (_, _, mut server) = server();
    let (offset, bytes, _memory) = server.bar(DRIVER, 4).expect("handed out");
    assert_eq!((offset, bytes), (0, 0x4000));
    assert_eq!(server.resources.memory, [(0xfe10_0000, 0x4000)]);
    assert_eq!(server.bar(DRIVER, 4).err(), Some(Error::Taken));
    assert_eq!(
        server.bar(DRIVER, 1).err(),
        Some(Error::Unsupported),
        "the table"
    );
    assert_eq!(
        server.bar(DRIVER, 3).err(),
        Some(Error::Unsupported),
        "ports"
    );
    assert_eq!(server.bar(DRIVER, 0).err(), Some(Error::UnknownBar));
    assert_eq!(
        server.bar(DRIVER, 5).err(),
        Some(Error::UnknownBar),
        "an upper half"
    );
}

#[test]
fn a_vector_is_written_into_the_table_and_switched_on() {
    let (model, entries, mut server) = server();
    let _handler = server.vector(DRIVER, 1).expect("set up");
    assert_eq!(
        entries.borrow()[..],
        [(0xfe00_0010, [0xfee0_0000, 0, 0x0018_0031, 0])]
    );
    assert_eq!(
        model.0.borrow()[0].word(0x40) >> 30,
        0b10,
        "on and not masked"
    );
    assert_eq!(server.vector(DRIVER, 2).err(), Some(Error::Unsupported));
}

#[test]
fn a_wire_is_handed_out_once_and_switched_on() {
    let (model, _, mut server) = server();
    server.info(DRIVER).expect("assigned");
    let command = || model.0.borrow()[0].word(4) & 1 << 10;
    assert_ne!(command(), 0, "off at first");
    assert!(server.wire(DRIVER).is_ok());
    assert_eq!(command(), 0);
    assert_eq!(server.resources.wires, [3], "pin A in slot 3");
    assert_eq!(server.wire(DRIVER).err(), Some(Error::Taken));
    assert_eq!(server.wire(Caller::new(8, 0)).err(), Some(Error::Gone));
}

#[test]
fn configuration_is_read_within_the_function_only() {
    let (_, _, mut server) = server();
    assert_eq!(server.read_config(DRIVER, 0), Ok(0x1042_1af4));
    assert_eq!(server.read_config(DRIVER, 2), Err(Error::OutOfRange));
    assert_eq!(server.read_config(DRIVER, 4096), Err(Error::OutOfRange));
    assert_eq!(server.read_config(Caller::new(8, 0), 0), Err(Error::Gone));
}

#[test]
fn a_dead_drivers_function_is_silenced() {
    let (model, _, mut server) = server();
    server.set_bus_master(DRIVER, BusMaster::On).expect("on");
    let root = Caller::new(1, 1);
    assert_eq!(server.quiesce(root, 7), Ok(()));
    assert_eq!(model.0.borrow()[0].word(4) & 4, 0);
    assert_eq!(
        server.quiesce(root, 8),
        Err(pci_control::Error::UnknownDriver)
    );
}

#[test]
fn functions_are_listed_in_pieces() {
    let (_, _, mut server) = server();
    let root = Caller::new(1, 1);
    assert_eq!(server.list(root, 0).len(), 1);
    assert!(server.list(root, 1).is_empty());
    assert_eq!(server.info(DRIVER).expect("assigned").product, 0x1042);
}

#[test]
fn a_function_of_a_class_is_for_who_asks_for_it() {
    let (_, _, mut server) = server_of(std::vec![Card::controller(4, 0xfe00_2000)]);
    assert_eq!(server.info(DRIVER).err(), Some(Error::Gone));
    for class in [0x0100, 0x0806] {
        assert_eq!(server.take(DRIVER, class).err(), Some(Error::Gone));
    }
    let function = server.take(DRIVER, 0x0805).expect("there");
    assert_eq!((function.device, function.class), (4, 0x08_0501));
    assert_eq!(server.info(DRIVER), Ok(function.clone()));
    assert_eq!(server.take(DRIVER, 0x0805), Ok(function));
    assert_eq!(
        server.take(Caller::new(8, 0), 0x0805).err(),
        Some(Error::Gone)
    );
}

#[test]
fn a_block_shorter_than_a_page_is_handed_out_if_nothing_else_is_in_the_page() {
    let alone = [Card::disk(3, 0xfe00_0000), Card::controller(4, 0xfe00_2300)];
    let (_, _, mut server) = server_of(alone.into());
    server.take(DRIVER, 0x0805).expect("there");
    let (offset, bytes, _) = server.bar(DRIVER, 0).expect("handed out");
    assert_eq!((offset, bytes), (0x300, 0x100));
    assert_eq!(server.resources.memory, [(0xfe00_2000, 0x100)]);
    assert_eq!(server.bar(DRIVER, 0).err(), Some(Error::Taken));
    // Another controller's registers, or a vector table.
    let other = Card::controller(5, 0xfe00_2f00);
    for neighbour in [other, Card::disk(3, 0xfe00_2000)] {
        let cards = std::vec![neighbour, Card::controller(4, 0xfe00_2300)];
        let (_, _, mut server) = server_of(cards);
        server.take(DRIVER, 0x0805).expect("there");
        assert_eq!(server.bar(DRIVER, 0).err(), Some(Error::Unsupported));
    }
}
