//! Random numbers that are the same on every machine (`SplitMix64`).

/// A stream of numbers from a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `limit`, without it.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// An index, small ones more often: a few customers have most invoices.
    pub fn skewed(&mut self, length: usize) -> usize {
        let (a, b) = (self.index(length), self.index(length));
        if self.percent(50) { a.min(b) } else { a }
    }

    /// An amount in cents over three orders of magnitude, a third of them round.
    pub fn amount(&mut self) -> i64 {
        let magnitude = 5_000_i64 << self.below(8);
        let amount = magnitude + i64::try_from(self.below(magnitude.unsigned_abs())).unwrap_or(0);
        if self.percent(30) { amount / 1_000 * 1_000 } else { amount }
    }
}
