//! The crate, the written definition and a slow second implementation agree.

use bytes::Bytes;

use super::{Code, CodeFault};
use crate::pack::Class;

/// §8 as written, in the plainest arithmetic.
mod slow {
    const BASIS: [u16; 16] = [
        0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012, 0x6C98, 0x10D8, 0x6A72,
        0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E,
    ];

    /// An element's number as a polynomial over GF(2).
    fn polynomial(number: u16) -> u16 {
        (0..16)
            .filter(|bit| number >> bit & 1 == 1)
            .fold(0, |sum, bit| sum ^ BASIS[bit])
    }

    /// The number of a polynomial, by elimination over the basis.
    fn number(polynomial: u16) -> u16 {
        // Rows of (polynomial, number), reduced so that each has its own highest bit.
        let mut rows: Vec<(u16, u16)> = Vec::new();
        for (bit, basis) in BASIS.iter().enumerate() {
            let mut row = (*basis, 1 << bit);
            for (other, index) in &rows {
                if row.0 ^ other < row.0 {
                    row = (row.0 ^ other, row.1 ^ index);
                }
            }
            rows.push(row);
            rows.sort_by(|a, b| b.cmp(a));
        }
        let mut rest = (polynomial, 0);
        for (other, index) in &rows {
            if rest.0 ^ other < rest.0 {
                rest = (rest.0 ^ other, rest.1 ^ index);
            }
        }
        assert_eq!(rest.0, 0);
        rest.1
    }

    pub(super) fn times(a: u16, b: u16) -> u16 {
        let (mut a, b) = (u32::from(polynomial(a)), polynomial(b));
        let mut product = 0;
        for bit in 0..16 {
            if b >> bit & 1 == 1 {
                product ^= a;
            }
            a <<= 1;
            if a > 0xffff {
                a ^= 0x1_002D;
            }
        }
        number(u16::try_from(product).unwrap())
    }

    fn inverse(a: u16) -> u16 {
        // a^(2^16 − 2)
        let (mut result, mut square) = (1, a);
        for _ in 1..16 {
            square = times(square, square);
            result = times(result, square);
        }
        result
    }

    pub(super) fn coefficient(k: u16, parity: u16, p: u16, j: u16) -> u16 {
        let (kk, pp) = (k.next_power_of_two(), parity.next_power_of_two());
        let parity_is_low = pp < kk || (pp == kk && k <= parity);
        let (c, at_data, at_parity) = if parity_is_low {
            (pp, pp + j, p)
        } else {
            (kk, j, kk + p)
        };
        let first = at_data / c * c;
        let (mut above, mut below) = (1, 1);
        for point in (first..first + c).filter(|point| *point != at_data) {
            above = times(above, at_parity ^ point);
            below = times(below, at_data ^ point);
        }
        times(above, inverse(below))
    }
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}

fn pairs(clouds_at_most: u8) -> impl Iterator<Item = (u8, u8)> {
    (3..=clouds_at_most).flat_map(|n| (2..n).map(move |k| (k, n)))
}

/// The coefficients as the crate has them: unit vectors, encoded.
fn of_the_crate(k: u8, n: u8, p: usize, j: usize) -> u16 {
    let code = Code::new(k, n).unwrap();
    let mut data = vec![Bytes::from(vec![0; 64]); k.into()];
    let mut unit = vec![0; 64];
    unit[0] = 1;
    data[j] = unit.into();
    let parity = code.encode(&data, 64).unwrap();
    u16::from(parity[p][0]) | u16::from(parity[p][32]) << 8
}

#[test]
fn the_formula_gives_the_coefficients_of_the_crate() {
    for (k, n) in pairs(16) {
        for p in 0..n - k {
            for j in 0..k {
                let formula = slow::coefficient(k.into(), (n - k).into(), p.into(), j.into());
                let here = of_the_crate(k, n, p.into(), j.into());
                assert_eq!(formula, here, "{k} of {n}, parity {p}, data {j}");
            }
        }
    }
}

#[test]
fn the_table_of_the_document_is_the_formula() {
    let document = include_str!("../../../../docs/vault-format.md");
    for (k, n) in pairs(6) {
        let rows: Vec<String> = (0..n - k)
            .map(|p| {
                let row: Vec<String> = (0..k)
                    .map(|j| {
                        let value = slow::coefficient(k.into(), (n - k).into(), p.into(), j.into());
                        format!("{value:04x}")
                    })
                    .collect();
                row.join(" ")
            })
            .collect();
        let line = format!("| {k} | {} | `{}` |", n - k, rows.join("` · `"));
        assert!(document.contains(&line), "the document lacks {line}");
    }
}

#[test]
fn parity_is_the_sum_that_the_document_says() {
    for (k, n) in pairs(6) {
        let code = Code::new(k, n).unwrap();
        let data: Vec<Bytes> = (0..k).map(|j| noise(128, j.into()).into()).collect();
        let parity = code.encode(&data, 128).unwrap();
        let element = |bytes: &[u8], block: usize, j: usize| {
            let at = block * 64 + j;
            u16::from(bytes[at]) | u16::from(bytes[at + 32]) << 8
        };
        for (p, fragment) in (0..).zip(&parity) {
            for (block, j) in [(0, 0), (0, 31), (1, 0), (1, 17)] {
                let sum = (0..).zip(&data).fold(0, |sum, (d, bytes)| {
                    let by = slow::coefficient(k.into(), (n - k).into(), p, d);
                    sum ^ slow::times(by, element(bytes, block, j))
                });
                assert_eq!(element(fragment, block, j), sum, "{k} of {n}");
            }
        }
    }
}

#[test]
fn any_k_fragments_give_the_pack_and_the_others() {
    for (k, n) in pairs(6) {
        let code = Code::new(k, n).unwrap();
        let sealed = noise(Class::Small.bytes(), 1);
        let fragments = code.split(sealed.clone()).unwrap();
        assert_eq!(fragments.len(), usize::from(n));
        for set in 0..1_u32 << n {
            let some: Vec<Option<Bytes>> = (0..)
                .zip(&fragments)
                .map(|(place, bytes)| (set >> place & 1 == 1).then(|| bytes.clone()))
                .collect();
            let joined = code.join(&some, Class::Small);
            if set.count_ones() >= u32::from(k) {
                assert!(joined.unwrap() == sealed, "{k} of {n}, {set:b}");
                assert!(code.missing(&some).unwrap() == fragments);
            } else {
                assert!(matches!(joined, Err(CodeFault::TooFew { .. })));
                assert!(code.missing(&some).is_err());
            }
        }
    }
}

#[test]
fn numbers_and_lengths_that_cannot_be_are_refused() {
    for (k, n) in [(1, 3), (3, 3), (4, 3), (2, 17), (0, 0)] {
        assert_eq!(
            Code::new(k, n).unwrap_err(),
            CodeFault::Numbers { need: k, clouds: n }
        );
    }
    let code = Code::new(2, 3).unwrap();
    assert_eq!(
        code.split(vec![0; 1_000]).unwrap_err(),
        CodeFault::Length(1_000)
    );
    let fragments = code.split(noise(Class::Small.bytes(), 2)).unwrap();
    let short = Some(fragments[1].slice(1..));
    let some = [Some(fragments[0].clone()), short, None];
    assert!(matches!(
        code.join(&some, Class::Small),
        Err(CodeFault::Length(_))
    ));
    assert!(code.missing(&some[..2]).is_err(), "one for each cloud");
}
