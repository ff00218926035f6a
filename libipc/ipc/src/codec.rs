//! The encoding of arguments and results: fixed little-endian layouts with a maximum size.
