//! Shapes and where they are.
//!
//! Made by `idlc` from `shapes.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "shapes",
    id: 0x9080,
    version: 0xe7e8_cfe8_0e2b_f447,
};

/// The labels of requests.
pub mod labels {
    /// Label of `draw`.
    pub const DRAW: u32 = 0x9080_0001;
}

/// The longest name.
pub const MAX_NAME: u32 = 32;

/// What a shape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Round.
    Circle = 1,
    /// Not round.
    Square = 2,
}

impl Kind {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Circle, Self::Square];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Circle),
            2 => Some(Self::Square),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Kind {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Kind {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// How a shape is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style(u16);

impl Style {
    /// With a border.
    pub const BORDER: Self = Self(1);

    /// With its inside.
    pub const FILL: Self = Self(2);

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

impl core::ops::BitOr for Style {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl libipc::codec::Encode for Style {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bits())
    }
}

impl libipc::codec::Decode for Style {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_bits(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it is.
    pub kind: Kind,
    /// To the right of the corner.
    pub x: i32,
    /// Down from the corner.
    pub y: i32,
    /// What it is called.
    pub name: libipc::codec::Text<32>,
}

impl libipc::codec::Encode for Shape {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.kind)?;
        w.put(&self.x)?;
        w.put(&self.y)?;
        w.put(&self.name)
    }
}

impl libipc::codec::Decode for Shape {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            kind: r.get()?,
            x: r.get()?,
            y: r.get()?,
            name: r.get()?,
        })
    }
}

/// A server of `shapes`.
pub trait Server {
    /// Draws shapes.
    fn draw(
        &mut self,
        caller: libipc::Caller,
        shapes: libipc::codec::List<Shape, 16>,
        style: Style,
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
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::DRAW => serve_draw(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_draw<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let shapes = r.get()?;
            let style = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::DRAW,
                || server.draw(caller, shapes, style),
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

/// A client of `shapes`.
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

    /// Draws shapes.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn draw(
        &self,
        shapes: &[Shape],
        style: Style,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::DRAW,
            |w| {
                w.list::<Shape, 16>(shapes)?;
                w.put(&style)
            },
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
