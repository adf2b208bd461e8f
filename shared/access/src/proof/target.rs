use std::fmt;

/// Bytes that no URI contains outside of a percent-encoding (RFC 3986 §2), besides controls and non-ASCII.
const FORBIDDEN: &[u8] = b" \"<>\\^`{|}";

/// Longer than any address that is answered, in bytes.
const MAX_BYTES: usize = 4096;

/// Not an absolute `http` or `https` URI without user information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute http or https address")]
pub struct TargetFault;

/// The address that a proof is for, so normalised (RFC 3986 §6.2.2 and §6.2.3, without query and fragment) that two are
/// the same resource exactly when they are equal.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// Normalises an address.
    ///
    /// # Errors
    /// [`TargetFault`].
    pub fn parse(address: &str) -> Result<Self, TargetFault> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !FORBIDDEN.contains(&byte);
        if address.len() > MAX_BYTES || !address.bytes().all(plain) {
            return Err(TargetFault);
        }
        let (scheme, rest) = address.split_once("://").ok_or(TargetFault)?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "http" => "80",
            "https" => "443",
            _ => return Err(TargetFault),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = normal_authority(authority, default_port)?;
        let path = normal_path(path)?;
        Ok(Self(format!("{scheme}://{authority}{path}")))
    }

    /// The normalised address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A path may name a person.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target(…)")
    }
}

fn normal_authority(authority: &str, default_port: &str) -> Result<String, TargetFault> {
    if authority.contains(['@', '%']) {
        return Err(TargetFault);
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty()
        || (host.contains(':') && !bracketed)
        || !port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(TargetFault);
    }
    let host = host.to_ascii_lowercase();
    if port.is_empty() || port == default_port {
        return Ok(host);
    }
    Ok(format!("{host}:{port}"))
}

fn normal_path(path: &str) -> Result<String, TargetFault> {
    let decoded = normal_escapes(path)?;
    let mut segments: Vec<&str> = Vec::new();
    let mut open = true;
    for segment in decoded.split('/').skip(1) {
        open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    // A path that ends in a dot segment ends in a slash.
    if open {
        segments.push("");
    }
    Ok(format!("/{}", segments.join("/")))
}

/// Decodes what needs no encoding and writes the rest of the encodings in upper case.
fn normal_escapes(path: &str) -> Result<String, TargetFault> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path.chars();
    while let Some(character) = rest.next() {
        if character != '%' {
            normal.push(character);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| digit.to_digit(16));
        let (high, low) = (digit().ok_or(TargetFault)?, digit().ok_or(TargetFault)?);
        match char::from_u32(high * 16 + low) {
            Some(decoded) if decoded.is_ascii_alphanumeric() || "-._~".contains(decoded) => {
                normal.push(decoded);
            }
            _ => {
                let upper =
                    |digit| char::from_digit(digit, 16).map(|digit| digit.to_ascii_uppercase());
                normal.push('%');
                normal.extend([upper(high), upper(low)].into_iter().flatten());
            }
        }
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(address: &str) -> Option<String> {
        Target::parse(address).ok().map(|target| target.0)
    }

    #[test]
    fn the_same_address_in_any_spelling_is_equal() {
        for (spelling, expected) in [
            ("https://a.example/x", "https://a.example/x"),
            ("HTTPS://A.Example:443/x?y=1#z", "https://a.example/x"),
            ("http://a.example:80", "http://a.example/"),
            ("http://a.example?y", "http://a.example/"),
            ("http://a.example:8080/", "http://a.example:8080/"),
            ("http://a.example:/x", "http://a.example/x"),
            ("https://a.example:80/x", "https://a.example:80/x"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
            ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
            ("https://a/%7eb/%e4%bd%a0/%2F", "https://a/~b/%E4%BD%A0/%2F"),
            ("https://a/b/./c/../d", "https://a/b/d"),
            ("https://a/b/%2e%2e/c", "https://a/c"),
            ("https://a/../../c", "https://a/c"),
            ("https://a/b/..", "https://a/"),
            ("https://a/b/.", "https://a/b/"),
            ("https://a//b/", "https://a//b/"),
        ] {
            assert_eq!(normal(spelling).as_deref(), Some(expected), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_such_address_is_refused() {
        for wrong in [
            "",
            "/x",
            "a.example/x",
            "ftp://a/x",
            "https:///x",
            "https://:443/x",
            "https://user@a/x",
            "https://a:b/x",
            "https://a/%",
            "https://a/%2",
            "https://a/%zz",
            "https://a/%+1",
            "https://a/x y",
            "https://a/\\x",
            "https://a/\u{4f60}",
            "https://a/\n",
            "https://::1/x",
            "https://a%2eb/x",
        ] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
