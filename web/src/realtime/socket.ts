import type { ChatEvent, EventCursor } from '@/api/types';
import { backoff } from './backoff';
import type { Clock } from './clock';
import { asksForPatience, closeCode, type ConnectionState } from './connection-state';
import { isEvent, parseFrame, type ClientFrame, type ServerFrame } from './frames';
import { Store } from './store';

/** The part of a WebSocket that is used here. */
export interface WebSocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
}

export interface SocketListener {
  /** After `hello`: frames can be sent from here on. */
  onOnline(user: string): void;
  /** Each event once, in order of `pos`. */
  onEvent(event: ChatEvent): void;
  /** Events between `after` and the one that follows were lost on the way. */
  onGap(after: EventCursor): void;
  /** What is known may be out of date in any way: load it again. */
  onReset(): void;
  onTyping(conversation: string, typing: boolean): void;
  onPresence(user: string, online: boolean): void;
  /** A device of the other person has everything up to `seq`. */
  onDelivered(conversation: string, seq: number): void;
  /**
   * An attempt failed before the server said anything; it may have refused the
   * session. Tells whether the server answers requests all the same.
   */
  onRefused(): Promise<boolean>;
}

export interface SocketOptions {
  /** Where to connect, with `?epoch=&pos=` added when resuming. */
  url: string;
  open: (url: string, protocol: string) => WebSocketLike;
  /** Another way to the same frames, for networks that let no WebSocket through. */
  poll?: (url: string) => WebSocketLike;
  clock: Clock;
  random: () => number;
}

const protocol = 'chatapp.v1';
/** The `readyState` in which a socket can be written to. */
const open = 1;
const helloTimeout = 10_000;
const pongTimeout = 10_000;
/** While the device says that it has no network: how long an answer may take, and how soon to ask again. */
const doubtfulPong = 2_000;
const doubtfulAfter = 4_000;
const defaultPing = 25;
const silentAfterPings = 2.5;
/** A connection that held this long makes the next loss a fresh one. */
const settled = 5_000;
const patientAttempt = 5;
/** So many sockets in a row that were not let through, while the server answers, are no accident. */
const blockedAfter = 2;

/** A socket that comes back by itself and picks up the stream of events where it was. */
export class ReconnectingSocket {
  readonly state = new Store<ConnectionState>({ status: 'connecting' });
  readonly #options: SocketOptions;
  readonly #listener: SocketListener;
  #socket: WebSocketLike | null = null;
  #cursor: EventCursor | null = null;
  #serverEpoch = '';
  #attempt = 0;
  #onlineSince = 0;
  #silence = defaultPing * silentAfterPings * 1000;
  #network = true;
  #blocked = 0;
  #polling = false;
  /** One timer at a time: the next attempt, the wait for `hello`, or the watch for silence. */
  #timer: unknown = null;

  constructor(options: SocketOptions, listener: SocketListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Connects, asking for every event after `cursor`; without one, from the present on. */
  start(cursor: EventCursor | null): void {
    this.#cursor = cursor;
    this.#connect();
  }

  stop(): void {
    this.#end('stopped');
  }

  /** `false` when there is no connection; nothing is queued. */
  send(frame: ClientFrame): boolean {
    if (this.state.get().status !== 'online' || this.#socket?.readyState !== open) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Does not wait for the next attempt. */
  retryNow(): void {
    const { status } = this.state.get();
    if (status === 'offline' || (status === 'reconnecting' && !this.#socket)) this.#connect();
  }

  /** What the device says about its network. */
  setNetwork(up: boolean): void {
    this.#network = up;
    if (up) this.retryNow();
    else if (this.state.get().status === 'online') this.probe();
    else if (this.state.get().status !== 'ended') this.#lose();
  }

  /** Finds out now whether the server still answers, as after sleep. */
  probe(): void {
    if (!this.send({ type: 'ping' })) return;
    this.#after(this.#network ? pongTimeout : doubtfulPong, () => this.#drop());
  }

  #connect(): void {
    this.#clear();
    if (this.#attempt > 0) {
      this.state.set({ status: 'reconnecting', attempt: this.#attempt, retryAt: null });
    }
    const socket = this.#open();
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(parseFrame(event.data));
    socket.onclose = (event) => this.#closed(event.code);
    this.#after(helloTimeout, () => this.#drop());
  }

  /** A socket where there may be one; where there is none, every other attempt is made without. */
  #open(): WebSocketLike {
    const { open, poll } = this.#options;
    this.#polling = poll !== undefined && this.#blocked >= blockedAfter && !this.#polling;
    return this.#polling && poll ? poll(this.#url()) : open(this.#url(), protocol);
  }

  #url(): string {
    if (!this.#cursor) return this.#options.url;
    const { epoch, pos } = this.#cursor;
    return `${this.#options.url}?epoch=${encodeURIComponent(epoch)}&pos=${pos}`;
  }

  #receive(frame: ServerFrame | undefined): void {
    if (this.state.get().status === 'online' && this.#provesLife(frame)) this.#watchForSilence();
    if (!frame) return;
    if (isEvent(frame)) return this.#advance(frame);
    switch (frame.type) {
      case 'hello':
        return this.#greeted(frame);
      case 'caught_up':
        // A server of another epoch that did not say `reset` still means it.
        if (this.#cursor?.epoch !== this.#serverEpoch) this.#reset(this.#serverEpoch, frame.pos);
        return;
      case 'reset':
        return this.#reset(frame.epoch, frame.pos);
      case 'typing':
        return this.#listener.onTyping(frame.conversation, frame.typing);
      case 'presence':
        return this.#listener.onPresence(frame.user, frame.online);
      case 'delivered':
        return this.#listener.onDelivered(frame.conversation, frame.seq);
      case 'bye':
      case 'pong':
    }
  }

  #greeted(hello: { user: string; epoch: string; pos: number; ping?: number }): void {
    this.#serverEpoch = hello.epoch;
    if (!this.#polling) this.#blocked = 0;
    this.#cursor ??= { epoch: hello.epoch, pos: hello.pos };
    this.#silence = (hello.ping ?? defaultPing) * silentAfterPings * 1000;
    this.#onlineSince = this.#options.clock.now();
    this.state.set({ status: 'online' });
    this.#watchForSilence();
    this.#listener.onOnline(hello.user);
  }

  #advance(event: ChatEvent): void {
    const cursor = this.#cursor;
    if (!cursor || event.pos <= cursor.pos) return;
    if (event.pos > cursor.pos + 1) this.#listener.onGap(cursor);
    this.#cursor = { epoch: cursor.epoch, pos: event.pos };
    this.#listener.onEvent(event);
  }

  #reset(epoch: string, pos: number): void {
    this.#cursor = { epoch, pos };
    this.#listener.onReset();
  }

  #closed(code: number): void {
    if (code === closeCode.sessionEnded) return this.#end('session');
    const wasOnline = this.state.get().status === 'online';
    if (wasOnline && this.#options.clock.now() - this.#onlineSince >= settled) this.#attempt = 0;
    if (asksForPatience(code)) this.#attempt = Math.max(this.#attempt, patientAttempt);
    this.#lose();
    if (!wasOnline) void this.#refused(asksForPatience(code) || this.#polling);
  }

  async #refused(explained: boolean): Promise<void> {
    const answers = await this.#listener.onRefused();
    if (answers && !explained) this.#blocked += 1;
  }

  /** Gives up on a socket without waiting for its own idea of when it is closed. */
  #drop(): void {
    const socket = this.#detach();
    socket?.close(closeCode.silent);
    this.#closed(closeCode.silent);
  }

  #lose(): void {
    this.#detach()?.close();
    this.#clear();
    this.#attempt += 1;
    if (!this.#network) return this.state.set({ status: 'offline' });
    const wait = backoff(this.#attempt, this.#options.random);
    const retryAt = this.#options.clock.now() + wait;
    this.state.set({ status: 'reconnecting', attempt: this.#attempt, retryAt });
    this.#after(wait, () => this.#connect());
  }

  #end(reason: 'session' | 'stopped'): void {
    this.#detach()?.close();
    this.#clear();
    this.state.set({ status: 'ended', reason });
  }

  #detach(): WebSocketLike | null {
    const socket = this.#socket;
    if (socket) socket.onmessage = socket.onclose = null;
    this.#socket = null;
    return socket;
  }

  /** A frame that was on its way when the network went is no proof that it is there; an answer is. */
  #provesLife(frame: ServerFrame | undefined): boolean {
    return this.#network || frame?.type === 'pong';
  }

  #watchForSilence(): void {
    this.#after(this.#network ? this.#silence : doubtfulAfter, () => this.probe());
  }

  #after(milliseconds: number, then: () => void): void {
    this.#clear();
    this.#timer = this.#options.clock.setTimeout(then, milliseconds);
  }

  #clear(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
