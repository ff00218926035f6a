//! Tests of the block cache as its users see it.

mod behaviour;
mod devices;
mod model;
