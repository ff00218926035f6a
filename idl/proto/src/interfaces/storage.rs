//! Disks and the volumes on them.
//!
//! The storage server offers `block` beside this interface: a client says by `select` which volume
//! its requests there mean.
//!
//! Made by `idlc` from `idl/storage.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "storage",
    id: 0x9bac,
    version: 0x8e9c_8aee_1949_0e1b,
};

/// The labels of requests.
pub mod labels {
    /// Label of `disks`.
    pub const DISKS: u32 = 0x9bac_0001;

    /// Label of `volumes`.
    pub const VOLUMES: u32 = 0x9bac_0002;

    /// Label of `select`.
    pub const SELECT: u32 = 0x9bac_0003;

    /// Label of `look`.
    pub const LOOK: u32 = 0x9bac_0004;
}

/// The most volumes or disks in one answer.
pub const MAX_LIST: u32 = 6;

/// Why a volume cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no such volume.
    UnknownVolume = 1,
    /// Another client uses the volume, or the disk that it is on.
    Taken = 2,
    /// The disk is gone.
    Gone = 3,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::UnknownVolume, Self::Taken, Self::Gone];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::UnknownVolume),
            2 => Some(Self::Taken),
            3 => Some(Self::Gone),
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
            Self::UnknownVolume => "there is no such volume",
            Self::Taken => "another client uses the volume, or the disk that it is on",
            Self::Gone => "the disk is gone",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// How a disk is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// Not at all: the disk is one volume.
    Bare = 1,
    /// By a master boot record.
    Mbr = 2,
    /// By a GUID partition table.
    Gpt = 3,
    /// It cannot be read; the problem says why.
    Unreadable = 4,
}

impl Table {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Bare,
        Self::Mbr,
        Self::Gpt,
        Self::Unreadable,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Bare),
            2 => Some(Self::Mbr),
            3 => Some(Self::Gpt),
            4 => Some(Self::Unreadable),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Table {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Table {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What a volume is there for, as far as its table and its first sectors tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Purpose {
    /// Files of people: one that could be mounted, or of a kind that one would expect to be.
    Files = 1,
    /// Something else: start-up files of firmware, swap space, what nobody here knows.
    Other = 2,
}

impl Purpose {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Files, Self::Other];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Files),
            2 => Some(Self::Other),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Purpose {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Purpose {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// One disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its number.
    pub disk: u32,
    /// How many volumes are on it.
    pub volumes: u32,
    /// How many sectors it has.
    pub sectors: u64,
    /// How it is divided.
    pub table: Table,
    /// Whether it can be written.
    pub access: super::block::Access,
    /// The device, as people name it.
    pub model: libipc::codec::Text<40>,
    /// What is wrong with it; empty if all is well.
    pub problem: libipc::codec::Text<160>,
}

impl libipc::codec::Encode for Disk {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.disk)?;
        w.put(&self.volumes)?;
        w.put(&self.sectors)?;
        w.put(&self.table)?;
        w.put(&self.access)?;
        w.put(&self.model)?;
        w.put(&self.problem)
    }
}

impl libipc::codec::Decode for Disk {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            disk: r.get()?,
            volumes: r.get()?,
            sectors: r.get()?,
            table: r.get()?,
            access: r.get()?,
            model: r.get()?,
            problem: r.get()?,
        })
    }
}

/// One volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its number.
    pub volume: u32,
    /// The disk that it is on.
    pub disk: u32,
    /// The partition's number, 0 if it is the whole disk.
    pub partition: u32,
    /// Where it starts, in sectors.
    pub start: u64,
    /// How many sectors it has.
    pub sectors: u64,
    /// Whether it can be written.
    pub access: super::block::Access,
    /// What it is there for.
    pub purpose: Purpose,
    /// The format that its first sectors show; empty if none is known.
    pub content: libipc::codec::Text<24>,
    /// What the partition table says it is for.
    pub kind: libipc::codec::Text<40>,
    /// Its name in the partition table, often empty.
    pub name: libipc::codec::Text<108>,
}

impl libipc::codec::Encode for Volume {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.volume)?;
        w.put(&self.disk)?;
        w.put(&self.partition)?;
        w.put(&self.start)?;
        w.put(&self.sectors)?;
        w.put(&self.access)?;
        w.put(&self.purpose)?;
        w.put(&self.content)?;
        w.put(&self.kind)?;
        w.put(&self.name)
    }
}

impl libipc::codec::Decode for Volume {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            volume: r.get()?,
            disk: r.get()?,
            partition: r.get()?,
            start: r.get()?,
            sectors: r.get()?,
            access: r.get()?,
            purpose: r.get()?,
            content: r.get()?,
            kind: r.get()?,
            name: r.get()?,
        })
    }
}

/// A server of `storage`.
pub trait Server {
    /// Lists disks in the order of their numbers, from `first` on. An empty list says that there
    /// are no more.
    fn disks(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Disk, 6>;

    /// Lists volumes in the order of their numbers, from `first` on. An empty list says that there
    /// are no more.
    fn volumes(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Volume, 6>;

    /// Says which volume this client means by its requests to `block`.
    fn select(&mut self, caller: libipc::Caller, volume: u32) -> Result<(), Error>;

    /// Asks the drivers that had no disk whether they have one now, and lists those behind the others. Tells how many
    /// disks there are.
    fn look(&mut self, caller: libipc::Caller) -> u32;

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
        labels::DISKS => serve_disks(server, caller, message),
        labels::VOLUMES => serve_volumes(server, caller, message),
        labels::SELECT => serve_select(server, caller, message),
        labels::LOOK => serve_look(server, caller, message),
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
    const SELECT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SELECT,
        1,
        0,
    );
    const LOOK: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LOOK,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        SELECT => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let volume = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::SELECT,
                || server.select(caller, volume),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        LOOK => {
            let disks = libipc::meter::method(
                caller,
                labels::LOOK,
                || server.look(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(disks), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_disks<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let first = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DISKS,
                    || server.disks(caller, first),
                ),
            )
        },
        |w, found| w.put(&found),
    );
}

fn serve_volumes<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let first = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::VOLUMES,
                    || server.volumes(caller, first),
                ),
            )
        },
        |w, found| w.put(&found),
    );
}

fn serve_select<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let volume = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SELECT,
                    || server.select(caller, volume),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_look<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LOOK, || server.look(caller)))
        },
        |w, disks| w.put(&disks),
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

/// A client of `storage`.
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

    /// Lists disks in the order of their numbers, from `first` on. An empty list says that there
    /// are no more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn disks(
        &self,
        first: u32,
    ) -> Result<libipc::codec::List<Disk, 6>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::DISKS,
            |w| w.put(&first),
            |r| r.get(),
        )
    }

    /// Lists volumes in the order of their numbers, from `first` on. An empty list says that there
    /// are no more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn volumes(
        &self,
        first: u32,
    ) -> Result<libipc::codec::List<Volume, 6>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::VOLUMES,
            |w| w.put(&first),
            |r| r.get(),
        )
    }

    /// Says which volume this client means by its requests to `block`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn select(&self, volume: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SELECT,
                1,
                [u64::from(volume), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Asks the drivers that had no disk whether they have one now, and lists those behind the others. Tells how many
    /// disks there are.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn look(&self) -> Result<u32, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::LOOK, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
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
