//! The terminal: text to the person, keys from the person.
//!
//! The console neither echoes nor edits: a reader sees every byte as it was typed and draws what it
//! wants seen. It adds carriage returns to line feeds on the way out. Requests are answered in the
//! order in which they came. A program whose output goes to a file is connected to an outlet instead, which
//! takes what is written and has no keys.
//!
//! Made by `idlc` from `idl/console.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "console",
    id: 0xb518,
    version: 0xb687_a361_a9dc_77a9,
};

/// The labels of requests.
pub mod labels {
    /// Label of `write`.
    pub const WRITE: u32 = 0xb518_0001;

    /// Label of `read`.
    pub const READ: u32 = 0xb518_0002;

    /// Label of `set_foreground`.
    pub const SET_FOREGROUND: u32 = 0xb518_0003;

    /// Label of `drain`.
    pub const DRAIN: u32 = 0xb518_0004;

    /// Label of `take_interrupt`.
    pub const TAKE_INTERRUPT: u32 = 0xb518_0005;

    /// Label of `begin_output`.
    pub const BEGIN_OUTPUT: u32 = 0xb518_0006;

    /// Label of `end_output`.
    pub const END_OUTPUT: u32 = 0xb518_0007;
}

/// The most bytes in one write.
pub const MAX_WRITE: u32 = 1536;

/// The most bytes in one read.
pub const MAX_READ: u32 = 256;

/// Why nothing was written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The terminal's driver is gone.
    Gone = 1,
    /// As many readers wait as the console can keep.
    Busy = 2,
    /// The file that takes the output reports an error.
    Refused = 3,
    /// There are no keys, because this is not the terminal.
    NoKeys = 4,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Gone,
        Self::Busy,
        Self::Refused,
        Self::NoKeys,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Gone),
            2 => Some(Self::Busy),
            3 => Some(Self::Refused),
            4 => Some(Self::NoKeys),
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
            Self::Gone => "the terminal's driver is gone",
            Self::Busy => "as many readers wait as the console can keep",
            Self::Refused => "the file that takes the output reports an error",
            Self::NoKeys => "there are no keys, because this is not the terminal",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `console`.
pub trait Server {
    /// Writes text. Answers when the bytes are on their way, in the order of all writes.
    fn write(&mut self, caller: libipc::Caller, data: &[u8]) -> Result<(), Error>;

    /// Waits for keys and takes up to `max` bytes of what was typed.
    fn read(
        &mut self,
        caller: libipc::Caller,
        max: u32,
        reply: libipc::Reply<libipc::codec::Bytes<256>, Error>,
    );

    /// Makes a program the one that Ctrl-C ends; if none, Ctrl-C is read as byte 3.
    /// The console forgets it when it has been used.
    fn set_foreground(&mut self, caller: libipc::Caller, process: Option<u32>);

    /// Answers when everything that was written has left the machine.
    fn drain(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>);

    /// Tells whether Ctrl-C waits to be read. If so, it and the keys before it are dropped.
    fn take_interrupt(&mut self, caller: libipc::Caller) -> bool;

    /// Marks, for a program at the other end of the line, that the output of commands begins: RS
    /// (0x1e), `B`, line feed. Until it ends, every byte RS is sent twice.
    fn begin_output(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Marks that it ends, and the last command's status: RS, `E`, space, decimal number, line feed.
    fn end_output(&mut self, caller: libipc::Caller, status: u8) -> Result<(), Error>;

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
        labels::WRITE => serve_write(server, caller, message),
        labels::READ => serve_read(server, caller, message, deferral),
        labels::SET_FOREGROUND => serve_set_foreground(server, caller, message),
        labels::DRAIN => serve_drain(server, caller, message, deferral),
        labels::TAKE_INTERRUPT => serve_take_interrupt(server, caller, message),
        labels::BEGIN_OUTPUT => serve_begin_output(server, caller, message),
        labels::END_OUTPUT => serve_end_output(server, caller, message),
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
    const TAKE_INTERRUPT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TAKE_INTERRUPT,
        0,
        0,
    );
    const BEGIN_OUTPUT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::BEGIN_OUTPUT,
        0,
        0,
    );
    const END_OUTPUT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::END_OUTPUT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        TAKE_INTERRUPT => {
            let typed = libipc::meter::method(
                caller,
                labels::TAKE_INTERRUPT,
                || server.take_interrupt(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(typed), 0, 0, 0, 0, 0]))
        }
        BEGIN_OUTPUT => {
            match libipc::meter::method(
                caller,
                labels::BEGIN_OUTPUT,
                || server.begin_output(caller),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        END_OUTPUT => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let status = w[0] as u8;
            match libipc::meter::method(
                caller,
                labels::END_OUTPUT,
                || server.end_output(caller, status),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_write<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let data = r.bytes::<1536>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WRITE,
                    || server.write(caller, data),
                ),
            )
        },
        |_, ()| Ok(()),
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
            let max = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_read)?;
            libipc::meter::method(
                caller,
                labels::READ,
                || server.read(caller, max, reply),
            );
            Ok(())
        },
    );
}

fn answer_read(
    message: &mut libipc::Message,
    outcome: Result<libipc::codec::Bytes<256>, Error>,
) {
    libipc::codec::stub::answer(message, outcome, |w, data| w.put(&data));
}

fn serve_set_foreground<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let process = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::SET_FOREGROUND,
                || server.set_foreground(caller, process),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_drain<S: Server + ?Sized>(
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
            let reply = deferral.defer(answer_drain)?;
            libipc::meter::method(caller, labels::DRAIN, || server.drain(caller, reply));
            Ok(())
        },
    );
}

fn answer_drain(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_take_interrupt<S: Server + ?Sized>(
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
                    labels::TAKE_INTERRUPT,
                    || server.take_interrupt(caller),
                ),
            )
        },
        |w, typed| w.put(&typed),
    );
}

fn serve_begin_output<S: Server + ?Sized>(
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
                    labels::BEGIN_OUTPUT,
                    || server.begin_output(caller),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_end_output<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let status = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::END_OUTPUT,
                    || server.end_output(caller, status),
                ),
            )
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

/// A client of `console`.
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

    /// Writes text. Answers when the bytes are on their way, in the order of all writes.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn write(&self, data: &[u8]) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::WRITE,
            |w| w.bytes::<1536>(data),
            |_| Ok(()),
        )
    }

    /// Waits for keys and takes up to `max` bytes of what was typed.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read(
        &self,
        max: u32,
    ) -> Result<libipc::codec::Bytes<256>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ,
            |w| w.put(&max),
            |r| r.get(),
        )
    }

    /// Makes a program the one that Ctrl-C ends; if none, Ctrl-C is read as byte 3.
    /// The console forgets it when it has been used.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn set_foreground(
        &self,
        process: Option<u32>,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SET_FOREGROUND,
            |w| w.optional(process, |w, value| w.put(&value)),
            |_| Ok(()),
        )
    }

    /// Answers when everything that was written has left the machine.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn drain(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(&self.transport, labels::DRAIN, |_| Ok(()), |_| Ok(()))
    }

    /// Tells whether Ctrl-C waits to be read. If so, it and the keys before it are dropped.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn take_interrupt(&self) -> Result<bool, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::TAKE_INTERRUPT, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffffffffff00 != 0 {
                    return None;
                }
                libipc::codec::short::flag(w[0])
            },
        )
    }

    /// Marks, for a program at the other end of the line, that the output of commands begins: RS
    /// (0x1e), `B`, line feed. Until it ends, every byte RS is sent twice.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn begin_output(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::BEGIN_OUTPUT, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Marks that it ends, and the last command's status: RS, `E`, space, decimal number, line feed.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn end_output(&self, status: u8) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::END_OUTPUT,
                1,
                [u64::from(status), 0, 0, 0, 0, 0],
            ),
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
