//! Enums and bits.
//!
//! Made by `idlc` from `numbers.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "numbers",
    id: 0x39ba,
    version: 0x979c_5bb6_4fad_5093,
};

/// The labels of requests.
pub mod labels {
    /// Label of `paint`.
    pub const PAINT: u32 = 0x39ba_0001;
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Colour {
    /// Like blood.
    Red = 1,
    /// Like the sky.
    Blue = 128,
}

impl Colour {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Red, Self::Blue];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Red),
            128 => Some(Self::Blue),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Colour {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Colour {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What may be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights(u16);

impl Rights {
    /// Reading.
    pub const READ: Self = Self(1);

    /// Writing.
    pub const WRITE: Self = Self(2);

    /// All bits that have a name.
    pub const ALL: Self = Self(3);

    /// No bit.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The bits as a number.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The bits of a number; `None` if one of them has no name.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// Whether all bits of `other` are here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those of `other`.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOr for Rights {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl libipc::codec::Encode for Rights {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bits())
    }
}

impl libipc::codec::Decode for Rights {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_bits(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A server of `numbers`.
pub trait Server {
    /// Paints.
    fn paint(
        &mut self,
        caller: libipc::Caller,
        colour: Colour,
        rights: Rights,
    ) -> Colour;

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
        labels::PAINT => serve_paint(server, caller, message),
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
    const PAINT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PAINT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        PAINT => {
            if w[0] & 0xffffffff0000ff00 != 0 {
                return None;
            }
            let colour = Colour::from_number(w[0] as u8)?;
            let rights = Rights::from_bits((w[0] >> 16) as u16)?;
            let before = libipc::meter::method(
                caller,
                labels::PAINT,
                || server.paint(caller, colour, rights),
            );
            Some(libipc::Short::ok(1, [u64::from(before.number()), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_paint<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let colour = r.get()?;
            let rights = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::PAINT,
                    || server.paint(caller, colour, rights),
                ),
            )
        },
        |w, before| w.put(&before),
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

/// A client of `numbers`.
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

    /// Paints.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn paint(
        &self,
        colour: Colour,
        rights: Rights,
    ) -> Result<Colour, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::PAINT,
                1,
                [
                    u64::from(colour.number()) | u64::from(rights.bits()) << 16,
                    0,
                    0,
                    0,
                    0,
                    0,
                ],
            ),
            1,
            |w| {
                if w[0] & 0xffffffffffffff00 != 0 {
                    return None;
                }
                Colour::from_number(w[0] as u8)
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
