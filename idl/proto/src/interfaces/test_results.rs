//! Where the on-target tests tell how they went.
//!
//! Made by `idlc` from `idl/test_results.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "test_results",
    id: 0x0cb8,
    version: 0xe884_ac99_4478_6135,
};

/// The labels of requests.
pub mod labels {
    /// Label of `begin`.
    pub const BEGIN: u32 = 0x0cb8_0001;

    /// Label of `passed`.
    pub const PASSED: u32 = 0x0cb8_0002;

    /// Label of `failed`.
    pub const FAILED: u32 = 0x0cb8_0003;

    /// Label of `finished`.
    pub const FINISHED: u32 = 0x0cb8_0004;
}

/// The most bytes of a test's name.
pub const MAX_NAME: u32 = 120;

/// The most bytes of a reason.
pub const MAX_REASON: u32 = 400;

/// A server of `test_results`.
pub trait Server {
    /// Begins a test.
    fn begin(&mut self, caller: libipc::Caller, name: &str);

    /// Ends the test that was begun: it passed.
    fn passed(&mut self, caller: libipc::Caller);

    /// Ends the test that was begun: it failed.
    fn failed(&mut self, caller: libipc::Caller, reason: &str);

    /// No test is left; there is no answer, because the machine is switched off.
    fn finished(
        &mut self,
        caller: libipc::Caller,
        reply: libipc::Reply<(), core::convert::Infallible>,
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
        labels::BEGIN => serve_begin(server, caller, message),
        labels::PASSED => serve_passed(server, caller, message),
        labels::FAILED => serve_failed(server, caller, message),
        labels::FINISHED => serve_finished(server, caller, message, deferral),
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
    const PASSED: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PASSED,
        0,
        0,
    );
    match request.info {
        PASSED => {
            libipc::meter::method(caller, labels::PASSED, || server.passed(caller));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_begin<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let name = r.text::<120>()?;
            r.finish()?;
            libipc::meter::method(caller, labels::BEGIN, || server.begin(caller, name));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_passed<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            libipc::meter::method(caller, labels::PASSED, || server.passed(caller));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_failed<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let reason = r.text::<400>()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::FAILED,
                || server.failed(caller, reason),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_finished<S: Server + ?Sized>(
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
            let reply = deferral.defer(answer_finished)?;
            libipc::meter::method(
                caller,
                labels::FINISHED,
                || server.finished(caller, reply),
            );
            Ok(())
        },
    );
}

fn answer_finished(
    message: &mut libipc::Message,
    outcome: Result<(), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
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

/// A client of `test_results`.
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

    /// Begins a test.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn begin(&self, name: &str) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::BEGIN,
            |w| w.text::<120>(name),
            |_| Ok(()),
        )
    }

    /// Ends the test that was begun: it passed.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn passed(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::PASSED, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Ends the test that was begun: it failed.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn failed(&self, reason: &str) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::FAILED,
            |w| w.text::<400>(reason),
            |_| Ok(()),
        )
    }

    /// No test is left; there is no answer, because the machine is switched off.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn finished(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::FINISHED,
            |_| Ok(()),
            |_| Ok(()),
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
