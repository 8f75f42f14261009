//! Refuses a frame by the length that it declares. The parser behind would buffer all of it before it looks at the limit.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

/// The bytes of a client's frames, up to the first frame that is too long.
pub(super) struct FrameGuard<S> {
    inner: S,
    lengths: Lengths,
    refused: bool,
}

/// A guarded payload.
pub(super) fn guarded(payload: actix_web::web::Payload, max_frame: usize) -> Payload {
    let lengths = Lengths::new(u64::try_from(max_frame).unwrap_or(u64::MAX));
    Payload::Stream { payload: Box::pin(FrameGuard { inner: payload, lengths, refused: false }) }
}

impl<S> Stream for FrameGuard<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.refused {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.inner).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled
            && !self.lengths.admit(bytes)
        {
            self.refused = true;
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        }
        polled
    }
}

/// Follows where frames begin and how long they say they are, however the bytes are cut.
struct Lengths {
    max: u64,
    header: Vec<u8>,
    /// How much of the current frame, mask and payload, is still to come.
    rest: u64,
}

impl Lengths {
    fn new(max: u64) -> Self {
        Self { max, header: Vec::with_capacity(10), rest: 0 }
    }

    /// Whether every frame that begins in `bytes` is short enough, as far as it can be told yet.
    fn admit(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let skipped = usize::try_from(self.rest).unwrap_or(usize::MAX).min(bytes.len());
                self.rest -= u64::try_from(skipped).unwrap_or(self.rest);
                bytes = &bytes[skipped..];
                continue;
            }
            self.header.push(bytes[0]);
            bytes = &bytes[1..];
            let Some((length, masked)) = declared(&self.header) else { continue };
            if length > self.max {
                return false;
            }
            self.rest = length + if masked { 4 } else { 0 };
            self.header.clear();
        }
        true
    }
}

/// Whether the guard lets these bytes through, cut as they are.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn admits<'a>(max_frame: usize, mut chunks: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut lengths = Lengths::new(u64::try_from(max_frame).unwrap_or(u64::MAX));
    chunks.all(|chunk| lengths.admit(chunk))
}

/// The length that a frame's first bytes declare, once all of it is there, and whether a mask follows.
fn declared(header: &[u8]) -> Option<(u64, bool)> {
    let [_, second, extended @ ..] = header else { return None };
    let length = match second & 0x7f {
        126 => u64::from(u16::from_be_bytes(extended.try_into().ok()?)),
        127 => u64::from_be_bytes(extended.try_into().ok()?),
        short => u64::from(short),
    };
    Some((length, second & 0x80 != 0))
}

#[cfg(test)]
mod tests {

    /// A masked text frame that declares `length` and has as many bytes.
    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
            126..=65_535 => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend(u64::try_from(length).unwrap().to_be_bytes());
            }
        }
        frame.extend(vec![0xff; 4 + length]);
        frame
    }

    fn admits(chunks: &[&[u8]]) -> bool {
        super::admits(4096, chunks.iter().copied())
    }

    #[test]
    fn short_frames_pass_however_they_are_cut() {
        let frames: Vec<u8> = [0, 1, 125, 126, 4096].iter().flat_map(|length| frame(*length)).collect();
        assert!(admits(&[&frames]));
        for size in [1, 2, 3, 7, 1000] {
            assert!(admits(&frames.chunks(size).collect::<Vec<_>>()), "{size}");
        }
    }

    #[test]
    fn a_frame_is_refused_by_what_it_declares() {
        for length in [4097, 65_535, 65_536] {
            assert!(!admits(&[&frame(length)[..10]]), "{length}");
        }
        assert!(!admits(&[&[0x82, 0xff, 0xff, 0xff], &[0xff; 6]]), "2^64 - 1 bytes");
    }

    #[test]
    fn a_long_frame_after_short_ones_is_refused() {
        let mut frames = frame(10);
        frames.extend(frame(5000));
        assert!(!admits(&[&frames]));
    }
}
