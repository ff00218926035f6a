//! Capabilities: chosen cases, and random ones against a naive model.

mod cases;
mod model;
mod random;
