//! One spelling for each path: the gateway and the service behind it must read the same thing.

/// Whether `path` has no other reading: no empty or dot segments, no backslash, and percent-escapes (RFC 3986 §2.1) only
/// for what needs them.
pub(super) fn is_canonical(path: &str) -> bool {
    let segments = path.strip_prefix('/').unwrap_or(path).split('/');
    segments.into_iter().all(|segment| {
        !matches!(segment, "" | "." | "..")
            && !segment.contains(['\\', ';'])
            && escapes_are_needed(segment)
    })
}

fn escapes_are_needed(segment: &str) -> bool {
    segment.split('%').skip(1).all(|escape| {
        let byte = escape
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| {
            // `from_str_radix` takes a sign.
            !escape.starts_with('+')
                && !byte.is_ascii_control()
                && !byte.is_ascii_alphanumeric()
                && !b"-._~/\\%;".contains(&byte)
        })
    })
}

/// Undoes percent-escapes; `None` unless the result is UTF-8.
pub(super) fn decode(segment: &str) -> Option<String> {
    if !segment.contains('%') {
        return Some(segment.to_owned());
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut parts = segment.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}
