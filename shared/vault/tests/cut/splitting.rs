use crate::shelf::{Shelf, shape};
use vault::cut::{Dialect, Encoding, FileCut, TableShape};

fn cut(shape: &TableShape, file: &[u8]) -> FileCut {
    Shelf::default().table(shape, None, &[file]).0.remove(0)
}

fn big5(delimiter: u8, quote: u8) -> TableShape {
    let mut shape = shape(&[0]);
    shape.dialect = Dialect {
        delimiter,
        quote,
        encoding: Encoding::Big5,
    };
    shape
}

#[test]
fn the_header_is_no_row_and_lies_before_the_first_part() {
    let cut = cut(&shape(&[1, 0]), b"a,b\n1,x\n2,y\n3,z\n");
    assert_eq!((cut.rows, cut.parts.len()), (3, 1));
    let part = &cut.parts[0];
    assert_eq!((part.offset, part.bytes), (4, 12));
    assert_eq!(part.first, ["x", "1"]);
    assert_eq!(part.last, ["z", "3"]);
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    let cut = cut(&shape(&[0]), b"a,b\n");
    assert_eq!((cut.rows, cut.parts.len(), cut.unsplit), (0, 0, None));
}

#[test]
fn an_empty_file_is_a_table_without_rows() {
    let cut = cut(&shape(&[0]), b"");
    assert_eq!((cut.bytes, cut.rows, cut.unsplit), (0, 0, None));
}

#[test]
fn quoted_line_ends_and_quotes_belong_to_their_cell() {
    let file = b"a,b\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\r\n\"\",2\r\n\"last\",\"\n\"";
    let cut = cut(&shape(&[0, 1]), file);
    assert_eq!(cut.rows, 3);
    assert_eq!(cut.parts[0].first, ["x\r\ny", "say \"hi\""]);
    assert_eq!(cut.parts[0].last, ["last", "\n"]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_cell() {
    let mut bare = shape(&[0]);
    bare.header = false;
    let cut = cut(&bare, b"\xef\xbb\xbf\"x\ny\",1\nz,2\n");
    assert_eq!((cut.rows, cut.unsplit.clone()), (2, None));
    assert_eq!(cut.parts[0].first, ["x\ny"]);
}

#[test]
fn other_signs_are_honoured() {
    let mut other = shape(&[1]);
    other.dialect.delimiter = b';';
    other.dialect.quote = b'\'';
    let cut = cut(&other, b"a;b\n1;'x;\ny'\n2;\"\n");
    assert_eq!(cut.rows, 2);
    assert_eq!(cut.parts[0].first, ["x;\ny"]);
    assert_eq!(cut.parts[0].last, ["\""]);
}

#[test]
fn second_bytes_of_big5_are_neither_quotes_nor_delimiters() {
    // 功 is A5 5C, 育 is A8 7C: their second bytes are a backslash and a bar.
    let file = b"n|m\n\xa8\x7c|1\n\xa5\x5c|2\n\\\xa8\x7c\n|\\|3\n";
    let cut = cut(&big5(b'|', b'\\'), file);
    assert_eq!((cut.rows, cut.unsplit.clone()), (3, None));
    assert_eq!(cut.parts[0].first, ["育"]);
    assert_eq!(cut.parts[0].last, ["育\n|"]);
}

#[test]
fn big5_with_the_usual_signs_is_split_and_decoded() {
    let file = b"n,m\n\"\xa4\xfd,\xa4\x70\xa9\xfa\",1\n\xa8\x7c,2\n";
    let cut = cut(&big5(b',', b'"'), file);
    assert_eq!(cut.rows, 2);
    assert_eq!(cut.parts[0].first, ["王,小明"]);
    assert_eq!(cut.parts[0].last, ["育"]);
}

#[test]
fn what_cannot_be_told_apart_is_kept_as_bytes_and_said() {
    for (file, at, reason) in [
        (
            &b"a,b\n1,x\"y\n"[..],
            4,
            "a quote stands inside of a bare cell",
        ),
        (
            b"a,b\n1,2\n\"x\"y,3\n",
            8,
            "text stands behind a closing quote",
        ),
        (b"a,b\n1,2\n3,\"x\n", 8, "a quote is never closed"),
        (b"a,b\n1\n", 4, "a row has no cell for a column of the key"),
    ] {
        let unsplit = cut(&shape(&[1]), file).unsplit.unwrap();
        assert_eq!((unsplit.at, unsplit.reason), (at, reason));
    }
}

#[test]
fn parts_have_about_a_mebibyte_and_say_their_keys() {
    let mut file = b"id,text\n".to_vec();
    for id in 0..59_000 {
        file.extend_from_slice(format!("{id:08},{}\n", "x".repeat(60)).as_bytes());
    }
    let cut = cut(&shape(&[0]), &file);
    assert_eq!(cut.rows, 59_000);
    assert_eq!(cut.parts.len(), 4);
    let mut row = 0;
    for part in &cut.parts {
        assert!(part.bytes <= (1 << 20) + 70);
        assert_eq!(part.first, [format!("{row:08}")]);
        row += part.rows;
        assert_eq!(part.last, [format!("{:08}", row - 1)]);
    }
    // A part of a table that is written for the first time is one extent, so that it is fetched alone.
    assert_eq!(cut.extents.len(), cut.parts.len());
}

#[test]
fn a_huge_row_is_a_part_of_its_own_and_never_whole_in_memory() {
    let huge = "y".repeat(9 << 20);
    let file = format!("id,blob\n1,a\n2,\"{huge},\n{huge}\"\n3,c\n");
    let mut shelf = Shelf::default();
    let (cuts, seen) = shelf.table(&shape(&[0]), None, &[file.as_bytes()]);
    assert_eq!((cuts[0].rows, cuts[0].unsplit.clone()), (3, None));
    let keys: Vec<&str> = cuts[0].parts.iter().map(|p| p.first[0].as_str()).collect();
    assert_eq!(keys, ["1", "2", "3"]);
    assert!(shelf.put.iter().all(|&bytes| bytes <= 4 << 20));
    // The same row again costs nothing.
    shelf.fresh = 0;
    shelf.table(&shape(&[0]), Some(seen), &[file.as_bytes()]);
    assert_eq!(shelf.fresh, 0);
}

#[test]
fn a_huge_row_with_its_key_far_behind_is_no_table() {
    let file = format!("blob,id\n{},7\nx,8\n", "y".repeat(3 << 20));
    let unsplit = cut(&shape(&[1]), file.as_bytes()).unsplit.unwrap();
    assert_eq!(unsplit.reason, "the key of a row lies behind its first MiB");
}

#[test]
fn a_quote_that_is_lost_in_a_large_file_costs_only_the_split() {
    let mut file = b"id,text\n1,\"lost\n".to_vec();
    for id in 0..200_000 {
        file.extend_from_slice(format!("{id:08},some text\n").as_bytes());
    }
    let cut = cut(&shape(&[0]), &file);
    assert_eq!(cut.unsplit.unwrap().reason, "a quote is never closed");
}
