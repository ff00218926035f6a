//! A clock that starts the machine again when nobody feeds it in time; and the way to start it again, or to halt it, at
//! once, on boards where that is the same device.
//!
//! Made by `idlc` from `idl/watchdog.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "watchdog",
    id: 0xe167,
    version: 0xbecd_e164_e23d_aaa4,
};

/// The labels of requests.
pub mod labels {
    /// Label of `set`.
    pub const SET: u32 = 0xe167_0001;

    /// Label of `feed`.
    pub const FEED: u32 = 0xe167_0002;

    /// Label of `disable`.
    pub const DISABLE: u32 = 0xe167_0003;

    /// Label of `left`.
    pub const LEFT: u32 = 0xe167_0004;

    /// Label of `reset`.
    pub const RESET: u32 = 0xe167_0005;

    /// Label of `halt`.
    pub const HALT: u32 = 0xe167_0006;
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The device cannot count that long, or it is no time at all.
    Range = 1,
    /// It does not count.
    Disabled = 2,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Range, Self::Disabled];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Range),
            2 => Some(Self::Disabled),
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
            Self::Range => "the device cannot count that long, or it is no time at all",
            Self::Disabled => "it does not count",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `watchdog`.
pub trait Server {
    /// Lets it count: the machine starts again if it is not fed within that many milliseconds. Counts from anew if it counts
    /// already.
    fn set(&mut self, caller: libipc::Caller, timeout_ms: u32) -> Result<(), Error>;

    /// Lets it count from anew, as long as was set.
    fn feed(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Stops it.
    fn disable(&mut self, caller: libipc::Caller);

    /// Tells how many milliseconds are left, and as how many were set.
    fn left(&mut self, caller: libipc::Caller) -> Result<(u32, u32), Error>;

    /// Starts the machine again, as when it was switched on. There is time for the answer.
    fn reset(&mut self, caller: libipc::Caller);

    /// Halts the machine until it is switched on again.
    fn halt(&mut self, caller: libipc::Caller);

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
        labels::SET => serve_set(server, caller, message),
        labels::FEED => serve_feed(server, caller, message),
        labels::DISABLE => serve_disable(server, caller, message),
        labels::LEFT => serve_left(server, caller, message),
        labels::RESET => serve_reset(server, caller, message),
        labels::HALT => serve_halt(server, caller, message),
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
    const SET: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET,
        1,
        0,
    );
    const FEED: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::FEED,
        0,
        0,
    );
    const DISABLE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::DISABLE,
        0,
        0,
    );
    const LEFT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LEFT,
        0,
        0,
    );
    const RESET: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::RESET,
        0,
        0,
    );
    const HALT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::HALT,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        SET => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let timeout_ms = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::SET,
                || server.set(caller, timeout_ms),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        FEED => {
            match libipc::meter::method(caller, labels::FEED, || server.feed(caller)) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        DISABLE => {
            libipc::meter::method(caller, labels::DISABLE, || server.disable(caller));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        LEFT => {
            match libipc::meter::method(caller, labels::LEFT, || server.left(caller)) {
                Ok((left_ms, timeout_ms)) => {
                    Some(
                        libipc::Short::ok(
                            1,
                            [
                                u64::from(left_ms) | u64::from(timeout_ms) << 32,
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
        RESET => {
            libipc::meter::method(caller, labels::RESET, || server.reset(caller));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        HALT => {
            libipc::meter::method(caller, labels::HALT, || server.halt(caller));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_set<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let timeout_ms = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET,
                    || server.set(caller, timeout_ms),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_feed<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::FEED, || server.feed(caller)))
        },
        |_, ()| Ok(()),
    );
}

fn serve_disable<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            libipc::meter::method(caller, labels::DISABLE, || server.disable(caller));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_left<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LEFT, || server.left(caller)))
        },
        |w, (left_ms, timeout_ms)| {
            w.put(&left_ms)?;
            w.put(&timeout_ms)
        },
    );
}

fn serve_reset<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            libipc::meter::method(caller, labels::RESET, || server.reset(caller));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_halt<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            libipc::meter::method(caller, labels::HALT, || server.halt(caller));
            Ok(())
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

/// A client of `watchdog`.
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

    /// Lets it count: the machine starts again if it is not fed within that many milliseconds. Counts from anew if it counts
    /// already.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set(&self, timeout_ms: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SET,
                1,
                [u64::from(timeout_ms), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Lets it count from anew, as long as was set.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn feed(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::FEED, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Stops it.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn disable(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::DISABLE, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Tells how many milliseconds are left, and as how many were set.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn left(&self) -> Result<(u32, u32), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(labels::LEFT, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| Some((w[0] as u32, (w[0] >> 32) as u32)),
            )
        })
    }

    /// Starts the machine again, as when it was switched on. There is time for the answer.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn reset(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::RESET, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Halts the machine until it is switched on again.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn halt(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::HALT, 0, [0, 0, 0, 0, 0, 0]),
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
