use proptest::collection::vec;
use proptest::prelude::*;

use crate::shelf::{Shelf, key, shape};
use vault::cut::{Dialect, Encoding, TableShape};

/// Bytes that look like CSV often enough to be split, and often enough do not.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"|".to_vec()),
        Just(b"\xa5\x7c".to_vec()),
        Just(b"\xa5".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just("王小明".as_bytes().to_vec()),
        vec(any::<u8>(), 0..6),
        "[a-z0-9]{1,12}".prop_map(String::into_bytes),
        "[a-z]{1,5},\"[a-z,\n]{0,9}\"\n".prop_map(String::into_bytes),
    ];
    vec(pieces, 0..200).prop_map(|pieces| pieces.concat())
}

fn shapes() -> impl Strategy<Value = TableShape> {
    let signs = prop_oneof![Just((b',', b'"')), Just((b'|', b'~')), Just((b';', b'|'))];
    let encodings = prop_oneof![Just(Encoding::Utf8), Just(Encoding::Big5)];
    let keys = prop_oneof![Just(vec![]), Just(vec![0]), Just(vec![1, 0])];
    (signs, encodings, any::<bool>(), keys).prop_map(
        |((delimiter, quote), encoding, header, key_columns)| TableShape {
            name: "any".to_owned(),
            key_columns,
            dialect: Dialect {
                delimiter,
                quote,
                encoding,
            },
            header,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_come_back(shape in shapes(), first in bytes(), second in bytes()) {
        let mut shelf = Shelf::default();
        let (_, seen) = shelf.table(&shape, None, &[&first]);
        // The second run holds pieces of the first.
        let cut = first.len() / 2;
        let mixed = [&second[..], &first[cut..], &first[..cut]].concat();
        let (_, seen) = shelf.table(&shape, Some(seen), &[&mixed, &first]);
        shelf.table(&shape, Some(seen), &[&second]);
    }

    #[test]
    fn the_same_bytes_and_state_are_cut_the_same_way(first in bytes(), second in bytes()) {
        let run = || {
            let mut shelf = Shelf::default();
            let shape = shape(&[0]);
            let (one, seen) = shelf.table(&shape, None, &[&first]);
            let (two, _) = shelf.table(&shape, Some(seen), &[&second, &first]);
            (one, two, shelf.put)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn a_file_that_is_no_table_comes_back(bytes in vec(any::<u8>(), 0..4000)) {
        let mut shelf = Shelf::default();
        let cut = vault::cut::file(&bytes[..], &key(), &mut shelf).unwrap();
        prop_assert_eq!(shelf.file(&cut), bytes);
    }
}
