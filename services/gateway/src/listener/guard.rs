//! A stream that lets only judged bytes through: whole heads that passed [`HeadScan`], and bodies of the length that
//! their head declared. It also bounds in time what the HTTP library does not: every head, and stalled writes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::web::{Buf, BytesMut};
use runtime::stream::Connection;
use tls::Era;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::fault::Fault;
use super::framing::{BodyLength, ChunkWalk};
use super::head::{HeadLimits, HeadScan};

const READ_SIZE: usize = 8 * 1024;
/// After a refusal, how much and how long the client may still send, so that it gets to read the answer.
const LINGER_BYTES: usize = 256 * 1024;
const LINGER: Duration = Duration::from_millis(500);

/// What bounds a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) limits: HeadLimits,
    /// From the first byte of a head (from the connection, for the first) to its last.
    pub(super) head_timeout: Duration,
    /// How long a write may make no progress.
    pub(super) write_timeout: Duration,
}

#[derive(Debug)]
enum Reading {
    Head(HeadScan),
    Counted(u64),
    Chunks(ChunkWalk),
}

/// A connection behind the guard.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    io: S,
    bounds: Bounds,
    reading: Reading,
    inbound: BytesMut,
    /// Judged bytes at the front of `inbound`.
    judged: usize,
    first: bool,
    head_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    fault: Option<Fault>,
    farewell: Option<Farewell>,
}

#[derive(Debug)]
struct Farewell {
    answer: Vec<u8>,
    written: usize,
    closed: bool,
    drained: usize,
    timer: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guarded<S> {
    pub(super) fn new(io: S, bounds: Bounds) -> Self {
        Self {
            io,
            bounds,
            reading: Reading::Head(HeadScan::default()),
            inbound: BytesMut::new(),
            judged: 0,
            first: true,
            head_timer: None,
            write_timer: None,
            fault: None,
            farewell: None,
        }
    }

    /// Moves `judged` over everything in `inbound` that may pass.
    fn judge(&mut self) -> Result<(), Fault> {
        loop {
            let waiting = self.inbound.get(self.judged..).unwrap_or_default();
            if waiting.is_empty() {
                return Ok(());
            }
            match &mut self.reading {
                Reading::Head(scan) => {
                    let Some(head) = scan.advance(waiting, self.bounds.limits)? else {
                        return Ok(());
                    };
                    self.judged += head.length;
                    self.first = false;
                    self.head_timer = None;
                    self.reading = match head.body {
                        BodyLength::Known(0) => Reading::Head(HeadScan::default()),
                        BodyLength::Known(length) => Reading::Counted(length),
                        BodyLength::Chunked => Reading::Chunks(ChunkWalk::default()),
                    };
                }
                Reading::Counted(left) => {
                    let here = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(waiting.len());
                    self.judged += here;
                    *left -= here as u64;
                    if *left == 0 {
                        self.reading = Reading::Head(HeadScan::default());
                    }
                }
                Reading::Chunks(walk) => {
                    let (taken, ended) = walk.advance(waiting)?;
                    self.judged += taken;
                    if ended {
                        self.reading = Reading::Head(HeadScan::default());
                    }
                }
            }
        }
    }

    fn refuse(&mut self, fault: Fault) {
        metrics::counter!("lifeboat_gateway_connections_refused_total", "reason" => fault.name())
            .increment(1);
        self.inbound.truncate(self.judged);
        self.head_timer = None;
        self.fault = Some(fault);
    }

    fn awaits_head(&self) -> bool {
        matches!(self.reading, Reading::Head(_)) && (self.first || self.inbound.len() > self.judged)
    }

    fn poll_head_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.awaits_head() {
            self.head_timer = None;
            return Poll::Pending;
        }
        let timeout = self.bounds.head_timeout;
        self.head_timer
            .get_or_insert_with(|| Box::pin(sleep(timeout)))
            .as_mut()
            .poll(context)
    }

    fn poll_farewell(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(farewell) = &mut self.farewell else {
            return Poll::Ready(Ok(()));
        };
        if farewell.timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        while let Some(rest) = farewell
            .answer
            .get(farewell.written..)
            .filter(|rest| !rest.is_empty())
        {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, rest))?;
            if written == 0 {
                return Poll::Ready(Ok(()));
            }
            farewell.written += written;
        }
        if !farewell.closed {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            farewell.closed = true;
        }
        // Closing with unread bytes would reset the connection and take the answer away from the client.
        let mut scratch = [0; 4096];
        while farewell.drained < LINGER_BYTES {
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut self.io).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            farewell.drained += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Connection> Connection for Guarded<S> {
    fn era(&self) -> Option<&Era> {
        self.io.era()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.judged > 0 {
                let passing = this.judged.min(buffer.remaining());
                buffer.put_slice(this.inbound.get(..passing).unwrap_or_default());
                this.inbound.advance(passing);
                this.judged -= passing;
                return Poll::Ready(Ok(()));
            }
            if this.fault.is_some() {
                return Poll::Ready(Ok(()));
            }
            this.inbound.reserve(READ_SIZE);
            match tokio_util::io::poll_read_buf(Pin::new(&mut this.io), context, &mut this.inbound)
            {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(_)) => {
                    if let Err(fault) = this.judge() {
                        this.refuse(fault);
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    ready!(this.poll_head_timer(context));
                    if this.inbound.is_empty() {
                        // Nothing was ever sent: there is nobody to answer.
                        return Poll::Ready(Ok(()));
                    }
                    this.refuse(Fault::Slow);
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(context, bytes);
        if written.is_ready() {
            this.write_timer = None;
            return written;
        }
        let timeout = this.bounds.write_timeout;
        let timer = this
            .write_timer
            .get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(timer.as_mut().poll(context));
        metrics::counter!("lifeboat_gateway_connections_refused_total", "reason" => "slow-reader")
            .increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(answer) = this.fault.take().and_then(Fault::answer) {
            let timer = Box::pin(sleep(LINGER));
            this.farewell = Some(Farewell {
                answer,
                written: 0,
                closed: false,
                drained: 0,
                timer,
            });
        }
        if this.farewell.is_some() {
            return this.poll_farewell(context);
        }
        Pin::new(&mut this.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn guarded(buffer: usize) -> (DuplexStream, Guarded<DuplexStream>) {
        let (client, server) = duplex(buffer);
        let bounds = Bounds {
            limits: HeadLimits {
                target: 100,
                head: 1000,
            },
            head_timeout: Duration::from_millis(50),
            write_timeout: Duration::from_millis(50),
        };
        (client, Guarded::new(server, bounds))
    }

    #[tokio::test]
    async fn good_bytes_pass_up_to_the_first_bad_ones_and_the_answer_follows() {
        let (mut client, mut guarded) = guarded(4096);
        let good = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
        let all = format!("{good}GET /b HTTP/1.1\nHost: x\r\n\r\n{good}");
        client.write_all(all.as_bytes()).await.unwrap();
        let mut passed = String::new();
        guarded.read_to_string(&mut passed).await.unwrap();
        assert_eq!(passed, good);
        let reading = tokio::spawn(async move {
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            answer
        });
        guarded.shutdown().await.unwrap();
        drop(guarded);
        assert!(reading.await.unwrap().starts_with("HTTP/1.1 400 "));
    }

    #[tokio::test]
    async fn a_body_passes_byte_by_byte_and_the_next_head_is_judged_again() {
        let (mut client, mut guarded) = guarded(4096);
        let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\n\n\n\n";
        client.write_all(post.as_bytes()).await.unwrap();
        client.write_all(b"nonsense\r\n\r\n").await.unwrap();
        let mut passed = String::new();
        guarded.read_to_string(&mut passed).await.unwrap();
        assert_eq!(passed, post);
        assert_eq!(guarded.fault, Some(Fault::RequestLine));
    }

    #[tokio::test]
    async fn a_head_that_stays_away_ends_the_connection() {
        let (mut client, mut guarded) = guarded(4096);
        client.write_all(b"GET /a HT").await.unwrap();
        let mut passed = Vec::new();
        guarded.read_to_end(&mut passed).await.unwrap();
        assert!(passed.is_empty());
        assert_eq!(guarded.fault, Some(Fault::Slow));
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_ends_the_connection() {
        let (_client, mut guarded) = guarded(16);
        let error = guarded.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
