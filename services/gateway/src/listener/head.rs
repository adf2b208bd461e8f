//! Judges the head of a request before the HTTP library sees it: a strict subset of RFC 9112, in which a message has
//! one reading only. Smuggling lives on two parsers that read the same bytes differently; what is refused here never
//! reaches the second one.

use super::fault::Fault;
use super::framing::BodyLength;

/// Header fields in one request, beyond which it is refused.
const MAX_FIELDS: usize = 64;

/// Reads a head line by line as its bytes arrive.
#[derive(Debug, Default)]
pub(super) struct HeadScan {
    /// Where the line that is not complete yet begins.
    line: usize,
    /// Up to where bytes have been looked at.
    seen: usize,
    fields: usize,
    minor_version: Option<u8>,
    content_length: Option<u64>,
    chunked: bool,
    host: bool,
}

/// A complete head.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes of the head, the empty line included.
    pub(super) length: usize,
    /// What follows it.
    pub(super) body: BodyLength,
}

/// How long heads may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadLimits {
    /// Bytes of the request target.
    pub(super) target: usize,
    /// Bytes of the whole head.
    pub(super) head: usize,
}

impl HeadScan {
    /// Looks at `bytes`, which begin where the head begins. `None`: more bytes are needed.
    pub(super) fn advance(
        &mut self,
        bytes: &[u8],
        limits: HeadLimits,
    ) -> Result<Option<Head>, Fault> {
        while let Some(found) = bytes
            .get(self.seen..)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
        {
            let end = self.seen + found;
            self.seen = end + 1;
            if end > limits.head {
                return Err(Fault::HeadTooLarge);
            }
            let line = bytes
                .get(self.line..end)
                .and_then(|line| line.strip_suffix(b"\r"))
                .ok_or(Fault::BareLineFeed)?;
            self.line = end + 1;
            if line.is_empty() {
                return self.complete(end + 1).map(Some);
            }
            self.take(line, limits)?;
        }
        self.seen = bytes.len();
        if self.minor_version.is_none() && bytes.len() > limits.target + 32 {
            return Err(Fault::TargetTooLong);
        }
        if bytes.len() > limits.head {
            return Err(Fault::HeadTooLarge);
        }
        Ok(None)
    }

    fn take(&mut self, line: &[u8], limits: HeadLimits) -> Result<(), Fault> {
        if self.minor_version.is_none() {
            self.minor_version = Some(request_line(line, limits.target)?);
            return Ok(());
        }
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err(Fault::HeadTooLarge);
        }
        let colon = line
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(Fault::Field)?;
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.is_empty()
            || !name.iter().all(|byte| is_token(*byte))
            || value.iter().any(|byte| is_control(*byte))
        {
            return Err(Fault::Field);
        }
        self.field(name, value)
    }

    fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = decimal(value).ok_or(Fault::Framing)?;
            if self.content_length.replace(length).is_some() {
                return Err(Fault::Framing);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Fault::Framing);
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"host") {
            if self.host || value.is_empty() || !value.iter().all(|byte| is_authority(*byte)) {
                return Err(Fault::Host);
            }
            self.host = true;
        } else if name.eq_ignore_ascii_case(b"upgrade") && value.eq_ignore_ascii_case(b"websocket")
        {
            // The HTTP library would take all that follows for a stream, whatever length the head declares.
            return Err(Fault::Framing);
        }
        Ok(())
    }

    fn complete(&self, length: usize) -> Result<Head, Fault> {
        let version = self.minor_version.ok_or(Fault::RequestLine)?;
        if version == 1 && !self.host {
            return Err(Fault::Host);
        }
        let body = match (self.chunked, self.content_length) {
            (true, Some(_)) => return Err(Fault::Framing),
            (true, None) if version == 0 => return Err(Fault::Framing),
            (true, None) => BodyLength::Chunked,
            (false, Some(length)) => BodyLength::Known(length),
            (false, None) => BodyLength::Known(0),
        };
        Ok(Head { length, body })
    }
}

/// `method SP target SP HTTP/1.x` and nothing else; the target in origin form. Returns the minor version.
fn request_line(line: &[u8], longest: usize) -> Result<u8, Fault> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::RequestLine);
    };
    if target.len() > longest {
        return Err(Fault::TargetTooLong);
    }
    let named =
        !method.is_empty() && method.len() <= 16 && method.iter().all(|byte| is_token(*byte));
    if !named || target.first() != Some(&b'/') || !target.iter().all(|byte| is_target(*byte)) {
        return Err(Fault::RequestLine);
    }
    match version {
        b"HTTP/1.1" => Ok(1),
        b"HTTP/1.0" => Ok(0),
        _ => Err(Fault::RequestLine),
    }
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_control(byte: u8) -> bool {
    byte != b'\t' && byte.is_ascii_control()
}

/// RFC 3986 §3.2, without user information.
fn is_authority(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:[]%".contains(&byte)
}

/// RFC 3986 §3.3 and §3.4: a path and query, without a fragment.
fn is_target(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte)
}

/// Digits only: no sign, no space, no list.
fn decimal(value: &[u8]) -> Option<u64> {
    let digits = (1..=15).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    digits.then(|| {
        value
            .iter()
            .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits {
        target: 100,
        head: 1000,
    };

    fn judge(bytes: &[u8]) -> Result<Option<Head>, Fault> {
        HeadScan::default().advance(bytes, LIMITS)
    }

    #[test]
    fn a_plain_request_passes_however_its_bytes_arrive() {
        let bytes = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        let expected = Head {
            length: bytes.len() - 3,
            body: BodyLength::Known(3),
        };
        for step in [1, 2, 7, bytes.len()] {
            let mut scan = HeadScan::default();
            let mut found = None;
            for end in (step..bytes.len()).step_by(step).chain([bytes.len()]) {
                if found.is_none() {
                    found = scan.advance(&bytes[..end], LIMITS).unwrap();
                }
            }
            assert_eq!(found.as_ref(), Some(&expected), "in steps of {step}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (bytes, fault) in [
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
                Fault::Framing,
            ),
            (
                "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                Fault::Framing,
            ),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
                Fault::Framing,
            ),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", Fault::Host),
            ("GET / HTTP/1.1\r\nHost: x y\r\n\r\n", Fault::Host),
            ("GET / HTTP/1.1\r\nHost: u@x\r\n\r\n", Fault::Host),
            ("GET / HTTP/1.1\r\n\r\n", Fault::Host),
            ("GET / HTTP/1.1\nHost: x\r\n\r\n", Fault::BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: x\n\r\n", Fault::BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: x\r\n\n", Fault::BareLineFeed),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n",
                Fault::Field,
            ),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
                Fault::Field,
            ),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n",
                Fault::Field,
            ),
            ("GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n", Fault::Field),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                Fault::Field,
            ),
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", Fault::RequestLine),
            (
                "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n",
                Fault::RequestLine,
            ),
            (
                "CONNECT y:1 HTTP/1.1\r\nHost: x\r\n\r\n",
                Fault::RequestLine,
            ),
            ("GET /\t HTTP/1.1\r\nHost: x\r\n\r\n", Fault::RequestLine),
            ("GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", Fault::RequestLine),
            ("GET / HTTP/1.2\r\nHost: x\r\n\r\n", Fault::RequestLine),
            ("GET /\r\nHost: x\r\n\r\n", Fault::RequestLine),
            ("PRI * HTTP/2.0\r\n\r\n", Fault::RequestLine),
            ("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", Fault::RequestLine),
        ] {
            assert_eq!(judge(bytes.as_bytes()), Err(fault), "{bytes:?}");
        }
    }

    #[test]
    fn long_targets_and_heads_are_told_apart() {
        let target = format!("GET /{} HTTP/1.1\r\n", "a".repeat(100));
        assert_eq!(judge(target.as_bytes()), Err(Fault::TargetTooLong));
        let endless = "GET /".to_owned() + &"a".repeat(200);
        assert_eq!(judge(endless.as_bytes()), Err(Fault::TargetTooLong));
        let field = format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}", "a".repeat(1000));
        assert_eq!(judge(field.as_bytes()), Err(Fault::HeadTooLarge));
        let fields = format!(
            "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
            "A: b\r\n".repeat(MAX_FIELDS)
        );
        assert_eq!(judge(fields.as_bytes()), Err(Fault::HeadTooLarge));
    }

    #[test]
    fn an_old_client_without_host_passes() {
        let head = judge(b"GET / HTTP/1.0\r\n\r\n").unwrap().unwrap();
        assert_eq!(head.body, BodyLength::Known(0));
    }
}
