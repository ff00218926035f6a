//! `LogWrite`: appends text to the kernel log.

use weft_abi::message::{BATCH, BATCH_BYTES};
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.expect(thread, thread.context.argument(0), Kind::Log, Rights::WRITE)?;
    let length = usize::try_from(thread.context.argument(1)).map_err(|_| Refusal::OutOfRange)?;
    if length > BATCH_BYTES {
        return Err(Refusal::OutOfRange);
    }
    for word in 0..length.div_ceil(8) {
        let bytes = core
            .page_word(thread, BATCH.wrapping_add(word))
            .to_le_bytes();
        let left = length.wrapping_sub(word.wrapping_mul(8));
        for byte in bytes.iter().take(left) {
            core.print_byte(*byte);
        }
    }
    Ok(Next::Caller)
}
