//! The counter's program: serves the endpoint it is given.

#![no_std]
#![no_main]

use libipc::{Never, Startup};
use proto::counter;
use template::Counter;

#[libipc::main]
fn main(env: Startup) -> Never {
    counter::serve(env.endpoint("counter"), Counter::default())
}
