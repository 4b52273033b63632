//! Who may spend how much: a bucket of cost points for each principal, filled at a steady rate.
//! Only the live headers tell what is left; the cost in an answer's body is static.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
};

/// After so many charges the buckets that are full again are forgotten.
const SWEEP: u32 = 10_000;

/// The buckets of all principals of this process.
pub(super) struct Throttle(Option<Buckets>);

struct Buckets {
    limiter: DefaultKeyedRateLimiter<String, StateInformationMiddleware>,
    clock: DefaultClock,
    rate: NonZeroU32,
    burst: NonZeroU32,
    charges: AtomicU32,
}

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charge {
    /// No bound is set.
    Free,
    /// Paid; this much is left, and in so many seconds the bucket is full.
    Paid { left: u32, full_in: u64 },
    /// Not enough; in so many seconds there is.
    Refused { retry_after: u64 },
}

impl Throttle {
    /// Buckets that gain `rate` points a second and hold `burst`; no bound where `rate` is 0.
    pub(super) fn new(rate: u32, burst: u32) -> Self {
        let Some(rate) = NonZeroU32::new(rate) else {
            return Self(None);
        };
        let burst = NonZeroU32::new(burst).unwrap_or(rate);
        let quota = Quota::per_second(rate).allow_burst(burst);
        Self(Some(Buckets {
            limiter: RateLimiter::keyed(quota).with_middleware(),
            clock: DefaultClock::default(),
            rate,
            burst,
            charges: AtomicU32::new(0),
        }))
    }

    /// Takes `points` from the bucket of `principal`, all or nothing.
    ///
    /// A cost above the size of the bucket takes the whole bucket: otherwise it could never be paid.
    pub(super) fn charge(&self, principal: &str, points: u64) -> Charge {
        let Some(buckets) = &self.0 else {
            return Charge::Free;
        };
        if buckets.charges.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            buckets.limiter.retain_recent();
            buckets.limiter.shrink_to_fit();
        }
        let points = u32::try_from(points).unwrap_or(u32::MAX).clamp(1, buckets.burst.get());
        let points = NonZeroU32::new(points).unwrap_or(NonZeroU32::MIN);
        match buckets.limiter.check_key_n(&principal.to_owned(), points) {
            Ok(Ok(state)) => {
                let left = state.remaining_burst_capacity();
                let missing = buckets.burst.get().saturating_sub(left);
                Charge::Paid { left, full_in: u64::from(missing.div_ceil(buckets.rate.get())) }
            }
            Ok(Err(refused)) => {
                let wait = refused.wait_time_from(buckets.clock.now());
                Charge::Refused { retry_after: wait.as_secs().saturating_add(1) }
            }
            // Cannot be: the points were cut to the bucket's size.
            Err(_) => Charge::Refused { retry_after: 1 },
        }
    }

    /// Takes what is left to pay of `points`, of which one was paid at the door.
    pub(super) fn charge_rest(&self, principal: &str, points: u64) -> Option<Charge> {
        let most = self.0.as_ref().map_or(u64::MAX, |buckets| buckets.burst.get().into());
        match points.min(most).saturating_sub(1) {
            0 => None,
            rest => Some(self.charge(principal, rest)),
        }
    }

    /// Writes `RateLimit-Policy` and `RateLimit` for a charge.
    pub(super) fn headers(&self, charge: Charge, headers: &mut HeaderMap) {
        let Some(buckets) = &self.0 else {
            return;
        };
        let (left, seconds) = match charge {
            Charge::Free => return,
            Charge::Paid { left, full_in } => (left, full_in),
            Charge::Refused { retry_after } => (0, retry_after),
        };
        let window = buckets.burst.get().div_ceil(buckets.rate.get());
        let values = [
            (HeaderName::from_static("ratelimit-policy"), format!("\"points\";q={};w={window}", buckets.burst)),
            (HeaderName::from_static("ratelimit"), format!("\"points\";r={left};t={seconds}")),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_principal_pays_from_its_own_bucket() {
        let throttle = Throttle::new(1, 10);
        assert!(matches!(throttle.charge("a", 4), Charge::Paid { left: 6, full_in: 4 }));
        assert!(matches!(throttle.charge("a", 6), Charge::Paid { left: 0, .. }));
        assert!(matches!(throttle.charge("a", 3), Charge::Refused { retry_after: 1..=4 }));
        assert!(matches!(throttle.charge("b", u64::MAX), Charge::Paid { left: 0, .. }));
        assert_eq!(Throttle::new(0, 10).charge("a", u64::MAX), Charge::Free);
    }

    #[test]
    fn the_first_point_and_the_rest_are_the_whole() {
        let throttle = Throttle::new(1, 10);
        assert!(matches!(throttle.charge("a", 1), Charge::Paid { left: 9, .. }));
        assert_eq!(throttle.charge_rest("a", 1), None);
        assert!(matches!(throttle.charge_rest("a", 4), Some(Charge::Paid { left: 6, full_in: 4 })));
        assert!(matches!(throttle.charge("b", 1), Charge::Paid { left: 9, .. }));
        assert!(matches!(throttle.charge_rest("b", u64::MAX), Some(Charge::Paid { left: 0, .. })));
        assert_eq!(Throttle::new(0, 10).charge_rest("a", 5), Some(Charge::Free));
    }
}
