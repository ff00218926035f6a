//! Events, and streams of elements.
//!
//! Made by `idlc` from `streams.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "streams",
    id: 0xebca,
    version: 0x4d26_ca57_6bac_b068,
};

/// The labels of requests.
pub mod labels {
    /// Label of `lines`.
    pub const LINES: u32 = 0xebca_0001;

    /// Label of `lines_more`.
    pub const LINES_MORE: u32 = 0xebca_8001;

    /// Label of `lines_close`.
    pub const LINES_CLOSE: u32 = 0xebca_c001;

    /// Label of `numbers`.
    pub const NUMBERS: u32 = 0xebca_0002;

    /// Label of `numbers_more`.
    pub const NUMBERS_MORE: u32 = 0xebca_8002;

    /// Label of `numbers_close`.
    pub const NUMBERS_CLOSE: u32 = 0xebca_c002;

    /// Label of `watch_events`.
    pub const WATCH_EVENTS: u32 = 0xebca_4001;

    /// Label of `take_events`.
    pub const TAKE_EVENTS: u32 = 0xebca_4002;
}

/// Why there is no stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no such thing.
    Unknown = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Unknown];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Unknown),
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
            Self::Unknown => "there is no such thing",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// One line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub number: u32,
    /// What stands in it.
    pub text: libipc::codec::Text<20>,
}

impl libipc::codec::Encode for Line {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number)?;
        w.put(&self.text)
    }
}

impl libipc::codec::Decode for Line {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            number: r.get()?,
            text: r.get()?,
        })
    }
}

/// Tells that a text was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// See the event.
    pub text: libipc::codec::Text<8>,
    /// See the event.
    pub lines: u32,
}

impl libipc::codec::Encode for Changed {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.text)?;
        w.put(&self.lines)
    }
}

impl libipc::codec::Decode for Changed {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            text: r.get()?,
            lines: r.get()?,
        })
    }
}

/// Tells that a text is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// See the event.
    pub text: libipc::codec::Text<8>,
}

impl libipc::codec::Encode for Gone {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.text)
    }
}

impl libipc::codec::Decode for Gone {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self { text: r.get()? })
    }
}

/// Something that the server tells its clients: the member that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Tells that a text was changed.
    pub changed: Option<Changed>,
    /// Tells that a text is gone.
    pub gone: Option<Gone>,
}

impl libipc::codec::Encode for Event {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        libipc::codec::table::begin(w, [self.changed.is_some(), self.gone.is_some()])?;
        libipc::codec::table::member(w, 1, &self.changed)?;
        libipc::codec::table::member(w, 4, &self.gone)?;
        Ok(())
    }
}

impl libipc::codec::Decode for Event {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        let mut table = Self::default();
        libipc::codec::table::members(
            r,
            |number, r| match number {
                1 => r.fill(&mut table.changed),
                4 => r.fill(&mut table.gone),
                _ => Ok(libipc::codec::table::Member::Unknown),
            },
        )?;
        Ok(table)
    }
}

/// A server of `streams`.
pub trait Server {
    /// Gives the lines of a text.
    fn lines(&mut self, caller: libipc::Caller, text: &str) -> Result<u32, Error>;

    /// Goes on with a stream of `lines` by at most `credits` elements.
    fn lines_more(
        &mut self,
        caller: libipc::Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<Line, 5>, bool), Error>;

    /// Ends a stream of `lines` of which no more is wanted.
    fn lines_close(&mut self, caller: libipc::Caller, stream: u32);

    /// Gives numbers when they are there.
    fn numbers(&mut self, caller: libipc::Caller) -> u32;

    /// Goes on with a stream of `numbers` by at most `credits` elements.
    fn numbers_more(
        &mut self,
        caller: libipc::Caller,
        stream: u32,
        credits: u32,
        reply: libipc::Reply<
            (libipc::codec::List<u64, 16>, bool),
            core::convert::Infallible,
        >,
    );

    /// Ends a stream of `numbers` of which no more is wanted.
    fn numbers_close(&mut self, caller: libipc::Caller, stream: u32);

    /// The events that wait to be taken.
    fn events(&mut self) -> &mut libipc::events::Feed<Event>;

    /// Lets a client watch; made for [`events`](Self::events).
    fn watch_events(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) -> bool {
        self.events().watch(caller, arrival)
    }

    /// Gives a client its events; made for [`events`](Self::events).
    fn take_events(
        &mut self,
        caller: libipc::Caller,
    ) -> (libipc::codec::List<Event, 8>, u32) {
        self.events().take(caller)
    }

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
        labels::LINES => serve_lines(server, caller, message),
        labels::LINES_MORE => serve_lines_more(server, caller, message),
        labels::LINES_CLOSE => serve_lines_close(server, caller, message),
        labels::NUMBERS => serve_numbers(server, caller, message),
        labels::NUMBERS_MORE => serve_numbers_more(server, caller, message, deferral),
        labels::NUMBERS_CLOSE => serve_numbers_close(server, caller, message),
        labels::WATCH_EVENTS => serve_watch_events(server, caller, message),
        labels::TAKE_EVENTS => serve_take_events(server, caller, message),
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
    const LINES_CLOSE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LINES_CLOSE,
        1,
        0,
    );
    const NUMBERS: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NUMBERS,
        0,
        0,
    );
    const NUMBERS_CLOSE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NUMBERS_CLOSE,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        LINES_CLOSE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let stream = w[0] as u32;
            libipc::meter::method(
                caller,
                labels::LINES_CLOSE,
                || server.lines_close(caller, stream),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        NUMBERS => {
            let stream = libipc::meter::method(
                caller,
                labels::NUMBERS,
                || server.numbers(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(stream), 0, 0, 0, 0, 0]))
        }
        NUMBERS_CLOSE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let stream = w[0] as u32;
            libipc::meter::method(
                caller,
                labels::NUMBERS_CLOSE,
                || server.numbers_close(caller, stream),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_lines<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let text = r.text::<8>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LINES,
                    || server.lines(caller, text),
                ),
            )
        },
        |w, stream| w.put(&stream),
    );
}

fn serve_lines_more<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let stream = r.get()?;
            let credits = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LINES_MORE,
                    || server.lines_more(caller, stream, credits),
                ),
            )
        },
        |w, (lines, ended)| {
            w.put(&lines)?;
            w.put(&ended)
        },
    );
}

fn serve_lines_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let stream = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::LINES_CLOSE,
                || server.lines_close(caller, stream),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_numbers<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::NUMBERS, || server.numbers(caller)))
        },
        |w, stream| w.put(&stream),
    );
}

fn serve_numbers_more<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let stream = r.get()?;
            let credits = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_numbers_more)?;
            libipc::meter::method(
                caller,
                labels::NUMBERS_MORE,
                || server.numbers_more(caller, stream, credits, reply),
            );
            Ok(())
        },
    );
}

fn answer_numbers_more(
    message: &mut libipc::Message,
    outcome: Result<(libipc::codec::List<u64, 16>, bool), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(
        message,
        outcome,
        |w, (numbers, ended)| {
            w.put(&numbers)?;
            w.put(&ended)
        },
    );
}

fn serve_numbers_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let stream = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::NUMBERS_CLOSE,
                || server.numbers_close(caller, stream),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_watch_events<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let arrival = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WATCH_EVENTS,
                    || server.watch_events(caller, arrival),
                ),
            )
        },
        |w, watched| w.put(&watched),
    );
}

fn serve_take_events<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TAKE_EVENTS,
                    || server.take_events(caller),
                ),
            )
        },
        |w, (events, lost)| {
            w.put(&events)?;
            w.put(&lost)
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
        self.0.events().forget(client);
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

/// A client of `streams`.
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

    /// Gives the lines of a text.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn lines(
        &self,
        text: &str,
    ) -> Result<
        libipc::stream::Incoming<'_, Self, Line, libipc::Error<Error>, 5>,
        libipc::Error<Error>,
    > {
        let stream = libipc::codec::stub::call(
            &self.transport,
            labels::LINES,
            |w| w.text::<8>(text),
            |r| r.get(),
        )?;
        Ok(
            libipc::stream::Incoming::new(
                self,
                stream,
                Self::lines_more,
                Self::lines_close,
            ),
        )
    }

    /// Goes on with a stream of `lines` by at most `credits` elements.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn lines_more(
        &self,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<Line, 5>, bool), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::LINES_MORE,
            |w| {
                w.put(&stream)?;
                w.put(&credits)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Ends a stream of `lines` of which no more is wanted.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn lines_close(&self, stream: u32) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::LINES_CLOSE,
                1,
                [u64::from(stream), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Gives numbers when they are there.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn numbers(
        &self,
    ) -> Result<
        libipc::stream::Incoming<'_, Self, u64, libipc::TransportError, 16>,
        libipc::TransportError,
    > {
        let stream = libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::NUMBERS, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )?;
        Ok(
            libipc::stream::Incoming::new(
                self,
                stream,
                Self::numbers_more,
                Self::numbers_close,
            ),
        )
    }

    /// Goes on with a stream of `numbers` by at most `credits` elements.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn numbers_more(
        &self,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<u64, 16>, bool), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::NUMBERS_MORE,
            |w| {
                w.put(&stream)?;
                w.put(&credits)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Ends a stream of `numbers` of which no more is wanted.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn numbers_close(&self, stream: u32) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::NUMBERS_CLOSE,
                1,
                [u64::from(stream), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Lets `arrival` be signalled when events come and none were waiting; an earlier one is forgotten. Tells whether there was room for a further watcher.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn watch_events(
        &self,
        arrival: &libipc::Cap<libipc::objects::Notification>,
    ) -> Result<bool, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::WATCH_EVENTS,
            |w| {
                w
                    .append_cap(
                        libipc::CapItem::copied(arrival.slot(), libipc::Rights::WRITE),
                    )
            },
            |r| r.get(),
        )
    }

    /// Takes events in the order in which they came, and tells how many were lost before them because nobody took them; all ones say that the client does not watch, or not any more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn take_events(
        &self,
    ) -> Result<(libipc::codec::List<Event, 8>, u32), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::TAKE_EVENTS,
            |_| Ok(()),
            |r| Ok((r.get()?, r.get()?)),
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
