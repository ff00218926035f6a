//! What the figures of the development machine's own processor are made with: messages of 64 bytes between two of its
//! processes, through the same stubs as on the target.
//!
//! Made by `idlc` from `idl/bench_host.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "bench_host",
    id: 0xe1e1,
    version: 0x2ace_edd3_2ce2_f342,
};

/// The labels of requests.
pub mod labels {
    /// Label of `put`.
    pub const PUT: u32 = 0xe1e1_0001;

    /// Label of `ask`.
    pub const ASK: u32 = 0xe1e1_0002;

    /// Label of `stop`.
    pub const STOP: u32 = 0xe1e1_0003;
}

/// A server of `bench_host`.
pub trait Server {
    /// Takes a message.
    fn put(&mut self, caller: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64);

    /// Takes a message and tells its sum.
    fn ask(
        &mut self,
        caller: libipc::Caller,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> u32;

    /// Takes the last message of a job, and tells the sum of all since the last one.
    fn stop(
        &mut self,
        caller: libipc::Caller,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> u32;

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
        labels::PUT => serve_put(server, caller, message),
        labels::ASK => serve_ask(server, caller, message),
        labels::STOP => serve_stop(server, caller, message),
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
    const PUT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PUT,
        5,
        0,
    );
    const ASK: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::ASK,
        5,
        0,
    );
    const STOP: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::STOP,
        5,
        0,
    );
    let w = request.words;
    match request.info {
        PUT => {
            let a = w[0];
            let b = w[1];
            let c = w[2];
            let d = w[3];
            let e = w[4];
            libipc::meter::method(
                caller,
                labels::PUT,
                || server.put(caller, a, b, c, d, e),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        ASK => {
            let a = w[0];
            let b = w[1];
            let c = w[2];
            let d = w[3];
            let e = w[4];
            let sum = libipc::meter::method(
                caller,
                labels::ASK,
                || server.ask(caller, a, b, c, d, e),
            );
            Some(libipc::Short::ok(1, [u64::from(sum), 0, 0, 0, 0, 0]))
        }
        STOP => {
            let a = w[0];
            let b = w[1];
            let c = w[2];
            let d = w[3];
            let e = w[4];
            let sum = libipc::meter::method(
                caller,
                labels::STOP,
                || server.stop(caller, a, b, c, d, e),
            );
            Some(libipc::Short::ok(1, [u64::from(sum), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_put<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let a = r.get()?;
            let b = r.get()?;
            let c = r.get()?;
            let d = r.get()?;
            let e = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::PUT,
                || server.put(caller, a, b, c, d, e),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_ask<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let a = r.get()?;
            let b = r.get()?;
            let c = r.get()?;
            let d = r.get()?;
            let e = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::ASK,
                    || server.ask(caller, a, b, c, d, e),
                ),
            )
        },
        |w, sum| w.put(&sum),
    );
}

fn serve_stop<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let a = r.get()?;
            let b = r.get()?;
            let c = r.get()?;
            let d = r.get()?;
            let e = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::STOP,
                    || server.stop(caller, a, b, c, d, e),
                ),
            )
        },
        |w, sum| w.put(&sum),
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

/// A client of `bench_host`.
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

    /// Takes a message.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn put(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::PUT, 5, [a, b, c, d, e, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Takes a message and tells its sum.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn ask(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<u32, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::ASK, 5, [a, b, c, d, e, 0]),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )
    }

    /// Takes the last message of a job, and tells the sum of all since the last one.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn stop(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<u32, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::STOP, 5, [a, b, c, d, e, 0]),
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

/// The ring's request for `put`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn put_request(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::PUT,
        |w| {
            w.put(&a)?;
            w.put(&b)?;
            w.put(&c)?;
            w.put(&d)?;
            w.put(&e)
        },
    )
}

/// The ring's request for `ask`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn ask_request(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::ASK,
        |w| {
            w.put(&a)?;
            w.put(&b)?;
            w.put(&c)?;
            w.put(&d)?;
            w.put(&e)
        },
    )
}

/// The ring's request for `stop`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn stop_request(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::STOP,
        |w| {
            w.put(&a)?;
            w.put(&b)?;
            w.put(&c)?;
            w.put(&d)?;
            w.put(&e)
        },
    )
}

/// Calls of `bench_host` to be made together over a ring: one doorbell, and a
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

    /// Takes a message.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn put(
        &mut self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<
        libipc::codec::batch::Ticket<(), core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(put_request(a, b, c, d, e))
    }

    /// Takes a message and tells its sum.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn ask(
        &mut self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<
        libipc::codec::batch::Ticket<u32, core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(ask_request(a, b, c, d, e))
    }

    /// Takes the last message of a job, and tells the sum of all since the last one.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn stop(
        &mut self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<
        libipc::codec::batch::Ticket<u32, core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(stop_request(a, b, c, d, e))
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

/// Calls of `bench_host` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Takes a message.
    pub fn put(
        self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> libipc::submit::Pending<'s, (), core::convert::Infallible, W> {
        self.0.submit(put_request(a, b, c, d, e))
    }

    /// Takes a message and tells its sum.
    pub fn ask(
        self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> libipc::submit::Pending<'s, u32, core::convert::Infallible, W> {
        self.0.submit(ask_request(a, b, c, d, e))
    }

    /// Takes the last message of a job, and tells the sum of all since the last one.
    pub fn stop(
        self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> libipc::submit::Pending<'s, u32, core::convert::Infallible, W> {
        self.0.submit(stop_request(a, b, c, d, e))
    }
}
