import { v7 as newKey } from 'uuid';
import type { ApiClient } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Message } from '@/api/types';
import { waitAfter } from '@/api/wait-after';
import type { Clock } from '@/realtime/clock';
import { sendMessage } from './api';
import { Discards } from './discards';
import type { OutboxStorage } from './outbox-storage';
import type { Outgoing } from './timeline';
import type { TimelineStore } from './timeline-store';

interface Options {
  api: ApiClient;
  owner: string;
  storage: OutboxStorage;
  clock: Clock;
  random: () => number;
  timeline: (peer: string) => TimelineStore;
  onSent: (message: Message) => void;
  /** The server has this message, although the answer that should have brought it never came. */
  onKnown: (id: number) => void;
}

/**
 * Sends what was written, in order, one at a time to each person, until the
 * server has it. A message keeps its key through every attempt, so that trying
 * again after an answer that never came cannot send it twice.
 */
export class Outbox {
  readonly #options: Options;
  readonly #sending = new Set<string>();
  /** What is on its way just now, with its number if that was heard of before the answer. */
  readonly #underWay = new Map<string, number | null>();
  readonly #failures = new Map<string, number>();
  readonly #retries = new Map<string, unknown>();
  readonly #discards: Discards;
  /** Whoever uses the page from now on may be somebody else: nothing more is sent, and what is kept stays the owner's. */
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#discards = new Discards(options.owner, (peer, clientId) => this.#drop(peer, clientId));
  }

  /** Takes up what an earlier visit left behind. */
  async restore(): Promise<void> {
    const { owner, timeline } = this.#options;
    for (const { peer, failed, ...stored } of await this.#kept(owner)) {
      if (this.#stopped) return;
      timeline(peer).dispatch({
        type: 'queued',
        outgoing: { ...stored, state: failed ? 'failed' : 'waiting', problem: failed },
      });
      void this.#run(peer);
    }
  }

  send(peer: string, body: string): void {
    const outgoing: Outgoing = {
      clientId: newKey(),
      body,
      writtenAt: this.#options.clock.now(),
      state: 'waiting',
      problem: null,
    };
    this.#options.timeline(peer).dispatch({ type: 'queued', outgoing });
    this.#keep(peer, outgoing, null);
    void this.#run(peer);
  }

  /** Whether the answer to a send, still to come, will bring this message; if it does not, `onKnown` is called. */
  expects(clientId: string, id: number): boolean {
    if (!this.#underWay.has(clientId)) return false;
    this.#underWay.set(clientId, id);
    return true;
  }

  /** A message of one's own came by another way than the answer to its send. */
  arrived(clientId: string): void {
    this.#forget(clientId);
  }

  retry(peer: string, clientId: string): void {
    this.#options.timeline(peer).dispatch({ type: 'postponed', clientId, problem: null });
    this.nudge(peer);
  }

  discard(peer: string, clientId: string): void {
    this.#drop(peer, clientId);
    this.#forget(clientId);
    if (!this.#stopped) this.#discards.tell(peer, clientId);
  }

  /** The server can be reached again, or someone asked: no need to wait longer. */
  nudge(peer: string): void {
    this.#options.clock.clearTimeout(this.#retries.get(peer));
    this.#retries.delete(peer);
    this.#failures.delete(peer);
    void this.#run(peer);
  }

  nudgeAll(): void {
    for (const peer of [...this.#retries.keys()]) this.nudge(peer);
  }

  /** Leaves nothing of the owner's behind. */
  async clear(): Promise<void> {
    await this.#options.storage.clear(this.#options.owner).catch(ignore);
  }

  stop(): void {
    this.#stopped = true;
    this.#discards.close();
    for (const timer of this.#retries.values()) this.#options.clock.clearTimeout(timer);
    this.#retries.clear();
  }

  #drop(peer: string, clientId: string): void {
    this.#options.timeline(peer).dispatch({ type: 'discarded', clientId });
  }

  async #run(peer: string): Promise<void> {
    if (this.#stopped || this.#sending.has(peer) || this.#retries.has(peer)) return;
    this.#sending.add(peer);
    try {
      for (let next = this.#next(peer); next; next = this.#next(peer)) {
        if (!(await this.#deliver(peer, next))) break;
      }
    } finally {
      this.#sending.delete(peer);
    }
  }

  #next(peer: string): Outgoing | undefined {
    return this.#options
      .timeline(peer)
      .get()
      .pending.find((mine) => mine.state === 'waiting');
  }

  /** `false` when the ones behind it have to wait too. */
  async #deliver(peer: string, { clientId, body }: Outgoing): Promise<boolean> {
    const timeline = this.#options.timeline(peer);
    timeline.dispatch({ type: 'sending', clientId });
    this.#underWay.set(clientId, null);
    try {
      const message = await sendMessage(this.#options.api, peer, body, clientId);
      this.#forget(clientId);
      if (this.#stopped) return false;
      timeline.dispatch({ type: 'sent', clientId, message });
      this.#failures.delete(peer);
      this.#options.onSent(message);
      return true;
    } catch (reason) {
      const problem = reason instanceof ApiProblem ? reason : new ApiProblem('failed');
      return this.#notDelivered(peer, clientId, problem);
    } finally {
      this.#underWay.delete(clientId);
    }
  }

  #notDelivered(peer: string, clientId: string, problem: ApiProblem): boolean {
    if (this.#stopped) return false;
    const known = this.#underWay.get(clientId);
    if (known) this.#options.onKnown(known);
    // With the same key the server answers with what it has.
    if (known || problem.passing || problem.kind === 'signed-out') {
      this.#postpone(peer, clientId, problem);
      return false;
    }
    this.#fail(peer, clientId, problem);
    return true;
  }

  #postpone(peer: string, clientId: string, problem: ApiProblem): void {
    const failures = (this.#failures.get(peer) ?? 0) + 1;
    this.#failures.set(peer, failures);
    const wait = waitAfter(problem, failures, this.#options.random);
    const retryAt = this.#options.clock.now() + wait;
    // Before the dispatch, which may ask for a run.
    this.#retries.set(
      peer,
      this.#options.clock.setTimeout(() => {
        this.#retries.delete(peer);
        void this.#run(peer);
      }, wait),
    );
    const postponed = { kind: problem.kind, retryAt };
    this.#options.timeline(peer).dispatch({ type: 'postponed', clientId, problem: postponed });
  }

  #fail(peer: string, clientId: string, problem: ApiProblem): void {
    const { kind, detail, fields } = problem;
    const words = detail ?? Object.values(fields).flat()[0];
    const failed = { kind, detail: words };
    const timeline = this.#options.timeline(peer);
    const outgoing = timeline.get().pending.find((mine) => mine.clientId === clientId);
    timeline.dispatch({ type: 'send failed', clientId, problem: failed });
    if (outgoing) this.#keep(peer, outgoing, failed);
  }

  #keep(peer: string, outgoing: Outgoing, failed: Outgoing['problem']): void {
    const { clientId, body, writtenAt } = outgoing;
    const { owner, storage } = this.#options;
    storage.put({ clientId, owner, peer, body, writtenAt, failed }).catch(ignore);
  }

  #forget(clientId: string): void {
    this.#options.storage.remove(clientId).catch(ignore);
  }

  async #kept(owner: string) {
    return this.#options.storage.all(owner).catch(() => []);
  }
}

/** Without storage a message still lives as long as the page does. */
function ignore(): void {
  // Nothing to do.
}
