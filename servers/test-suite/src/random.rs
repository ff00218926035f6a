//! random
crate::tests! {}
