//! A server that does what it likes for a million steps: it writes at random, answers twice, late, what was never asked, or
//! never, and says that it was restarted. What a client can do so is tried beside a client that is to notice nothing, in `libipc`.

use crate::support::{Alone, Regions};
use libipc_ring::sync::{AtomicU64, Ordering};
use libipc_ring::{Polled, Request};

const STEPS: u32 = if cfg!(miri) { 500 } else { 1_000_000 };
const HEADER: usize = 16;
const STATE: usize = 8;
const SLOTS: usize = 8;
const EPOCH: u64 = (1 << 48) + (1 << 24);

/// Random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize) % limit
    }

    /// Small, near what an honest peer writes, or anything.
    fn word(&mut self) -> u64 {
        let small = self.below(SLOTS * 2) as u64;
        match self.below(3) {
            0 => small,
            1 => self.below(3) as u64 * EPOCH + small,
            _ => self.0,
        }
    }
}

fn clear(words: &[AtomicU64]) {
    for word in words {
        word.store(0, Ordering::Relaxed);
    }
}

/// The identifiers and tags of what a client has outstanding.
#[derive(Default)]
struct Live(Vec<(u32, u32)>);

impl Live {
    /// An identifier that a hostile server may name: one that is outstanding, one that was just completed, or any.
    fn named(&self, random: &mut Random, last: u32) -> u32 {
        let any = random.word() as u32;
        match (random.below(40), self.0.as_slice()) {
            (0, _) => last,
            (1, _) => any,
            (_, []) => last,
            (_, live) => live[random.below(live.len())].0,
        }
    }

    fn end(&mut self, tag: u32) {
        let place = self.0.iter().position(|(_, live)| *live == tag);
        self.0.swap_remove(place.expect("it was outstanding"));
    }
}

#[test]
fn a_client_survives_a_hostile_server_for_a_million_steps() {
    let regions = Regions::new(SLOTS);
    let mut random = Random(0x5eed);
    let (mut steps, mut closed, mut restarted, mut completed) = (0, 0, 0, 0_u32);
    while steps < STEPS {
        clear(&regions.client);
        clear(&regions.server);
        let mut client = regions.client(Alone);
        let (mut live, mut last, mut answered) = (Live::default(), 0, 0_usize);
        for _ in 0..1000 {
            steps += 1;
            let id = client.next_id();
            if random.below(2) == 0 && client.submit(&Request::default(), steps).is_ok() {
                live.0.push((id, steps));
            }
            match random.below(200) {
                0 => {
                    let at = random.below(regions.server.len());
                    regions.server[at].store(random.word(), Ordering::Relaxed);
                }
                1 => regions.server[STATE].store(random.word() << 32, Ordering::Relaxed),
                // It never answers, for now.
                2..80 => {}
                _ if live.0.is_empty() && random.below(100) != 0 => {}
                _ => {
                    let named = live.named(&mut random, last);
                    let slot = HEADER + (answered + 1) % SLOTS * 2;
                    let word = u64::from(named) << 32 | (answered as u64 + 1);
                    regions.server[slot + 1].store(random.word(), Ordering::Relaxed);
                    regions.server[slot].store(word, Ordering::Relaxed);
                    (last, answered) = (named, answered + 1);
                }
            }
            match client.poll() {
                Ok(Polled::Empty) => {}
                Ok(Polled::Completion(done)) => {
                    completed += 1;
                    live.end(done.tag);
                }
                Ok(Polled::Restarted) => {
                    restarted += 1;
                    live.0.clear();
                }
                Err(why) => {
                    closed += 1;
                    assert_eq!(client.poll(), Err(why), "closed for ever");
                    assert!(client.submit(&Request::default(), 0).is_err());
                    break;
                }
            }
            assert_eq!(client.outstanding(), live.0.len());
        }
    }
    println!("{steps} steps: {completed} answers, {restarted} restarts, {closed} rings closed");
    let enough = [completed, restarted * 200, closed * 100];
    assert!(
        cfg!(miri) || enough.iter().all(|count| *count > STEPS / 10),
        "{enough:?}"
    );
}
