import type { ApiClient } from '@/api/client';
import { isFinal } from '@/api/problem';
import type { Message } from '@/api/types';
import { waitAfter } from '@/api/wait-after';
import type { Clock } from '@/realtime/clock';
import { largestPage, messagesById } from './api';

interface Options {
  api: ApiClient;
  clock: Clock;
  random: () => number;
  onMessages: (messages: Message[]) => void;
}

/** Long enough to gather a burst of notifications, too short to notice. */
const gather = 8;

/**
 * Turns the ids that notifications name into messages: many with one request,
 * and again later when the server could not be reached, so that none is lost.
 */
export class MessageFetcher {
  readonly #options: Options;
  readonly #wanted = new Set<number>();
  #busy = false;
  #failures = 0;
  #timer: unknown = null;

  constructor(options: Options) {
    this.#options = options;
  }

  want(id: number): void {
    this.#wanted.add(id);
    if (this.#timer === null && !this.#busy) this.#schedule(gather);
  }

  /** The server can be reached again: no need to wait longer. */
  nudge(): void {
    this.#failures = 0;
    if (this.#wanted.size > 0 && !this.#busy) this.#schedule(0);
  }

  stop(): void {
    this.#wanted.clear();
    this.#options.clock.clearTimeout(this.#timer);
  }

  #schedule(wait: number): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null;
      void this.#fetch();
    }, wait);
  }

  async #fetch(): Promise<void> {
    const ids = [...this.#wanted].slice(0, largestPage);
    if (ids.length === 0) return;
    this.#busy = true;
    let wait = 0;
    try {
      const messages = await messagesById(this.#options.api, ids);
      ids.forEach((id) => this.#wanted.delete(id));
      this.#failures = 0;
      this.#options.onMessages(messages);
    } catch (problem) {
      wait = this.#failed(problem, ids);
    } finally {
      this.#busy = false;
    }
    if (this.#wanted.size > 0) this.#schedule(wait);
  }

  /** How long to wait; what can never be had is forgotten. */
  #failed(problem: unknown, ids: readonly number[]): number {
    if (isFinal(problem)) {
      ids.forEach((id) => this.#wanted.delete(id));
      return 0;
    }
    this.#failures += 1;
    return waitAfter(problem, this.#failures, this.#options.random);
  }
}
