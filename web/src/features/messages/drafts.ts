const prefix = 'chatapp.draft.';

/** What was typed and not sent, for each pair of people, across reloads and tabs. */
export class Drafts {
  readonly #owner: string;
  readonly #storage: Storage | null;

  constructor(owner: string, storage: Storage | null = reachableStorage()) {
    this.#owner = owner;
    this.#storage = storage;
  }

  get(peer: string): string {
    try {
      return this.#storage?.getItem(this.#key(peer)) ?? '';
    } catch {
      return '';
    }
  }

  set(peer: string, text: string): void {
    try {
      if (text.trim() === '') this.#storage?.removeItem(this.#key(peer));
      else this.#storage?.setItem(this.#key(peer), text);
    } catch {
      // A full or forbidden storage costs the draft's survival, not the draft.
    }
  }

  clear(): void {
    if (!this.#storage) return;
    const mine = Object.keys(this.#storage).filter((key) => key.startsWith(this.#key('')));
    for (const key of mine) this.#storage.removeItem(key);
  }

  #key(peer: string): string {
    return `${prefix}${encodeURIComponent(this.#owner)}.${encodeURIComponent(peer)}`;
  }
}

function reachableStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
