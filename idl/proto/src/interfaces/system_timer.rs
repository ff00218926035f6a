//! A counter of microseconds with a clock of its own, apart from those of the processors.
//!
//! Made by `idlc` from `idl/system_timer.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "system_timer",
    id: 0xaf6b,
    version: 0xbb21_21c1_e056_6a55,
};

/// The labels of requests.
pub mod labels {
    /// Label of `now`.
    pub const NOW: u32 = 0xaf6b_0001;

    /// Label of `wait`.
    pub const WAIT: u32 = 0xaf6b_0002;
}

/// Why it did not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// It waits from 1 to 1,000,000 microseconds.
    Range = 1,
    /// The counter does not count.
    Stopped = 2,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Range, Self::Stopped];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Range),
            2 => Some(Self::Stopped),
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
            Self::Range => "it waits from 1 to 1,000,000 microseconds",
            Self::Stopped => "the counter does not count",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `system_timer`.
pub trait Server {
    /// Tells what the counter stands at: microseconds since the chip was reset.
    fn now(&mut self, caller: libipc::Caller) -> u64;

    /// Waits until so many microseconds have passed by the counter. Tells how many have, and how many nanoseconds by the
    /// processor's clock. Other clients wait meanwhile.
    fn wait(&mut self, caller: libipc::Caller, us: u32) -> Result<(u64, u64), Error>;

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
        labels::NOW => serve_now(server, caller, message),
        labels::WAIT => serve_wait(server, caller, message),
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
    const NOW: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NOW,
        0,
        0,
    );
    const WAIT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::WAIT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        NOW => {
            let us = libipc::meter::method(caller, labels::NOW, || server.now(caller));
            Some(libipc::Short::ok(1, [us, 0, 0, 0, 0, 0]))
        }
        WAIT => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let us = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::WAIT,
                || server.wait(caller, us),
            ) {
                Ok((us, clock_ns)) => {
                    Some(libipc::Short::ok(2, [us, clock_ns, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_now<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::NOW, || server.now(caller)))
        },
        |w, us| w.put(&us),
    );
}

fn serve_wait<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let us = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::WAIT, || server.wait(caller, us)))
        },
        |w, (us, clock_ns)| {
            w.put(&us)?;
            w.put(&clock_ns)
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

/// A client of `system_timer`.
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

    /// Tells what the counter stands at: microseconds since the chip was reset.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn now(&self) -> Result<u64, libipc::TransportError> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::NOW, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| Some(w[0]),
            )
        })
    }

    /// Waits until so many microseconds have passed by the counter. Tells how many have, and how many nanoseconds by the
    /// processor's clock. Other clients wait meanwhile.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn wait(&self, us: u32) -> Result<(u64, u64), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(labels::WAIT, 1, [u64::from(us), 0, 0, 0, 0, 0]),
                2,
                |w| Some((w[0], w[1])),
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
