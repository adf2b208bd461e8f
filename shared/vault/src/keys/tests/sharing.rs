//! Shamir's sharing: any t of m, never fewer, and by the field that the format names.

use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::keys::shamir::{Shared, SharingFault, join, split};

/// GF(2⁸) as the format describes it, written here a second time.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        a = (a << 1) ^ if a & 0x80 == 0 { 0 } else { 0x1d };
        b >>= 1;
    }
    product
}

fn inverse(a: u8) -> u8 {
    (1..=255).find(|b| times(a, *b) == 1).unwrap()
}

/// The value at x = 0 of the polynomial through the points.
fn at_zero(points: &[(u8, u8)]) -> u8 {
    points.iter().fold(0, |sum, (x, y)| {
        let weight = points
            .iter()
            .filter(|(other, _)| other != x)
            .fold(1, |product, (other, _)| {
                times(product, times(*other, inverse(other ^ x)))
            });
        sum ^ times(weight, *y)
    })
}

fn numbered(shares: Vec<Zeroizing<[u8; 32]>>) -> Vec<Shared> {
    (1..).zip(shares).collect()
}

#[test]
fn shares_are_values_of_a_polynomial_over_the_documented_field() {
    let secret: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 7).unwrap());
    let shares = split(&secret, 3, 5).unwrap();
    for chosen in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
        for byte in 0..32 {
            let points: Vec<_> = chosen
                .iter()
                .map(|at| (u8::try_from(at + 1).unwrap(), shares[*at][byte]))
                .collect();
            assert_eq!(at_zero(&points), secret[byte]);
        }
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    for (threshold, shares) in [(0, 3), (1, 3), (4, 3), (0, 0), (2, 1)] {
        assert_eq!(
            split(&[0; 32], threshold, shares),
            Err(SharingFault::Numbers(threshold, shares))
        );
    }
    assert_eq!(split(&[0; 32], 255, 255).unwrap().len(), 255);
}

#[test]
fn a_share_counts_once_and_two_different_ones_at_one_place_are_refused() {
    let shares = numbered(split(&[9; 32], 3, 5).unwrap());
    let twice = [shares[0].clone(), shares[1].clone(), shares[0].clone()];
    assert_eq!(
        join(3, &twice),
        Err(SharingFault::TooFew { have: 2, need: 3 })
    );
    let enough = [&twice[..], &shares[4..]].concat();
    assert_eq!(*join(3, &enough).unwrap(), [9; 32]);
    let two = [shares[0].clone(), (1, shares[1].1.clone())];
    assert_eq!(join(2, &two), Err(SharingFault::Impossible(1)));
    let zero = [(0, shares[0].1.clone()), shares[1].clone()];
    assert_eq!(join(2, &zero), Err(SharingFault::Impossible(0)));
}

/// With one share fewer than needed, every byte of every share is as likely for one secret as for another. A sanity check of the
/// randomness, not a proof: 256 values, 64,000 bytes, so about 250 of each; 400 is ten standard deviations away.
#[test]
fn shares_below_the_threshold_look_the_same_for_any_secret() {
    for secret in [[0; 32], [0xff; 32]] {
        let mut counts = [[0u32; 256]; 2];
        for _ in 0..2000 {
            let shares = split(&secret, 3, 3).unwrap();
            for (count, share) in counts.iter_mut().zip(&shares) {
                for byte in share.iter() {
                    count[usize::from(*byte)] += 1;
                }
            }
        }
        for count in counts {
            assert!(count.iter().all(|n| (100..400).contains(n)), "{count:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_t_of_m_give_the_secret_back_and_one_fewer_does_not(
        secret: [u8; 32],
        (threshold, shares) in (2u8..8).prop_flat_map(|t| (Just(t), t..12)),
        order in Just((0..12usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let all = numbered(split(&secret, threshold, shares).unwrap());
        let mixed: Vec<_> = order
            .iter()
            .filter_map(|at| all.get(*at).cloned())
            .collect();
        let need = usize::from(threshold);
        prop_assert_eq!(*join(threshold, &mixed[..need]).unwrap(), secret);
        prop_assert_eq!(*join(threshold, &mixed).unwrap(), secret);
        prop_assert!(join(threshold, &mixed[..need - 1]).is_err());
        // Whoever lies about the threshold gets another secret.
        if threshold > 2 {
            prop_assert_ne!(*join(threshold - 1, &mixed[..need - 1]).unwrap(), secret);
        }
    }
}
