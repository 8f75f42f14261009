//! The line to one client: its socket's task writes frames, the connection's task takes their bytes, both on one thread.
//!
//! A frame is its bytes at once, and those of several frames leave together. actix-ws has a channel between threads here,
//! which costs a busy socket more than the frames do.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::{BufMut, Bytes, BytesMut};
use actix_ws::CloseReason;

/// How many bytes wait before whoever writes more has to wait.
const FULL: usize = 8 * 1024;
/// The most that fits into a frame that is no message.
const MOST_IN_CONTROL: usize = 125;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Nobody takes what is written any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed;

#[derive(Default)]
struct Line {
    bytes: RefCell<BytesMut>,
    /// Nothing more will be written.
    ended: Cell<bool>,
    /// Nothing more will be taken.
    gone: Cell<bool>,
    taker: Cell<Option<Waker>>,
    writer: Cell<Option<Waker>>,
}

/// The end that is written to. The client's connection ends with it.
pub(super) struct Writer(Rc<Line>);

/// The end that is taken from: the body of the answer to the upgrade.
pub(super) struct Body {
    line: Rc<Line>,
    _beside: BoxBody,
}

/// A new line. `beside` goes when the connection does.
pub(super) fn open(beside: BoxBody) -> (Writer, Body) {
    let line = Rc::<Line>::default();
    (Writer(Rc::clone(&line)), Body { line, _beside: beside })
}

impl Writer {
    pub(super) fn text(&self, text: &str) -> impl Future<Output = Result<(), Closed>> {
        self.write(TEXT, text.as_bytes())
    }

    pub(super) fn ping(&self) -> impl Future<Output = Result<(), Closed>> {
        self.write(PING, b"")
    }

    /// Answers a ping with what came with it, which is never more than fits.
    pub(super) fn pong(&self, payload: &[u8]) -> impl Future<Output = Result<(), Closed>> {
        self.write(PONG, &payload[..payload.len().min(MOST_IN_CONTROL)])
    }

    /// Says why the line ends. What is written afterwards is not sent.
    pub(super) async fn close(&self, reason: Option<CloseReason>) -> Result<(), Closed> {
        let mut payload = Vec::new();
        if let Some(CloseReason { code, description }) = reason {
            let words = description.unwrap_or_default();
            payload.extend(u16::from(code).to_be_bytes());
            payload.extend_from_slice(&words.as_bytes()[..words.floor_char_boundary(MOST_IN_CONTROL - 2)]);
        }
        self.write(CLOSE, &payload).await?;
        self.0.end();
        Ok(())
    }

    /// Whether a frame can be written without waiting.
    pub(super) fn has_room(&self) -> bool {
        self.0.gone.get() || self.0.bytes.borrow().len() < FULL
    }

    async fn write(&self, opcode: u8, payload: &[u8]) -> Result<(), Closed> {
        poll_fn(|context| self.poll_room(context)).await;
        if self.0.gone.get() || self.0.ended.get() {
            return Err(Closed);
        }
        put(&mut self.0.bytes.borrow_mut(), opcode, payload);
        wake(&self.0.taker);
        Ok(())
    }

    fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        if self.has_room() {
            return Poll::Ready(());
        }
        self.0.writer.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Line {
    fn end(&self) {
        self.ended.set(true);
        wake(&self.taker);
    }
}

fn wake(waker: &Cell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

/// Writes a whole frame. Servers do not mask.
fn put(bytes: &mut BytesMut, opcode: u8, payload: &[u8]) {
    bytes.put_u8(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..=125), _) => bytes.put_u8(length),
        (_, Ok(length)) => {
            bytes.put_u8(126);
            bytes.put_u16(length);
        }
        _ => {
            bytes.put_u8(127);
            bytes.put_u64(u64::try_from(payload.len()).unwrap_or(u64::MAX));
        }
    }
    bytes.put_slice(payload);
}

impl MessageBody for Body {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let bytes = self.line.bytes.take();
        if !bytes.is_empty() {
            wake(&self.line.writer);
            return Poll::Ready(Some(Ok(bytes.freeze())));
        }
        if self.line.ended.get() {
            return Poll::Ready(None);
        }
        self.line.taker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.line.gone.set(true);
        wake(&self.line.writer);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn line() -> (Writer, Pin<Box<Body>>) {
        let (writer, body) = open(BoxBody::new(()));
        (writer, Box::pin(body))
    }

    fn taken(body: &mut Pin<Box<Body>>) -> Poll<Option<Vec<u8>>> {
        let polled = body.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
        polled.map(|next| next.map(|bytes| bytes.unwrap_or_default().to_vec()))
    }

    #[test]
    fn frames_leave_together_and_in_order() {
        let (writer, mut body) = line();
        assert_eq!(taken(&mut body), Poll::Pending);
        writer.text("hi").now_or_never().unwrap().unwrap();
        writer.ping().now_or_never().unwrap().unwrap();
        writer.pong(b"x").now_or_never().unwrap().unwrap();
        assert_eq!(taken(&mut body), Poll::Ready(Some(b"\x81\x02hi\x89\x00\x8a\x01x".to_vec())));
        assert_eq!(taken(&mut body), Poll::Pending);
    }

    #[test]
    fn lengths_are_written_as_the_protocol_has_them() {
        for (length, head) in [
            (125, &[0x81, 125][..]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 0xff, 0xff]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let (writer, mut body) = line();
            writer.text(&"x".repeat(length)).now_or_never().unwrap().unwrap();
            let Poll::Ready(Some(bytes)) = taken(&mut body) else { panic!("{length}") };
            assert_eq!((&bytes[..head.len()], bytes.len()), (head, head.len() + length));
        }
    }

    #[test]
    fn whoever_writes_to_a_full_line_waits_until_it_is_taken() {
        let (writer, mut body) = line();
        writer.text(&"x".repeat(FULL)).now_or_never().unwrap().unwrap();
        assert!(!writer.has_room());
        let mut waiting = Box::pin(writer.text("y"));
        assert_eq!(waiting.as_mut().now_or_never(), None);
        assert!(taken(&mut body).is_ready());
        assert_eq!(waiting.as_mut().now_or_never(), Some(Ok(())));
    }

    #[test]
    fn a_close_is_the_last_that_is_sent() {
        let (writer, mut body) = line();
        let reason = CloseReason { code: actix_ws::CloseCode::Away, description: Some("é".repeat(100)) };
        writer.close(Some(reason)).now_or_never().unwrap().unwrap();
        assert_eq!(writer.text("late").now_or_never(), Some(Err(Closed)));
        let Poll::Ready(Some(bytes)) = taken(&mut body) else { panic!("nothing") };
        assert_eq!(&bytes[..4], [0x88, 2 + 122, 0x03, 0xe9]);
        assert_eq!(taken(&mut body), Poll::Ready(None));
    }

    #[test]
    fn each_end_learns_that_the_other_is_gone() {
        let (writer, body) = line();
        drop(body);
        assert_eq!(writer.text("x").now_or_never(), Some(Err(Closed)));
        let (writer, mut body) = line();
        drop(writer);
        assert_eq!(taken(&mut body), Poll::Ready(None));
    }
}
