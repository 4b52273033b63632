//! Time and identity as things that are handed in, never taken from the air.
//! A test can stand at any moment, and a world made twice is the same world.

use std::sync::Mutex;

use chrono::{DateTime, Duration, DurationRound, SubsecRound, Utc};
use uuid::Uuid;

/// The only source of the current time. All times are UTC with microsecond precision, which is what
/// both databases keep.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
}

/// The only source of new record ids.
pub trait IdSource: Send + Sync {
    /// A new, time-ordered id (UUID version 7), strictly greater than all that this source gave before.
    fn next(&self) -> Uuid;
    /// A new random id (UUID version 4), for records that begin hidden: their ids must not tell when they were made.
    fn random(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the machine's clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Ids of the running process: version 7, monotonic within the process.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where ids are made")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place where ids are made")]
    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// A clock that stands where it is put, and only moves when told to.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock that shows `at` (cut to microseconds).
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self(Mutex::new(at.trunc_subsecs(6)))
    }

    /// Moves the clock on by `by`.
    pub fn advance(&self, by: Duration) {
        let mut at = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *at += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Ids that depend on nothing but a seed and how many were taken: a world made with it is the same every time.
#[derive(Debug)]
pub struct SeededIds {
    seed: u64,
    start_millis: u64,
    taken: Mutex<u64>,
}

impl SeededIds {
    /// Ids of the sequence `seed`, whose time part begins at `start`.
    #[must_use]
    pub fn new(seed: u64, start: DateTime<Utc>) -> Self {
        let start = start.duration_trunc(Duration::milliseconds(1)).unwrap_or(start);
        Self { seed, start_millis: u64::try_from(start.timestamp_millis()).unwrap_or(0), taken: Mutex::new(0) }
    }

    /// The `n`th id of the sequence, counted from 1, whatever was taken of it.
    #[must_use]
    pub fn nth(&self, n: u64) -> Uuid {
        let tail = mix(self.seed ^ n).to_be_bytes();
        let mut bytes = [0u8; 10];
        bytes[2..].copy_from_slice(&tail);
        uuid::Builder::from_unix_timestamp_millis(self.start_millis.saturating_add(n), &bytes).into_uuid()
    }

    fn take(&self) -> u64 {
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *taken = taken.saturating_add(1);
        *taken
    }
}

/// Spreads the bits of a counter; any fixed, well-mixing function serves (constants of SplitMix64).
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl IdSource for SeededIds {
    fn next(&self) -> Uuid {
        self.nth(self.take())
    }

    fn random(&self) -> Uuid {
        let n = self.take();
        let mut bytes = [0u8; 16];
        bytes[..8].copy_from_slice(&mix(self.seed ^ n).to_be_bytes());
        bytes[8..].copy_from_slice(&mix(self.seed.rotate_left(17) ^ n).to_be_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_ids_grow_and_repeat() {
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (a, b) = (SeededIds::new(7, start), SeededIds::new(7, start));
        let first: Vec<_> = (0..50).map(|_| a.next()).collect();
        let second: Vec<_> = (0..50).map(|_| b.next()).collect();
        assert_eq!(first, second);
        assert!(first.is_sorted());
        assert_eq!(first[9], b.nth(10));
        assert_ne!(first[0], SeededIds::new(8, start).next());
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::at(DateTime::from_timestamp(10, 0).unwrap());
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::seconds(5));
        assert_eq!(clock.now().timestamp(), 15);
    }
}
