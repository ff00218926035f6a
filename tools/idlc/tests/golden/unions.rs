//! Either this or that.
//!
//! Made by `idlc` from `unions.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "unions",
    id: 0x104e,
    version: 0xfb2a_7af5_16e8_baa7,
};

/// The labels of requests.
pub mod labels {
    /// Label of `draw`.
    pub const DRAW: u32 = 0x104e_0001;
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: i64,
    /// Down.
    pub y: i64,
}

impl libipc::codec::Encode for Point {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words([self.x as u64, self.y as u64], 16)
    }
}

impl libipc::codec::Decode for Point {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            16,
            |w: [u64; 2]| Some(Self {
                x: w[0] as i64,
                y: w[1] as i64,
            }),
        )
    }
}

/// A shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "messages are made in place, without a heap"
)]
pub enum Shape {
    /// Nothing to be seen.
    Nothing,
    /// A circle of that radius.
    Circle(u32),
    /// What is within these corners.
    Polygon(libipc::codec::List<Point, 4>),
    /// Text.
    Label(libipc::codec::Text<16>),
}

impl libipc::codec::Encode for Shape {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        match self {
            Self::Nothing => w.put(&0u8),
            Self::Circle(value) => {
                w.put(&1u8)?;
                w.put(value)
            }
            Self::Polygon(value) => {
                w.put(&2u8)?;
                w.put(value)
            }
            Self::Label(value) => {
                w.put(&9u8)?;
                w.put(value)
            }
        }
    }
}

impl libipc::codec::Decode for Shape {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        match r.get::<u8>()? {
            0u8 => Ok(Self::Nothing),
            1u8 => r.get().map(Self::Circle),
            2u8 => r.get().map(Self::Polygon),
            9u8 => r.get().map(Self::Label),
            _ => Err(libipc::codec::Malformed),
        }
    }
}

/// A number of some kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "messages are made in place, without a heap"
)]
pub enum Number {
    /// A small one.
    Small(u8),
    /// A large one.
    Large(u64),
}

impl libipc::codec::Encode for Number {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        match self {
            Self::Small(value) => {
                w.put(&1u16)?;
                w.put(value)
            }
            Self::Large(value) => {
                w.put(&256u16)?;
                w.put(value)
            }
        }
    }
}

impl libipc::codec::Decode for Number {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        match r.get::<u16>()? {
            1u16 => r.get().map(Self::Small),
            256u16 => r.get().map(Self::Large),
            _ => Err(libipc::codec::Malformed),
        }
    }
}

/// A server of `unions`.
pub trait Server {
    /// Draws a shape, and tells the number that it got.
    fn draw(&mut self, caller: libipc::Caller, shape: Shape) -> Number;

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
            let shape = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DRAW,
                    || server.draw(caller, shape),
                ),
            )
        },
        |w, number| w.put(&number),
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

/// A client of `unions`.
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

    /// Draws a shape, and tells the number that it got.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn draw(&self, shape: &Shape) -> Result<Number, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::DRAW,
            |w| w.put(shape),
            |r| r.get(),
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
