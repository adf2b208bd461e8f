//! Values in fault lists and logs: the shape that explains the fault, and nothing that tells the person.

/// Characters shown of a longer value.
const LONGEST: usize = 40;

/// `A12345678x` becomes `A########a`: digits are `#`, letters `A` or `a`, other scripts `○`, and their full-width forms
/// `＃`, `Ａ`, `ａ`; spaces and punctuation stay, control characters are `␦`. Long values end in their length.
#[must_use]
pub fn value(value: &str) -> String {
    let shape: String = value.chars().take(LONGEST).map(shape_of).collect();
    match value.chars().count() {
        length if length > LONGEST => format!("{shape}…({length})"),
        _ => shape,
    }
}

fn shape_of(ch: char) -> char {
    match ch {
        '0'..='9' => '#',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        '０'..='９' => '＃',
        'Ａ'..='Ｚ' => 'Ａ',
        'ａ'..='ｚ' => 'ａ',
        ' ' | '\u{3000}' => ch,
        _ if ch.is_ascii_punctuation() => ch,
        _ if ch.is_control() => '␦',
        _ => '○',
    }
}
