//! The body of an HTTP answer: at once or in drops, whole, cut short or swollen.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use tokio::time::{Sleep, sleep};

use crate::clock::Moment;
use crate::connection::Cut;
use crate::message::Reply;

/// Time for what was written to leave before a connection is cut behind it.
const LEAVING: Duration = Duration::from_millis(50);
/// What a swollen body is blown up with: JSON may end in any number of spaces.
const SPACES: &[u8] = &[b' '; 64 * 1024];

/// How a body is let out.
#[derive(Clone, Copy, Debug)]
pub struct Drip {
    /// Bytes at a time, at least one.
    pub chunk: usize,
    /// Time between two chunks.
    pub pause: Duration,
}

/// What follows the body proper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The end.
    Nothing,
    /// A cut, although so many bytes more were announced.
    Missing(usize),
    /// So many spaces.
    Spaces(u64),
    /// Spaces for ever.
    Endless,
}

/// A body on its way.
pub struct AnswerBody {
    text: Bytes,
    rest: Rest,
    drip: Option<Drip>,
    pausing: Option<Pin<Box<Sleep>>>,
}

/// The HTTP answer for a reply given at `now` on the platform's clock.
pub fn response(reply: Reply, now: Moment, drip: Option<Drip>, rest: Rest) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody {
        text: Bytes::from(reply.body),
        rest,
        drip,
        pausing: None,
    });
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    let content_type = reply.content_type.map(|label| (CONTENT_TYPE, label.into_owned()));
    let date = now.http_date().map(|date| (DATE, date));
    for (name, text) in content_type.into_iter().chain(reply.header).chain(date) {
        // Only faults bring texts that could be refused here, and those were checked when they were set.
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl AnswerBody {
    fn next(&mut self) -> Option<Result<Bytes, Cut>> {
        if !self.text.is_empty() {
            let length = self
                .drip
                .map_or(self.text.len(), |drip| drip.chunk.min(self.text.len()));
            return Some(Ok(self.text.split_to(length)));
        }
        match &mut self.rest {
            Rest::Nothing | Rest::Spaces(0) => None,
            Rest::Missing(_) => Some(Err(Cut::Fin)),
            Rest::Endless => Some(Ok(Bytes::from_static(SPACES))),
            Rest::Spaces(left) => {
                let length = SPACES.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= length as u64;
                Some(Ok(Bytes::from_static(&SPACES[..length])))
            }
        }
    }

    fn pause(&self) -> Option<Duration> {
        match (self.drip, self.rest) {
            (Some(drip), _) => Some(drip.pause),
            (None, Rest::Missing(_)) => Some(LEAVING),
            (None, _) => None,
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        if let Some(pausing) = &mut self.pausing {
            ready!(pausing.as_mut().poll(context));
        }
        let next = self.next();
        self.pausing = self.pause().map(|pause| Box::pin(sleep(pause)));
        Poll::Ready(next.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.text.is_empty() && matches!(self.rest, Rest::Nothing | Rest::Spaces(0))
    }

    fn size_hint(&self) -> SizeHint {
        let told = self.text.len() as u64;
        match self.rest {
            Rest::Nothing => SizeHint::with_exact(told),
            Rest::Missing(bytes) => SizeHint::with_exact(told + bytes as u64),
            Rest::Spaces(bytes) => SizeHint::with_exact(told + bytes),
            Rest::Endless => SizeHint::default(),
        }
    }
}
