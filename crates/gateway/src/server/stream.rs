//! A socket that does not wait for ever, for a client that never speaks or one that stopped reading.
//! Heads and bodies have their own time limits; the very first bytes and an unread answer have only these.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// Bytes that tell the protocol: as long as the opening of HTTP/2, and shorter than any HTTP/1.1 request.
const OPENING: usize = 24;

/// A socket whose writes fail after a while without progress, and whose first bytes must come in time.
pub(super) struct Bounded {
    inner: TcpStream,
    patience: Duration,
    /// Runs while a write waits.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Bytes of the opening that are still to come.
    missing: usize,
    /// Runs until the opening is there: nothing else watches the socket before the protocol is known.
    opening: Option<Pin<Box<Sleep>>>,
}

impl Bounded {
    /// Gives a client `opening` for its first bytes, and `patience` to read what it is sent.
    pub(super) fn new(inner: TcpStream, opening: Duration, patience: Duration) -> Self {
        Self { inner, patience, waiting: None, missing: OPENING, opening: Some(Box::pin(sleep(opening))) }
    }

    /// Passes a finished write on; turns one that waits too long into an error.
    fn watch<T>(&mut self, context: &mut Context<'_>, write: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.waiting = None;
            return write;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Some(opening) = &mut self.opening {
            if read.is_pending() {
                return opening.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()));
            }
            let came = buffer.filled().len().saturating_sub(before);
            self.missing = self.missing.saturating_sub(came);
            if self.missing == 0 {
                self.opening = None;
            }
        }
        read
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.watch(context, write)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.watch(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let write = Pin::new(&mut self.inner).poll_flush(context);
        self.watch(context, write)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let write = Pin::new(&mut self.inner).poll_shutdown(context);
        self.watch(context, write)
    }
}
