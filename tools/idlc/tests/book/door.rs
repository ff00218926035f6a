//! A door that people go through.
//!
//! Made by `idlc` from `door.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "door",
    id: 0x96dc,
    version: 0x53a8_8bc1_a5cb_afe4,
};

/// The labels of requests.
pub mod labels {
    /// Label of `is_open`.
    pub const IS_OPEN: u32 = 0x96dc_0001;

    /// Label of `watch_events`.
    pub const WATCH_EVENTS: u32 = 0x96dc_4001;

    /// Label of `take_events`.
    pub const TAKE_EVENTS: u32 = 0x96dc_4002;
}

/// Tells that the door was opened or closed, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// See the event.
    pub open: bool,
    /// See the event.
    pub by: libipc::codec::Text<16>,
}

impl libipc::codec::Encode for Moved {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.open)?;
        w.put(&self.by)
    }
}

impl libipc::codec::Decode for Moved {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            open: r.get()?,
            by: r.get()?,
        })
    }
}

/// Tells that somebody rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rang {
    /// See the event.
    pub times: u32,
}

impl libipc::codec::Encode for Rang {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.times)
    }
}

impl libipc::codec::Decode for Rang {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self { times: r.get()? })
    }
}

/// Something that the server tells its clients: the member that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Tells that the door was opened or closed, by whom.
    pub moved: Option<Moved>,
    /// Tells that somebody rang.
    pub rang: Option<Rang>,
}

impl libipc::codec::Encode for Event {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        libipc::codec::table::begin(w, [self.moved.is_some(), self.rang.is_some()])?;
        libipc::codec::table::member(w, 1, &self.moved)?;
        libipc::codec::table::member(w, 2, &self.rang)?;
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
                1 => r.fill(&mut table.moved),
                2 => r.fill(&mut table.rang),
                _ => Ok(libipc::codec::table::Member::Unknown),
            },
        )?;
        Ok(table)
    }
}

/// A server of `door`.
pub trait Server {
    /// Whether the door is open.
    fn is_open(&mut self, caller: libipc::Caller) -> bool;

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
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::IS_OPEN => serve_is_open(server, caller, message),
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
    const IS_OPEN: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::IS_OPEN,
        0,
        0,
    );
    match request.info {
        IS_OPEN => {
            let open = libipc::meter::method(
                caller,
                labels::IS_OPEN,
                || server.is_open(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(open), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_is_open<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::IS_OPEN, || server.is_open(caller)))
        },
        |w, open| w.put(&open),
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

/// A client of `door`.
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

    /// Whether the door is open.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn is_open(&self) -> Result<bool, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::IS_OPEN, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffffffffff00 != 0 {
                    return None;
                }
                libipc::codec::short::flag(w[0])
            },
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
