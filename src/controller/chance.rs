//! Chance: random ids, and the spread of pauses. Each process has one source of it, so that a test can replay a run.

/// A source of random bits.
pub struct Chance(Box<dyn Fn() -> u128 + Send + Sync>);

impl Default for Chance {
    /// That of the system.
    fn default() -> Self {
        Self::of(|| uuid::Uuid::new_v4().as_u128())
    }
}

impl Chance {
    /// A source that draws from here; the upper 32 bits of what it draws are random.
    pub fn of(draw: impl Fn() -> u128 + Send + Sync + 'static) -> Self {
        Self(Box::new(draw))
    }

    /// A random UUID.
    #[must_use]
    pub fn id(&self) -> String {
        uuid::Builder::from_random_bytes((self.0)().to_be_bytes())
            .into_uuid()
            .to_string()
    }

    /// A random number in `0.0..1.0`.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        let upper = u32::try_from((self.0)() >> 96).unwrap_or(u32::MAX);
        f64::from(upper) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_stays_below_one() {
        assert!(Chance::of(|| 0).fraction().abs() < f64::EPSILON);
        assert!(Chance::of(|| u128::MAX).fraction() < 1.0);
        assert!((Chance::of(|| 1 << 127).fraction() - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_drawn_alike_is_the_same_id_and_the_system_draws_no_two_alike() {
        assert_eq!(Chance::of(|| 7).id(), Chance::of(|| 7).id());
        assert_ne!(Chance::default().id(), Chance::default().id());
    }
}
