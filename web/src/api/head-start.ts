/** Answers that `src/early.js` has asked for already, by path and query. */
export type Started = Map<string, Promise<Response>>;

declare global {
  interface Window {
    /** There is none in development, nor on screens other than the chat. */
    headStart?: Started;
  }
}

/** Hands over what was asked for before the page's code was here: each answer once, and as if it had just been asked for. */
export class HeadStart {
  readonly #started: Started;
  readonly #fetch: typeof fetch;

  constructor(
    started: Started = new Map(),
    fetcher: typeof fetch = (...request) => fetch(...request),
  ) {
    this.#started = started;
    this.#fetch = fetcher;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const mine = init?.method === 'GET' && typeof input === 'string';
    const started = mine ? this.#take(input) : undefined;
    if (!started) return this.#fetch(input, init);
    const answer = await unlessAborted(started, init?.signal);
    return answer ?? this.#fetch(input, init);
  };

  /** From now on everything is asked for anew. */
  drop(): void {
    this.#started.clear();
  }

  #take(path: string): Promise<Response> | undefined {
    const started = this.#started.get(path);
    this.#started.delete(path);
    return started;
  }
}

/** `undefined` when there is no answer; an error only when nobody wants one any more. */
function unlessAborted(
  started: Promise<Response>,
  signal: AbortSignal | null | undefined,
): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    started.then(resolve, () => resolve(undefined));
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
