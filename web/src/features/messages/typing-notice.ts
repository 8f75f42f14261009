import type { Clock } from '@/realtime/clock';

const again = 3_000;
const over = 5_000;

/**
 * Tells the other person that one is typing: when it is over, and before that so
 * seldom that even the quickest exchange of short messages costs the server little.
 */
export class TypingNotice {
  readonly #tell: (typing: boolean) => void;
  readonly #clock: Clock;
  #told = -Infinity;
  #typing = false;
  #timer: unknown = null;

  constructor(tell: (typing: boolean) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Called for every change of the text. */
  typed(text: string): void {
    if (text.trim() === '') return this.stop();
    const now = this.#clock.now();
    if (now - this.#told >= again) {
      this.#told = now;
      this.#typing = true;
      this.#tell(true);
    }
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.stop(), over);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#typing) return;
    this.#typing = false;
    this.#tell(false);
  }
}
