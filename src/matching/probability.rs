//! Probabilities in integers: weights are hundredths of a bit, so that the same inputs give the same
//! bytes on every machine.

use crate::model::Confidence;

/// 2^(i/100) in units of 2^-32.
const POWERS: [u64; 100] = [
    4_294_967_296,
    4_324_841_156,
    4_354_922_805,
    4_385_213_688,
    4_415_715_262,
    4_446_428_990,
    4_477_356_350,
    4_508_498_826,
    4_539_857_915,
    4_571_435_124,
    4_603_231_970,
    4_635_249_980,
    4_667_490_693,
    4_699_955_659,
    4_732_646_435,
    4_765_564_595,
    4_798_711_718,
    4_832_089_397,
    4_865_699_237,
    4_899_542_852,
    4_933_621_867,
    4_967_937_921,
    5_002_492_662,
    5_037_287_750,
    5_072_324_857,
    5_107_605_667,
    5_143_131_873,
    5_178_905_185,
    5_214_927_319,
    5_251_200_007,
    5_287_724_991,
    5_324_504_027,
    5_361_538_882,
    5_398_831_334,
    5_436_383_175,
    5_474_196_211,
    5_512_272_256,
    5_550_613_142,
    5_589_220_710,
    5_628_096_814,
    5_667_243_323,
    5_706_662_118,
    5_746_355_092,
    5_786_324_152,
    5_826_571_219,
    5_867_098_227,
    5_907_907_123,
    5_948_999_866,
    5_990_378_433,
    6_032_044_810,
    6_074_000_999,
    6_116_249_017,
    6_158_790_894,
    6_201_628_672,
    6_244_764_411,
    6_288_200_182,
    6_331_938_073,
    6_375_980_185,
    6_420_328_635,
    6_464_985_552,
    6_509_953_083,
    6_555_233_387,
    6_600_828_641,
    6_646_741_035,
    6_692_972_775,
    6_739_526_082,
    6_786_403_193,
    6_833_606_361,
    6_881_137_852,
    6_928_999_950,
    6_977_194_956,
    7_025_725_185,
    7_074_592_968,
    7_123_800_654,
    7_173_350_606,
    7_223_245_205,
    7_273_486_849,
    7_324_077_951,
    7_375_020_941,
    7_426_318_269,
    7_477_972_397,
    7_529_985_809,
    7_582_361_002,
    7_635_100_493,
    7_688_206_817,
    7_741_682_524,
    7_795_530_185,
    7_849_752_385,
    7_904_351_731,
    7_959_330_845,
    8_014_692_369,
    8_070_438_963,
    8_126_573_305,
    8_183_098_093,
    8_240_016_041,
    8_297_329_885,
    8_355_042_378,
    8_413_156_294,
    8_471_674_424,
    8_530_599_579,
];

/// Weights further below the best than this add nothing to a sum of 2^48 units.
const NEGLIGIBLE_CB: i64 = 4_800;

/// 2^(-cb/100) in units of 2^-48, for a weight `cb` below the best.
fn share(below_cb: i64) -> u128 {
    if below_cb >= NEGLIGIBLE_CB {
        return 0;
    }
    let below = below_cb.max(0);
    let whole = (below + 99) / 100;
    let fraction = usize::try_from(whole * 100 - below).unwrap_or(0);
    (u128::from(POWERS[fraction]) << 16) >> whole
}

/// The probability of each of several exclusive explanations, by their weights (softmax).
pub(super) fn softmax(weights_cb: &[i64]) -> Vec<Confidence> {
    let Some(best) = weights_cb.iter().max() else { return Vec::new() };
    let shares: Vec<u128> = weights_cb.iter().map(|w| share(best - w)).collect();
    let sum: u128 = shares.iter().sum::<u128>().max(1);
    shares.into_iter().map(|s| Confidence(u32::try_from(s * 1_000_000 / sum).unwrap_or(1_000_000))).collect()
}

/// The probability of what is better than all its alternatives together by `regret_cb`.
pub(super) fn of_regret(regret_cb: i64) -> Confidence {
    softmax(&[regret_cb, 0]).first().copied().unwrap_or_default()
}

/// log2 of a whole number in hundredths of a bit, rounded down; 0 for 0.
pub(super) fn log2_cb(number: u64) -> i64 {
    if number < 2 {
        return 0;
    }
    let whole = i64::from(number.ilog2());
    // The number scaled to 2^32..2^33, compared with the table.
    let scaled = if whole <= 32 { number << (32 - whole) } else { number >> (whole - 32) };
    let fraction = POWERS.partition_point(|power| *power <= scaled) - 1;
    whole * 100 + i64::try_from(fraction).unwrap_or(0)
}

/// log2 of the number of ways to choose `k` of `n`, in hundredths of a bit.
pub(super) fn choose_cb(n: usize, k: usize) -> i64 {
    let k = k.min(n.saturating_sub(k));
    (0..k).map(|i| log2_cb((n - i) as u64) - log2_cb((i + 1) as u64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_share_equally() {
        assert_eq!(softmax(&[700, 700]), [Confidence(500_000); 2]);
        assert_eq!(softmax(&[0, -100]), [Confidence(666_666), Confidence(333_333)]);
        assert_eq!(softmax(&[10_000, 0]), [Confidence(1_000_000), Confidence(0)]);
        assert!(softmax(&[]).is_empty());
    }

    #[test]
    fn logarithms_are_exact_to_a_hundredth_of_a_bit() {
        assert_eq!(log2_cb(1), 0);
        assert_eq!(log2_cb(2), 100);
        assert_eq!(log2_cb(10), 332);
        assert_eq!(log2_cb(1_000_000), 1_993);
        assert_eq!(log2_cb(u64::MAX), 6_399);
        assert_eq!(choose_cb(5, 2), 332);
        assert_eq!(choose_cb(5, 5), 0);
    }
}
