//! What is done with a frame.

/// Where a frame's parts are.
mod at {
    pub(super) const TYPE: usize = 12;
    pub(super) const SKIP: usize = 14;
    /// What is skipped is counted from here.
    pub(super) const MESSAGES: usize = 16;
}

/// The protocol.
const TESTING: [u8; 2] = [0x90, 0x00];
/// Send it on to the address behind.
const FORWARD: [u8; 2] = [2, 0];
/// Bytes of that, with the address.
const FORWARD_BYTES: u16 = 8;
const ADDRESS: usize = 6;

/// Makes a frame that is to be forwarded the one that is to be sent on, by the station `own`; `false`, and the frame unchanged, if
/// it is another, or is not to go to one station.
pub fn forward(frame: &mut [u8], own: [u8; ADDRESS]) -> bool {
    let Some((skip, target)) = asked(frame) else {
        return false;
    };
    let Some((addresses, rest)) = frame.split_at_mut_checked(at::TYPE) else {
        return false;
    };
    let (to, from) = addresses.split_at_mut(ADDRESS);
    to.copy_from_slice(&target);
    from.copy_from_slice(&own);
    if let Some(place) = rest.get_mut(at::SKIP - at::TYPE..at::MESSAGES - at::TYPE) {
        place.copy_from_slice(&(skip + FORWARD_BYTES).to_le_bytes());
    }
    true
}

/// How far a frame has been skipped, and where it is to be sent, if anywhere.
fn asked(frame: &[u8]) -> Option<(u16, [u8; ADDRESS])> {
    let bytes = |at: usize| frame.get(at..at + 2)?.try_into().ok();
    if bytes(at::TYPE)? != TESTING {
        return None;
    }
    let skip = u16::from_le_bytes(bytes(at::SKIP)?);
    let place = at::MESSAGES + usize::from(skip);
    let target = frame.get(place + 2..place + 2 + ADDRESS)?;
    let target: [u8; ADDRESS] = target.try_into().ok()?;
    let is_of_a_station = target.first()? & 1 == 0 && target != [0; ADDRESS];
    (bytes(place)? == FORWARD && is_of_a_station).then_some((skip, target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const OWN: [u8; 6] = [2, 0, 0, 0, 0, 1];
    const ASKER: [u8; 6] = [2, 0, 0, 0, 0, 9];

    fn frame(skip: u16, messages: &[u8]) -> Vec<u8> {
        let head = OWN.into_iter().chain(ASKER).chain(TESTING);
        let mut frame: Vec<u8> = head.chain(skip.to_le_bytes()).collect();
        frame.extend(messages);
        frame.resize(60, 0x77);
        frame
    }

    /// To us and back, and what to do then.
    fn there_and_back() -> Vec<u8> {
        let to_asker = FORWARD.into_iter().chain(ASKER);
        frame(0, &to_asker.chain([1, 0, 0x34, 0x12]).collect::<Vec<_>>())
    }

    #[test]
    fn a_frame_is_sent_on_to_the_address_that_it_names() {
        let mut bytes = there_and_back();
        let before = bytes.clone();
        assert!(forward(&mut bytes, OWN));
        assert_eq!((&bytes[..6], &bytes[6..12]), (&ASKER[..], &OWN[..]));
        assert_eq!(bytes[14..16], [8, 0]);
        assert_eq!(bytes[16..], before[16..]);
        // What comes next is the answer to who asked, and for nobody else.
        let answer = bytes.clone();
        assert!(!forward(&mut bytes, ASKER));
        assert_eq!(bytes, answer);
    }

    #[test]
    fn other_frames_stay_as_they_are() {
        let mut other_protocol = there_and_back();
        other_protocol[13] = 1;
        let mut to_a_group = there_and_back();
        to_a_group[18] |= 1;
        let to_nobody = frame(0, &[2, 0, 0, 0, 0, 0, 0, 0]);
        let beyond = frame(60_000, &[2, 0]);
        let at_the_end = frame(40, &[]);
        for wrong in [other_protocol, to_a_group, to_nobody, beyond, at_the_end] {
            let mut bytes = wrong.clone();
            assert!(!forward(&mut bytes, OWN));
            assert_eq!(bytes, wrong);
        }
    }

    #[test]
    fn a_frame_that_is_cut_off_anywhere_is_not_forwarded() {
        let whole = there_and_back();
        for length in 0..24 {
            assert!(!forward(&mut whole[..length].to_vec(), OWN), "{length}");
        }
        assert!(forward(&mut whole[..24].to_vec(), OWN));
    }
}
