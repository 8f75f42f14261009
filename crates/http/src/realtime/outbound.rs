//! Writing to one socket: every event of its user once and in order, and passing frames between them.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use bytestring::ByteString;
use chatapp_domain::catch_up::{Batch, CatchUpError};
use chatapp_domain::event::{Epoch, Event, Pos};
use chatapp_domain::user::Identity;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::ending::Ending;
use super::frames;
use super::line::{self, Closed};
use super::mailbox::{Item, Mailbox, Outgoing};
use super::protocol::Dialect;
use super::sequence::Sequence;
use crate::services::Services;
use crate::settings::SocketSettings;

/// How many events are read from the store at once.
const BATCH: i64 = 100;
/// How long to wait before asking the store again for what it did not have, although something after it was heard of.
const FRUITLESS_WAIT: Duration = Duration::from_secs(1);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(2);

/// The writing half of a socket.
pub(super) struct Outbound<'a> {
    pub(super) me: &'a Identity,
    pub(super) dialect: Dialect,
    pub(super) services: &'a Services,
    pub(super) settings: &'a SocketSettings,
    pub(super) mailbox: &'a Mailbox,
    pub(super) line: &'a line::Writer,
    pub(super) sequence: Sequence,
    pub(super) epoch: Epoch,
    /// When to ping next.
    pub(super) ping_at: Instant,
    /// When to ask the store for what is missing.
    pub(super) gap_until: Option<Instant>,
}

/// Where a socket begins.
#[derive(Debug)]
pub(super) struct Start {
    /// The history that is told here.
    pub(super) epoch: Epoch,
    /// The latest place in it.
    pub(super) latest: Pos,
    /// The place to go on after, or nothing if the client's leads nowhere.
    pub(super) after: Option<Pos>,
}

impl Outbound<'_> {
    /// Writes until there is a reason to end.
    pub(super) async fn run(&mut self, start: &Start) -> Ending {
        match self.write(start).await {
            Err(ending) => ending,
            Ok(never) => match never {},
        }
    }

    async fn write(&mut self, start: &Start) -> Result<Infallible, Ending> {
        Box::pin(self.greet(start)).await?;
        // One timer for all pings: setting up another for each event would cost more than the event.
        let mut ping = pin!(sleep_until(self.ping_at));
        loop {
            let gap_until = self.gap_until;
            tokio::select! {
                biased;
                item = self.mailbox.next() => self.handle(item).await?,
                () = wait_until(gap_until), if gap_until.is_some() => Box::pin(self.catch_up()).await?,
                () = ping.as_mut() => self.ping().await?,
            }
            if ping.deadline() != self.ping_at {
                ping.as_mut().reset(self.ping_at);
            }
        }
    }

    async fn greet(&mut self, start: &Start) -> Result<(), Ending> {
        if self.dialect == Dialect::V1 {
            let (now, ping) = (self.services.clock.now(), self.settings.ping_every.as_secs());
            self.send(frames::hello(&self.me.username, &start.epoch, start.latest, now, ping)).await?;
        }
        match start.after {
            None => self.reset(start.epoch.clone(), start.latest).await?,
            Some(after) if after < start.latest => self.catch_up().await?,
            Some(_) => {}
        }
        if self.dialect == Dialect::V1 {
            self.send(frames::caught_up(self.sequence.sent())).await?;
        }
        Ok(())
    }

    async fn handle(&mut self, item: Item) -> Result<(), Ending> {
        match item {
            Item::Frame(Outgoing::Text(text)) => self.send(text).await,
            Item::Frame(Outgoing::Pong(bytes)) => {
                let sending = timeout(self.settings.send_timeout, self.line.pong(&bytes)).await;
                sent(sending)
            }
            Item::Event(event) => {
                self.sequence.offer(event);
                self.send_ready().await
            }
            Item::Latest(latest) if latest <= self.sequence.sent() => Ok(()),
            Item::Latest(_) | Item::Missed => Box::pin(self.catch_up()).await,
        }
    }

    /// Sends what is next in order. What came too early waits a moment for what is before it: events of two commits
    /// may be heard of in either order.
    async fn send_ready(&mut self) -> Result<(), Ending> {
        while let Some(event) = self.sequence.take_next() {
            self.send_event(&event).await?;
        }
        if self.sequence.is_full() {
            return Box::pin(self.catch_up()).await;
        }
        let until = || Instant::now() + self.settings.gap_wait;
        self.gap_until = self.sequence.has_gap().then(|| self.gap_until.unwrap_or_else(until));
        Ok(())
    }

    /// Reads from the store whatever has not been sent, and sends it.
    async fn catch_up(&mut self) -> Result<(), Ending> {
        let before = self.sequence.sent();
        while let Some(batch) = self.read().await? {
            for event in &batch.events {
                self.sequence.advance(event.pos);
                self.send_event(event).await?;
            }
            if batch.events.is_empty() || self.sequence.sent() >= batch.latest {
                break;
            }
        }
        while let Some(event) = self.sequence.take_next() {
            self.send_event(&event).await?;
        }
        let fruitless = self.sequence.sent() == before;
        let wait = if fruitless { FRUITLESS_WAIT } else { self.settings.gap_wait };
        self.gap_until = self.sequence.has_gap().then(|| Instant::now() + wait);
        Ok(())
    }

    /// The events after the last one sent. The store may be away for a while; nothing if the place leads nowhere and the
    /// socket goes on from the present.
    async fn read(&mut self) -> Result<Option<Batch>, Ending> {
        let give_up = Instant::now() + self.settings.store_patience;
        let mut pause = FIRST_RETRY;
        loop {
            let after = self.sequence.sent();
            match self.services.catch_up.after(self.me.id, Some(&self.epoch.0), after, BATCH).await {
                Ok(batch) => return Ok(Some(batch)),
                Err(CatchUpError::Reset { epoch, latest }) => {
                    self.reset(epoch, latest).await?;
                    return Ok(None);
                }
                Err(CatchUpError::Store(error)) if Instant::now() + pause >= give_up => {
                    log::warn!("a socket could not read what it missed: {error}");
                    return Err(Ending::Overloaded);
                }
                Err(CatchUpError::Store(_)) => sleep(pause).await,
            }
            pause = LONGEST_RETRY.min(pause * 2);
        }
    }

    async fn reset(&mut self, epoch: Epoch, latest: Pos) -> Result<(), Ending> {
        self.sequence.restart(latest);
        self.epoch = epoch;
        match self.dialect {
            Dialect::V1 => self.send(frames::reset(&self.epoch, latest)).await,
            Dialect::Plain => Ok(()),
        }
    }

    async fn send_event(&mut self, event: &Event) -> Result<(), Ending> {
        match frames::event(self.dialect, event) {
            Some(frame) => self.send(frame).await,
            None => Ok(()),
        }
    }

    /// Sends a frame, and a ping if one is due: a client that is told much says nothing by itself, and would seem idle.
    async fn send(&mut self, frame: ByteString) -> Result<(), Ending> {
        if self.line.has_room() {
            self.line.text(&frame).await.map_err(|Closed| Ending::Gone)?;
        } else {
            sent(timeout(self.settings.send_timeout, self.line.text(&frame)).await)?;
        }
        if Instant::now() >= self.ping_at {
            self.ping().await?;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Ending> {
        self.ping_at = Instant::now() + self.settings.ping_every;
        sent(timeout(self.settings.send_timeout, self.line.ping()).await)
    }
}

async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn sent<E>(sending: Result<Result<(), Closed>, E>) -> Result<(), Ending> {
    match sending {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Closed)) => Err(Ending::Gone),
        Err(_) => Err(Ending::Stalled),
    }
}
