import { ApiClient } from '@/api/client';

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Headers;
}

export type Answer = Response | Promise<Response>;

/** Answers an `ApiClient`'s requests, and remembers them. */
export function fakeServer(answer: (call: Call) => Answer) {
  const calls: Call[] = [];
  const api = new ApiClient((input, init = {}) => {
    const url = new URL(input as string, 'http://page.test');
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      headers: new Headers(init.headers),
    };
    calls.push(call);
    return Promise.resolve(answer(call));
  });
  return { api, calls };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

/** As when there is no network, or nobody answers. */
export function unreachable(): Promise<Response> {
  return Promise.reject(new TypeError('Failed to fetch'));
}

/** An answer that comes when the test says so. */
export function later() {
  let resolve: (response: Response) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<Response>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
