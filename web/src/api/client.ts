import { nextLink } from './link-header';
import { ApiProblem, problemFrom, wantsPassword } from './problem';
import { sendFile } from './send-file';

export type Query = Record<string, string | number | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** No limit on how long the answer may take. */
  patient?: boolean;
}

export interface Page<T> {
  data: T;
  /** The path of the page that follows, from the `Link` header. */
  next: string | undefined;
}

/** Asks a person to prove who they are; whether they did. */
export type Confirm = () => Promise<boolean>;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const timeout = 20_000;

/** Speaks JSON with the server. Knows nothing of what is shown. */
export class ApiClient {
  readonly #fetch: typeof fetch;
  readonly #signedOut = new Set<() => void>();
  #confirm: Confirm | null = null;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#fetch = fetcher;
  }

  /** Calls `listener` whenever the server says that there is no session (any more). */
  onSignedOut(listener: () => void): () => void {
    this.#signedOut.add(listener);
    return () => this.#signedOut.delete(listener);
  }

  /**
   * Asks `confirm` when the server wants the password once more, and repeats what it wanted it for when that says yes.
   * One at a time; the answer takes it away again.
   */
  onPasswordRequired(confirm: Confirm): () => void {
    this.#confirm = confirm;
    return () => {
      if (this.#confirm === confirm) this.#confirm = null;
    };
  }

  async get<T>(path: string, options?: RequestOptions): Promise<T> {
    return (await this.page<T>(path, options)).data;
  }

  async page<T>(path: string, options?: RequestOptions): Promise<Page<T>> {
    const response = await this.#send('GET', path, options);
    const data = (await readJson(response)) as T;
    return { data, next: nextLink(response.headers.get('Link')) };
  }

  async post<T>(path: string, options?: RequestOptions): Promise<T> {
    return (await readJson(await this.#send('POST', path, options))) as T;
  }

  async put<T>(path: string, options?: RequestOptions): Promise<T> {
    return (await readJson(await this.#send('PUT', path, options))) as T;
  }

  async patch<T>(path: string, options?: RequestOptions): Promise<T> {
    return (await readJson(await this.#send('PATCH', path, options))) as T;
  }

  async delete(path: string, options?: RequestOptions): Promise<void> {
    await this.#send('DELETE', path, options);
  }

  /** An answer to be read while it comes, however long that takes. */
  async stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#send('GET', path, { signal, patient: true });
    if (!body) throw new ApiProblem('failed');
    return body;
  }

  /** Puts a file there, telling how much of it (0 to 1) has gone. */
  async upload<T>(path: string, file: Blob, onProgress: (part: number) => void): Promise<T> {
    const { status, text, retryAfter } = await sendFile(path, file, onProgress);
    const body = parse(text);
    if (status >= 200 && status < 300) return body as T;
    throw this.#refusal(problemFrom(status, body, retryAfter));
  }

  async #send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
    const response = await this.#reach(method, path, options);
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => undefined);
    const problem = problemFrom(response.status, body, response.headers.get('Retry-After'));
    if (wantsPassword(problem) && (await this.#confirm?.())) {
      return await this.#send(method, path, options);
    }
    throw this.#refusal(problem);
  }

  #refusal(problem: ApiProblem): ApiProblem {
    if (problem.kind === 'signed-out') this.#signedOut.forEach((listener) => listener());
    return problem;
  }

  async #reach(method: Method, path: string, options: RequestOptions): Promise<Response> {
    const { query, body, headers, signal, patient = false } = options;
    const limits = [signal, patient ? undefined : AbortSignal.timeout(timeout)];
    const init: RequestInit = {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      credentials: 'same-origin',
      signal: AbortSignal.any(limits.filter((limit) => limit !== undefined)),
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    try {
      return await this.#fetch(path + search(query), init);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiProblem('unreachable', { cause });
    }
  }
}

function search(query: Query = {}): string {
  const entries = Object.entries(query).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()}`;
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (cause) {
    // What came whole and is no JSON will be none the next time; what did not come may.
    const kind = cause instanceof SyntaxError ? 'failed' : 'unreachable';
    throw new ApiProblem(kind, { status: response.status, cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
