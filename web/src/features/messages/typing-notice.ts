import type { Clock } from '@/realtime/clock';

/** How long after the last word of it that one is still typing is told. */
const still = 3_000;
/** And that one is typing anew, after it was over. */
const anew = 1_000;
const over = 5_000;

/**
 * Tells the other person that one is typing, and when it is over: so seldom that
 * even the quickest exchange of short messages costs the server little.
 */
export class TypingNotice {
  readonly #tell: (typing: boolean) => void;
  readonly #clock: Clock;
  #told = -Infinity;
  #typing = false;
  #over: unknown = null;
  /** Waits until it may be told anew. */
  #beginning: unknown = null;

  constructor(tell: (typing: boolean) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Called for every change of the text. */
  typed(text: string): void {
    if (text.trim() === '') return this.stop();
    this.#clock.clearTimeout(this.#over);
    this.#over = this.#clock.setTimeout(() => this.stop(), over);
    const wait = this.#told + (this.#typing ? still : anew) - this.#clock.now();
    if (wait <= 0) this.#begin();
    else if (!this.#typing) this.#beginning ??= this.#clock.setTimeout(() => this.#begin(), wait);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#over);
    this.#clock.clearTimeout(this.#beginning);
    this.#beginning = null;
    if (!this.#typing) return;
    this.#typing = false;
    this.#tell(false);
  }

  #begin(): void {
    this.#clock.clearTimeout(this.#beginning);
    this.#beginning = null;
    this.#told = this.#clock.now();
    this.#typing = true;
    this.#tell(true);
  }
}
