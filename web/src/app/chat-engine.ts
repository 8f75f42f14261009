import type { QueryClient } from '@tanstack/react-query';
import { navigate } from 'wouter/use-browser-location';
import type { ApiClient } from '@/api/client';
import { meKey } from '@/api/me';
import { personQuery } from '@/api/person';
import type { ChatEvent, Conversation, EventCursor, EventPage, Me, Message } from '@/api/types';
import { peerOf } from '@/features/conversations/inbox';
import { DeliveryReporter } from '@/features/messages/delivery-reporter';
import { Drafts } from '@/features/messages/drafts';
import { MessageFetcher } from '@/features/messages/message-fetcher';
import { Outbox } from '@/features/messages/outbox';
import { IndexedOutbox } from '@/features/messages/outbox-storage';
import { knows } from '@/features/messages/timeline';
import { TimelineStore } from '@/features/messages/timeline-store';
import { UpgradeWatch } from '@/features/offline/upgrade';
import { followNotifications, startWorker } from '@/features/offline/worker';
import { systemClock } from '@/realtime/clock';
import { LongPoll } from '@/realtime/long-poll';
import { Presence } from '@/realtime/presence';
import { ReconnectingSocket } from '@/realtime/socket';
import { InboxKeeper } from './inbox-keeper';
import type { Memory } from './memory';
import { News } from './news';

interface Options {
  api: ApiClient;
  queryClient: QueryClient;
  me: Me;
  /** `null` when what is shown is what this device had kept. */
  cursor: EventCursor | null;
  memory: Memory;
  /** The server says, by closing the socket, that the session is over. */
  onEnded: () => void;
}

const events = '/api/v1/event/';
const shared = { clock: systemClock, random: () => Math.random() };

/** Everything that lives as long as a session: it lets what the socket tells reach what is shown. */
export class ChatEngine {
  readonly me: Me;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly inbox: InboxKeeper;
  readonly news: News;
  readonly socket: ReconnectingSocket;
  readonly #options: Options;
  readonly #fetcher: MessageFetcher;
  readonly #deliveries: DeliveryReporter;
  readonly #timelines = new Map<string, TimelineStore>();
  readonly #cleanUp = new AbortController();
  readonly upgrade = new UpgradeWatch();
  #fromMemory: boolean;

  constructor(options: Options) {
    const { api, queryClient, me } = options;
    this.#options = options;
    this.#fromMemory = options.cursor === null;
    this.me = me;
    this.drafts = new Drafts(me.username);
    this.presence = new Presence(systemClock, (users) =>
      this.socket.send({ type: 'watch', users }),
    );
    this.inbox = new InboxKeeper({
      queryClient,
      me: me.username,
      onPage: (conversations) => this.#listedAnew(conversations),
    });
    this.news = new News(me.username, this.inbox);
    this.#deliveries = new DeliveryReporter({ ...shared, api });
    this.#fetcher = new MessageFetcher({
      ...shared,
      api,
      onMessages: (messages) => this.#arrived(messages),
    });
    this.outbox = new Outbox({
      ...shared,
      api,
      owner: me.username,
      storage: new IndexedOutbox(),
      timeline: (peer) => this.timeline(peer),
      onSent: (message) => {
        this.#listed(message);
        this.news.sent();
      },
      onKnown: (id) => this.#fetcher.want(id),
    });
    this.socket = new ReconnectingSocket(
      {
        ...shared,
        url: `${window.location.origin.replace(/^http/, 'ws')}/ws`,
        open: (url, protocol) => new WebSocket(url, protocol),
        poll: (url) => new LongPoll(url, { api, clock: systemClock }),
      },
      {
        onOnline: (user) => this.#online(user),
        onEvent: (event) => this.#heard(event),
        onGap: (after) => void this.#fillGap(after),
        onReset: () => this.#reload(),
        onTyping: (peer, typing) => this.presence.typed(peer, typing),
        onPresence: (user, online) => this.presence.heard(user, online),
        onDelivered: (peer, seq) => this.#delivered(peer, seq),
        // A refused handshake looks like any other failure; asking tells them apart.
        onRefused: () =>
          api.get('/api/v1/me/').then(
            () => true,
            () => false,
          ),
      },
    );
  }

  start(): void {
    const { signal } = this.#cleanUp;
    this.socket.start(this.#options.cursor);
    void this.outbox.restore();
    followNotifications((to) => navigate(to), signal);
    window.addEventListener('online', () => this.socket.setNetwork(true), { signal });
    window.addEventListener('offline', () => this.socket.setNetwork(false), { signal });
    const awake = () => {
      if (document.visibilityState !== 'visible') return;
      void this.upgrade.check();
      this.socket.probe();
      this.socket.retryNow();
    };
    document.addEventListener('visibilitychange', awake, { signal });
    const stopWatching = this.socket.state.subscribe(() => {
      const state = this.socket.state.get();
      if (state.status === 'ended' && state.reason === 'session') this.#options.onEnded();
    });
    signal.addEventListener('abort', stopWatching);
  }

  stop(): void {
    this.#cleanUp.abort();
    this.socket.stop();
    this.outbox.stop();
    this.#timelines.forEach((timeline) => timeline.stop());
    this.#options.memory.stop();
    this.#fetcher.stop();
    this.#deliveries.stop();
    this.inbox.stop();
    this.news.stop();
  }

  timeline(peer: string): TimelineStore {
    const known = this.#timelines.get(peer);
    if (known) return known;
    const timeline = new TimelineStore(peer, {
      ...shared,
      api: this.#options.api,
      pageSize: this.me.settings.messages_to_load,
      // What was only read again tells nothing of how much is unread, which somebody new in the list would need.
      onMessages: (messages) => {
        if (this.inbox.knows(peer)) messages.forEach((message) => this.#listed(message));
      },
      onConversation: (conversation) => this.inbox.conversation(conversation),
      memory: this.#options.memory,
    });
    this.#timelines.set(peer, timeline);
    return timeline;
  }

  typing(peer: string, typing: boolean): void {
    this.socket.send({ type: 'typing', conversation: peer, typing });
  }

  #online(user: string): void {
    // Another tab has logged in as someone else: nothing on this page is theirs.
    if (user !== this.me.username) return window.location.reload();
    if (this.#fromMemory) this.#reload();
    this.#fromMemory = false;
    void this.upgrade.check();
    // Not before: keeping all files would share the line with what is shown first. Without a worker the page opens
    // only online, and says nothing of it.
    startWorker().catch(() => undefined);
    this.presence.watchAgain();
    this.#fetcher.nudge();
    this.#deliveries.nudge();
    this.outbox.nudgeAll();
    this.inbox.nudge();
    this.#timelines.forEach((timeline) => timeline.nudge());
  }

  #heard(event: ChatEvent): void {
    const timeline = this.#timelines.get(event.conversation);
    switch (event.type) {
      case 'message': {
        const id = Number(event.message);
        const expected = event.client_id && this.outbox.expects(event.client_id, id);
        if (expected || (timeline && knows(timeline.get(), id))) return;
        return this.#fetcher.want(id);
      }
      case 'read': {
        const byMe = event.reader === this.me.username;
        timeline?.dispatch({ type: 'read', by: byMe ? 'me' : 'peer', seq: event.seq });
        if (byMe) {
          this.#deliveries.read(event.conversation, event.seq);
          this.news.read(event.conversation);
        }
        return this.inbox.read(event.conversation, byMe, event.seq);
      }
      case 'edit':
        return timeline?.reset();
      case 'delete':
        timeline?.dispatch({ type: 'deleted', seq: event.seq });
        void this.#options.memory.strike(event.conversation, event.seq);
        // Its last line and what is unread in it may be others now.
        return this.inbox.reload();
    }
  }

  #arrived(messages: readonly Message[]): void {
    // Nobody is told of what was asked for before the session ended.
    if (this.#cleanUp.signal.aborted) return;
    for (const message of [...messages].sort((a, b) => a.seq - b.seq)) {
      const peer = peerOf(message, this.me.username);
      if (message.user === peer) this.presence.typed(peer, false);
      if (message.user === this.me.username && message.client_id) {
        this.outbox.arrived(message.client_id);
      }
      this.#received(message);
      this.#timelines.get(peer)?.dispatch({ type: 'received', messages: [message] });
      this.#listed(message);
      if (!message.deleted) this.news.arrived(message);
    }
  }

  /** A page of conversations has come, with what was written while nobody was here. */
  #listedAnew(conversations: readonly Conversation[]): void {
    this.presence.meet(conversations.map(({ user }) => user));
    for (const { unread, last_message } of conversations) {
      if (unread > 0) this.#received(last_message);
    }
  }

  #received({ user, seq }: Message): void {
    const me = this.#options.queryClient.getQueryData<Me>(meKey) ?? this.me;
    // Who hides how far they are has nothing to tell.
    if (me.receipts && user !== me.username) this.#deliveries.received(user, seq);
  }

  #delivered(peer: string, seq: number): void {
    this.#timelines.get(peer)?.dispatch({ type: 'delivered', seq });
    this.inbox.delivered(peer, seq);
  }

  #listed(message: Message): void {
    const peer = peerOf(message, this.me.username);
    const stranger = !this.inbox.knows(peer);
    this.inbox.message(message);
    if (stranger) void this.#introduce(peer);
  }

  async #introduce(peer: string): Promise<void> {
    const { api, queryClient } = this.#options;
    const user = await queryClient.query(personQuery(api, peer)).catch(() => null);
    if (!user) return;
    this.inbox.user(user);
    this.presence.meet([user]);
  }

  async #fillGap({ epoch, pos }: EventCursor): Promise<void> {
    try {
      for (let after = pos; ;) {
        const query = { epoch, after, limit: 100 };
        const page = await this.#options.api.get<EventPage>(events, { query });
        page.results.forEach((event) => this.#heard(event));
        const last = page.results.at(-1)?.pos ?? page.pos;
        if (last >= page.pos) return;
        after = last;
      }
    } catch {
      this.#reload();
    }
  }

  #reload(): void {
    this.inbox.reload();
    this.#timelines.forEach((timeline) => timeline.reset());
  }
}

export function currentCursor(api: ApiClient): Promise<EventCursor> {
  return api.get<EventCursor>(events);
}
