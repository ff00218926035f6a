//! Names that the generated code has as well, but elsewhere.
//!
//! Made by `idlc` from `names.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "names",
    id: 0x976a,
    version: 0xff55_8089_7a78_5bca,
};

/// The labels of requests.
pub mod labels {
    /// Label of `request`.
    pub const REQUEST: u32 = 0x976a_0001;

    /// Label of `call`.
    pub const CALL: u32 = 0x976a_0002;

    /// Label of `send`.
    pub const SEND: u32 = 0x976a_0003;

    /// Label of `from`.
    pub const FROM: u32 = 0x976a_0004;

    /// Label of `default`.
    pub const DEFAULT: u32 = 0x976a_0005;

    /// Label of `info`.
    pub const INFO: u32 = 0x976a_0006;
}

/// What is wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Request {
    /// Nothing.
    None = 1,
    /// Something.
    Some = 2,
}

impl Request {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::None, Self::Some];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::None),
            2 => Some(Self::Some),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Request {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Request {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text(u8);

impl Text {
    /// The first.
    pub const OK: Self = Self(1);

    /// The second.
    pub const ERROR: Self = Self(2);

    /// All bits that have a name.
    pub const ALL: Self = Self(3);

    /// No bit.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The bits as a number.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The bits of a number; `None` if one of them has no name.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// Whether all bits of `other` are here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those of `other`.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOr for Text {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl libipc::codec::Encode for Text {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bits())
    }
}

impl libipc::codec::Decode for Text {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_bits(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// A part of it.
    pub message: u32,
    /// Another one.
    pub most: u8,
}

impl libipc::codec::Encode for Message {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.message)?;
        w.put(&self.most)
    }
}

impl libipc::codec::Decode for Message {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            message: r.get()?,
            most: r.get()?,
        })
    }
}

/// One of several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "messages are made in place, without a heap"
)]
pub enum Cap {
    /// Nothing.
    Default,
    /// A text.
    Text(libipc::codec::Text<8>),
    /// A list.
    List(libipc::codec::List<u8, 4>),
}

impl libipc::codec::Encode for Cap {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        match self {
            Self::Default => w.put(&0u8),
            Self::Text(value) => {
                w.put(&1u8)?;
                w.put(value)
            }
            Self::List(value) => {
                w.put(&2u8)?;
                w.put(value)
            }
        }
    }
}

impl libipc::codec::Decode for Cap {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        match r.get::<u8>()? {
            0u8 => Ok(Self::Default),
            1u8 => r.get().map(Self::Text),
            2u8 => r.get().map(Self::List),
            _ => Err(libipc::codec::Malformed),
        }
    }
}

/// A server of `names`.
pub trait Server {
    /// Makes a request.
    fn request(&mut self, caller: libipc::Caller, request: u32) -> u32;

    /// Makes a call.
    fn call(
        &mut self,
        caller: libipc::Caller,
        message: Message,
        transport: &str,
    ) -> (Message, Option<u8>);

    /// Sends.
    fn send(
        &mut self,
        caller: libipc::Caller,
        label: u32,
        labels: u8,
        reply: libipc::Reply<u32, core::convert::Infallible>,
    );

    /// Gives.
    fn from(
        &mut self,
        caller: libipc::Caller,
        first: Request,
        rest: Cap,
        random: Text,
        reply: libipc::Reply<(Option<Cap>, Text), core::convert::Infallible>,
    );

    /// Takes.
    fn default(
        &mut self,
        caller: libipc::Caller,
        words: libipc::codec::List<Message, 4>,
        cap: libipc::Cap<libipc::objects::Frame>,
    ) -> u8;

    /// Tells everything.
    fn info(
        &mut self,
        caller: libipc::Caller,
        place: libipc::lend::Place,
        info: u8,
    ) -> (u8, Request);

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
        labels::REQUEST => serve_request(server, caller, message),
        labels::CALL => serve_call(server, caller, message),
        labels::SEND => serve_send(server, caller, message, deferral),
        labels::FROM => serve_from(server, caller, message, deferral),
        labels::DEFAULT => serve_default(server, caller, message),
        labels::INFO => serve_info(server, caller, message),
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
    const REQUEST: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::REQUEST,
        1,
        0,
    );
    const INFO: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::INFO,
        2,
        0,
    );
    let w = request.words;
    match request.info {
        REQUEST => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let request = w[0] as u32;
            let result = libipc::meter::method(
                caller,
                labels::REQUEST,
                || server.request(caller, request),
            );
            Some(libipc::Short::ok(1, [u64::from(result), 0, 0, 0, 0, 0]))
        }
        INFO => {
            if w[1] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let place = libipc::lend::Place::of_word(w[0], 64)?;
            let info = w[1] as u8;
            let (a, b) = libipc::meter::method(
                caller,
                labels::INFO,
                || server.info(caller, place, info),
            );
            Some(
                libipc::Short::ok(
                    1,
                    [u64::from(a) | u64::from(b.number()) << 8, 0, 0, 0, 0, 0],
                ),
            )
        }
        _ => None,
    }
}

fn serve_request<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let request = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::REQUEST,
                    || server.request(caller, request),
                ),
            )
        },
        |w, result| w.put(&result),
    );
}

fn serve_call<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let message = r.get()?;
            let transport = r.text::<8>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CALL,
                    || server.call(caller, message, transport),
                ),
            )
        },
        |w, (ok, some)| {
            w.put(&ok)?;
            w.put(&some)
        },
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
            let label = r.get()?;
            let labels = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_send)?;
            libipc::meter::method(
                caller,
                labels::SEND,
                || server.send(caller, label, labels, reply),
            );
            Ok(())
        },
    );
}

fn answer_send(
    message: &mut libipc::Message,
    outcome: Result<u32, core::convert::Infallible>,
) {
    libipc::codec::stub::answer(message, outcome, |w, deferral| w.put(&deferral));
}

fn serve_from<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let first = r.get()?;
            let rest = r.get()?;
            let random = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_from)?;
            libipc::meter::method(
                caller,
                labels::FROM,
                || server.from(caller, first, rest, random, reply),
            );
            Ok(())
        },
    );
}

fn answer_from(
    message: &mut libipc::Message,
    outcome: Result<(Option<Cap>, Text), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(
        message,
        outcome,
        |w, (value, error)| {
            w.put(&value)?;
            w.put(&error)
        },
    );
}

fn serve_default<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let words = r.get()?;
            let cap = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DEFAULT,
                    || server.default(caller, words, cap),
                ),
            )
        },
        |w, caps| w.put(&caps),
    );
}

fn serve_info<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let place = libipc::lend::Place::decode(r, 64)?;
            let info = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::INFO,
                    || server.info(caller, place, info),
                ),
            )
        },
        |w, (a, b)| {
            w.put(&a)?;
            w.put(&b)
        },
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

/// A client of `names`.
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

    /// Makes a request.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn request(&self, request: u32) -> Result<u32, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::REQUEST,
                1,
                [u64::from(request), 0, 0, 0, 0, 0],
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

    /// Makes a call.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn call(
        &self,
        message: &Message,
        transport: &str,
    ) -> Result<(Message, Option<u8>), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::CALL,
            |w| {
                w.put(message)?;
                w.text::<8>(transport)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Sends.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn send(&self, label: u32, labels: u8) -> Result<u32, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SEND,
            |w| {
                w.put(&label)?;
                w.put(&labels)
            },
            |r| r.get(),
        )
    }

    /// Gives.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn from(
        &self,
        first: Request,
        rest: &Cap,
        random: Text,
    ) -> Result<(Option<Cap>, Text), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::FROM,
            |w| {
                w.put(&first)?;
                w.put(rest)?;
                w.put(&random)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Takes.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn default(
        &self,
        words: &[Message],
        cap: libipc::Cap<libipc::objects::Frame>,
    ) -> Result<u8, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::DEFAULT,
            |w| {
                w.list::<Message, 4>(words)?;
                w.append_cap(libipc::CapItem::moved(cap.into_slot()))
            },
            |r| r.get(),
        )
    }

    /// Tells everything.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn info(
        &self,
        place: &libipc::lend::Out<'_, 64>,
        info: u8,
    ) -> Result<(u8, Request), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::INFO,
                2,
                [place.word(), u64::from(info), 0, 0, 0, 0],
            ),
            1,
            |w| {
                if w[0] & 0xffffffffffff0000 != 0 {
                    return None;
                }
                Some((w[0] as u8, Request::from_number((w[0] >> 8) as u8)?))
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

/// The ring's request for `request`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn request_request(
    request: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::REQUEST, |w| w.put(&request))
}

/// The ring's request for `send`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn send_request(
    label: u32,
    labels: u8,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::SEND,
        |w| {
            w.put(&label)?;
            w.put(&labels)
        },
    )
}

/// Calls of `names` to be made together over a ring: one doorbell, and a
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

    /// Makes a request.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn request(
        &mut self,
        request: impl Into<libipc::codec::batch::Given>,
    ) -> Result<
        libipc::codec::batch::Ticket<u32, core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push_given(request.into(), request_request)
    }

    /// Sends.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn send(
        &mut self,
        label: impl Into<libipc::codec::batch::Given>,
        labels: u8,
    ) -> Result<
        libipc::codec::batch::Ticket<u32, core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push_given(label.into(), |label| send_request(label, labels))
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

/// Calls of `names` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Makes a request.
    pub fn request(
        self,
        request: u32,
    ) -> libipc::submit::Pending<'s, u32, core::convert::Infallible, W> {
        self.0.submit(request_request(request))
    }

    /// Sends.
    pub fn send(
        self,
        label: u32,
        labels: u8,
    ) -> libipc::submit::Pending<'s, u32, core::convert::Infallible, W> {
        self.0.submit(send_request(label, labels))
    }
}
