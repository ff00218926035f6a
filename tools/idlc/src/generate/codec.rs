//! How a type is written into a message and read out of it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The codec of a type: what writes `self` to `w`, and what reads it from `r`.
pub(super) fn codec(name: &Ident, encode: &TokenStream, decode: &TokenStream) -> TokenStream {
    quote! {
        impl libipc::codec::Encode for #name {
            fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
            where
                K: libipc::codec::Sink + ?Sized,
            {
                #encode
            }
        }

        impl libipc::codec::Decode for #name {
            fn decode(
                r: &mut libipc::codec::Decoder<'_>,
            ) -> Result<Self, libipc::codec::Malformed> {
                #decode
            }
        }
    }
}
