//! One function on the PCI bus, for its driver.
//!
//! A connection stands for one function; a driver reaches no other. Whatever could harm others
//! (configuration space, interrupt tables, bus mastering) is done by the bus server.
//!
//! Made by `idlc` from `idl/pci.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "pci",
    id: 0xb138,
    version: 0xc195_5735_084b_3d92,
};

/// The labels of requests.
pub mod labels {
    /// Label of `info`.
    pub const INFO: u32 = 0xb138_0001;

    /// Label of `read_config`.
    pub const READ_CONFIG: u32 = 0xb138_0002;

    /// Label of `bar`.
    pub const BAR: u32 = 0xb138_0003;

    /// Label of `vector`.
    pub const VECTOR: u32 = 0xb138_0004;

    /// Label of `set_bus_master`.
    pub const SET_BUS_MASTER: u32 = 0xb138_0005;

    /// Label of `wire`.
    pub const WIRE: u32 = 0xb138_0007;

    /// Label of `take`.
    pub const TAKE: u32 = 0xb138_0008;

    /// Label of `reset`.
    pub const RESET: u32 = 0xb138_0006;
}

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no such register block.
    UnknownBar = 1,
    /// The function has no such capability or vector.
    Unsupported = 2,
    /// The register or offset is outside what may be read.
    OutOfRange = 3,
    /// The function is gone or does not answer.
    Gone = 4,
    /// Interrupts or memory for it have run out.
    Exhausted = 5,
    /// It was handed out already.
    Taken = 6,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::UnknownBar,
        Self::Unsupported,
        Self::OutOfRange,
        Self::Gone,
        Self::Exhausted,
        Self::Taken,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::UnknownBar),
            2 => Some(Self::Unsupported),
            3 => Some(Self::OutOfRange),
            4 => Some(Self::Gone),
            5 => Some(Self::Exhausted),
            6 => Some(Self::Taken),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Error {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Error {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

impl Error {
    /// One clause for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownBar => "there is no such register block",
            Self::Unsupported => "the function has no such capability or vector",
            Self::OutOfRange => "the register or offset is outside what may be read",
            Self::Gone => "the function is gone or does not answer",
            Self::Exhausted => "interrupts or memory for it have run out",
            Self::Taken => "it was handed out already",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// What a register block is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum BarKind {
    /// Memory.
    Memory = 1,
    /// Memory that may be fetched ahead.
    Prefetchable = 2,
    /// I/O ports.
    Ports = 3,
}

impl BarKind {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Memory, Self::Prefetchable, Self::Ports];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Memory),
            2 => Some(Self::Prefetchable),
            3 => Some(Self::Ports),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for BarKind {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for BarKind {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Whether a function may reach memory by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum BusMaster {
    /// It may not.
    Off = 1,
    /// It may.
    On = 2,
}

impl BusMaster {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Off, Self::On];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Off),
            2 => Some(Self::On),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for BusMaster {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for BusMaster {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// One register block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its number, 0 to 5.
    pub index: u8,
    /// What it is reached by.
    pub kind: BarKind,
    /// Its length in bytes.
    pub size: u64,
}

impl libipc::codec::Encode for Bar {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.index)?;
        w.put(&self.kind)?;
        w.put(&self.size)
    }
}

impl libipc::codec::Decode for Bar {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            index: r.get()?,
            kind: r.get()?,
            size: r.get()?,
        })
    }
}

/// What the function is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Bus.
    pub bus: u8,
    /// Device on the bus.
    pub device: u8,
    /// Function of the device.
    pub function: u8,
    /// Revision.
    pub revision: u8,
    /// Vendor.
    pub vendor: u16,
    /// The vendor's number for it.
    pub product: u16,
    /// Vendor of the subsystem.
    pub subsystem_vendor: u16,
    /// That vendor's number for it.
    pub subsystem: u16,
    /// Class, subclass and programming interface, a byte each from the top.
    pub class: u32,
    /// How many MSI-X vectors it has.
    pub vectors: u16,
    /// Its register blocks.
    pub bars: libipc::codec::List<Bar, 6>,
}

impl libipc::codec::Encode for Function {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bus)?;
        w.put(&self.device)?;
        w.put(&self.function)?;
        w.put(&self.revision)?;
        w.put(&self.vendor)?;
        w.put(&self.product)?;
        w.put(&self.subsystem_vendor)?;
        w.put(&self.subsystem)?;
        w.put(&self.class)?;
        w.put(&self.vectors)?;
        w.put(&self.bars)
    }
}

impl libipc::codec::Decode for Function {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            bus: r.get()?,
            device: r.get()?,
            function: r.get()?,
            revision: r.get()?,
            vendor: r.get()?,
            product: r.get()?,
            subsystem_vendor: r.get()?,
            subsystem: r.get()?,
            class: r.get()?,
            vectors: r.get()?,
            bars: r.get()?,
        })
    }
}

/// A server of `pci`.
pub trait Server {
    /// Tells what the function is. Who has taken none gets the first that nobody has among those that the image names
    /// by vendor and product.
    fn info(&mut self, caller: libipc::Caller) -> Result<Function, Error>;

    /// Reads 32 bits of the function's own configuration space.
    fn read_config(&mut self, caller: libipc::Caller, offset: u16) -> Result<u32, Error>;

    /// Hands out a register block of memory, to be mapped by the driver. It begins `offset` bytes
    /// into the memory that the capability names. A block that shares a page with another is `Unsupported`.
    fn bar(
        &mut self,
        caller: libipc::Caller,
        index: u8,
    ) -> Result<(u32, u64, libipc::Cap<libipc::objects::Untyped>), Error>;

    /// Sets an MSI-X vector up and hands out its interrupt.
    fn vector(
        &mut self,
        caller: libipc::Caller,
        index: u16,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error>;

    /// Lets the function reach memory by itself, or stops it.
    fn set_bus_master(
        &mut self,
        caller: libipc::Caller,
        state: BusMaster,
    ) -> Result<(), Error>;

    /// Hands out the function's interrupt by wire, for machines on which vectors cannot be set up. It stays up until
    /// the driver has made the function lower it, which must be done before it is acknowledged. Functions that share a
    /// wire cannot be used together: all but the first are told `Taken`.
    fn wire(
        &mut self,
        caller: libipc::Caller,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, Error>;

    /// Takes the first function of a class that nobody has, if the image names that class; `Gone` if there is none. The
    /// class has its subclass in the lower byte. A driver that has a function already keeps it, and is told of it.
    fn take(&mut self, caller: libipc::Caller, class: u16) -> Result<Function, Error>;

    /// Resets the function; bus mastering is off and its vectors are masked afterwards.
    fn reset(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Is told of a request for a method that this version of the interface does not have,
    /// which is answered so.
    fn unknown(&mut self, caller: libipc::Caller, ordinal: u16) {
        let _ = (caller, ordinal);
    }

    /// Takes signals of the notification that is bound to the server's thread.
    fn signal(&mut self, bits: u64) {
        let _ = bits;
    }

    /// Frees what is kept for a client: the last capability with its badge is gone.
    fn client_gone(&mut self, client: libipc::Caller) {
        let _ = client;
    }

    /// Decides about a thread that faulted and whose faults come here. It stays stopped
    /// unless a server says otherwise.
    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        let _ = fault;
        libipc::FaultAnswer::Stop
    }
}

/// Hands a request to the server's method, and answers what no method answers.
pub fn dispatch<S: Server + ?Sized>(server: &mut S, request: libipc::Request<'_>) {
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::INFO => serve_info(server, caller, message),
        labels::READ_CONFIG => serve_read_config(server, caller, message),
        labels::BAR => serve_bar(server, caller, message),
        labels::VECTOR => serve_vector(server, caller, message),
        labels::SET_BUS_MASTER => serve_set_bus_master(server, caller, message),
        labels::WIRE => serve_wire(server, caller, message),
        labels::TAKE => serve_take(server, caller, message),
        labels::RESET => serve_reset(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

/// Hands a request that came in registers to the server's method, if all of it is there and
/// right; what this does not answer is for [`dispatch`].
#[inline]
pub fn dispatch_short<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    request: libipc::Short,
) -> Option<libipc::Short> {
    const READ_CONFIG: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::READ_CONFIG,
        1,
        0,
    );
    const SET_BUS_MASTER: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_BUS_MASTER,
        1,
        0,
    );
    const RESET: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::RESET,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        READ_CONFIG => {
            if w[0] & 0xffffffffffff0000 != 0 {
                return None;
            }
            let offset = w[0] as u16;
            match libipc::meter::method(
                caller,
                labels::READ_CONFIG,
                || server.read_config(caller, offset),
            ) {
                Ok(value) => {
                    Some(libipc::Short::ok(1, [u64::from(value), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SET_BUS_MASTER => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let state = BusMaster::from_number(w[0] as u8)?;
            match libipc::meter::method(
                caller,
                labels::SET_BUS_MASTER,
                || server.set_bus_master(caller, state),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        RESET => {
            match libipc::meter::method(caller, labels::RESET, || server.reset(caller)) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_info<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::INFO, || server.info(caller)))
        },
        |w, function| w.put(&function),
    );
}

fn serve_read_config<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let offset = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_CONFIG,
                    || server.read_config(caller, offset),
                ),
            )
        },
        |w, value| w.put(&value),
    );
}

fn serve_bar<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let index = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::BAR, || server.bar(caller, index)))
        },
        |w, (offset, size, memory)| {
            w.put(&offset)?;
            w.put(&size)?;
            w.append_cap(libipc::CapItem::moved(memory.into_slot()))
        },
    );
}

fn serve_vector<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let index = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::VECTOR,
                    || server.vector(caller, index),
                ),
            )
        },
        |w, interrupt| w.append_cap(libipc::CapItem::moved(interrupt.into_slot())),
    );
}

fn serve_set_bus_master<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let state = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET_BUS_MASTER,
                    || server.set_bus_master(caller, state),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_wire<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::WIRE, || server.wire(caller)))
        },
        |w, interrupt| w.append_cap(libipc::CapItem::moved(interrupt.into_slot())),
    );
}

fn serve_take<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let class = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TAKE,
                    || server.take(caller, class),
                ),
            )
        },
        |w, function| w.put(&function),
    );
}

fn serve_reset<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::RESET, || server.reset(caller)))
        },
        |_, ()| Ok(()),
    );
}

/// Makes a server one that a server loop can run.
#[derive(Debug)]
pub struct Dispatcher<S>(pub S);

impl<S: Server> libipc::Service for Dispatcher<S> {
    fn request(&mut self, request: libipc::Request<'_>) {
        dispatch(&mut self.0, request);
    }

    #[inline]
    fn short(
        &mut self,
        caller: libipc::Caller,
        request: libipc::Short,
    ) -> Option<libipc::Short> {
        dispatch_short(&mut self.0, caller, request)
    }

    fn signal(&mut self, bits: u64) {
        self.0.signal(bits);
    }

    fn client_gone(&mut self, client: libipc::Caller) {
        self.0.client_gone(client);
    }

    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        self.0.fault(fault)
    }
}

/// Serves an endpoint for ever.
pub fn serve(endpoint: libipc::Endpoint, server: impl Server) -> libipc::Never {
    libipc::serve(endpoint, Dispatcher(server))
}

/// A client of `pci`.
#[derive(Debug)]
pub struct Client<T = libipc::Connection> {
    transport: T,
}

impl<T: libipc::Transport> Client<T> {
    /// A client that calls over `transport`.
    pub const fn new(transport: T) -> Self {
        Self { transport }
    }

    /// What it calls over.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// Tells what the function is. Who has taken none gets the first that nobody has among those that the image names
    /// by vendor and product.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn info(&self) -> Result<Function, libipc::Error<Error>> {
        libipc::codec::stub::call(&self.transport, labels::INFO, |_| Ok(()), |r| r.get())
    }

    /// Reads 32 bits of the function's own configuration space.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_config(&self, offset: u16) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::READ_CONFIG,
                1,
                [u64::from(offset), 0, 0, 0, 0, 0],
            ),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )
    }

    /// Hands out a register block of memory, to be mapped by the driver. It begins `offset` bytes
    /// into the memory that the capability names. A block that shares a page with another is `Unsupported`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn bar(
        &self,
        index: u8,
    ) -> Result<
        (u32, u64, libipc::Cap<libipc::objects::Untyped>),
        libipc::Error<Error>,
    > {
        libipc::codec::stub::call(
            &self.transport,
            labels::BAR,
            |w| w.put(&index),
            |r| Ok((r.get()?, r.get()?, r.cap()?)),
        )
    }

    /// Sets an MSI-X vector up and hands out its interrupt.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn vector(
        &self,
        index: u16,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::VECTOR,
            |w| w.put(&index),
            |r| r.cap(),
        )
    }

    /// Lets the function reach memory by itself, or stops it.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set_bus_master(&self, state: BusMaster) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SET_BUS_MASTER,
                1,
                [u64::from(state.number()), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Hands out the function's interrupt by wire, for machines on which vectors cannot be set up. It stays up until
    /// the driver has made the function lower it, which must be done before it is acknowledged. Functions that share a
    /// wire cannot be used together: all but the first are told `Taken`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn wire(
        &self,
    ) -> Result<libipc::Cap<libipc::objects::IrqHandler>, libipc::Error<Error>> {
        libipc::codec::stub::call(&self.transport, labels::WIRE, |_| Ok(()), |r| r.cap())
    }

    /// Takes the first function of a class that nobody has, if the image names that class; `Gone` if there is none. The
    /// class has its subclass in the lower byte. A driver that has a function already keeps it, and is told of it.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn take(&self, class: u16) -> Result<Function, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::TAKE,
            |w| w.put(&class),
            |r| r.get(),
        )
    }

    /// Resets the function; bus mastering is off and its vectors are masked afterwards.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn reset(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::RESET, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }
}

impl From<libipc::Connection> for Client {
    fn from(connection: libipc::Connection) -> Self {
        Self::new(connection)
    }
}

impl From<libipc::Cap<Client>> for Client {
    fn from(cap: libipc::Cap<Client>) -> Self {
        Self::new(cap.into())
    }
}
