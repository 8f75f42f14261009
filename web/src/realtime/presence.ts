import type { User } from '@/api/types';
import type { Clock } from './clock';
import { Store } from './store';

/** Without news for this long, nobody is taken to be typing any more. */
const typingLasts = 6_000;
const mostWatched = 200;

/** Who is here and who is typing, as far as anyone is looking. */
export class Presence {
  readonly online = new Store<ReadonlyMap<string, boolean>>(new Map());
  /** When people who are not here were here last, as far as they share it. */
  readonly lastSeen = new Store<ReadonlyMap<string, Date>>(new Map());
  readonly typing = new Store<ReadonlySet<string>>(new Set());
  readonly #clock: Clock;
  readonly #onWatch: (users: string[]) => void;
  readonly #timers = new Map<string, unknown>();
  #watched: string[] = [];

  constructor(clock: Clock, onWatch: (users: string[]) => void) {
    this.#clock = clock;
    this.#onWatch = onWatch;
  }

  /** People as a list has just told of them. Follows them from here on. */
  meet(users: readonly User[]): void {
    const before = this.online.get();
    const changed = users.filter(({ username, online }) => before.get(username) !== online);
    if (changed.length > 0) {
      const news = changed.map(({ username, online }) => [username, online] as const);
      this.online.set(new Map([...before, ...news]));
    }
    this.#saw(users);
    const watched = new Set(this.#watched);
    const strangers = users.filter(({ username }) => !watched.has(username));
    if (strangers.length === 0) return;
    const names = strangers.map(({ username }) => username);
    this.#watched = [...names, ...this.#watched].slice(0, mostWatched);
    this.watchAgain();
  }

  /** A new connection has to be told whom to follow. */
  watchAgain(): void {
    if (this.#watched.length > 0) this.#onWatch(this.#watched);
  }

  heard(username: string, online: boolean): void {
    if (this.online.get().get(username) === online) return;
    this.online.set(new Map(this.online.get()).set(username, online));
    if (online) return;
    this.typed(username, false);
    this.#noteLastSeen([[username, new Date(this.#clock.now())]]);
  }

  #saw(users: readonly User[]): void {
    const told = users.flatMap(({ username, last_seen }) => {
      const at = Date.parse(last_seen ?? '');
      const known = this.lastSeen.get().get(username)?.getTime() ?? -Infinity;
      return at > known ? [[username, new Date(at)] as const] : [];
    });
    if (told.length > 0) this.#noteLastSeen(told);
  }

  #noteLastSeen(news: readonly (readonly [string, Date])[]): void {
    this.lastSeen.set(new Map([...this.lastSeen.get(), ...news]));
  }

  typed(username: string, typing: boolean): void {
    this.#clock.clearTimeout(this.#timers.get(username));
    this.#timers.delete(username);
    if (typing) {
      const stop = () => this.typed(username, false);
      this.#timers.set(username, this.#clock.setTimeout(stop, typingLasts));
    }
    if (this.typing.get().has(username) === typing) return;
    const now = new Set(this.typing.get());
    if (typing) now.add(username);
    else now.delete(username);
    this.typing.set(now);
  }
}
