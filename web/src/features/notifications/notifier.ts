import type { Message } from '@/api/types';
import type { Clock } from '@/realtime/clock';

export interface Notice {
  peer: string;
  title: string;
  body: string;
}

interface Options {
  clock: Clock;
  me: string;
  /** Whether someone is looking at this page, and at which conversation. */
  looking: () => boolean;
  open: () => string | null;
  isMuted: (peer: string) => boolean;
  /** Whether a device of mine has read this far. */
  isRead: (peer: string, seq: number) => boolean;
  nameOf: (peer: string) => string;
  /** How many messages are new, in words. */
  countOf: (count: number) => string;
  show: (notice: Notice) => void;
  chime: () => void;
}

/** Time for another page or device of mine to say that it was read there. */
const grace = 900;
const longestBody = 180;

/** Decides of which messages somebody is told, and gathers what comes together. */
export class Notifier {
  readonly #options: Options;
  readonly #waiting = new Map<string, { count: number; latest: Message; timer: unknown }>();

  constructor(options: Options) {
    this.#options = options;
  }

  arrived(message: Message): void {
    const { me, clock, isMuted, looking, open, chime } = this.#options;
    const peer = message.user;
    if (peer === me || isMuted(peer)) return;
    if (looking()) {
      if (open() !== peer) chime();
      return;
    }
    const known = this.#waiting.get(peer);
    clock.clearTimeout(known?.timer);
    const timer = clock.setTimeout(() => this.#tell(peer), grace);
    const latest = known && known.latest.seq > message.seq ? known.latest : message;
    this.#waiting.set(peer, { count: (known?.count ?? 0) + 1, latest, timer });
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) this.#options.clock.clearTimeout(timer);
    this.#waiting.clear();
  }

  #tell(peer: string): void {
    const news = this.#waiting.get(peer);
    this.#waiting.delete(peer);
    const { isRead, nameOf, countOf, show, chime } = this.#options;
    if (!news || isRead(peer, news.latest.seq)) return;
    const text = news.latest.body.slice(0, longestBody).toWellFormed();
    show({ peer, title: nameOf(peer), body: news.count > 1 ? countOf(news.count) : text });
    chime();
  }
}
