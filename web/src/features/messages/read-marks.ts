import { isFinal } from '@/api/problem';
import { waitAfter } from '@/api/wait-after';
import type { Clock } from '@/realtime/clock';

interface Options {
  clock: Clock;
  random: () => number;
  /** Tells the server that a conversation was read up to a place. */
  tell: (seq: number) => Promise<void>;
}

/** Says how far a conversation was read: with one request at a time, and again after a failure that may pass. */
export class ReadMarks {
  readonly #options: Options;
  #busy = false;
  #failures = 0;
  /** Up to where was read, if it could not be said. */
  #due: number | null = null;
  #retry: unknown = null;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether it was said. `false` as well while something is being said. */
  async say(seq: number): Promise<boolean> {
    if (this.#busy || this.#stopped) return false;
    this.#busy = true;
    try {
      await this.#options.tell(seq);
      this.forget();
      return true;
    } catch (problem) {
      this.#due = seq;
      this.#later(problem);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** The server can be reached again: no need to wait longer. */
  nudge(): void {
    this.#clearRetry();
    this.#failures = 0;
    if (this.#due !== null) void this.say(this.#due);
  }

  /** Nobody looks any more, or it was said. */
  forget(): void {
    this.#clearRetry();
    this.#due = null;
    this.#failures = 0;
  }

  stop(): void {
    this.#stopped = true;
    this.forget();
  }

  #later(problem: unknown): void {
    if (this.#stopped || this.#retry !== null || isFinal(problem)) return;
    this.#failures += 1;
    const wait = waitAfter(problem, this.#failures, this.#options.random);
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = null;
      if (this.#due !== null) void this.say(this.#due);
    }, wait);
  }

  #clearRetry(): void {
    this.#options.clock.clearTimeout(this.#retry);
    this.#retry = null;
  }
}
