import { Store } from '@/realtime/store';

/** The build puts its own name into the document; without one there is nothing to compare. */
function mine(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? '@@';
}

/** Finds out whether the server has a newer page than this one. */
export class UpgradeWatch {
  readonly outdated = new Store(false);
  readonly #fetch: typeof fetch;
  readonly #build: string;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init), build = mine()) {
    this.#fetch = fetcher;
    this.#build = build;
  }

  /** Asks the server. No answer is no news. */
  async check(): Promise<void> {
    if (this.#build.startsWith('@@') || this.outdated.get()) return;
    try {
      const answer = await this.#fetch('/version.json', { cache: 'no-store' });
      if (!answer.ok) return;
      const { build } = (await answer.json()) as { build?: unknown };
      if (typeof build === 'string' && build !== this.#build) this.outdated.set(true);
    } catch {
      // The next look tells.
    }
  }
}
