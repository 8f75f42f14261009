import type { ApiClient } from '@/api/client';
import { ApiProblem, isFinal } from '@/api/problem';
import type { Conversation, Message } from '@/api/types';
import { waitAfter } from '@/api/wait-after';
import type { Clock } from '@/realtime/clock';
import { Store } from '@/realtime/store';
import { latestMessages, markRead, messagesAfter, messagesBefore } from './api';
import { ReadMarks } from './read-marks';
import {
  emptyTimeline,
  missingAfter,
  olderBefore,
  reduceTimeline,
  type Timeline,
  type TimelineAction,
} from './timeline';
import { newerAfter, reaches } from './timeline-jump';

export interface TimelineOptions {
  api: ApiClient;
  clock: Clock;
  random: () => number;
  pageSize: number;
  /** Messages learnt here that others may want to know of. */
  onMessages: (messages: readonly Message[]) => void;
  onConversation: (conversation: Conversation) => void;
  /** What is shown while the server cannot be reached. */
  memory?: TimelineMemory;
}

/** Keeps the latest messages of conversations on this device. */
export interface TimelineMemory {
  recall(peer: string): Promise<readonly Message[]>;
  remember(peer: string, messages: readonly Message[]): void;
}

/** So many of a conversation's latest messages are kept on this device. */
const remembered = 60;

/** How many messages before a place, and after it, are loaded to go there. */
const around = 30;

/** Keeps one conversation's timeline whole: loads what is asked for and what is missing. */
export class TimelineStore {
  readonly peer: string;
  readonly #options: TimelineOptions;
  readonly #state = new Store<Timeline>(emptyTimeline);
  #opening = false;
  #filling = false;
  #failures = 0;
  readonly #marks: ReadMarks;
  #stopped = false;
  #jumping: number | null = null;
  /** Where to go as soon as the server can be reached. */
  #wanted: number | null = null;
  #retry: unknown = null;

  constructor(peer: string, options: TimelineOptions) {
    this.peer = peer;
    this.#options = options;
    const { clock, random } = options;
    this.#marks = new ReadMarks({ clock, random, tell: (seq) => this.#tellRead(seq) });
  }

  get = (): Timeline => this.#state.get();
  subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  dispatch(action: TimelineAction): void {
    const before = this.#state.get();
    this.#state.set(reduceTimeline(before, action));
    this.#remember(before);
    void this.#fill();
  }

  /** Loads the latest messages, unless they are here. */
  async open(): Promise<void> {
    if (this.#wanted !== null) return this.jumpTo(this.#wanted);
    const { status, stale } = this.get();
    if (this.#opening || this.#jumping !== null || (status === 'ready' && !stale)) return;
    this.#opening = true;
    this.dispatch({ type: 'loading' });
    try {
      const page = await this.#latest();
      this.#forget(page.forgotten_seq);
      this.dispatch({ type: 'loaded', messages: page.results, lastSeq: page.last_seq });
      this.#options.onMessages(page.results);
      this.#failures = 0;
    } catch (problem) {
      await this.#recall(problem);
      this.dispatch({ type: 'load failed', problem: kindOf(problem) });
      this.#later(problem);
    } finally {
      this.#opening = false;
    }
  }

  /** What this device has kept, until the server can be asked. */
  async #recall(problem: unknown): Promise<void> {
    const away = problem instanceof ApiProblem && problem.passing;
    if (!away || this.get().history.length > 0) return;
    const messages = (await this.#options.memory?.recall(this.peer)) ?? [];
    if (messages.length === 0 || this.get().history.length > 0) return;
    const lastSeq = Math.max(...messages.map(({ seq }) => seq));
    this.dispatch({ type: 'loaded', messages, lastSeq });
    this.dispatch({ type: 'reset' });
  }

  #remember(before: Timeline): void {
    const { history, detached, stale } = this.get();
    if (history === before.history || detached || stale || history.length === 0) return;
    this.#options.memory?.remember(this.peer, history.slice(-remembered));
  }

  async loadOlder(): Promise<void> {
    const before = olderBefore(this.get());
    if (before === null || this.get().older === 'loading') return;
    this.dispatch({ type: 'older loading' });
    try {
      // A little more than a screenful at once keeps quick scrolling smooth.
      const page = await messagesBefore(
        this.#options.api,
        this.peer,
        before,
        Math.max(this.#options.pageSize, 50),
      );
      // What is not there must not be asked for again.
      this.#forget(page.results.length > 0 ? page.forgotten_seq : before - 1);
      this.dispatch({ type: 'older loaded', messages: page.results });
    } catch {
      this.dispatch({ type: 'older failed' });
    }
  }

  /** Reads on towards the end, from a place in the middle. */
  async loadNewer(): Promise<void> {
    const after = newerAfter(this.get());
    if (after === null || this.get().newer === 'loading') return;
    this.dispatch({ type: 'newer loading' });
    try {
      const page = await messagesAfter(this.#options.api, this.peer, after, 50);
      this.#forget(page.forgotten_seq);
      this.dispatch({ type: 'newer loaded', messages: page.results, lastSeq: page.last_seq });
    } catch {
      this.dispatch({ type: 'newer failed' });
    }
  }

  /** Goes to the message at `seq`, loading what is around it unless it is here. */
  async jumpTo(seq: number): Promise<void> {
    if (reaches(this.get(), seq)) {
      this.dispatch({ type: 'jumped', seq });
      return;
    }
    if (this.#jumping === seq) return;
    this.#jumping = seq;
    this.#wanted = null;
    this.dispatch({ type: 'loading' });
    try {
      const { api } = this.#options;
      const [before, after] = await Promise.all([
        messagesBefore(api, this.peer, seq + 1, around),
        messagesAfter(api, this.peer, seq, around),
      ]);
      const messages = [...before.results, ...after.results];
      const lastSeq = Math.max(before.last_seq, after.last_seq);
      this.#forget(after.forgotten_seq);
      if (this.#jumping === seq) this.dispatch({ type: 'around loaded', seq, messages, lastSeq });
    } catch (problem) {
      if (this.#jumping === seq) this.#wanted = seq;
      this.dispatch({ type: 'load failed', problem: kindOf(problem) });
      this.#later(problem);
    } finally {
      if (this.#jumping === seq) this.#jumping = null;
    }
  }

  /** From the middle back to the latest messages. */
  async returnToEnd(): Promise<void> {
    this.#forgetJump();
    const { live, lastSeq } = this.get();
    try {
      const here = lastSeq > 0 && live.at(-1)?.seq === lastSeq;
      const page = here ? { results: [], last_seq: lastSeq } : await this.#latest();
      this.dispatch({ type: 'returned', messages: page.results, lastSeq: page.last_seq });
    } catch {
      this.dispatch({ type: 'newer failed' });
    }
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#marks.forget();
    this.#forgetJump();
    this.dispatch({ type: 'left' });
  }

  #forgetJump(): void {
    this.#jumping = null;
    this.#wanted = null;
  }

  /** The server says that what is older than this is gone. */
  #forget(seq?: number | null): void {
    if (seq && seq > this.get().forgottenSeq) {
      this.#state.set(reduceTimeline(this.get(), { type: 'forgotten', seq }));
    }
  }

  #latest() {
    return latestMessages(this.#options.api, this.peer);
  }

  /** Tells the server that everything shown has been read. */
  async markRead(): Promise<void> {
    const seq = this.get().history.at(-1)?.seq ?? 0;
    if (this.get().detached || seq <= this.get().readSeq) return;
    const said = await this.#marks.say(seq);
    // What came meanwhile has been read as well.
    if (said && this.get().readSeq >= seq) await this.markRead();
  }

  async #tellRead(seq: number): Promise<void> {
    if (seq <= this.get().readSeq) return;
    const conversation = await markRead(this.#options.api, this.peer, seq);
    if (this.#stopped) return;
    this.learn(conversation);
    this.#options.onConversation(conversation);
  }

  /** Takes over positions learnt elsewhere. */
  learn(conversation: Conversation): void {
    this.dispatch({ type: 'read', by: 'me', seq: conversation.read_seq });
    this.dispatch({ type: 'read', by: 'peer', seq: conversation.peer_read_seq });
    this.dispatch({ type: 'delivered', seq: conversation.peer_delivered_seq });
  }

  /** What is here may be out of date. */
  reset(): void {
    if (this.get().status === 'new') return;
    this.dispatch({ type: 'reset' });
    void this.open();
  }

  /** Nothing is asked for any more: whoever uses the page from now on may be somebody else. */
  stop(): void {
    this.#stopped = true;
    this.#marks.stop();
    this.#options.clock.clearTimeout(this.#retry);
  }

  /** The server can be reached again: do now what had failed. */
  nudge(): void {
    if (this.#stopped || this.get().status === 'new') return;
    this.#failures = 0;
    this.#options.clock.clearTimeout(this.#retry);
    this.#retry = null;
    void this.open();
    void this.#fill();
    this.#marks.nudge();
    if (this.get().older === 'failed') void this.loadOlder();
    if (this.get().newer === 'failed') void this.loadNewer();
  }

  /** Fetches what is known to be missing after the history, until nothing is. */
  async #fill(): Promise<void> {
    const after = missingAfter(this.get());
    if (after === null || this.#filling || this.#retry !== null || this.#stopped) return;
    this.#filling = true;
    try {
      const page = await messagesAfter(this.#options.api, this.peer, after);
      this.#failures = 0;
      this.#forget(page.forgotten_seq);
      // An answer that helps nothing must not be asked for again at once.
      if (page.results.length === 0) {
        this.reset();
        return;
      }
      this.#filling = false;
      this.dispatch({ type: 'received', messages: page.results, lastSeq: page.last_seq });
      this.#options.onMessages(page.results);
    } catch (problem) {
      this.#later(problem);
    } finally {
      this.#filling = false;
    }
  }

  #later(problem: unknown): void {
    if (isFinal(problem) || this.#retry !== null || this.#stopped) return;
    this.#failures += 1;
    this.#retry = this.#options.clock.setTimeout(
      () => {
        this.#retry = null;
        void this.open();
        void this.#fill();
      },
      waitAfter(problem, this.#failures, this.#options.random),
    );
  }
}

function kindOf(problem: unknown): ApiProblem['kind'] {
  return problem instanceof ApiProblem ? problem.kind : 'failed';
}
