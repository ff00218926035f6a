//! What every program can say and learn about itself.
//!
//! Each program has a connection of its own; it can reach no other program by it. The start-up code
//! uses `exit` by its number.
//!
//! Made by `idlc` from `idl/process.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "process",
    id: 0xd193,
    version: 0xd5ac_458d_11fc_baf4,
};

/// The labels of requests.
pub mod labels {
    /// Label of `exit`.
    pub const EXIT: u32 = 0xd193_0001;

    /// Label of `myself`.
    pub const MYSELF: u32 = 0xd193_0002;
}

/// What the process server knows of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Myself {
    /// Its number.
    pub process: u32,
    /// The number of the program that started it; 0 if the system did.
    pub parent: u32,
    /// Processor time that it has used, in nanoseconds.
    pub cpu_ns: u64,
    /// Memory that it occupies, in bytes.
    pub memory: u64,
}

impl libipc::codec::Encode for Myself {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.process)?;
        w.put(&self.parent)?;
        w.put(&self.cpu_ns)?;
        w.put(&self.memory)
    }
}

impl libipc::codec::Decode for Myself {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            process: r.get()?,
            parent: r.get()?,
            cpu_ns: r.get()?,
            memory: r.get()?,
        })
    }
}

/// A server of `process`.
pub trait Server {
    /// Ends the program; there is no answer. 0 means success.
    fn exit(
        &mut self,
        caller: libipc::Caller,
        status: i32,
        reply: libipc::Reply<(), core::convert::Infallible>,
    );

    /// Tells the program about itself.
    fn myself(&mut self, caller: libipc::Caller) -> Myself;

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
        labels::EXIT => serve_exit(server, caller, message, deferral),
        labels::MYSELF => serve_myself(server, caller, message),
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
    const MYSELF: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::MYSELF,
        0,
        0,
    );
    match request.info {
        MYSELF => {
            let myself = libipc::meter::method(
                caller,
                labels::MYSELF,
                || server.myself(caller),
            );
            Some(
                libipc::Short::ok(
                    3,
                    [
                        u64::from(myself.process) | u64::from(myself.parent) << 32,
                        myself.cpu_ns,
                        myself.memory,
                        0,
                        0,
                        0,
                    ],
                ),
            )
        }
        _ => None,
    }
}

fn serve_exit<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let status = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_exit)?;
            libipc::meter::method(
                caller,
                labels::EXIT,
                || server.exit(caller, status, reply),
            );
            Ok(())
        },
    );
}

fn answer_exit(
    message: &mut libipc::Message,
    outcome: Result<(), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_myself<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::MYSELF, || server.myself(caller)))
        },
        |w, myself| w.put(&myself),
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

/// A client of `process`.
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

    /// Ends the program; there is no answer. 0 means success.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn exit(&self, status: i32) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::EXIT,
            |w| w.put(&status),
            |_| Ok(()),
        )
    }

    /// Tells the program about itself.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn myself(&self) -> Result<Myself, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::MYSELF, 0, [0, 0, 0, 0, 0, 0]),
            3,
            |w| Some(Myself {
                process: w[0] as u32,
                parent: (w[0] >> 32) as u32,
                cpu_ns: w[1],
                memory: w[2],
            }),
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
