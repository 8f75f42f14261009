import { Store } from '@/realtime/store';
import { onWrite, read, remove, write } from './storage';

/** Whose messages make no noise: kept on this device, for each account. */
export class Muted {
  readonly peers: Store<ReadonlySet<string>>;
  readonly #key: string;

  constructor(owner: string) {
    this.#key = `chatapp.muted.${encodeURIComponent(owner)}`;
    this.peers = new Store<ReadonlySet<string>>(new Set(namesIn(read(this.#key))));
  }

  /** Goes along with what other pages of this browser mute, until `end`. */
  follow(end: AbortSignal): void {
    onWrite(this.#key, end, (text) => this.peers.set(new Set(namesIn(text))));
  }

  has(peer: string): boolean {
    return this.peers.get().has(peer);
  }

  /** They are names of people: nobody else who uses this device should find them. */
  clear(): void {
    this.peers.set(new Set());
    remove(this.#key);
  }

  toggle(peer: string): void {
    const peers = new Set(this.peers.get());
    if (!peers.delete(peer)) peers.add(peer);
    this.peers.set(peers);
    write(this.#key, JSON.stringify([...peers]));
  }
}

function namesIn(text: string | null): string[] {
  try {
    const names: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
