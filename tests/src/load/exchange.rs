//! One HTTP/1.1 exchange on a kept-alive connection, with as little work as can be.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Request;

/// A connection that is opened when needed, and again when the server closed it.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    address: &'a str,
    stream: Option<TcpStream>,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl<'a> Connection<'a> {
    pub(super) fn to(address: &'a str) -> Self {
        Self {
            address,
            stream: None,
            outgoing: Vec::new(),
            incoming: Vec::with_capacity(16 * 1024),
        }
    }

    /// Sends the request and reads the whole answer.
    pub(super) async fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(open) => open,
            None => open(self.address).await?,
        };
        self.outgoing.clear();
        self.outgoing.extend_from_slice(&request.head);
        self.outgoing.extend_from_slice(&request.tail);
        stream.write_all(&self.outgoing).await?;
        self.incoming.clear();
        loop {
            if stream.read_buf(&mut self.incoming).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = Answer::whole(&self.incoming) {
                if !answer.closes {
                    self.stream = Some(stream);
                }
                return Ok(answer);
            }
        }
    }
}

async fn open(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What matters of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Whether it says when to come back.
    pub says_when: bool,
    pub(super) closes: bool,
}

impl Answer {
    /// None while more is to come.
    fn whole(bytes: &[u8]) -> Option<Self> {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&bytes[..head_end]).ok()?;
        let status: u16 = head.get(9..12)?.parse().ok()?;
        let (mut length, mut chunked, mut closes, mut says_when) = (0, false, false, false);
        for line in head.lines().skip(1) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok()?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case("close");
            } else if name.eq_ignore_ascii_case("retry-after") {
                says_when = value.parse::<u32>().is_ok();
            }
        }
        let body = &bytes[head_end..];
        let whole = if status == 204 || status == 304 {
            true
        } else if chunked {
            // One request is under way at a time, so that the last chunk ends what was read.
            body == b"0\r\n\r\n" || body.ends_with(b"\r\n0\r\n\r\n")
        } else {
            body.len() >= length
        };
        whole.then_some(Self {
            status,
            says_when,
            closes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        for end in 0..whole.len() {
            assert_eq!(Answer::whole(&whole.as_bytes()[..end]), None);
        }
        assert_eq!(
            Answer::whole(whole.as_bytes()),
            Some(Answer {
                status: 200,
                says_when: false,
                closes: true
            })
        );
    }
}
