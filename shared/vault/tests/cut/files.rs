use crate::shelf::{Shelf, key, key_of};
use vault::cut::file;
use vault::object::ContentKey;

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..))
        .take(bytes)
        .collect()
}

#[test]
fn bytes_put_into_the_middle_of_a_file_cost_little() {
    let mut shelf = Shelf::default();
    let first = noise(1, 24 << 20);
    let cut = file(&first[..], &key(), &mut shelf).unwrap();
    assert!(shelf.file(&cut) == first);
    assert_eq!(cut.rows, 0);
    shelf.fresh = 0;
    let second = [&first[..9 << 20], b"a few bytes more", &first[9 << 20..]].concat();
    let cut = file(&second[..], &key(), &mut shelf).unwrap();
    assert!(shelf.file(&cut) == second);
    assert!(shelf.fresh <= 8 << 20, "{} bytes", shelf.fresh);
}

#[test]
fn borders_of_pieces_are_those_of_the_repository() {
    let bytes = noise(2, 16 << 20);
    let lengths = |key: &ContentKey| {
        let mut shelf = Shelf::default();
        file(&bytes[..], key, &mut shelf).unwrap();
        shelf.put
    };
    assert_eq!(lengths(&key()), lengths(&key()));
    assert_ne!(lengths(&key()), lengths(&key_of(8)));
}
