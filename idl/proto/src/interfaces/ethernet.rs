//! A network interface: Ethernet frames in, frames out.
//!
//! A frame is what stands between preamble and checksum: two addresses, a type, and what is carried. It lies in a lent buffer,
//! never in a message. Who receives asks in advance, best several times: a frame that comes while nobody asks waits in
//! the device, until its room is used up. Requests are answered in the order in which they came, those to send and those to
//! receive each for themselves. A frame goes to one client, the first that has asked.
//!
//! Made by `idlc` from `idl/ethernet.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "ethernet",
    id: 0x5fbb,
    version: 0x8801_192e_a71d_9774,
};

/// The labels of requests.
pub mod labels {
    /// Label of `info`.
    pub const INFO: u32 = 0x5fbb_0001;

    /// Label of `link`.
    pub const LINK: u32 = 0x5fbb_0002;

    /// Label of `counters`.
    pub const COUNTERS: u32 = 0x5fbb_0003;

    /// Label of `set_filter`.
    pub const SET_FILTER: u32 = 0x5fbb_0004;

    /// Label of `send`.
    pub const SEND: u32 = 0x5fbb_0005;

    /// Label of `receive`.
    pub const RECEIVE: u32 = 0x5fbb_0006;
}

/// Bytes of the longest frame: with a VLAN tag, without its checksum.
pub const MAX_FRAME: u32 = 1518;

/// Why a request was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no device, or it or its driver is gone.
    Gone = 1,
    /// The line is not connected, or was not a while ago.
    NoLink = 2,
    /// The frame is shorter than addresses and type, or the buffer has not room for the longest.
    BadLength = 3,
    /// The buffer is not in the client's pools.
    BadBuffer = 4,
    /// As many requests wait as can.
    Busy = 5,
    /// The device reports an error.
    Device = 6,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Gone,
        Self::NoLink,
        Self::BadLength,
        Self::BadBuffer,
        Self::Busy,
        Self::Device,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Gone),
            2 => Some(Self::NoLink),
            3 => Some(Self::BadLength),
            4 => Some(Self::BadBuffer),
            5 => Some(Self::Busy),
            6 => Some(Self::Device),
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
            Self::Gone => "there is no device, or it or its driver is gone",
            Self::NoLink => "the line is not connected, or was not a while ago",
            Self::BadLength => {
                "the frame is shorter than addresses and type, or the buffer has not room for the longest"
            }
            Self::BadBuffer => "the buffer is not in the client's pools",
            Self::Busy => "as many requests wait as can",
            Self::Device => "the device reports an error",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// Whether both ends may send at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Duplex {
    /// They may not.
    Half = 1,
    /// They may.
    Full = 2,
}

impl Duplex {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Half, Self::Full];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Half),
            2 => Some(Self::Full),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Duplex {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Duplex {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Which frames are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Filter {
    /// Those to the own address, and those to all.
    Own = 1,
    /// All that the line brings.
    All = 2,
}

impl Filter {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Own, Self::All];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Own),
            2 => Some(Self::All),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Filter {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Filter {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What the device is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Its address: six bytes, the first in the highest of 48 bits.
    pub address: u64,
    /// The most frames that wait to be sent.
    pub depth: u32,
    /// The device, as people name it.
    pub model: libipc::codec::Text<40>,
}

impl libipc::codec::Encode for Info {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.address)?;
        w.put(&self.depth)?;
        w.put(&self.model)
    }
}

impl libipc::codec::Decode for Info {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            address: r.get()?,
            depth: r.get()?,
            model: r.get()?,
        })
    }
}

/// What the line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Megabits a second; 0 while there is no link.
    pub mbit: u32,
    /// Whether both ends may send at the same time.
    pub duplex: Duplex,
}

impl libipc::codec::Encode for Link {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.mbit)?;
        w.put(&self.duplex)
    }
}

impl libipc::codec::Decode for Link {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            mbit: r.get()?,
            duplex: r.get()?,
        })
    }
}

/// What has happened since the driver started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Frames sent.
    pub sent: u64,
    /// Bytes in them.
    pub sent_bytes: u64,
    /// Frames received.
    pub received: u64,
    /// Bytes in them.
    pub received_bytes: u64,
    /// Frames that came with a wrong checksum.
    pub bad_checksums: u64,
    /// Frames that came damaged in another way: too short, too long, in pieces.
    pub bad_frames: u64,
    /// Frames that were lost because nobody took those before them in time.
    pub dropped: u64,
    /// How often a link came up.
    pub links: u64,
}

impl libipc::codec::Encode for Counters {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.sent,
                self.sent_bytes,
                self.received,
                self.received_bytes,
                self.bad_checksums,
                self.bad_frames,
                self.dropped,
                self.links,
            ],
            64,
        )
    }
}

impl libipc::codec::Decode for Counters {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            64,
            |w: [u64; 8]| Some(Self {
                sent: w[0],
                sent_bytes: w[1],
                received: w[2],
                received_bytes: w[3],
                bad_checksums: w[4],
                bad_frames: w[5],
                dropped: w[6],
                links: w[7],
            }),
        )
    }
}

/// A server of `ethernet`.
pub trait Server {
    /// Tells what the device is like.
    fn info(&mut self, caller: libipc::Caller) -> Result<Info, Error>;

    /// Looks at the line. Whoever waits for a link, or for frames, asks from time to time: nobody else does.
    fn link(&mut self, caller: libipc::Caller) -> Result<Link, Error>;

    /// Tells what has happened.
    fn counters(&mut self, caller: libipc::Caller) -> Result<Counters, Error>;

    /// Says which frames are to be received; at first, those to the own address and to all.
    fn set_filter(
        &mut self,
        caller: libipc::Caller,
        filter: Filter,
    ) -> Result<(), Error>;

    /// Sends a frame. It is answered when the buffer was read.
    fn send(
        &mut self,
        caller: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<(), Error>,
    );

    /// Receives a frame, and tells its length. The buffer has room for the longest.
    fn receive(
        &mut self,
        caller: libipc::Caller,
        frame: libipc::lend::Place,
        reply: libipc::Reply<u32, Error>,
    );

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
        labels::LINK => serve_link(server, caller, message),
        labels::COUNTERS => serve_counters(server, caller, message),
        labels::SET_FILTER => serve_set_filter(server, caller, message),
        labels::SEND => serve_send(server, caller, message, deferral),
        labels::RECEIVE => serve_receive(server, caller, message, deferral),
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
    const LINK: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LINK,
        0,
        0,
    );
    const SET_FILTER: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_FILTER,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        LINK => {
            match libipc::meter::method(caller, labels::LINK, || server.link(caller)) {
                Ok(link) => {
                    Some(
                        libipc::Short::ok(
                            1,
                            [
                                u64::from(link.mbit)
                                    | u64::from(link.duplex.number()) << 32,
                                0,
                                0,
                                0,
                                0,
                                0,
                            ],
                        ),
                    )
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SET_FILTER => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let filter = Filter::from_number(w[0] as u8)?;
            match libipc::meter::method(
                caller,
                labels::SET_FILTER,
                || server.set_filter(caller, filter),
            ) {
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
        |w, info| w.put(&info),
    );
}

fn serve_link<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LINK, || server.link(caller)))
        },
        |w, link| w.put(&link),
    );
}

fn serve_counters<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::COUNTERS,
                    || server.counters(caller),
                ),
            )
        },
        |w, counters| w.put(&counters),
    );
}

fn serve_set_filter<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let filter = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET_FILTER,
                    || server.set_filter(caller, filter),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_send<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let frame = libipc::lend::Place::decode(r, 1518)?;
            r.finish()?;
            let reply = deferral.defer(answer_send)?;
            libipc::meter::method(
                caller,
                labels::SEND,
                || server.send(caller, frame, reply),
            );
            Ok(())
        },
    );
}

fn answer_send(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_receive<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let frame = libipc::lend::Place::decode(r, 1518)?;
            r.finish()?;
            let reply = deferral.defer(answer_receive)?;
            libipc::meter::method(
                caller,
                labels::RECEIVE,
                || server.receive(caller, frame, reply),
            );
            Ok(())
        },
    );
}

fn answer_receive(message: &mut libipc::Message, outcome: Result<u32, Error>) {
    libipc::codec::stub::answer(message, outcome, |w, length| w.put(&length));
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

/// A client of `ethernet`.
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

    /// Looks at the line. Whoever waits for a link, or for frames, asks from time to time: nobody else does.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn link(&self) -> Result<Link, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::LINK, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffff0000000000 != 0 {
                    return None;
                }
                Some(Link {
                    mbit: w[0] as u32,
                    duplex: Duplex::from_number((w[0] >> 32) as u8)?,
                })
            },
        )
    }

    /// Tells what has happened.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn counters(&self) -> Result<Counters, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::COUNTERS,
                |_| Ok(()),
                |r| r.get(),
            )
        })
    }

    /// Says which frames are to be received; at first, those to the own address and to all.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set_filter(&self, filter: Filter) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(
                    labels::SET_FILTER,
                    1,
                    [u64::from(filter.number()), 0, 0, 0, 0, 0],
                ),
                0,
                |_| Some(()),
            )
        })
    }

    /// Sends a frame. It is answered when the buffer was read.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn send(
        &self,
        frame: &libipc::lend::In<'_, 1518>,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::SEND,
            |w| w.put(&frame.word()),
            |_| Ok(()),
        )
    }

    /// Receives a frame, and tells its length. The buffer has room for the longest.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn receive(
        &self,
        frame: &libipc::lend::Out<'_, 1518>,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::RECEIVE,
            |w| w.put(&frame.word()),
            |r| r.get(),
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

/// The ring's request for `send`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn send_request(
    frame: &libipc::lend::In<'_, 1518>,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::SEND, |w| w.put(&frame.word()))
}

/// The ring's request for `receive`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn receive_request(
    frame: &libipc::lend::Out<'_, 1518>,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::RECEIVE, |w| w.put(&frame.word()))
}

/// Calls of `ethernet` to be made together over a ring: one doorbell, and a
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

    /// Sends a frame. It is answered when the buffer was read.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn send(
        &mut self,
        frame: &libipc::lend::In<'_, 1518>,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push(send_request(frame))
    }

    /// Receives a frame, and tells its length. The buffer has room for the longest.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn receive(
        &mut self,
        frame: &libipc::lend::Out<'_, 1518>,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push(receive_request(frame))
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

/// Calls of `ethernet` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Sends a frame. It is answered when the buffer was read.
    pub fn send(
        self,
        frame: &libipc::lend::In<'_, 1518>,
    ) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0
            .submit(send_request(frame))
            .with_word(libipc::submit::Side::Out, frame.word())
    }

    /// Receives a frame, and tells its length. The buffer has room for the longest.
    pub fn receive(
        self,
        frame: &libipc::lend::Out<'_, 1518>,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0
            .submit(receive_request(frame))
            .with_word(libipc::submit::Side::In, frame.word())
    }
}
