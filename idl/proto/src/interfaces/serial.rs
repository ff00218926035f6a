//! A serial line, as its driver offers it.
//!
//! Bytes are carried as they are. Whoever uses it should be its only user.
//!
//! Made by `idlc` from `idl/serial.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "serial",
    id: 0x16b4,
    version: 0xa3df_c64d_2fcf_3315,
};

/// The labels of requests.
pub mod labels {
    /// Label of `write`.
    pub const WRITE: u32 = 0x16b4_0001;

    /// Label of `read`.
    pub const READ: u32 = 0x16b4_0002;

    /// Label of `subscribe`.
    pub const SUBSCRIBE: u32 = 0x16b4_0003;

    /// Label of `drain`.
    pub const DRAIN: u32 = 0x16b4_0004;
}

/// The most bytes in one write.
pub const MAX_WRITE: u32 = 1536;

/// The most bytes in one read.
pub const MAX_READ: u32 = 256;

/// Why the line does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The device does not answer as it should.
    Device = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Device];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Device),
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
            Self::Device => "the device does not answer as it should",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `serial`.
pub trait Server {
    /// Sends bytes. Answers when all of them are in the driver's buffer, which may have to empty
    /// first.
    fn write(
        &mut self,
        caller: libipc::Caller,
        data: &[u8],
        reply: libipc::Reply<(), Error>,
    );

    /// Takes up to `max` of the bytes that have arrived, and tells how many were lost since the
    /// last read because nobody took them. Answers at once; there may be none.
    fn read(
        &mut self,
        caller: libipc::Caller,
        max: u32,
    ) -> Result<(libipc::codec::Bytes<256>, u32), Error>;

    /// Names a notification that is signalled when bytes arrive and none were waiting. It replaces
    /// an earlier one, and is signalled at once if bytes wait already.
    fn subscribe(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    );

    /// Answers when everything that was written has left the line.
    fn drain(&mut self, caller: libipc::Caller, reply: libipc::Reply<(), Error>);

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
        labels::WRITE => serve_write(server, caller, message, deferral),
        labels::READ => serve_read(server, caller, message),
        labels::SUBSCRIBE => serve_subscribe(server, caller, message),
        labels::DRAIN => serve_drain(server, caller, message, deferral),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
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
            let data = r.bytes::<1536>()?;
            r.finish()?;
            let reply = deferral.defer(answer_write)?;
            libipc::meter::method(
                caller,
                labels::WRITE,
                || server.write(caller, data, reply),
            );
            Ok(())
        },
    );
}

fn answer_write(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_read<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let max = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::READ, || server.read(caller, max)))
        },
        |w, (data, lost)| {
            w.put(&data)?;
            w.put(&lost)
        },
    );
}

fn serve_subscribe<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let arrival = r.cap()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::SUBSCRIBE,
                || server.subscribe(caller, arrival),
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

/// A client of `serial`.
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

    /// Sends bytes. Answers when all of them are in the driver's buffer, which may have to empty
    /// first.
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

    /// Takes up to `max` of the bytes that have arrived, and tells how many were lost since the
    /// last read because nobody took them. Answers at once; there may be none.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read(
        &self,
        max: u32,
    ) -> Result<(libipc::codec::Bytes<256>, u32), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ,
            |w| w.put(&max),
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Names a notification that is signalled when bytes arrive and none were waiting. It replaces
    /// an earlier one, and is signalled at once if bytes wait already.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn subscribe(
        &self,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SUBSCRIBE,
            |w| w.append_cap(libipc::CapItem::moved(arrival.into_slot())),
            |_| Ok(()),
        )
    }

    /// Answers when everything that was written has left the line.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn drain(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(&self.transport, labels::DRAIN, |_| Ok(()), |_| Ok(()))
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
