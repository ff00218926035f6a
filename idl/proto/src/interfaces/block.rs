//! A block device or a volume on one: sectors in, sectors out.
//!
//! Data lies in pools, never in messages: a request names where, counted in bytes from the pool's
//! start. `read` fills the server's pool, where the client reads; `write` takes from the client's
//! pool. Offsets are multiples of the sector size. Requests of one batch may be carried out in any
//! order; a `flush` covers what was completed before it was submitted.
//!
//! Made by `idlc` from `idl/block.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "block",
    id: 0x566e,
    version: 0x2015_ecbb_572c_d3f6,
};

/// The labels of requests.
pub mod labels {
    /// Label of `info`.
    pub const INFO: u32 = 0x566e_0001;

    /// Label of `read`.
    pub const READ: u32 = 0x566e_0002;

    /// Label of `write`.
    pub const WRITE: u32 = 0x566e_0003;

    /// Label of `flush`.
    pub const FLUSH: u32 = 0x566e_0004;
}

/// Why a request was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The sectors are not all on the device.
    OutOfRange = 1,
    /// The device is read-only.
    ReadOnly = 2,
    /// The device reports an error.
    Device = 3,
    /// There is no device, or it or its driver is gone.
    Gone = 4,
    /// The place is not inside the pool, or not on a sector's boundary.
    BadBuffer = 5,
    /// The client has not said which volume it means.
    NoVolume = 6,
    /// More sectors than one request may name, or none.
    BadLength = 7,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::OutOfRange,
        Self::ReadOnly,
        Self::Device,
        Self::Gone,
        Self::BadBuffer,
        Self::NoVolume,
        Self::BadLength,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::OutOfRange),
            2 => Some(Self::ReadOnly),
            3 => Some(Self::Device),
            4 => Some(Self::Gone),
            5 => Some(Self::BadBuffer),
            6 => Some(Self::NoVolume),
            7 => Some(Self::BadLength),
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
            Self::OutOfRange => "the sectors are not all on the device",
            Self::ReadOnly => "the device is read-only",
            Self::Device => "the device reports an error",
            Self::Gone => "there is no device, or it or its driver is gone",
            Self::BadBuffer => {
                "the place is not inside the pool, or not on a sector's boundary"
            }
            Self::NoVolume => "the client has not said which volume it means",
            Self::BadLength => "more sectors than one request may name, or none",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// Whether a device can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Access {
    /// It can.
    ReadWrite = 1,
    /// It cannot.
    ReadOnly = 2,
}

impl Access {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::ReadWrite, Self::ReadOnly];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::ReadWrite),
            2 => Some(Self::ReadOnly),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Access {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Access {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What the device is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// How many sectors it has.
    pub sectors: u64,
    /// Bytes in a sector.
    pub sector_size: u32,
    /// The most sectors in one request.
    pub max_sectors: u32,
    /// The most requests that are worked on together.
    pub depth: u32,
    /// Whether it can be written.
    pub access: Access,
    /// The device, as people name it.
    pub model: libipc::codec::Text<40>,
}

impl libipc::codec::Encode for Info {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.sectors)?;
        w.put(&self.sector_size)?;
        w.put(&self.max_sectors)?;
        w.put(&self.depth)?;
        w.put(&self.access)?;
        w.put(&self.model)
    }
}

impl libipc::codec::Decode for Info {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            sectors: r.get()?,
            sector_size: r.get()?,
            max_sectors: r.get()?,
            depth: r.get()?,
            access: r.get()?,
            model: r.get()?,
        })
    }
}

/// A server of `block`.
pub trait Server {
    /// Tells what the device is like.
    fn info(&mut self, caller: libipc::Caller) -> Result<Info, Error>;

    /// Reads `sectors` sectors from `sector` on into the server's pool at `offset`.
    fn read(
        &mut self,
        caller: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    );

    /// Writes `sectors` sectors from `sector` on out of the client's pool at `offset`.
    fn write(
        &mut self,
        caller: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: libipc::Reply<(), Error>,
    );

    /// Makes everything that was written before durable.
    fn flush(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>);

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
    let libipc::Request { caller, message, deferral } = request;
    match message.label() {
        labels::INFO => serve_info(server, caller, message),
        labels::READ => serve_read(server, caller, message, deferral),
        labels::WRITE => serve_write(server, caller, message, deferral),
        labels::FLUSH => serve_flush(server, caller, message, deferral),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
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
        |w, info| w.put(&info),
    );
}

fn serve_read<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let sector = r.get()?;
            let sectors = r.get()?;
            let offset = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_read)?;
            libipc::meter::method(
                caller,
                labels::READ,
                || server.read(caller, sector, sectors, offset, reply),
            );
            Ok(())
        },
    );
}

fn answer_read(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_write<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let sector = r.get()?;
            let sectors = r.get()?;
            let offset = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_write)?;
            libipc::meter::method(
                caller,
                labels::WRITE,
                || server.write(caller, sector, sectors, offset, reply),
            );
            Ok(())
        },
    );
}

fn answer_write(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_flush<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            r.finish()?;
            let reply = deferral.defer(answer_flush)?;
            libipc::meter::method(caller, labels::FLUSH, || server.flush(caller, reply));
            Ok(())
        },
    );
}

fn answer_flush(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

/// Makes a server one that a server loop can run.
#[derive(Debug)]
pub struct Dispatcher<S>(pub S);

impl<S: Server> libipc::Service for Dispatcher<S> {
    fn request(&mut self, request: libipc::Request<'_>) {
        dispatch(&mut self.0, request);
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

/// A client of `block`.
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

    /// Tells what the device is like.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn info(&self) -> Result<Info, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::INFO,
                |_| Ok(()),
                |r| r.get(),
            )
        })
    }

    /// Reads `sectors` sectors from `sector` on into the server's pool at `offset`.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read(
        &self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::READ,
                |w| {
                    w.put(&sector)?;
                    w.put(&sectors)?;
                    w.put(&offset)
                },
                |_| Ok(()),
            )
        })
    }

    /// Writes `sectors` sectors from `sector` on out of the client's pool at `offset`.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn write(
        &self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::WRITE,
                |w| {
                    w.put(&sector)?;
                    w.put(&sectors)?;
                    w.put(&offset)
                },
                |_| Ok(()),
            )
        })
    }

    /// Makes everything that was written before durable.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn flush(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::FLUSH,
                |_| Ok(()),
                |_| Ok(()),
            )
        })
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

/// The ring's request for `read`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn read_request(
    sector: u64,
    sectors: u32,
    offset: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::READ,
        |w| {
            w.put(&sector)?;
            w.put(&sectors)?;
            w.put(&offset)
        },
    )
}

/// The ring's request for `write`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn write_request(
    sector: u64,
    sectors: u32,
    offset: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::WRITE,
        |w| {
            w.put(&sector)?;
            w.put(&sectors)?;
            w.put(&offset)
        },
    )
}

/// The ring's request for `flush`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn flush_request() -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::FLUSH, |_| Ok(()))
}

/// Calls of `block` to be made together over a ring: one doorbell, and a
/// ticket each that fetches the result.
#[derive(Debug, Default)]
pub struct Batch {
    calls: libipc::codec::batch::Calls,
}

impl Batch {
    /// A batch without calls.
    pub const fn new() -> Self {
        Self {
            calls: libipc::codec::batch::Calls::new(),
        }
    }

    /// How many calls are queued.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call is queued.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Reads `sectors` sectors from `sector` on into the server's pool at `offset`.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn read(
        &mut self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push_repeatable(read_request(sector, sectors, offset))
    }

    /// Writes `sectors` sectors from `sector` on out of the client's pool at `offset`.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn write(
        &mut self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push_repeatable(write_request(sector, sectors, offset))
    }

    /// Makes everything that was written before durable.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn flush(
        &mut self,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push_repeatable(flush_request())
    }

    /// Makes a call depend on the success of every call that was queued before it: else it is skipped.
    pub fn after_success<R, E>(&mut self, ticket: &libipc::codec::batch::Ticket<R, E>) {
        self.calls.after_success(ticket);
    }

    /// Makes all calls and waits for all of them.
    ///
    /// # Errors
    /// Why there are no results; some calls may then have been carried out.
    pub fn run<W: libipc::codec::batch::Wake>(
        &self,
        ring: &mut libipc::codec::batch::ClientRing<'_, W>,
    ) -> Result<libipc::codec::batch::Outcomes<'_>, libipc::codec::batch::BatchError> {
        self.calls.run(ring)
    }
}

/// Calls of `block` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Reads `sectors` sectors from `sector` on into the server's pool at `offset`.
    pub fn read(
        self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0.submit_repeatable(read_request(sector, sectors, offset))
    }

    /// Writes `sectors` sectors from `sector` on out of the client's pool at `offset`.
    pub fn write(
        self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0.submit_repeatable(write_request(sector, sectors, offset))
    }

    /// Makes everything that was written before durable.
    pub fn flush(self) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0.submit_repeatable(flush_request())
    }
}
