//! The ring over heap memory: honest peers, and peers that write what they like.
#![cfg(not(loom))]

mod apart;
mod conversation;
mod hostile;
mod malicious;
mod support;
