//! `LogRead`: copies log text into the batch area.

use weft_abi::message::{BATCH, BATCH_BYTES};
use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.expect(thread, thread.context.argument(0), Kind::Log, Rights::READ)?;
    let mut position = core.shared.log.oldest(thread.context.argument(1));
    let mut length = 0_u64;
    for word in 0..BATCH_BYTES / 8 {
        let mut bytes = [0; 8];
        for place in &mut bytes {
            let Some(byte) = core.shared.log.byte(position) else {
                break;
            };
            *place = byte;
            position = position.wrapping_add(1);
            length = length.wrapping_add(1);
        }
        core.set_page_word(thread, BATCH.wrapping_add(word), u64::from_le_bytes(bytes));
        if core.shared.log.byte(position).is_none() {
            break;
        }
    }
    thread.context.set_argument(1, length);
    thread.context.set_argument(2, position);
    Ok(Next::Caller)
}
