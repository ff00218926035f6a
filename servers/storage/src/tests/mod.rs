//! The server between pretended drivers and clients, over real rings and pools.

mod drive;
mod house;
mod requests;
mod volumes;
