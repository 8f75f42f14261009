import type { ApiClient } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { waitAfter } from '@/api/wait-after';
import type { Clock } from '@/realtime/clock';
import { markDelivered } from './api';

interface Options {
  api: ApiClient;
  clock: Clock;
  random: () => number;
}

/** Long enough that a burst of messages, and the reading of them, costs one request. */
const gather = 400;

/**
 * Tells the server how far messages have reached this device: one request for
 * many, one at a time, and nothing about what has been read, which says it all.
 */
export class DeliveryReporter {
  readonly #options: Options;
  /** For each person, up to where is still to be told. */
  readonly #due = new Map<string, number>();
  /** For each person, up to where is known to the server. */
  readonly #told = new Map<string, number>();
  #busy = false;
  #failures = 0;
  #timer: unknown = null;

  constructor(options: Options) {
    this.#options = options;
  }

  received(peer: string, seq: number): void {
    if (seq <= Math.max(this.#told.get(peer) ?? 0, this.#due.get(peer) ?? 0)) return;
    this.#due.set(peer, seq);
    if (this.#timer === null && !this.#busy) this.#schedule(gather);
  }

  /** The server has been told more than this: that everything up to `seq` was read. */
  read(peer: string, seq: number): void {
    this.#told.set(peer, Math.max(this.#told.get(peer) ?? 0, seq));
    if ((this.#due.get(peer) ?? 0) <= seq) this.#due.delete(peer);
  }

  /** The server can be reached again: no need to wait longer. */
  nudge(): void {
    this.#failures = 0;
    if (this.#due.size > 0 && !this.#busy) this.#schedule(0);
  }

  stop(): void {
    this.#due.clear();
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(wait: number): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null;
      void this.#tell();
    }, wait);
  }

  async #tell(): Promise<void> {
    const [next] = this.#due;
    if (!next) return;
    const [peer, seq] = next;
    let wait = 0;
    this.#busy = true;
    try {
      await markDelivered(this.#options.api, peer, seq);
      this.#failures = 0;
      this.read(peer, seq);
    } catch (problem) {
      wait = this.#failed(problem, peer, seq);
    } finally {
      this.#busy = false;
    }
    if (this.#due.size > 0) this.#schedule(wait);
  }

  /** How long to wait; what the server refuses is not told again. */
  #failed(problem: unknown, peer: string, seq: number): number {
    if (!(problem instanceof ApiProblem) || !problem.passing) {
      this.read(peer, seq);
      return 0;
    }
    this.#failures += 1;
    return waitAfter(problem, this.#failures, this.#options.random);
  }
}
