import type { ApiClient } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { EventCursor, EventPage, Me } from '@/api/types';
import type { Clock } from './clock';
import { closeCode } from './connection-state';
import type { ServerFrame } from './frames';
import type { WebSocketLike } from './socket';

interface Options {
  api: ApiClient;
  clock: Clock;
}

const events = '/api/v1/event/';
/** Seconds, below the deadline of a request. */
const longestWait = 15;
/** Milliseconds between requests that nobody held: not every proxy lets a server think. */
const pause = 1_000;
/** After this long it is time to see whether WebSockets work by now. */
const life = 10 * 60_000;
/** Closed by the server's leave, to be opened again in another way. */
const timeIsUp = 1012;

/**
 * What a socket would tell, asked for with requests that the server holds until
 * there is something: for networks that let no WebSocket through. It looks like
 * a socket, so nothing else has to know. Presence and typing do not travel here.
 */
export class LongPoll implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readyState = 0;
  readonly #options: Options;
  readonly #end = new AbortController();
  /** Ends the request that is being held, not the polling. */
  #hurry = new AbortController();

  constructor(url: string, options: Options) {
    this.#options = options;
    void this.#run(cursorIn(url));
  }

  /** Only a `ping` means anything here: the answer to it is an answer of the server. */
  send(data: string): void {
    if (data.includes('"ping"')) this.#hurry.abort();
  }

  close(): void {
    this.readyState = 3;
    this.#end.abort();
  }

  async #run(cursor: EventCursor | null): Promise<void> {
    try {
      const { api, clock } = this.#options;
      const signal = this.#end.signal;
      const until = clock.now() + life;
      const { username } = await api.get<Me>('/api/v1/me/', { signal });
      const present = await api.get<EventCursor>(events, { signal });
      if (signal.aborted) return;
      this.readyState = 1;
      this.#say({ type: 'hello', user: username, ...present, ping: longestWait });
      let known = cursor ?? present;
      for (let wait = 0; ; wait = longestWait) {
        const asked = clock.now();
        const before = known.pos;
        known = await this.#ask(known, wait);
        if (wait > 0 && known.pos === before) await this.#rest(asked + pause);
        if (clock.now() >= until) {
          this.#closed(timeIsUp);
          return;
        }
      }
    } catch (problem) {
      const over = problem instanceof ApiProblem && problem.kind === 'signed-out';
      this.#closed(over ? closeCode.sessionEnded : closeCode.silent);
    }
  }

  /** One request; the answer is everything that the server had to say by then. */
  async #ask({ epoch, pos }: EventCursor, wait: number): Promise<EventCursor> {
    this.#hurry = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, this.#hurry.signal]);
    const query = { epoch, after: pos, limit: 100, wait };
    try {
      const page = await this.#options.api.get<EventPage>(events, { query, signal });
      return this.#tell(page, { epoch, pos });
    } catch (problem) {
      if (this.#end.signal.aborted) throw problem;
      // Whoever asked wants to know now whether anybody is there.
      if (this.#hurry.signal.aborted) return await this.#ask({ epoch, pos }, 0);
      if (problem instanceof ApiProblem && problem.status === 410) return await this.#startOver();
      throw problem;
    }
  }

  #rest(until: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((rested) => clock.setTimeout(rested, Math.max(0, until - clock.now())));
  }

  #tell(page: EventPage, { epoch, pos }: EventCursor): EventCursor {
    for (const event of page.results) this.#say(event);
    const last = page.results.at(-1)?.pos ?? Math.max(pos, page.pos);
    if (last >= page.pos) this.#say({ type: 'caught_up', pos: last });
    return { epoch, pos: last };
  }

  async #startOver(): Promise<EventCursor> {
    const present = await this.#options.api.get<EventCursor>(events, { signal: this.#end.signal });
    this.#say({ type: 'reset', ...present });
    return present;
  }

  #say(frame: ServerFrame): void {
    if (!this.#end.signal.aborted) {
      this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(frame) }));
    }
  }

  #closed(code: number): void {
    if (this.#end.signal.aborted) return;
    this.close();
    this.onclose?.(new CloseEvent('close', { code }));
  }
}

function cursorIn(url: string): EventCursor | null {
  const { searchParams } = new URL(url);
  const epoch = searchParams.get('epoch');
  return epoch === null ? null : { epoch, pos: Number(searchParams.get('pos')) };
}
