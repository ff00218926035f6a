//! Tests of the message buffer; Miri runs them.

use super::*;

#[test]
fn appended_bytes_are_padded_with_zeros_to_words() {
    let mut message = Message::new(1);
    message.append(&[0xff; 61]).unwrap();
    assert_eq!(message.payload(), &[0xff; 61]);
    assert_eq!(message.word_count(), 8);
    assert_eq!(message.words().last(), Some(&0x00_00_00_ff_ff_ff_ff_ff));
}

#[test]
fn a_full_message_takes_no_more() {
    let mut message = Message::new(1);
    message.append(&[1; MAX_BYTES]).unwrap();
    assert_eq!(message.append(&[1]), Err(TooLong));
    assert_eq!(message.append(&[]), Ok(()));
    assert_eq!(message.length(), MAX_BYTES);
}

#[test]
fn stale_bytes_of_an_earlier_message_never_become_padding() {
    let mut message = Message::new(1);
    message.append(&[0xaa; 64]).unwrap();
    message.begin(2);
    message.append(&[1]).unwrap();
    assert_eq!(message.words(), [1]);
    message.append(&[2; 52]).unwrap();
    assert_eq!(message.words()[6], 0x00_00_00_02_02_02_02_02);
}

#[test]
fn alignment_appends_zeros() {
    let mut message = Message::new(1);
    message.append(&[9]).unwrap();
    message.align(4).unwrap();
    message.align(4).unwrap();
    assert_eq!(message.payload(), &[9, 0, 0, 0]);
}

#[test]
fn a_delivered_message_reads_as_received() {
    let mut sent = Message::new(7);
    sent.append(b"hello").unwrap();
    sent.append_cap(CapItem::moved(CPtr(40))).unwrap();
    let mut got = Message::new(0);
    sent.deliver_to(&mut got);
    assert!(got.is_received());
    assert_eq!(got.label(), 7);
    let (bytes, caps) = got.received();
    assert_eq!(bytes, b"hello\0\0\0");
    assert_eq!(caps.take(0), Some(CPtr(40)));
    assert_eq!(caps.take(0), None);
}
