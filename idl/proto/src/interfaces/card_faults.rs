//! Errors on purpose between an SD card's controller and its card, in images that are for that.
//!
//! Made by `idlc` from `idl/card_faults.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "card_faults",
    id: 0xc661,
    version: 0x468a_9362_29ae_4a64,
};

/// The labels of requests.
pub mod labels {
    /// Label of `fail`.
    pub const FAIL: u32 = 0xc661_0001;

    /// Label of `left`.
    pub const LEFT: u32 = 0xc661_0002;

    /// Label of `set_slot`.
    pub const SET_SLOT: u32 = 0xc661_0003;
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Fault {
    /// The card does not hear the command.
    CommandTimeout = 1,
    /// The answer's checksum is wrong.
    CommandCrc = 2,
    /// The answer has no end bit.
    CommandEnd = 3,
    /// The answer is one to another command.
    CommandIndex = 4,
    /// Data does not come in time.
    DataTimeout = 5,
    /// The checksum of data is wrong.
    DataCrc = 6,
    /// Data has no end bit.
    DataEnd = 7,
    /// The controller cannot use its descriptors.
    Descriptors = 8,
    /// The controller stops and tells nothing.
    Silence = 9,
    /// The card loses contact while it transfers data: that does not come in time, and further commands are not heard.
    Contact = 10,
}

impl Fault {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::CommandTimeout,
        Self::CommandCrc,
        Self::CommandEnd,
        Self::CommandIndex,
        Self::DataTimeout,
        Self::DataCrc,
        Self::DataEnd,
        Self::Descriptors,
        Self::Silence,
        Self::Contact,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::CommandTimeout),
            2 => Some(Self::CommandCrc),
            3 => Some(Self::CommandEnd),
            4 => Some(Self::CommandIndex),
            5 => Some(Self::DataTimeout),
            6 => Some(Self::DataCrc),
            7 => Some(Self::DataEnd),
            8 => Some(Self::Descriptors),
            9 => Some(Self::Silence),
            10 => Some(Self::Contact),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Fault {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Fault {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Which transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Request {
    /// Those from the card.
    Read = 1,
    /// Those to the card.
    Write = 2,
}

impl Request {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Read),
            2 => Some(Self::Write),
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

/// What is in the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Slot {
    /// The card, as it is.
    Card = 1,
    /// Nothing.
    NoCard = 2,
    /// The card, with its switch on "lock".
    LockedCard = 3,
    /// The card, after somebody has told it to be read-only.
    ProtectedCard = 4,
    /// The card, after somebody has locked it by a password.
    PasswordCard = 5,
}

impl Slot {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Card,
        Self::NoCard,
        Self::LockedCard,
        Self::ProtectedCard,
        Self::PasswordCard,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Card),
            2 => Some(Self::NoCard),
            3 => Some(Self::LockedCard),
            4 => Some(Self::ProtectedCard),
            5 => Some(Self::PasswordCard),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Slot {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Slot {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A server of `card_faults`.
pub trait Server {
    /// Lets the next `times` transfers fail; every attempt is one. With `Contact` the next one fails, and `times` commands
    /// after that are not heard. What was asked before is forgotten.
    fn fail(
        &mut self,
        caller: libipc::Caller,
        fault: Fault,
        request: Request,
        times: u32,
    );

    /// Tells how many transfers are still to fail, or commands not to be heard.
    fn left(&mut self, caller: libipc::Caller) -> u32;

    /// Says what is in the slot when the driver looks for a card the next time.
    fn set_slot(&mut self, caller: libipc::Caller, slot: Slot);

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
        labels::FAIL => serve_fail(server, caller, message),
        labels::LEFT => serve_left(server, caller, message),
        labels::SET_SLOT => serve_set_slot(server, caller, message),
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
    const FAIL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::FAIL,
        1,
        0,
    );
    const LEFT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LEFT,
        0,
        0,
    );
    const SET_SLOT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_SLOT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        FAIL => {
            if w[0] & 0xffff0000 != 0 {
                return None;
            }
            let fault = Fault::from_number(w[0] as u8)?;
            let request = Request::from_number((w[0] >> 8) as u8)?;
            let times = (w[0] >> 32) as u32;
            libipc::meter::method(
                caller,
                labels::FAIL,
                || server.fail(caller, fault, request, times),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        LEFT => {
            let left = libipc::meter::method(
                caller,
                labels::LEFT,
                || server.left(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(left), 0, 0, 0, 0, 0]))
        }
        SET_SLOT => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let slot = Slot::from_number(w[0] as u8)?;
            libipc::meter::method(
                caller,
                labels::SET_SLOT,
                || server.set_slot(caller, slot),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_fail<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let fault = r.get()?;
            let request = r.get()?;
            let times = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::FAIL,
                || server.fail(caller, fault, request, times),
            );
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
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LEFT, || server.left(caller)))
        },
        |w, left| w.put(&left),
    );
}

fn serve_set_slot<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let slot = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::SET_SLOT,
                || server.set_slot(caller, slot),
            );
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

/// A client of `card_faults`.
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

    /// Lets the next `times` transfers fail; every attempt is one. With `Contact` the next one fails, and `times` commands
    /// after that are not heard. What was asked before is forgotten.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn fail(
        &self,
        fault: Fault,
        request: Request,
        times: u32,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::FAIL,
                1,
                [
                    u64::from(fault.number()) | u64::from(request.number()) << 8
                        | u64::from(times) << 32,
                    0,
                    0,
                    0,
                    0,
                    0,
                ],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Tells how many transfers are still to fail, or commands not to be heard.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn left(&self) -> Result<u32, libipc::TransportError> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::LEFT, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| {
                    if w[0] & 0xffffffff00000000 != 0 {
                        return None;
                    }
                    Some(w[0] as u32)
                },
            )
        })
    }

    /// Says what is in the slot when the driver looks for a card the next time.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn set_slot(&self, slot: Slot) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::SET_SLOT,
                1,
                [u64::from(slot.number()), 0, 0, 0, 0, 0],
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
